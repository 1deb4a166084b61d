namespace EdgeDb.Core.Connections;

/// <content>The queue of those who find no idle connection.</content>
public sealed partial class ConnectionPool<T>
{
    private static readonly TimeSpan FastestRecheck = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan SlowestRecheck = TimeSpan.FromMilliseconds(50);

    private readonly WaiterQueue<T> _waiters = new();
    private readonly Stack<PoolWaiter<T>> _spareWaiters = new(SparesKept);
    private readonly ITimer _waitTimer;
    private long _patience;
    private long _overloadPatience;
    private long _queueFilledAt;
    private long _ageWindowAt;
    private long _leastAge;
    private bool _queueStands;
    private long _waitTimerDue = long.MaxValue;

    private long _waited;
    private long _waitedTotal;
    private long _timedOut;
    private long _rejected;

    internal void Recycle(PoolWaiter<T> waiter)
    {
        lock (_gate)
            if (_spareWaiters.Count < SparesKept)
                _spareWaiters.Push(waiter);
    }

    /// <summary>Takes a caller out of the queue; false when somebody else did already and completes it.</summary>
    internal bool Withdraw(PoolWaiter<T> waiter)
    {
        lock (_gate)
        {
            if (!waiter.IsQueued)
                return false;
            _waiters.Remove(waiter);
            _waitedTotal += _clock.Now - waiter.EnqueuedAt;
            return true;
        }
    }

    private static void Grant(PoolWaiter<T>? granted)
    {
        while (granted is not null)
        {
            // Read first: once granted, the object may stand for another caller.
            var next = granted.Newer;
            granted.Newer = null;
            granted.Grant();
            granted = next;
        }
    }

    /// <summary>Refuses a chain of those that were taken out of the queue, each with an exception of its own: their stack traces would mix.</summary>
    /// <param name="refused">The first; null for none.</param>
    /// <param name="state">Handed to <paramref name="failure"/>.</param>
    /// <param name="failure">Makes the exception of one caller; true for all but the first.</param>
    private static void Refuse<TState>(PoolWaiter<T>? refused, TState state, Func<TState, bool, Exception> failure)
    {
        for (var isEcho = false; refused is not null; isEcho = true)
        {
            // Read first, as above.
            var next = refused.Newer;
            refused.Newer = null;
            refused.Refuse(failure(state, isEcho));
            refused = next;
        }
    }

    /// <summary>Empties the queue; the chain is to be refused after the lock is left.</summary>
    private PoolWaiter<T>? TakeAll_NeedsLock(long now)
    {
        PoolWaiter<T>? taken = null;
        while (_waiters.Newest is { } waiter)
        {
            _waiters.Remove(waiter);
            _waitedTotal += now - waiter.EnqueuedAt;
            waiter.Newer = taken;
            taken = waiter;
        }

        return taken;
    }

    private ValueTask<ConnectionLease<T>> AcquireSlow(
        ConnectionRole role, ulong affinity, TimeSpan patience, in RentingSite site, CancellationToken ct)
    {
        PoolWaiter<T> waiter;
        bool opens;
        ConnectionRole openRole;
        ValueTask<ConnectionLease<T>> task;
        lock (_gate)
        {
            if (_closed)
                return ValueTask.FromException<ConnectionLease<T>>(Closed());
            var now = _clock.Now;
            // The lock was left in between.
            if (TakeIdle_NeedsLock(role, affinity, now, site, takesStale: true, out var lease, out var isStale))
                return isStale ? CheckAsync(lease, role, affinity, patience, site, ct) : new ValueTask<ConnectionLease<T>>(lease);
            if (_waiters.Count >= _options.QueueCapacity)
            {
                _rejected++;
                return ValueTask.FromException<ConnectionLease<T>>(Full_NeedsLock());
            }

            if (_waiters.Count == 0)
            {
                (_queueFilledAt, _ageWindowAt) = (now, now);
                (_leastAge, _queueStands) = (long.MaxValue, false);
            }

            if (!_spareWaiters.TryPop(out waiter!))
                waiter = new PoolWaiter<T>(this);
            var wait = Math.Min(_clock.From(patience), QueueStands_NeedsLock(now) ? _overloadPatience : _patience);
            waiter.Prepare(role, affinity, now, wait == long.MaxValue ? wait : now + wait, site, ct);
            task = waiter.Task;
            _waiters.Add(waiter);
            opens = BeginOpen_NeedsLock(now, out openRole);
            SetWaitTimer_NeedsLock(now, Math.Min(waiter.GiveUpAt, RecheckAt_NeedsLock(now)));
        }

        waiter.WatchCancellation();
        if (opens)
            _ = OpenAsync(openRole);
        return task;
    }

