namespace EdgeDb.Core.Connections;

/// <summary>
/// Divides memory among endpoints, which would each take all of it at once. What is free goes in equal shares; who wants less than its share, because its pool may
/// not grow that far, leaves the rest to the others (max-min fairness: nobody gets more at the cost of one who has less). What is missing is given
/// back in proportion to what each holds.
/// </summary>
internal static class MemoryShares
{
    /// <summary>The bytes that each endpoint may take more, or has to give back where negative. All lists are in the order of the endpoints.</summary>
    /// <param name="spareBytes">What is free; negative when it is missing.</param>
    /// <param name="heldBytes">What the open connections of each cost.</param>
    /// <param name="wantedBytes">What the connections that each may still open would cost.</param>
    public static long[] Divide(long spareBytes, ReadOnlySpan<long> heldBytes, ReadOnlySpan<long> wantedBytes)
    {
        var shares = new long[heldBytes.Length];
        if (spareBytes < 0)
        {
            var total = 0.0;
            foreach (var held in heldBytes)
                total += held;
            for (var i = 0; i < shares.Length && total > 0; i++)
                shares[i] = (long)Math.Floor(spareBytes * (heldBytes[i] / total));
            return shares;
        }

        // Those who want least first: what they leave is shared by the rest.
        var wanted = wantedBytes.ToArray();
        var order = new int[shares.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(wanted, order);
        for (var i = 0; i < order.Length; i++)
        {
            shares[order[i]] = Math.Min(wanted[i], spareBytes / (order.Length - i));
            spareBytes -= shares[order[i]];
        }

        return shares;
    }
}
