namespace EdgeDb.Core.Connections;

/// <summary>
/// Netflix' Gradient2 with its defaults: once a second the limit is multiplied by the ratio of the long-term average latency to the latest
/// one (0.5 to 1), plus room for a queue of four. Latency that stays high becomes the new normal, so an overload that lasts is accepted
/// after some minutes. Source: Netflix/concurrency-limits, Gradient2Limit and WindowedLimit.
/// </summary>
internal sealed class Gradient2Limit : IConcurrencyLimit
{
    private const long WindowTicks = TimeSpan.TicksPerSecond;
    private const int WindowSamples = 10;
    private const int LongWindows = 600;
    private const int WarmupWindows = 10;
    private const double Tolerance = 1.5;
    private const double QueueSize = 4;
    private const double Smoothing = 0.2;

    private LimitRange _range;
    private double _limit;
    private double _longTicks;
    private int _windows;

    private long _windowEndTicks = long.MinValue;
    private long _sumTicks;
    private int _samples;
    private int _mostInFlight;

    public Gradient2Limit(int initial, int minimum, int maximum)
    {
        _range = new(minimum, maximum);
        _limit = _range.Clamp(initial);
    }

    public int Current => (int)_limit;

    public void SetRange(int minimum, int maximum)
    {
        _range = new(minimum, maximum);
        _limit = _range.Clamp(_limit);
    }

    public void OnCompleted(long nowTicks, long durationTicks, int inFlight, bool overloaded)
    {
        // What was cut off counts with the time it took until then, as in the original.
        _sumTicks += durationTicks;
        _samples++;
        _mostInFlight = Math.Max(_mostInFlight, inFlight);
        if (_samples < WindowSamples || nowTicks < _windowEndTicks)
            return;

        Update((double)_sumTicks / _samples);
        _windowEndTicks = nowTicks + WindowTicks;
        (_sumTicks, _samples, _mostInFlight) = (0, 0, 0);
    }

    private void Update(double shortTicks)
    {
        // The plain average of the first windows, then an exponential one.
        _windows = Math.Min(_windows + 1, LongWindows);
        var weight = _windows <= WarmupWindows ? 1.0 / _windows : 2.0 / (LongWindows + 1);
        _longTicks += (shortTicks - _longTicks) * weight;

        // After a long overload the long-term average must not stay far above what is normal again.
        if (_longTicks > 2 * shortTicks)
            _longTicks *= 0.95;
        if (_mostInFlight < _limit / 2)
            return;

        var gradient = Math.Clamp(Tolerance * _longTicks / Math.Max(1, shortTicks), 0.5, 1);
        _limit = _range.Clamp((_limit * (1 - Smoothing)) + (((_limit * gradient) + QueueSize) * Smoothing));
    }
}
