namespace EdgeDb.Core.Learning;

/// <summary>The newest measured value: what every other learner has to beat.</summary>
internal sealed class LastValue : ISeriesLearner
{
    private double _last = double.NaN;

    public string Name => "last";

    public void Observe(SeriesHistory history, bool measured)
    {
        if (measured)
            _last = history[0];
    }

    public void Forecast(SeriesHistory history, ReadOnlySpan<int> horizons, Span<double> forecasts) => forecasts.Fill(_last);
}
