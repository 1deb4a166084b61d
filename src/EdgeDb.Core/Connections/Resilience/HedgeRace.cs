using System.Threading.Tasks.Sources;
using Polly;

namespace EdgeDb.Core.Connections;

/// <summary>
/// A read that did not complete at once, and perhaps a second run of it. The first answer completes the caller; the other run is cancelled, and
/// its result disposed whenever it comes. The object is reused once the caller has its outcome and no run is left.
/// </summary>
internal sealed class HedgeRace<TResult, TState> : IValueTaskSource<Outcome<TResult>>
{
    private static readonly Spares<HedgeRace<TResult, TState>> Kept = new(32);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Action _onFirst;
    private readonly Action _onSecond;
    private ManualResetValueTaskSourceCore<Outcome<TResult>> _caller;

    private Hedging _hedging = null!;
    private Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> _callback = null!;
    private ResilienceContext _context = null!;
    private TState _state = default!;
    private TimeSpan _delay;
    private long _startedAt;
    private HedgeRun _first;
    private HedgeRun _second;
    private ValueTask<Outcome<TResult>> _firstWork;
    private ValueTask<Outcome<TResult>> _secondWork;
    private int _running;
    private bool _hasSecond;
    private bool _isDecided;
    private bool _isTaken;

    private HedgeRace(TimeProvider time)
    {
        _time = time;
        _onFirst = () => Complete(ref _firstWork, isSecond: false);
        _onSecond = () => Complete(ref _secondWork, isSecond: true);
        _timer = time.CreateTimer(
            static race => ((HedgeRace<TResult, TState>)race!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Follows the first run, which has begun.</summary>
    public static ValueTask<Outcome<TResult>> RunAsync(
        Hedging hedging, TimeProvider time, TimeSpan delay, in HedgeRun first, in ValueTask<Outcome<TResult>> firstWork,
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        var race = Kept.Take();
        if (race is null || race._time != time)
        {
            race?._timer.Dispose();
            race = new HedgeRace<TResult, TState>(time);
        }

        return race.Start(hedging, delay, first, firstWork, callback, context, state);
    }

    Outcome<TResult> IValueTaskSource<Outcome<TResult>>.GetResult(short token)
    {
        var outcome = _caller.GetResult(token);
        bool isOver;
        lock (_gate)
        {
            _isTaken = true;
            isOver = _running == 0;
        }

        if (isOver)
            Recycle();
        return outcome;
    }

    ValueTaskSourceStatus IValueTaskSource<Outcome<TResult>>.GetStatus(short token) => _caller.GetStatus(token);

    void IValueTaskSource<Outcome<TResult>>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _caller.OnCompleted(continuation, state, token, flags);

    private ValueTask<Outcome<TResult>> Start(
        Hedging hedging, TimeSpan delay, in HedgeRun first, in ValueTask<Outcome<TResult>> firstWork,
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        lock (_gate)
        {
            (_hedging, _delay, _first, _firstWork) = (hedging, delay, first, firstWork);
            (_callback, _context, _state) = (callback, context, state);
            (_running, _hasSecond, _isDecided, _isTaken) = (1, false, false, false);
            _startedAt = _time.GetTimestamp();
        }

        // Before the run is followed: once it is, the caller may be served and this object someone else's.
        var task = new ValueTask<Outcome<TResult>>(this, _caller.Version);
        _timer.Change(delay, Timeout.InfiniteTimeSpan);
        _firstWork.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_onFirst);
        return task;
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_isDecided || _hasSecond || _running == 0)
                return;
            // Timers fire up to a millisecond early; and one that was stopped can still be on its way, and then meets the next read that uses this object.
            if (_delay - _time.GetElapsedTime(_startedAt) is var left && left > TimeSpan.Zero)
            {
                _timer.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }

            if (_hedging.TryBeginSecond(_first.Attempt, _context) is not { } second)
                return;
            (_second, _hasSecond, _running) = (second, true, 2);
        }

        // The caller's state is safe to use here: whoever hedges says that it bears it. Outside of the lock, because it is the work itself.
#pragma warning disable CA2012 // Consumed once, by Complete.
        _secondWork = _callback(_second.Context, _state);
#pragma warning restore CA2012
        _secondWork.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_onSecond);
    }

    private void Complete(ref ValueTask<Outcome<TResult>> work, bool isSecond)
    {
        Outcome<TResult> outcome;
        try
        {
            outcome = work.GetAwaiter().GetResult();
        }
#pragma warning disable CA1031 // Nobody awaits this method; what it would throw belongs to the caller of the read.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            outcome = Outcome.FromException<TResult>(failure);
        }

        HedgeRun run;
        bool decides, isOver;
        lock (_gate)
        {
            run = isSecond ? _second : _first;
            _running--;
            decides = !_isDecided && (_running == 0 || outcome.Exception is null || _hedging.IsFinal(outcome.Exception));
            _isDecided |= decides;
            // Under the lock: a run that is counted as running has not given its source of cancellation back.
            if (decides && _running > 0)
                (isSecond ? _first : _second).Lose();
            isOver = _running == 0 && _isTaken;
        }

        run.End();
        if (decides)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _caller.SetResult(outcome);
            return;
        }

        if (outcome.Exception is null)
            DisposeAsync(outcome.Result);
        if (isOver)
            Recycle();
    }

    private void Recycle()
    {
        _caller.Reset();
        (_hedging, _callback, _context, _state) = (null!, null!, null!, default!);
        (_first, _second, _firstWork, _secondWork) = (default, default, default, default);
        if (!Kept.TryKeep(this))
            _timer.Dispose();
    }

    /// <summary>Nobody waits for a result that lost, so nobody hears when it cannot be disposed either.</summary>
    private static void DisposeAsync(TResult? result)
    {
        try
        {
            if (result is IAsyncDisposable later)
                _ = later.DisposeAsync().AsTask();
            else
                (result as IDisposable)?.Dispose();
        }
#pragma warning disable CA1031
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
