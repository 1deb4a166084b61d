using System.Numerics;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Log-linear buckets of durations, as in HdrHistogram: each power of two of 100 ns ticks is cut into 16 equal parts, so that the middle of a bucket is
/// within 1/32 (3.1 %) of every duration in it. Up to 1.6 µs buckets are exact; from 859 s on everything is in the last.
/// </summary>
internal static class LatencyBuckets
{
    /// <summary>Number of buckets.</summary>
    public const int Count = (OctaveCount + 1) * PartsPerOctave;

    /// <summary>Powers of two above the exact buckets.</summary>
    public const int OctaveCount = 29;

    /// <summary>Buckets of one power of two; also the number of exact ones.</summary>
    public const int PartsPerOctave = 1 << PartBits;

    private const int PartBits = 4;
    private const long MaxTicks = (1L << (OctaveCount + PartBits)) - 1;

    /// <summary>The bucket of a duration, in ticks; negative ones (a clock that was set back) count as 0.</summary>
    public static int IndexOf(long ticks)
    {
        ticks = Math.Clamp(ticks, 0, MaxTicks);
        if (ticks < PartsPerOctave)
            return (int)ticks;
        var octave = BitOperations.Log2((ulong)ticks) - PartBits;
        return ((octave + 1) << PartBits) + (int)((ticks >> octave) & (PartsPerOctave - 1));
    }

    /// <summary>The least duration of a bucket, in ticks.</summary>
    public static long LowerTicks(int bucket) =>
        bucket < PartsPerOctave ? bucket : (long)(PartsPerOctave + (bucket & (PartsPerOctave - 1))) << ((bucket >> PartBits) - 1);

    /// <summary>The middle of a bucket, in ticks.</summary>
    public static long MiddleTicks(int bucket) => (LowerTicks(bucket) + LowerTicks(bucket + 1)) / 2;
}
