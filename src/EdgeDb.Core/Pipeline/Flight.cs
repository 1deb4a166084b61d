namespace EdgeDb.Core.Pipeline;

/// <summary>An answer that is being made, and those who wait for it. When all of them have left, the making is cancelled.</summary>
internal sealed class Flight : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<AnswerResult> _landing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cancellation;
    private readonly AdmissionGate? _gate;
    private readonly AdmissionTicket? _ticket;
    private int _waiting = 1;
    private bool _ended;

    /// <param name="started">The clock of invalidations, before anything was read.</param>
    /// <param name="limit">Time until it is cancelled.</param>
    /// <param name="gate">Where it queues; null to go straight.</param>
    /// <param name="priority">Of the one who begins it.</param>
    /// <param name="time">Clock.</param>
    public Flight(long started, TimeSpan limit, AdmissionGate? gate, RequestPriority priority, TimeProvider time)
    {
        Started = started;
        _cancellation = new(limit, time);
        _gate = gate;
        _ticket = gate?.Enter(priority);
    }

    public long Started { get; }

    public Task<AnswerResult> Landing => _landing.Task;

    /// <summary>Completes when its turn has come.</summary>
    public Task Turn => _ticket?.Admission ?? Task.CompletedTask;

    /// <summary>Ends when nobody waits any more, and at the limit.</summary>
    public CancellationToken Cancelled => _cancellation.Token;

    /// <summary>Somebody waits.</summary>
    public bool IsWanted
    {
        get
        {
            lock (_lock)
                return _waiting > 0;
        }
    }

    /// <summary>One more waits. False when all others have left, and with them the flight.</summary>
    public bool TryJoin(RequestPriority priority)
    {
        lock (_lock)
        {
            if (_waiting == 0)
                return false;
            _waiting++;
        }

        if (_ticket is not null)
            _gate!.Raise(_ticket, priority);
        return true;
    }

    /// <summary>Somebody waits no longer.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (--_waiting > 0 || _ended)
                return;
        }

        // Not under the lock: the callbacks of the work run in here.
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended just now.
        }
    }

    /// <summary>The answer is made.</summary>
    public void Land(AnswerResult result) => _landing.SetResult(result);

    /// <summary>It could not be made.</summary>
    public void Crash(Exception exception)
    {
        _landing.SetException(exception);
        // Everybody may have left.
        _ = _landing.Task.Exception;
    }

    /// <summary>The work is over and its place free, before those who wait are told.</summary>
    public void Dispose()
    {
        lock (_lock)
            _ended = true;
        if (_ticket is not null)
            _gate!.Leave(_ticket);
        _cancellation.Dispose();
    }
}
