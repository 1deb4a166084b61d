using System.Diagnostics.Metrics;

namespace EdgeDb.Core.Connections;

/// <summary>
/// An instrument whose sums are kept by the part that counts, and read when somebody asks. The platform has observable counters and gauges but no
/// observable histogram, and recording into its histograms costs each operation a look-up of its tags; <see cref="PrometheusExporter"/> reads these
/// directly. Other listeners see the instrument and no measurements.
/// </summary>
internal abstract class ReadInstrument : Instrument
{
    protected ReadInstrument(Meter meter, string name, string description)
        : base(meter, name, "s", description) => Publish();

    public abstract MetricKind Kind { get; }

    public abstract double[]? Bounds { get; }

    /// <summary>Writes all its series, below the header.</summary>
    public abstract void WriteTo(MetricFamily family, ref PrometheusWriter writer);
}
