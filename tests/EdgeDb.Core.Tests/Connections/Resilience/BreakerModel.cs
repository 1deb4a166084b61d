using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Tests.Connections.Resilience;

/// <summary>
/// What the rules say in the simplest words, for one endpoint, one class, and work that ends before the next begins: rows are lists, the window is a list.
/// </summary>
internal sealed class BreakerModel(CircuitBreakerOptions options)
{
    private readonly List<TimeSpan> _connect = [];
    private readonly List<TimeSpan> _slow = [];
    private readonly List<(TimeSpan At, bool Slow)> _window = [];
    private readonly List<TimeSpan> _query = [];
    private TimeSpan? _flakyAt;
    private TimeSpan? _suspectAt;

    public ModelCircuit Endpoint { get; } = new(options);

    public ModelCircuit Class { get; } = new(options);

    /// <summary>Whether work may start, and is counted when it does.</summary>
    public bool Enter(TimeSpan now)
    {
        if (!Endpoint.CanEnter(now) || !Class.CanEnter(now))
            return false;
        Endpoint.Enter();
        Class.Enter();
        return true;
    }

    /// <summary>The outcome of work that was let in; null is success.</summary>
    public void End(FailureKind? failure, TimeSpan now)
    {
        // Buckets of a second: what shares the bucket of a moment ten seconds ago is out of sight.
        _window.RemoveAll(item => Bucket(item.At) <= Bucket(now) - 10);
        if (!_window.Exists(static item => item.Slow))
        {
            _window.Clear();
            if (_slow.Count == 0)
                _suspectAt = null;
        }

        switch (failure)
        {
            case FailureKind.Caller:
                return;
            case null or FailureKind.Query:
                Answered(now);
                ClassEnded(failure is null, now);
                break;
            default:
                if (Endpoint.State == CircuitState.HalfOpen)
                    Endpoint.Open(now);
                else if (failure == FailureKind.Connect)
                    ConnectFailed(now);
                else
                    WasSlow(failure.Value, now);
                if (Endpoint.State != CircuitState.Closed)
                    Forget();
                break;
        }

        if (!_window.Exists(static item => item.Slow))
        {
            _window.Clear();
            if (_slow.Count == 0)
                _suspectAt = null;
        }
    }

    public void Reset(TimeSpan now)
    {
        Endpoint.Reset(now);
        Class.Reset(now);
        _query.Clear();
        Forget();
    }

    private long Bucket(TimeSpan at) => at.Ticks / (options.Window.Ticks / 10);

    private void Answered(TimeSpan now)
    {
        if (Endpoint.State == CircuitState.HalfOpen)
        {
            Endpoint.ProbeAnswered(now);
            return;
        }

        if (_connect.Count > 0)
            _flakyAt = now;
        _connect.Clear();
        _slow.Clear();
        if (_window.Exists(static item => item.Slow))
            _window.Add((now, false));
    }

    private void ClassEnded(bool succeeded, TimeSpan now)
    {
        // Ten minutes without a failure end a row, too.
        if (succeeded || (Class.State == CircuitState.Closed && _query.Count > 0 && now - _query[^1] >= TimeSpan.FromMinutes(10)))
            _query.Clear();
        if (!succeeded)
            _query.Add(now);
        if (Class.State == CircuitState.HalfOpen)
        {
            if (succeeded)
                Class.ProbeAnswered(now);
            else
                Class.Open(now);
        }
        else if (_query.Count >= options.QueryFailures && now - _query[0] >= options.MinimumSpan)
        {
            Class.Open(now);
        }
    }

    private void ConnectFailed(TimeSpan now)
    {
        _connect.Add(now);
        var needed = _flakyAt is { } at && now - at < options.FlakyMemory ? options.ConnectFailuresWhenFlaky : options.ConnectFailures;
        if (_connect.Count >= needed && now - _connect[0] >= options.MinimumSpan)
            Endpoint.Open(now);
    }

    private void WasSlow(FailureKind failure, TimeSpan now)
    {
        if (failure == FailureKind.Overload)
            _connect.Clear();
        _slow.Add(now);
        _window.Add((now, true));
        var mostlySlow = _window.Count >= options.MinimumThroughput && _window.Count(static item => item.Slow) >= options.SlowRatio * _window.Count;
        if (_suspectAt is null)
        {
            if (_slow.Count >= options.SlowFailuresToSuspect || mostlySlow)
                _suspectAt = now;
        }
        else if ((_slow.Count >= options.SlowFailures || mostlySlow) && now - _suspectAt >= options.MinimumSpan)
        {
            Endpoint.Open(now);
        }
    }

    private void Forget()
    {
        _connect.Clear();
        _slow.Clear();
        _window.Clear();
        _suspectAt = null;
    }
}

/// <summary>States of one circuit without jitter, and without checks in the background.</summary>
internal sealed class ModelCircuit(CircuitBreakerOptions options)
{
    private TimeSpan _until;
    private TimeSpan _closedAt;
    private int _breaks;
    private int _answers;

    public CircuitState State { get; private set; } = CircuitState.Closed;

    public bool CanEnter(TimeSpan now) => State != CircuitState.Open || now >= _until;

    public void Enter()
    {
        if (State != CircuitState.Open)
            return;
        State = CircuitState.HalfOpen;
        _answers = 0;
    }

    public void ProbeAnswered(TimeSpan now)
    {
        if (++_answers == options.ProbeSuccesses)
            (State, _closedAt) = (CircuitState.Closed, now);
    }

    public void Open(TimeSpan now)
    {
        if (State == CircuitState.Closed && now - _closedAt >= options.StableAfter)
            _breaks = 0;
        var seconds = Math.Min(options.FirstBreak.TotalSeconds * (1 << Math.Min(_breaks++, 20)), options.LongestBreak.TotalSeconds);
        (State, _until) = (CircuitState.Open, now + TimeSpan.FromSeconds(seconds));
    }

    public void Reset(TimeSpan now)
    {
        _breaks = 0;
        if (State != CircuitState.Closed)
            (State, _closedAt) = (CircuitState.Closed, now);
    }
}