    private async ValueTask<ConnectionLease<T>> CheckAsync(
        ConnectionLease<T> lease, ConnectionRole role, ulong affinity, TimeSpan patience, RentingSite site, CancellationToken ct)
    {
        var started = _clock.Now;
        var bound = patience == Timeout.InfiniteTimeSpan || patience > _options.AcquireTimeout ? _options.AcquireTimeout : patience;
        using (var timeout = new CancellationTokenSource(bound, _time))
        using (var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct))
        {
            if (await IsAliveAsync(lease.Connection, linked.Token).ConfigureAwait(false))
            {
                OnAlive(lease.Pooled!);
                return lease;
            }
        }

        // A check that the caller gave up says nothing; the source knows whether the connection is still in step.
        if (!ct.IsCancellationRequested)
            lease.Discard();
        lease.Dispose();
        ct.ThrowIfCancellationRequested();
        var left = patience == Timeout.InfiniteTimeSpan ? patience : patience - _clock.ToSpan(_clock.Now - started);
        return await AcquireAsync(role, affinity, left > TimeSpan.Zero || left == Timeout.InfiniteTimeSpan ? left : TimeSpan.Zero, ct, site.Member, site.File, site.Line)
            .ConfigureAwait(false);
    }

    private void OnAlive(PooledConnection<T> pooled)
    {
        PoolWaiter<T>? granted = null;
        lock (_gate)
        {
            (pooled.IsUnverified, pooled.CheckedAt) = (false, _clock.Now);
            if (!pooled.IsCondemned && pooled.Leases < _leasesPerConnection)
            {
                _idle[(int)pooled.Role].Push(pooled);
                granted = Serve_NeedsLock(_clock.Now);
            }
        }

        Grant(granted);
    }

    private async ValueTask<bool> IsAliveAsync(T connection, CancellationToken ct)
    {
        try
        {
            return await _source.CheckAsync(connection, ct).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            PoolLog.CheckFailed(_logger, Name, failure.Message);
            return false;
        }
    }

    /// <summary>
    /// Whether the queue no longer evens out bursts but only delays: whenever a caller left it during a whole long patience, the oldest had been waiting for
    /// longer than the short one (Nichols and Jacobson, "Controlling Queue Delay", ACM Queue 10(5), 2012). That the queue is never empty is not enough: callers
    /// who come back at once keep it so however short they wait.
    /// </summary>
    private bool QueueStands_NeedsLock(long now)
    {
        if (_waiters.Oldest is not { } oldest)
            return false;
        if (now - _ageWindowAt >= _patience)
        {
            // Once it stands, the short patience itself keeps the oldest young; so it ends at half of that.
            var least = _leastAge == long.MaxValue ? now - oldest.EnqueuedAt : _leastAge;
            _queueStands = least > (_queueStands ? _overloadPatience / 2 : _overloadPatience);
            (_ageWindowAt, _leastAge) = (now, long.MaxValue);
        }

        return _queueStands;
    }

    /// <summary>Hands what is free to those who wait; they are to be granted after the lock is left.</summary>
    private PoolWaiter<T>? Serve_NeedsLock(long now)
    {
        PoolWaiter<T>? granted = null;
        while (_waiters.Count > 0 && _leased < _leaseLimit && ServeOne_NeedsLock(now) is { } waiter)
        {
            waiter.Newer = granted;
            granted = waiter;
        }

        return granted;
    }

    private PoolWaiter<T>? ServeOne_NeedsLock(long now)
    {
        // The newest first while the queue stands: the oldest are about to give up anyway, and their answers would come too late.
        var newestFirst = QueueStands_NeedsLock(now);
        _leastAge = Math.Min(_leastAge, now - _waiters.Oldest!.EnqueuedAt);
        var waiter = newestFirst ? _waiters.Newest : _waiters.Oldest;
        for (; waiter is not null; waiter = newestFirst ? waiter.Older : waiter.Newer)
        {
            if (!TakeIdle_NeedsLock(waiter.Role, waiter.Affinity, now, waiter.Site, takesStale: false, out var lease, out _))
            {
                if (!HasIdle_NeedsLock())
                    return null;
                continue; // What is idle cannot take this one's role.
            }

            _waiters.Remove(waiter);
            _waited++;
            _waitedTotal += now - waiter.EnqueuedAt;
            waiter.Granted = lease;
            return waiter;
        }

        return null;
    }

    private bool HasIdle_NeedsLock()
    {
        foreach (var stack in _idle)
            if (stack.Count > 0)
                return true;
        return false;
    }

    private void OnWaitTimer()
    {
        PoolWaiter<T>? granted;
        PoolWaiter<T>? expired = null;
        bool opens;
        ConnectionRole role;
        PoolBusyException? failure = null;
        Exception? unopened = null;
        lock (_gate)
        {
            _waitTimerDue = long.MaxValue;
            var now = _clock.Now;
            granted = Serve_NeedsLock(now);
            for (var waiter = _waiters.Oldest; waiter is not null;)
            {
                var newer = waiter.Newer;
                if (waiter.GiveUpAt <= now)
                {
                    _leastAge = Math.Min(_leastAge, now - waiter.EnqueuedAt);
                    failure ??= TimedOut_NeedsLock(now - waiter.EnqueuedAt);
                    _waiters.Remove(waiter);
                    _timedOut++;
                    _waitedTotal += now - waiter.EnqueuedAt;
                    waiter.Newer = expired;
                    expired = waiter;
                }

                waiter = newer;
            }

            // Who had nothing to wait for but an opening was failed by the endpoint, not by other callers.
            if (expired is not null && _leased == _stranded && (_opening > 0 || _lastOpenFailure is not null))
                unopened = _lastOpenFailure ?? new TimeoutException($"opening takes longer than callers wait (AcquireTimeout is {_options.AcquireTimeout.TotalMilliseconds:0} ms).");
            opens = BeginOpen_NeedsLock(now, out role);
            var due = RecheckAt_NeedsLock(now);
            for (var waiter = _waiters.Oldest; waiter is not null; waiter = waiter.Newer)
                due = Math.Min(due, waiter.GiveUpAt);
            SetWaitTimer_NeedsLock(now, due);
        }

        Grant(granted);
        if (unopened is not null)
            RefuseUnopened(expired, FailureKind.Timeout, unopened);
        else
            Refuse(expired, failure, static (failure, _) => new PoolBusyException(failure!.Message, failure.Waited, failure.InnerException));
        if (opens)
            _ = OpenAsync(role);
    }

    /// <summary>When to look again whether the wait has become worth a connection: nothing else happens while long leases run.</summary>
    private long RecheckAt_NeedsLock(long now) =>
        _waiters.Count == 0 || !HasRoom_NeedsLock()
            ? long.MaxValue
            : Math.Max(_reopenAt, now + Math.Clamp(_openTime / 8, _clock.From(FastestRecheck), _clock.From(SlowestRecheck)));

    private void SetWaitTimer_NeedsLock(long now, long due)
    {
        if (due >= _waitTimerDue || _closed)
            return;
        _waitTimerDue = due;
        // Timers count whole milliseconds; rounded down, one would fire before it is due, again and again.
        _waitTimer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, _clock.ToSpan(due - now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    private PoolBusyException Full_NeedsLock() => new(
        $"{_waiters.Count} callers wait already for a connection to {Name}, which is QueueCapacity. " +
        $"{InUse_NeedsLock()} Shorten the work, slow the callers down, or raise MaxSize or QueueCapacity.",
        TimeSpan.Zero,
        _lastOpenFailure);

    private PoolBusyException TimedOut_NeedsLock(long waited) => new(
        $"No connection to {Name} came free within {_clock.ToSpan(waited).TotalMilliseconds:0} ms (AcquireTimeout is {_options.AcquireTimeout.TotalMilliseconds:0} ms, " +
        $"OverloadAcquireTimeout {_options.OverloadAcquireTimeout.TotalMilliseconds:0} ms, or less when the caller's deadline is near). " +
        $"{InUse_NeedsLock()} Shorten the work, raise MaxSize, or raise the timeout.",
        _clock.ToSpan(waited),
        _lastOpenFailure);

    private string InUse_NeedsLock() =>
        $"{_leased} leases run on {_open} connections{(_leaving > 0 ? $" and {_leaving} more are being closed" : "")}; the limit is {_leaseLimit} leases (MaxSize {_options.MaxSize}" +
        (_ceiling < _options.MaxSize ? $", {_ceiling} while memory is short)." : ").");

    private ObjectDisposedException Closed() => new(Name, $"The pool of {Name} is closed; no connection can be rented.");
}
