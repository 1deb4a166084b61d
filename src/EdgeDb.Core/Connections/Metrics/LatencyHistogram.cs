using System.Diagnostics.Metrics;
using System.Text;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Durations that <see cref="LatencyWindows"/> have counted, as a histogram. Its bounds are powers of four of the buckets' unit, so that no count is
/// an estimate; a duration of exactly a bound counts above it.
/// </summary>
internal sealed class LatencyHistogram(Meter meter, string name, string description) : ReadInstrument(meter, name, description)
{
    // 25.6 µs to 26.8 s.
    private const int FirstOctave = 4;
    private const int LastOctave = 24;
    private const int OctavesPerBucket = 2;
    private const int BoundCount = ((LastOctave - FirstOctave) / OctavesPerBucket) + 1;

    private static readonly double[] AllBounds = UpperBounds();

    private Source[] _sources = [];

    public override MetricKind Kind => MetricKind.Histogram;

    public override double[] Bounds => AllBounds;

    /// <summary>Adds a series. Not thread-safe against itself.</summary>
    public void Add(LatencyWindows windows, params ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        Volatile.Write(ref _sources, [.. _sources, new(Encoding.UTF8.GetBytes(SeriesTable.Labels(tags)), windows)]);

    public override void WriteTo(MetricFamily family, ref PrometheusWriter writer)
    {
        Span<long> octaves = stackalloc long[LatencyBuckets.OctaveCount + 1];
        Span<long> buckets = stackalloc long[BoundCount + 1];
        foreach (var source in Volatile.Read(ref _sources))
        {
            octaves.Clear();
            buckets.Clear();
            // The sum first: a record in between is then missing in it, and not a count without its duration at the next look.
            var sum = source.Windows.TotalTicks / (double)TimeSpan.TicksPerSecond;
            source.Windows.AddTotalTo(octaves);
            for (var octave = 0; octave < octaves.Length; octave++)
                buckets[Math.Clamp((octave - FirstOctave + OctavesPerBucket - 1) / OctavesPerBucket, 0, BoundCount)] += octaves[octave];
            family.WriteHistogram(ref writer, source.Labels, buckets, sum);
        }
    }

    private static double[] UpperBounds()
    {
        var bounds = new double[BoundCount];
        for (var i = 0; i < bounds.Length; i++)
            bounds[i] = LatencyBuckets.LowerTicks((FirstOctave + (i * OctavesPerBucket) + 1) * LatencyBuckets.PartsPerOctave) / (double)TimeSpan.TicksPerSecond;
        return bounds;
    }

    private sealed record Source(byte[] Labels, LatencyWindows Windows);
}
