namespace EdgeDb.Core.Connections;

/// <summary>
/// The default limit, after the auto-tuner of Uber's load shedder Cinnamon (2023): a limit as in TCP Vegas that follows the latency of sampling
/// windows, and the covariance of throughput and work in flight, which says in which direction more throughput is.
/// <para>
/// Cinnamon compares latency with a target that it must measure again and again and that drifts up in an overload. Here the limit alternates
/// between a little below and a little above its target, in random order, and the two windows are each other's reference: nothing can
/// drift, and neither a slower network nor a slower database looks like an overload. By Little's law throughput is work in flight divided by
/// latency, so the limit is worth raising while latency grows more slowly than it. <see cref="LimitSearch"/> makes steps of that.
/// </para>
/// <para>While the limit does not bind (a quiet household) nothing is learnt and it stays where it is.</para>
/// </summary>
internal sealed class CinnamonLimit : IConcurrencyLimit
{
    private const int WindowSamples = 128;
    private const long ShortestWindowTicks = 20 * TimeSpan.TicksPerMillisecond;

    // A limit that holds callers up decides itself how long so many samples take: at 2 on a link of 80 ms, 5 s a window, while everybody waits. Then fewer
    // are enough after this time; what so few are worth, their variance says. (Netflix' WindowedLimit: 1 s and 10 samples.)
    private const int BindingWindowSamples = 8;
    private const long BindingWindowTicks = 250 * TimeSpan.TicksPerMillisecond;
    private const double BindingShare = 0.9;

    private const long LongestWindowTicks = 30 * TimeSpan.TicksPerSecond;

    // Latency of a window: the mean logarithm between these ranks. Slow outliers say little about the load and much about which queries came: with
    // 5 % slow queries LimitBenchmark kept 92 % of the oracle's goodput with the 90th percentile, 96 % with the count of completions, 99 % with this.
    private const double FromRank = 0.2;
    private const double ToRank = 0.9;

    // This many overloads, and this share of what ended, is more than chance. A limit that shrinks for each timeout collapses under 1 % random faults.
    private const int OverloadCount = 3;
    private const double OverloadShare = 0.1;
    private const double OverloadFactor = 0.7;
    private const double RecoveryPerSecond = 1.25;

    private readonly DurationWindow _durations = new();
    private LimitRange _range;
    private LimitSearch _search;
    private uint _random;

    private int _low;
    private int _high;
    private bool _highFirst;
    private bool _second;
    private Window _first;
    private long _pairTicks;

    private long _openedTicks;
    private long _settledTicks;
    private long _sumInFlight;
    private int _overloads;
    private int _ended;
    private double _averageTicks;

    private double _recoverTo;
    private long _recoverAtTicks;

    /// <param name="initial">Leases at the start, within the bounds.</param>
    /// <param name="minimum">At least 1.</param>
    /// <param name="maximum">At least <paramref name="minimum"/>.</param>
    /// <param name="seed">Of the random order in which the windows of a pair come, so that no rhythm of the load falls in step with them.</param>
    public CinnamonLimit(int initial, int minimum, int maximum, int seed)
    {
        _range = new(minimum, maximum);
        _search = new(_range.Clamp(initial));
        _random = (uint)seed | 1;
        BeginPair(0);
    }

    public int Current { get; private set; }

    public void SetRange(int minimum, int maximum)
    {
        _range = new(minimum, maximum);
        _search.Keep(_range);
        Current = _range.Clamp(Current);
    }

    public void OnCompleted(long nowTicks, long durationTicks, int inFlight, bool overloaded)
    {
        // A window of a quiet hour mixes what belongs to different times.
        if (nowTicks - _openedTicks > LongestWindowTicks)
            BeginPair(nowTicks);

        _ended++;
        if (overloaded)
        {
            if (++_overloads >= OverloadCount && _overloads >= OverloadShare * _ended)
                Shrink(nowTicks);
            return;
        }

        if (nowTicks >= _recoverAtTicks && _recoverTo > 0)
            Recover(nowTicks);
        _averageTicks += (durationTicks - _averageTicks) / 32;
        if (nowTicks < _settledTicks)
            return;

        _durations.Add(durationTicks);
        _sumInFlight += inFlight;
        if (IsWindowFull(nowTicks - _settledTicks))
            CloseWindow(nowTicks);
    }

