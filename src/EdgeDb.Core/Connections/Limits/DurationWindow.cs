namespace EdgeDb.Core.Connections;

/// <summary>
/// Durations of one window, counted in buckets of 2 to 3 % width from 100 ns to 26 s: 3.5 KB, no allocation, no logarithm until the window is
/// read. Not thread-safe.
/// </summary>
internal sealed class DurationWindow
{
    private const int BucketsPerOctaveBits = 5;
    private const int Octaves = 28;
    private const int FirstBucket = 1023 << BucketsPerOctaveBits;

    private readonly int[] _counts = new int[Octaves << BucketsPerOctaveBits];
    private int _lowest = int.MaxValue;
    private int _highest = -1;

    /// <summary>Durations added since <see cref="Clear"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Counts one. What is longer than the last bucket counts there.</summary>
    public void Add(long ticks)
    {
        // The leading bits of a floating-point number are its logarithm, close enough to name a bucket.
        var leading = (int)(BitConverter.DoubleToInt64Bits(Math.Max(1, ticks)) >> (52 - BucketsPerOctaveBits));
        var bucket = Math.Min(leading - FirstBucket, _counts.Length - 1);
        _counts[bucket]++;
        Count++;
        _lowest = Math.Min(_lowest, bucket);
        _highest = Math.Max(_highest, bucket);
    }

    public void Clear()
    {
        if (_highest >= 0)
            Array.Clear(_counts, _lowest, _highest - _lowest + 1);
        (_lowest, _highest, Count) = (int.MaxValue, -1, 0);
    }

    /// <summary>Mean and variance of the natural logarithm of the durations (in ticks) between two ranks.</summary>
    /// <param name="from">Share of the durations that are shorter than those looked at, 0 to 1.</param>
    /// <param name="to">Share of the durations at which the look ends.</param>
    public (double Mean, double Variance) LogBetween(double from, double to)
    {
        var (first, last) = (from * Count, to * Count);
        var (seen, weight, sum, squares) = (0.0, 0.0, 0.0, 0.0);
        for (var bucket = _lowest; bucket <= _highest && seen < last; bucket++)
        {
            if (_counts[bucket] == 0)
                continue;
            var inside = Math.Min(seen + _counts[bucket], last) - Math.Max(seen, first);
            seen += _counts[bucket];
            if (inside <= 0)
                continue;
            var log = LogOf(bucket);
            weight += inside;
            sum += inside * log;
            squares += inside * log * log;
        }

        var mean = sum / weight;
        return (mean, Math.Max(0, (squares / weight) - (mean * mean)));
    }

    private static double LogOf(int bucket)
    {
        var octave = bucket >> BucketsPerOctaveBits;
        var within = bucket & ((1 << BucketsPerOctaveBits) - 1);
        return Math.Log((1L << octave) * (1 + ((within + 0.5) / (1 << BucketsPerOctaveBits))));
    }
}
