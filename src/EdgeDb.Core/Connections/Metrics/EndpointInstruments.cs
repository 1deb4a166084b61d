using System.Diagnostics.Metrics;

namespace EdgeDb.Core.Connections;

/// <summary>Makes instruments that are read from each endpoint when somebody asks.</summary>
/// <param name="meter">Theirs.</param>
/// <param name="endpoints">The endpoints, each of which is a series.</param>
/// <param name="tag">Name of the tag that holds the endpoint's.</param>
internal sealed class EndpointInstruments(Meter meter, IReadOnlyList<IConnectionEndpoint> endpoints, string tag)
{
    public void Gauge(string name, string? unit, string description, Func<IConnectionEndpoint, double> read) =>
        meter.CreateObservableGauge(name, () => Each(read), unit, description);

    public void Counter(string name, string unit, string description, Func<IConnectionEndpoint, double> read) =>
        meter.CreateObservableCounter(name, () => Each(read), unit, description);

    /// <summary>One series for each of the values of a second tag.</summary>
    public void Gauge(string name, string? unit, string description, string by, Func<IConnectionEndpoint, IEnumerable<(string Value, double Read)>> read) =>
        meter.CreateObservableGauge(name, () => Each(by, read), unit, description);

    /// <summary>One series for each of the values of a second tag.</summary>
    public void Counter(string name, string unit, string description, string by, Func<IConnectionEndpoint, IEnumerable<(string Value, double Read)>> read) =>
        meter.CreateObservableCounter(name, () => Each(by, read), unit, description);

    public void Times(string name, string description, Func<IConnectionEndpoint, (long Count, TimeSpan Sum)> read)
    {
        var summary = new TimeSummary(meter, name, description);
        foreach (var endpoint in endpoints)
            summary.Add(() => read(endpoint), Tag(endpoint));
    }

    private IEnumerable<Measurement<double>> Each(Func<IConnectionEndpoint, double> read)
    {
        foreach (var endpoint in endpoints)
            yield return new(read(endpoint), Tag(endpoint));
    }

    private IEnumerable<Measurement<double>> Each(string by, Func<IConnectionEndpoint, IEnumerable<(string Value, double Read)>> read)
    {
        foreach (var endpoint in endpoints)
            foreach (var (value, number) in read(endpoint))
                yield return new(number, Tag(endpoint), new(by, value));
    }

    private KeyValuePair<string, object?> Tag(IConnectionEndpoint endpoint) => new(tag, endpoint.Name);
}