    private bool IsWindowFull(long openTicks)
    {
        if (_durations.Count >= WindowSamples)
            return openTicks >= ShortestWindowTicks;
        // Not during a recovery, which knows better than a few samples how far to go.
        return _recoverTo == 0 && openTicks >= BindingWindowTicks
            && _durations.Count >= BindingWindowSamples && _sumInFlight >= BindingShare * Current * _durations.Count;
    }

    private void CloseWindow(long nowTicks)
    {
        var (log, _) = _durations.LogBetween(FromRank, ToRank);
        var (_, variance) = _durations.LogBetween(0, 1);
        var window = new Window(Math.Log((double)_sumInFlight / _durations.Count), log, variance / _durations.Count);
        if (!_second)
        {
            (_first, _second) = (window, true);
            Open(nowTicks, !_highFirst);
            return;
        }

        if (_highFirst)
            Learn(high: _first, low: window);
        else
            Learn(high: window, low: _first);
        BeginPair(nowTicks);
    }

    private void Learn(in Window high, in Window low)
    {
        // The planned change is the instrument: in-flight work that varies by itself varies together with latency, whichever caused which. When hardly
        // anything of the plan arrived, the limit did not bind, and the windows say nothing about it.
        var logRatio = high.LogInFlight - low.LogInFlight;
        if (_high == _low || logRatio < 0.5 * Math.Log((double)_high / _low))
            return;

        // From here on evidence decides, not the memory of what was before an overload.
        _recoverTo = 0;
        _search.Learn(
            logRatio,
            logRatio - (high.LogDuration - low.LogDuration),
            Math.Max(1e-6, high.Variance + low.Variance),
            (high.LogInFlight + low.LogInFlight - high.LogDuration - low.LogDuration) / 2,
            _range);
    }

    private void Shrink(long nowTicks)
    {
        if (_recoverTo == 0)
            _recoverTo = _search.Target;
        _recoverAtTicks = nowTicks + TimeSpan.TicksPerSecond;
        _search.Move(OverloadFactor, _range);
        BeginPair(nowTicks);
    }

    // A household after an outage sends too little for windows to fill; without this it would keep waiting in line for one connection.
    private void Recover(long nowTicks)
    {
        _search.Move(Math.Min(RecoveryPerSecond, _recoverTo / _search.Target), _range);
        _recoverAtTicks = nowTicks + TimeSpan.TicksPerSecond;
        if (_search.Target >= Math.Min(_recoverTo, _range.Maximum) * 0.999)
            _recoverTo = 0;
        BeginPair(nowTicks);
    }

    private void BeginPair(long nowTicks)
    {
        _search.Forget(Math.Min(nowTicks - _pairTicks, LongestWindowTicks) / (double)TimeSpan.TicksPerSecond);
        _pairTicks = nowTicks;
        _second = false;

        var target = _search.Target;
        _low = (int)Math.Round(target * Math.Exp(-_search.Spread));
        _high = (int)Math.Round(target * Math.Exp(_search.Spread));
        if (_low == _high && target < _low)
            _low--;
        else if (_low == _high)
            _high++;
        _low = _range.Clamp(Math.Min(_low, _range.Maximum - 1));
        _high = _range.Clamp(Math.Max(_high, _range.Minimum + 1));

        // Xorshift (Marsaglia, 2003).
        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        _highFirst = (_random & 0x10000) != 0;
        Open(nowTicks, _highFirst);
    }

    private void Open(long nowTicks, bool high)
    {
        Current = high ? _high : _low;
        _openedTicks = nowTicks;

        // What ends until then began under the limit before.
        _settledTicks = nowTicks + (long)(2 * _averageTicks);
        _durations.Clear();
        (_sumInFlight, _overloads, _ended) = (0, 0, 0);
    }

    /// <summary>Means of logarithms, and the variance of <paramref name="LogDuration"/>.</summary>
    private readonly record struct Window(double LogInFlight, double LogDuration, double Variance);
}
