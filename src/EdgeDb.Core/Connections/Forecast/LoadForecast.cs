using EdgeDb.Core.Learning;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Forecasts the load of an endpoint 5, 10 and 15 minutes ahead from its counts an interval. Time is counted in intervals: the wall clock only tells how many
/// of them passed without a count, so a clock that is wrong, or jumps by years, costs accuracy for a while and nothing else. Thread-safe.
/// </summary>
internal sealed class LoadForecast
{
    /// <summary>How far ahead, ascending.</summary>
    public static readonly IReadOnlyList<TimeSpan> Horizons = [TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(15)];

    private readonly Lock _gate = new();
    private readonly SeriesForecaster _forecaster;
    private DateTimeOffset? _newest;

    /// <param name="interval">Length of a counting interval, from 1 s to 1 day. A horizon shorter than it means the next interval.</param>
    public LoadForecast(TimeSpan interval)
    {
        Interval = interval;
        Span<int> steps = stackalloc int[Horizons.Count];
        for (var i = 0; i < steps.Length; i++)
            steps[i] = Math.Max(1, (int)Math.Ceiling(Horizons[i] / interval));
        _forecaster = new SeriesForecaster(interval, steps);
    }

    /// <summary>Length of a counting interval.</summary>
    public TimeSpan Interval { get; }

    /// <summary>Intervals since the first count, those without a count included.</summary>
    public long Intervals { get; private set; }

    /// <summary>The learners behind the forecast, on their own; for benchmarks.</summary>
    internal SeriesForecaster Forecaster => _forecaster;

    /// <summary>Times that the series was found to have changed.</summary>
    public int Drifts
    {
        get
        {
            lock (_gate)
                return _forecaster.Drifts;
        }
    }

    /// <summary>
    /// Takes up where <see cref="Save"/> left off. A state that is damaged, of another version or of another interval is as good as none: the forecast then starts anew.
    /// </summary>
    /// <param name="interval">As in the constructor.</param>
    /// <param name="state">What was saved; empty for nothing.</param>
    /// <param name="restored">Whether the state was taken over.</param>
    public static LoadForecast Restore(TimeSpan interval, ReadOnlySpan<byte> state, out bool restored)
    {
        var forecast = new LoadForecast(interval);
        restored = LoadForecastState.TryRead(state, interval, forecast._forecaster.History.Capacity, out var newest, out var counts);
        foreach (var count in counts)
            forecast._forecaster.Observe(count);
        forecast.Intervals = counts.Length;
        forecast._newest = counts.Length > 0 ? newest : null;
        return forecast;
    }

    /// <summary>The newest counts, for <see cref="Restore"/>: mostly 2 to 3 bytes each, in all less than 28 KB.</summary>
    public byte[] Save()
    {
        lock (_gate)
        {
            var history = _forecaster.History;
            var counts = new double[history.Count];
            for (var age = 0; age < counts.Length; age++)
                counts[^(age + 1)] = history.IsMeasured(age) ? history[age] : double.NaN;
            return LoadForecastState.Write(Interval, _newest ?? default, counts);
        }
    }

    /// <summary>One interval has ended.</summary>
    /// <param name="end">When, by the wall clock.</param>
    /// <param name="count">What was counted in it; NaN when nothing is known about it.</param>
    public void Observe(DateTimeOffset end, double count)
    {
        lock (_gate)
        {
            var missed = MissedBefore(end);
            Intervals += missed + 1;
            for (; missed > 0; missed--)
                _forecaster.Observe(double.NaN);
            _forecaster.Observe(count);
            _newest = end;
        }
    }

    /// <summary>The estimate for <see cref="Horizons"/>[<paramref name="horizon"/>]; null before the first count.</summary>
    public LoadEstimate? Estimate(int horizon)
    {
        lock (_gate)
        {
            if (!_forecaster.HasForecast)
                return null;
            var forecast = _forecaster.Forecast(horizon);
            return new LoadEstimate(_forecaster.Horizons[horizon] * Interval, forecast.Point, forecast.Interval, forecast.Trusted);
        }
    }

    /// <summary>
    /// Intervals without a count since the newest one. Whole days among them are left out: what matters is the time of day, and after years, be it the
    /// clock or the device that was away, there is nothing to fill in. A clock that is set back says nothing about time that has passed.
    /// </summary>
    private int MissedBefore(DateTimeOffset end)
    {
        if (_newest is not { } newest || end <= newest)
            return 0;
        var passed = (end - newest).Ticks;
        var steps = (passed + (Interval.Ticks / 2)) / Interval.Ticks;
        return (int)(Math.Max(0, steps - 1) % _forecaster.StepsPerDay);
    }
}
