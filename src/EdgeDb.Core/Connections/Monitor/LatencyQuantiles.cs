namespace EdgeDb.Core.Connections;

/// <summary>
/// Quantiles over one or more <see cref="LatencyWindows"/>. The three that are asked for with every operation are kept, and made anew when the
/// records have grown by a sixteenth: adding up 480 buckets takes about as long as the fastest operations themselves.
/// </summary>
internal sealed class LatencyQuantiles(params LatencyWindows[] windows) : ILatencyQuantiles
{
    private const int LeastNews = 16;

    private static readonly double[] Kept = [0.5, 0.95, 0.99];

    private readonly Lock _gate = new();
    private readonly long[] _kept = new long[Kept.Length];
    private long _keptAt;
    private long _nextAt;

    /// <inheritdoc/>
    public long Count
    {
        get
        {
            long count = 0;
            foreach (var window in windows)
                count += window.Count;
            return count;
        }
    }

    /// <inheritdoc/>
    public long QuantileTicks(double q)
    {
        var place = Array.IndexOf(Kept, q);
        if (place < 0)
            return Compute([q], stackalloc long[1]);
        var total = Total();
        // Whoever comes second takes the kept one, which is a sixteenth older at most.
        if ((total >= Volatile.Read(ref _nextAt) || total < Volatile.Read(ref _keptAt)) && _gate.TryEnter())
        {
            try
            {
                Compute(Kept, _kept);
                Volatile.Write(ref _keptAt, total);
                Volatile.Write(ref _nextAt, total + Math.Max(LeastNews, Count / 16));
            }
            finally
            {
                _gate.Exit();
            }
        }
        return Volatile.Read(ref _kept[place]);
    }

    /// <summary>Quantiles of this moment, in ticks, in the order of <paramref name="quantiles"/>, which rise.</summary>
    /// <returns>The first of them.</returns>
    public long Compute(ReadOnlySpan<double> quantiles, Span<long> ticks)
    {
        Span<long> counts = stackalloc long[LatencyBuckets.Count];
        counts.Clear();
        foreach (var window in windows)
            window.AddRecentTo(counts);
        long count = 0;
        foreach (var bucket in counts)
            count += bucket;

        ticks.Clear();
        var (at, below) = (0, counts[0]);
        for (var i = 0; i < quantiles.Length && count > 0; i++)
        {
            var rank = Math.Clamp((long)Math.Ceiling(quantiles[i] * count), 1, count);
            while (below < rank)
                below += counts[++at];
            ticks[i] = LatencyBuckets.MiddleTicks(at);
        }
        return ticks[0];
    }

    private long Total()
    {
        long total = 0;
        foreach (var window in windows)
            total += window.TotalCount;
        return total;
    }
}
