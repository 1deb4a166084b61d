using System.Diagnostics.Metrics;
using System.Text;

namespace EdgeDb.Core.Connections;

/// <summary>Times of which a part keeps the sum and the number.</summary>
internal sealed class TimeSummary(Meter meter, string name, string description) : ReadInstrument(meter, name, description)
{
    private Source[] _sources = [];

    public override MetricKind Kind => MetricKind.Summary;

    public override double[]? Bounds => null;

    /// <summary>Adds a series. Not thread-safe against itself.</summary>
    public void Add(Func<(long Count, TimeSpan Sum)> read, params ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        Volatile.Write(ref _sources, [.. _sources, new(Encoding.UTF8.GetBytes(SeriesTable.Labels(tags)), read)]);

    public override void WriteTo(MetricFamily family, ref PrometheusWriter writer)
    {
        foreach (var source in Volatile.Read(ref _sources))
        {
            var (count, sum) = source.Read();
            family.WriteSummary(ref writer, source.Labels, count, sum.TotalSeconds);
        }
    }

    private sealed record Source(byte[] Labels, Func<(long Count, TimeSpan Sum)> Read);
}
