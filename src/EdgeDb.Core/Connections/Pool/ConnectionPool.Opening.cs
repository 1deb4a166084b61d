namespace EdgeDb.Core.Connections;

/// <content>How connections come and go.</content>
public sealed partial class ConnectionPool<T>
{
    private static readonly TimeSpan FirstReopenDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestReopenDelay = TimeSpan.FromSeconds(5);

    // Twice what a source takes for a server that does not answer. One that takes longer is given up: its place must not be lost for good.
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(4);

    private readonly CancellationTokenSource _stopOpening = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _lastOpenFailure;
    private long _openTime;
    private long _openBeganAt;
    private long _reopenAt;
    private int _failedInRow;
    private long _failingSince;
    private int _opening;

    // Leases on multiplexed connections that take no more: nobody can wait for those.
    private int _stranded;
    private int _closing;

    // Of those being closed, the ones without a lease.
    private int _leaving;

    private long _opened;
    private long _openedAt;
    private long _openTotal;
    private long _openFailures;

    private bool HasRoom_NeedsLock() =>
        !_closed
        && _opening < _options.MaxOpening
        && _leased - _stranded + ((long)_opening * _leasesPerConnection) < _leaseLimit
        && (Taken_NeedsLock() < Capacity_NeedsLock() || HasUnfit_NeedsLock());

    /// <summary>
    /// Sessions that the endpoint may see. One that is being closed is one of them until it is: while a server hangs, closing takes long, and twice as many as
    /// allowed would be open. A multiplexed one that only finishes its last leases is not, or one late answer would hold up everybody.
    /// </summary>
    private int Taken_NeedsLock() => _open + _opening + _leaving;

    /// <summary>Decides whether a caller that waits is worth a connection, and counts it as being opened.</summary>
    private bool BeginOpen_NeedsLock(long now, out ConnectionRole role)
    {
        role = ConnectionRole.General;
        if (_waiters.Oldest is not { } oldest || !HasRoom_NeedsLock())
            return false;
        // After a failure those who wait can wait for what serves; without anything every caller's attempt is made.
        var serving = _leased - _stranded;
        if (serving > 0 && now < _reopenAt)
            return false;
        var holdTime = _leased == 0 ? _holdTime : Math.Max(_holdTime, now - (_leasedAtSum / _leased));
        var queueAge = now - Math.Max(_queueFilledAt, _openBeganAt);
        if (!OpenRule.ShouldOpen(_waiters.Count, serving + (_opening * _leasesPerConnection), holdTime, _openTime, queueAge))
            return false;
        if (Taken_NeedsLock() >= Capacity_NeedsLock())
        {
            // Its place is free once it is closed, which comes back here.
            if (_leaving == 0)
                CloseUnfit_NeedsLock();
            return false;
        }

        _openBeganAt = now;
        role = _leasesPerConnection > 1 ? ConnectionRole.General : oldest.Role;
        _opening++;
        return true;
    }

    /// <summary>While callers wait, what is idle fits none of them; it takes the place of one that would.</summary>
    private bool HasUnfit_NeedsLock() => _leased < _leaseLimit && Coldest_NeedsLock() is not null;

    private void CloseUnfit_NeedsLock()
    {
        if (Coldest_NeedsLock() is { } unfit)
            Condemn_NeedsLock(unfit, ref _closedIdle);
    }

    private PooledConnection<T>? Coldest_NeedsLock()
    {
        PooledConnection<T>? coldest = null;
        foreach (var stack in _idle)
            if (stack.Bottom is { Leases: 0 } bottom && (coldest is null || bottom.IdleSince < coldest.IdleSince))
                coldest = bottom;
        return coldest;
    }

