using System.Text;

namespace EdgeDb.Core.Connections;

/// <summary>All series of one name, and how they are written.</summary>
internal sealed class MetricFamily
{
    private readonly byte[] _header;
    private readonly byte[] _name;
    private readonly byte[][] _bounds;

    /// <param name="name">As <see cref="PrometheusName"/> makes it.</param>
    /// <param name="kind">Its type.</param>
    /// <param name="update">What a measurement does.</param>
    /// <param name="help">One sentence; the name when there is none, because a family has to have one.</param>
    /// <param name="bounds">Upper bounds of a histogram, rising; null for another kind.</param>
    /// <param name="maxSeries">Series kept.</param>
    public MetricFamily(string name, MetricKind kind, MetricUpdate update, string? help, double[]? bounds, int maxSeries)
    {
        Name = name;
        Kind = kind;
        Update = update;
        Series = new(bounds, maxSeries);
        _name = Encoding.UTF8.GetBytes(name);
        _header =
        [
            .. "# HELP "u8, .. _name, .. " "u8, .. PrometheusWriter.Help(string.IsNullOrWhiteSpace(help) ? name : help), .. "\n# TYPE "u8, .. _name,
            .. kind switch { MetricKind.Counter => " counter\n"u8, MetricKind.Gauge => " gauge\n"u8, MetricKind.Histogram => " histogram\n"u8, _ => " summary\n"u8 },
        ];
        _bounds = bounds is null ? [] : [.. bounds.Append(double.PositiveInfinity).Select(Bound)];
    }

    public string Name { get; }

    public MetricKind Kind { get; }

    public MetricUpdate Update { get; }

    public SeriesTable Series { get; }

    /// <summary>Name, help and type, which are told even while there is no value: who looks for a metric finds it.</summary>
    public void WriteHeaderTo(ref PrometheusWriter writer) => writer.Write(_header);

    /// <summary>Writes the values of this moment.</summary>
    public void WriteTo(ref PrometheusWriter writer)
    {
        Span<long> buckets = stackalloc long[_bounds.Length];
        foreach (var series in Series.All)
        {
            if (Kind == MetricKind.Histogram)
                WriteHistogram(ref writer, series.Labels, buckets, series.CopyTo(buckets));
            else
                WriteSample(ref writer, [], series.Labels, series.Value);
        }
    }

    /// <summary>Writes one series of a histogram.</summary>
    /// <param name="writer">Receives the lines.</param>
    /// <param name="labels">As <see cref="MetricSeries.Labels"/>.</param>
    /// <param name="buckets">A count for each bound and one above all.</param>
    /// <param name="sum">Of the values.</param>
    public void WriteHistogram(ref PrometheusWriter writer, scoped ReadOnlySpan<byte> labels, scoped ReadOnlySpan<long> buckets, double sum)
    {
        long count = 0;
        for (var i = 0; i < buckets.Length; i++)
        {
            count += buckets[i];
            writer.Write(_name);
            writer.Write("_bucket{"u8);
            if (!labels.IsEmpty)
            {
                writer.Write(labels);
                writer.Write(","u8);
            }
            writer.Write(_bounds[i]);
            writer.Write(count);
            writer.Write("\n"u8);
        }
        WriteSummary(ref writer, labels, count, sum);
    }

    /// <summary>Writes one series of a summary.</summary>
    public void WriteSummary(ref PrometheusWriter writer, scoped ReadOnlySpan<byte> labels, long count, double sum)
    {
        WriteSample(ref writer, "_sum"u8, labels, sum);
        WriteSample(ref writer, "_count"u8, labels, count);
    }

    private void WriteSample(ref PrometheusWriter writer, scoped ReadOnlySpan<byte> suffix, scoped ReadOnlySpan<byte> labels, double value)
    {
        writer.Write(_name);
        writer.Write(suffix);
        if (!labels.IsEmpty)
        {
            writer.Write("{"u8);
            writer.Write(labels);
            writer.Write("}"u8);
        }
        writer.Write(" "u8);
        writer.Write(value);
        writer.Write("\n"u8);
    }

    private static byte[] Bound(double bound)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new PrometheusWriter(buffer);
        writer.Write("le=\""u8);
        writer.Write(bound);
        writer.Write("\"} "u8);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
