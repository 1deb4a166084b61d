namespace EdgeDb.Core.Learning;

/// <summary>Level and trend by exponential smoothing, the trend fading with distance (Gardner and McKenzie 1985).</summary>
internal sealed class DampedHolt(double levelGain, double trendGain, double damping) : ISeriesLearner
{
    private double _level = double.NaN;
    private double _trend;

    public string Name => "holt";

    public void Observe(SeriesHistory history, bool measured)
    {
        if (double.IsNaN(_level))
        {
            _level = history[0];
            return;
        }

        var trend = damping * _trend;
        var expected = _level + trend;
        var level = measured ? expected + (levelGain * (history[0] - expected)) : expected;
        _trend = measured ? trend + (trendGain * (level - _level - trend)) : trend;
        _level = level;
    }

    public void Forecast(SeriesHistory history, ReadOnlySpan<int> horizons, Span<double> forecasts)
    {
        for (var i = 0; i < horizons.Length; i++)
        {
            // damping + damping² + … + damping^h
            var reach = damping * (1 - Math.Pow(damping, horizons[i])) / (1 - damping);
            forecasts[i] = _level + (reach * _trend);
        }
    }
}
