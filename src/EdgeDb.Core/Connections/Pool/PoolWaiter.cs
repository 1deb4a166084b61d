using System.Threading.Tasks.Sources;

namespace EdgeDb.Core.Connections;

/// <summary>
/// A caller that waits. Reused after its result was taken, so waiting allocates nothing either. Whoever takes it out of the queue under the
/// pool's lock completes it, after leaving the lock; that makes exactly one of lease, failure, expiry and cancellation win.
/// </summary>
internal sealed class PoolWaiter<T>(ConnectionPool<T> pool) : IValueTaskSource<ConnectionLease<T>>
    where T : class
{
    // Continuations run elsewhere: the thread that returns a connection does not do the next caller's work.
    private ManualResetValueTaskSourceCore<ConnectionLease<T>> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;

    public ConnectionRole Role { get; private set; }

    public ulong Affinity { get; private set; }

    public RentingSite Site { get; private set; }

    public long EnqueuedAt { get; private set; }

    public long GiveUpAt { get; private set; }

    public bool IsQueued { get; set; }

    public PoolWaiter<T>? Older { get; set; }

    public PoolWaiter<T>? Newer { get; set; }

    public ConnectionLease<T> Granted { get; set; }

    public CancellationToken Token { get; private set; }

    public ValueTask<ConnectionLease<T>> Task => new(this, _core.Version);

    public void Prepare(ConnectionRole role, ulong affinity, long now, long giveUpAt, RentingSite site, CancellationToken token)
    {
        _core.Reset();
        (Role, Affinity, EnqueuedAt, GiveUpAt, Token, Site) = (role, affinity, now, giveUpAt, token, site);
    }

    /// <summary>Called before the task is handed out, so it cannot run at the same time as <see cref="GetResult"/>.</summary>
    public void WatchCancellation() =>
        _cancellation = Token.UnsafeRegister(static waiter => ((PoolWaiter<T>)waiter!).Cancel(), this);

    public void Grant() => _core.SetResult(Granted);

    public void Refuse(Exception failure) => _core.SetException(failure);

    public ConnectionLease<T> GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            // Waits for a cancellation that runs right now, or it would hit the next caller that this object stands for.
            _cancellation.Dispose();
            _cancellation = default;
            (Granted, Token) = (default, default);
            pool.Recycle(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        if (pool.Withdraw(this))
            Refuse(new OperationCanceledException("The caller cancelled while waiting for a connection.", Token));
    }
}