    private async Task OpenAsync(ConnectionRole role)
    {
        var started = _clock.Now;
        T connection;
        try
        {
            using var timeout = new CancellationTokenSource(_options.OpenTimeout, _time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopOpening.Token);
            try
            {
                connection = await _source.OpenAsync(role, linked.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested)
            {
                throw new TimeoutException($"{Name} was not ready for use within {_options.OpenTimeout.TotalMilliseconds:0} ms (OpenTimeout).");
            }
        }
        catch (Exception failure)
        {
            OnOpenFailed(failure);
            return;
        }

        OnOpened(connection, role, started);
    }

    private void OnOpened(T connection, ConnectionRole role, long started)
    {
        PoolWaiter<T>? granted;
        bool opens;
        bool isBack;
        ConnectionRole next;
        lock (_gate)
        {
            var now = _clock.Now;
            _opening--;
            _open++;
            _opened++;
            _openedAt = now;
            _openTotal += now - started;
            _openTime = _openTime == 0 ? now - started : _openTime + ((now - started - _openTime) / 4);
            isBack = _failedInRow > 0;
            (_failedInRow, _reopenAt, _lastOpenFailure) = (0, 0, null);
            var pooled = new PooledConnection<T>(connection, role, now, ExpiresAt_NeedsLock(now));
            if (_closed)
            {
                Condemn_NeedsLock(pooled, ref _closedIdle);
                return;
            }

            _idle[(int)role].Push(pooled);
            granted = Serve_NeedsLock(now);
            opens = BeginOpen_NeedsLock(now, out next) || BeginRefill_NeedsLock(now);
        }

        if (isBack)
            PoolLog.OpensAgain(_logger, Name);
        Grant(granted);
        if (opens)
            _ = OpenAsync(next);
    }

    private void OnOpenFailed(Exception failure)
    {
        PoolWaiter<T>? refused = null;
        var kind = FailureKind.Connect;
        var isFirst = false;
        bool refills;
        lock (_gate)
        {
            _opening--;
            if (_closed)
            {
                SignalIfDrained_NeedsLock();
                return;
            }

            _openFailures++;
            _lastOpenFailure = failure;
            isFirst = _failedInRow == 0;
            if (isFirst)
                _failingSince = _clock.Now;
            var delay = TimeSpan.FromTicks(Math.Min(LongestReopenDelay.Ticks, FirstReopenDelay.Ticks << Math.Min(_failedInRow++, 10)));
            _reopenAt = _clock.Now + (long)(_clock.From(delay) * (0.75 + (Random.Shared.NextDouble() / 2)));
            refills = BeginRefill_NeedsLock(_clock.Now);
            kind = failure is TimeoutException ? FailureKind.Timeout : _source.Classify(failure);
            // Nothing runs that they could wait for: telling them now is kinder than telling them after AcquireTimeout.
            if (_leased > _stranded || _opening > 0)
            {
                SetWaitTimer_NeedsLock(_clock.Now, RecheckAt_NeedsLock(_clock.Now));
            }
            else
            {
                refused = TakeAll_NeedsLock(_clock.Now);
            }
        }

        // An endpoint that is away for a week must not fill the card with its log.
        if (isFirst)
            PoolLog.OpenFailed(_logger, Name, failure.Message);
        else
            PoolLog.OpenFailedAgain(_logger, Name, failure.Message);
        RefuseUnopened(refused, kind, failure);
        if (refills)
            _ = OpenAsync(ConnectionRole.General);
    }

    private void RefuseUnopened(PoolWaiter<T>? refused, FailureKind kind, Exception cause) =>
        Refuse(refused, (Name, kind, cause), static (why, isEcho) => new ConnectionOpenException(why.Name, why.kind, why.cause, isEcho));

    private long ExpiresAt_NeedsLock(long now)
    {
        var lifetime = _clock.From(_options.MaxLifetime);
        return lifetime == long.MaxValue ? long.MaxValue : now + lifetime - (long)(lifetime * 0.1 * Random.Shared.NextDouble());
    }

    /// <summary>Gives the connection no more leases, and closes it now or when its last one is returned.</summary>
    private void Condemn_NeedsLock(PooledConnection<T> pooled, ref long counter)
    {
        counter++;
        pooled.IsCondemned = true;
        _stranded += pooled.Leases;
        if (pooled.IsStacked)
            _idle[(int)pooled.Role].Remove(pooled);
        _open--;
        _closing++;
        if (pooled.Leases == 0)
            Close_NeedsLock(pooled);
    }

    private void Close_NeedsLock(PooledConnection<T> pooled)
    {
        _leaving++;
        // Elsewhere, because closing may talk to the server and this is under the lock.
        ThreadPool.UnsafeQueueUserWorkItem(static item => _ = item.Pool.CloseAsync(item.Connection), (Pool: this, pooled.Connection), preferLocal: false);
    }

    private async Task CloseAsync(T connection)
    {
        try
        {
            var closing = _source.CloseAsync(connection);
            if (!closing.IsCompletedSuccessfully)
                await closing.AsTask().WaitAsync(CloseLimit, _time).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            PoolLog.CloseFailed(_logger, Name, failure.Message);
        }

        bool opens;
        ConnectionRole role;
        lock (_gate)
        {
            var now = _clock.Now;
            _closing--;
            _leaving--;
            SignalIfDrained_NeedsLock();
            opens = BeginOpen_NeedsLock(now, out role) || BeginRefill_NeedsLock(now);
            SetWaitTimer_NeedsLock(now, RecheckAt_NeedsLock(now));
        }

        if (opens)
            _ = OpenAsync(role);
    }

    private void SignalIfDrained_NeedsLock()
    {
        if (_closed && _open == 0 && _opening == 0 && _closing == 0)
            _drained.TrySetResult();
    }
}
