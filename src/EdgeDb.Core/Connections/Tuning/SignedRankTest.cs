namespace EdgeDb.Core.Connections;

/// <summary>
/// Wilcoxon's signed-rank test on pairs whose order was drawn by lot, exact for up to 64 pairs, ties included.
/// <para>
/// Why this one: load comes in waves, so windows that follow each other resemble each other, and tests that take them for independent (Mann-Whitney,
/// Welch) see effects where there are none. Here the two windows of a pair are neighbours, so a wave moves both, and the lot decides which of
/// them has the new value. Without an effect each difference is then as likely as its opposite, whatever the load does, and that
/// is all the test needs. Ranks, because one garbage collection must not outweigh twenty windows.
/// </para>
/// </summary>
internal static class SignedRankTest
{
    private const int MostPairs = 64;

    /// <summary>How likely differences at least this far below 0 are if there is no effect (one-sided).</summary>
    /// <param name="differences">New less old, at most 64. Zeros count for no effect.</param>
    public static double LowerTail(ReadOnlySpan<double> differences)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(differences.Length, MostPairs);
        var sizes = (stackalloc double[MostPairs])[..differences.Length];
        var sorted = (stackalloc double[MostPairs])[..differences.Length];
        for (var i = 0; i < differences.Length; i++)
            sizes[i] = Math.Abs(differences[i]);
        sizes.CopyTo(sorted);
        sorted.Sort();

        // Twice the rank, so that the mean rank of a tie is whole. chance[s]: that the lot gives the positive differences ranks of the sum s.
        Span<double> chance = stackalloc double[(MostPairs * (MostPairs + 1)) + 1];
        chance.Clear();
        chance[0] = 1;
        var (positive, most) = (0, 0);
        for (var i = 0; i < sizes.Length; i++)
        {
            var first = sorted.IndexOf(sizes[i]);
            var last = sorted.LastIndexOf(sizes[i]);
            var rank = first + last + 2;

            // Half of a zero's rank would go to either side; giving all of it to the side against the effect is the careful choice.
            if (differences[i] >= 0)
                positive += rank;
            most += rank;
            for (var sum = most; sum >= 0; sum--)
                chance[sum] = (chance[sum] + (sum >= rank ? chance[sum - rank] : 0)) / 2;
        }

        var tail = 0.0;
        for (var sum = 0; sum <= positive; sum++)
            tail += chance[sum];
        return Math.Min(1, tail);
    }
}
