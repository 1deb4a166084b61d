namespace EdgeDb.Core.Connections;

/// <summary>
/// Keeps the caller to its deadline while a statement runs. Three things can end one early, in this order of preference:
/// <list type="number">
/// <item>The server's <c>statement_timeout</c>, set below the deadline: costs nothing, and the session stays intact.</item>
/// <item>The caller gives up: a cancel request goes over a connection of its own (a TLS handshake, so never for a deadline), and the answer of the
/// statement is awaited for <see cref="PostgresOptions.CancelTimeout"/>.</item>
/// <item>No answer comes at all, because the server or the network hangs: the caller is let go and the connection given up.</item>
/// </list>
/// </summary>
internal sealed class PostgresStatementGuard : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _abandoned = new();
    private CancellationTokenSource _cancel = new();
    private CancellationTokenRegistration _callerGone;
    private long _due;
    private long _graceTicks;
    private bool _running;

    public PostgresStatementGuard(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static state => ((PostgresStatementGuard)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the statement: Npgsql asks the server to stop it and closes the connection when that fails.</summary>
    public CancellationToken Cancelled => _cancel.Token;

    /// <summary>Lets the caller go.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>The caller was let go without an answer: the connection must never be used again.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>The cancel request under way or done; null when none was sent.</summary>
    public Task? CancelRequest { get; private set; }

    /// <summary>How much longer the caller may be kept; not below zero.</summary>
    public TimeSpan TimeLeft
    {
        get
        {
            lock (_gate)
                return _due - _time.GetTimestamp() is > 0 and var left ? _time.GetElapsedTime(0, left) : TimeSpan.Zero;
        }
    }

    /// <summary>A statement begins.</summary>
    /// <param name="timeLeft">When the caller is let go.</param>
    /// <param name="grace">How long the server may take to confirm that it stopped the statement, within that time.</param>
    /// <param name="ct">The caller gives up.</param>
    public void Begin(TimeSpan timeLeft, TimeSpan grace, CancellationToken ct)
    {
        lock (_gate)
        {
            _running = true;
            _graceTicks = (long)(grace.TotalSeconds * _time.TimestampFrequency);
            _due = _time.GetTimestamp() + (long)(timeLeft.TotalSeconds * _time.TimestampFrequency);
            _timer.Change(timeLeft, Timeout.InfiniteTimeSpan);
        }

        _callerGone = ct.UnsafeRegister(static state => ((PostgresStatementGuard)state!).OnCallerGone(), this);
    }

    /// <summary>The statement is over or given up; tells what became of it in <see cref="IsAbandoned"/> and <see cref="CancelRequest"/>.</summary>
    public void End()
    {
        // Waits for OnCallerGone when that runs right now, so a late caller cannot cancel the next statement.
        _callerGone.Dispose();
        lock (_gate)
        {
            _running = false;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>After the server confirmed a cancel request, which is over too.</summary>
    public void Renew()
    {
        CancelRequest = null;
        _cancel.Dispose();
        _cancel = new CancellationTokenSource();
    }

    /// <summary>
    /// Sends the cancel request, once. Npgsql does so with blocking calls in the callback of the token (connect, TLS, wait for the end), up to
    /// <see cref="PostgresOptions.ConnectTimeout"/> when the server hangs: a thread of its own keeps the pool's threads for the rest of the service.
    /// </summary>
    public void RequestCancel()
    {
        lock (_gate)
        {
            CancelRequest ??= Task.Factory.StartNew(
                static source => ((CancellationTokenSource)source!).Cancel(), _cancel, CancellationToken.None,
                TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _abandoned.Dispose();
        // A cancel request to a server that hangs may still be using it.
        if (CancelRequest is null or { IsCompleted: true })
            _cancel.Dispose();
    }

    private void OnCallerGone()
    {
        RequestCancel();
        lock (_gate)
        {
            if (!_running)
                return;
            var grace = _time.GetTimestamp() + _graceTicks;
            if (grace >= _due)
                return;
            _due = grace;
            _timer.Change(_time.GetElapsedTime(0, _graceTicks), Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            // A timer that fires late may meet the next statement, and the system's timers may fire a little early.
            if (!_running)
                return;
            var early = _due - _time.GetTimestamp();
            if (early > 0)
            {
                _timer.Change(_time.GetElapsedTime(0, early), Timeout.InfiniteTimeSpan);
                return;
            }

            IsAbandoned = true;
        }

        // Outside of the gate, as the caller's continuation may run in here. No later statement can be hit: from now on the connection is given up.
        _abandoned.Cancel();
    }
}
