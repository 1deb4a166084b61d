namespace EdgeDb.Core.Connections;

/// <summary>
/// The states of one circuit: closed, open for a while, half-open with one probe at a time, or isolated by a person. It knows nothing of what
/// opens it. Not thread-safe: <see cref="EndpointBreaker"/> calls it under its lock.
/// </summary>
internal sealed class Circuit(CircuitBreakerOptions options, TimeProvider time, string endpoint, string? operationClass, CircuitEventLog events)
{
    private int _breaks;
    private int _falseSigns;
    private bool _endedEarly;
    private bool _probing;
    private int _probeSuccesses;
    private long _probeSince;
    private long _brokenAt;
    private long _closedAt;
    private TimeSpan _break;
    private FailureKind? _failure;
    private int _failuresInARow;

    public CircuitState State { get; private set; } = CircuitState.Closed;

    /// <summary>
    /// Counts changes of <see cref="State"/>. Work remembers the value it started under, and its outcome is ignored when it has changed since: what was
    /// begun before a break says nothing about the time after it.
    /// </summary>
    public int Epoch { get; private set; }

    /// <summary>Why it is in its state; empty while it was never open.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>When it was last closed, or when a person isolated it; null while it is closed.</summary>
    public DateTimeOffset? Since { get; private set; }

    /// <summary>Closed to open, since the start.</summary>
    public long TimesOpened { get; private set; }

    /// <summary>Time until the break is over; zero when it is, null when a person has to end it.</summary>
    public TimeSpan? RetryAfter(long now)
    {
        if (State == CircuitState.Isolated)
            return null;
        var left = State == CircuitState.Open ? _break - time.GetElapsedTime(_brokenAt, now) : TimeSpan.Zero;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Whether <see cref="Enter"/> may be called now.</summary>
    public bool CanEnter(long now)
    {
        // A probe whose caller never came back must not hold everybody off for good (a fault several breakers had).
        if (_probing && time.GetElapsedTime(_probeSince, now) >= options.ProbeLimit)
            ProbeFailed(FailureKind.Timeout, now);
        return State switch
        {
            CircuitState.Closed => true,
            CircuitState.HalfOpen => !_probing,
            CircuitState.Open => RetryAfter(now) == TimeSpan.Zero,
            _ => false,
        };
    }

    /// <summary>Lets one piece of work in; true when it is a probe, which has to end in one of the three methods below.</summary>
    public bool Enter(long now)
    {
        if (State == CircuitState.Closed)
            return false;
        if (State == CircuitState.Open)
            Change(CircuitState.HalfOpen, "The break is over.", CircuitEventKind.HalfOpened, null);
        _probing = true;
        _probeSince = now;
        return true;
    }

    public void ProbeAnswered(long now)
    {
        _probing = false;
        if (++_probeSuccesses >= options.ProbeSuccesses)
            Close($"{_probeSuccesses} probes in a row were answered.", now);
    }

    public void ProbeFailed(FailureKind failure, long now) =>
        Open(failure, _failuresInARow + 1, $"A probe failed: {Words(failure)}.", now);

    /// <summary>The probe says nothing: its caller gave up, or made a mistake of its own.</summary>
    public void ProbeSaidNothing() => _probing = false;

    public void Open(FailureKind failure, int failuresInARow, string reason, long now)
    {
        if (State == CircuitState.Closed)
        {
            TimesOpened++;
            if (_breaks > 0 && time.GetElapsedTime(_closedAt, now) >= options.StableAfter)
                _breaks = 0;
        }

        if (_endedEarly)
            _falseSigns++;
        _endedEarly = false;
        // Past 30 doublings every allowed break is longer than the longest.
        var full = options.FirstBreak * Math.Pow(2, Math.Min(_breaks++, 30));
        _break = (full < options.LongestBreak ? full : options.LongestBreak) * (1 - (options.Jitter * Random.Shared.NextDouble()));
        _brokenAt = now;
        (_failure, _failuresInARow) = (failure, failuresInARow);
        Change(CircuitState.Open, reason, CircuitEventKind.Opened, time.GetUtcNow() + _break);
    }

    /// <summary>Something else than work saw the endpoint answer: probes may start before the break is over. Signs that proved false make the next one wait.</summary>
    public void EndEarly(string reason, long now)
    {
        if (State != CircuitState.Open || time.GetElapsedTime(_brokenAt, now) < options.EarliestEnd * Math.Pow(2, Math.Min(_falseSigns, 30)))
            return;
        _endedEarly = true;
        Change(CircuitState.HalfOpen, reason, CircuitEventKind.HalfOpened, null);
    }

    /// <summary>Closed, and for so long that nothing of its past matters.</summary>
    public bool IsSettled(long now) =>
        State == CircuitState.Closed && (_breaks == 0 || time.GetElapsedTime(_closedAt, now) >= options.StableAfter);

    /// <param name="reason">Why.</param>
    /// <param name="since">When it was decided; null for now.</param>
    public void Isolate(string reason, DateTimeOffset? since)
    {
        (_failure, _failuresInARow) = (null, 0);
        Change(CircuitState.Isolated, reason, CircuitEventKind.Isolated, null);
        Since = since ?? Since;
    }

    /// <summary>A person ends a break or an isolation; the next break is the first again.</summary>
    public void Reset(string reason, long now)
    {
        _breaks = 0;
        if (State != CircuitState.Closed)
            Close(reason, now);
    }

    public static string Words(FailureKind failure) => failure switch
    {
        FailureKind.Connect => "no connection",
        FailureKind.Timeout => "no answer in time",
        FailureKind.Overload => "too much to do",
        FailureKind.Query => "the operation failed",
        _ => "an error of the caller",
    };

    private void Close(string reason, long now)
    {
        _closedAt = now;
        _falseSigns = 0;
        _endedEarly = false;
        Change(CircuitState.Closed, reason, CircuitEventKind.Closed, null);
        (_failure, _failuresInARow) = (null, 0);
    }

    private void Change(CircuitState state, string reason, CircuitEventKind kind, DateTimeOffset? until)
    {
        if (state == CircuitState.Closed)
            Since = null;
        else if (State == CircuitState.Closed || state == CircuitState.Isolated)
            Since = time.GetUtcNow();
        State = state;
        Reason = reason;
        Epoch++;
        (_probing, _probeSuccesses) = (false, 0);
        var level = operationClass is null ? CircuitLevel.Endpoint : CircuitLevel.OperationClass;
        events.Add(new CircuitEvent(time.GetUtcNow(), kind, level, endpoint, operationClass, _failure, reason, _failuresInARow, until));
    }
}
