namespace EdgeDb.Core.Learning;

/// <summary>Median of the newest measured values.</summary>
internal sealed class RollingMedian(string name, int length) : ISeriesLearner
{
    private readonly SortedWindow _window = new(length);

    public string Name => name;

    public void Observe(SeriesHistory history, bool measured)
    {
        if (measured)
            _window.Add(history[0]);
    }

    public void Forecast(SeriesHistory history, ReadOnlySpan<int> horizons, Span<double> forecasts) => forecasts.Fill(_window.Median);
}
