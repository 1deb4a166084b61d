using System.Buffers;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Listens to instruments of <see cref="System.Diagnostics.Metrics"/> and writes what they say in the Prometheus text format 0.0.4. Families come in order
/// of their names, series in order of their labels; both are bounded. OpenMetrics was left out: it would carry the same values, as there are no
/// exemplars here.
/// </summary>
internal sealed partial class PrometheusExporter : IDisposable
{
    /// <summary>Of the text it writes.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    // What the platform's own duration histograms take when they say nothing.
    private static readonly double[] StandardBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly Func<Instrument, bool> _includes;
    private readonly ILogger _logger;
    private readonly int _maxSeries;
    private readonly MeterListener _listener = new();
    private readonly Lock _collecting = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (MetricFamily Family, List<Instrument> Instruments)> _families = new(StringComparer.Ordinal);
    private (MetricFamily Family, ReadInstrument? Read)[]? _written;
    private long _collection;

    /// <summary>Listens from now on; instruments that exist already count.</summary>
    /// <param name="includes">Which instruments.</param>
    /// <param name="logger">Receives what cannot be exported.</param>
    /// <param name="maxSeries">Series of one family; further ones are counted together, with the label <c>otel_metric_overflow</c>.</param>
    public PrometheusExporter(Func<Instrument, bool> includes, ILogger logger, int maxSeries)
    {
        (_includes, _logger, _maxSeries) = (includes, logger, maxSeries);
        _listener.InstrumentPublished = OnPublished;
        _listener.MeasurementsCompleted = (instrument, state) => OnCompleted(instrument, (MetricFamily)state!);
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, state) => OnMeasured(value, tags, (MetricFamily)state!));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, state) => OnMeasured(value, tags, (MetricFamily)state!));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, state) => OnMeasured(value, tags, (MetricFamily)state!));
        _listener.Start();
    }

    /// <summary>Asks what is observed and writes everything. One call at a time collects; others wait.</summary>
    public void WriteTo(IBufferWriter<byte> target)
    {
        lock (_collecting)
        {
            _collection++;
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException failure)
            {
                // The others have told their values; what one part cannot tell must not hide them.
                LogNotObserved(_logger, failure);
            }

            var writer = new PrometheusWriter(target);
            foreach (var (family, read) in Families())
            {
                if (family.Update == MetricUpdate.Observed)
                    family.Series.RemoveUnseen(_collection);
                family.WriteHeaderTo(ref writer);
                if (read is null)
                    family.WriteTo(ref writer);
                else
                    read.WriteTo(family, ref writer);
            }
            writer.Flush();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private (MetricFamily Family, ReadInstrument? Read)[] Families()
    {
        lock (_gate)
            return _written ??= [.. _families.Values.Select(static f => (f.Family, f.Instruments[0] as ReadInstrument))];
    }

    private void OnPublished(Instrument instrument, MeterListener listener)
    {
        if (!_includes(instrument) || Describe(instrument) is not var (kind, update, bounds))
            return;
        var name = PrometheusName.Of(instrument, kind);
        MetricFamily family;
        lock (_gate)
        {
            if (!_families.TryGetValue(name, out var known))
                _families.Add(name, known = (new(name, kind, update, instrument.Description, bounds, _maxSeries), []));
            // Two meanings under one name would be refused by whoever reads the text, all of it.
            else if (known.Family.Kind != kind || known.Family.Update != update || update == MetricUpdate.Read)
            {
                LogClash(_logger, instrument.Name, name);
                return;
            }
            family = known.Family;
            known.Instruments.Add(instrument);
            _written = null;
        }
        listener.EnableMeasurementEvents(instrument, family);
    }

    private void OnCompleted(Instrument instrument, MetricFamily family)
    {
        lock (_gate)
        {
            if (_families.TryGetValue(family.Name, out var known) && known.Instruments.Remove(instrument) && known.Instruments.Count == 0)
                _families.Remove(family.Name);
            _written = null;
        }
    }

    private void OnMeasured(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, MetricFamily family)
    {
        var series = family.Series.Get(tags);
        switch (family.Update)
        {
            case MetricUpdate.Observed:
                series.Set(value, _collection);
                break;
            case MetricUpdate.Replaced:
                series.Set(value, collection: 0);
                break;
            case MetricUpdate.Recorded:
                series.Record(value);
                break;
            default:
                series.Add(value);
                break;
        }
    }

    private static (MetricKind Kind, MetricUpdate Update, double[]? Bounds)? Describe(Instrument instrument) => instrument is ReadInstrument read
        ? (read.Kind, MetricUpdate.Read, read.Bounds)
        : Describe<long>(instrument) ?? Describe<double>(instrument) ?? Describe<int>(instrument);

    private static (MetricKind Kind, MetricUpdate Update, double[]? Bounds)? Describe<T>(Instrument instrument)
        where T : struct => instrument switch
        {
            Counter<T> => (MetricKind.Counter, MetricUpdate.Added, null),
            ObservableCounter<T> => (MetricKind.Counter, MetricUpdate.Observed, null),
            UpDownCounter<T> => (MetricKind.Gauge, MetricUpdate.Added, null),
            ObservableUpDownCounter<T> or ObservableGauge<T> => (MetricKind.Gauge, MetricUpdate.Observed, null),
            Gauge<T> => (MetricKind.Gauge, MetricUpdate.Replaced, null),
            Histogram<T> histogram => (MetricKind.Histogram, MetricUpdate.Recorded, BoundsOf(histogram)),
            _ => null,
        };

    private static double[] BoundsOf<T>(Histogram<T> histogram)
        where T : struct =>
        histogram.Advice?.HistogramBucketBoundaries is { Count: > 0 } advised
            ? Array.ConvertAll([.. advised], static bound => Convert.ToDouble(bound, System.Globalization.CultureInfo.InvariantCulture))
            : StandardBounds;

    [LoggerMessage(EventId = 2101, Level = LogLevel.Warning, Message = "Some metrics could not be read")]
    private static partial void LogNotObserved(ILogger logger, Exception failure);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Warning, Message = "The instrument {Instrument} is not exported: the name {Name} has another meaning already")]
    private static partial void LogClash(ILogger logger, string instrument, string name);
}
