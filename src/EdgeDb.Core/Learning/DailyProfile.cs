namespace EdgeDb.Core.Learning;

/// <summary>An average day, one value a step, plus how far the last steps were above it. Days are counted in steps, not read off a clock.</summary>
internal sealed class DailyProfile(int stepsPerDay) : ISeriesLearner
{
    private const double DayGain = 0.2;
    private const double LevelGain = 0.3;

    private readonly double[] _profile = new double[stepsPerDay];
    private readonly byte[] _days = new byte[stepsPerDay];
    private double _level;

    public string Name => "daily-profile";

    public void Observe(SeriesHistory history, bool measured)
    {
        if (!measured)
            return;
        var at = (int)((history.Position - 1) % stepsPerDay);
        if (_days[at] > 0)
            _level += LevelGain * (history[0] - _profile[at] - _level);
        if (_days[at] < byte.MaxValue)
            _days[at]++;
        _profile[at] += Math.Max(DayGain, 1.0 / _days[at]) * (history[0] - _profile[at]);
    }

    public void Forecast(SeriesHistory history, ReadOnlySpan<int> horizons, Span<double> forecasts)
    {
        for (var i = 0; i < horizons.Length; i++)
        {
            var at = (int)((history.Position - 1 + horizons[i]) % stepsPerDay);
            forecasts[i] = _days[at] == 0 ? double.NaN : _profile[at] + _level;
        }
    }
}
