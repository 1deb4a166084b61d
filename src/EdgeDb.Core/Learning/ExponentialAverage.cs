namespace EdgeDb.Core.Learning;

/// <summary>Exponentially weighted moving average.</summary>
internal sealed class ExponentialAverage(string name, double gain) : ISeriesLearner
{
    private double _level = double.NaN;

    public string Name => name;

    public void Observe(SeriesHistory history, bool measured)
    {
        if (measured)
            _level = double.IsNaN(_level) ? history[0] : _level + (gain * (history[0] - _level));
    }

    public void Forecast(SeriesHistory history, ReadOnlySpan<int> horizons, Span<double> forecasts) => forecasts.Fill(_level);
}
