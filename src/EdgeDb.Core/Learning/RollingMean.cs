namespace EdgeDb.Core.Learning;

/// <summary>Mean of the newest values. Summed anew each time: a running sum would keep the rounding error of every large value that left it.</summary>
internal sealed class RollingMean(string name, int length) : ISeriesLearner
{
    public string Name => name;

    public void Observe(SeriesHistory history, bool measured)
    {
    }

    public void Forecast(SeriesHistory history, ReadOnlySpan<int> horizons, Span<double> forecasts) => forecasts.Fill(history.Mean(length));
}
