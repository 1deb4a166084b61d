namespace EdgeDb.Core.Connections;

/// <content>What the pool does by itself: keeping connections ready, closing old ones, reporting leaks, ending.</content>
public sealed partial class ConnectionPool<T>
{
    private static readonly TimeSpan ShortestMaintenance = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestMaintenance = TimeSpan.FromSeconds(10);

    // A server that lets us in and hangs up must not be dialled in a loop.
    private static readonly TimeSpan RestAfterOpening = TimeSpan.FromSeconds(1);

    private readonly ITimer _maintenance;
    private bool _isCheckingIdle;
    private long _closedIdle;
    private long _leaks;

    /// <summary>The pool at this moment.</summary>
    public PoolStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                return new PoolStatistics
                {
                    Open = _open,
                    Idle = CountIdle_NeedsLock(),
                    Leased = _leased,
                    Opening = _opening,
                    Closing = _closing,
                    Waiting = _waiters.Count,
                    Limit = _leaseLimit,
                    Acquired = _acquired,
                    Waited = _waited,
                    TimedOut = _timedOut,
                    Rejected = _rejected,
                    Opened = _opened,
                    OpenFailures = _openFailures,
                    LastOpenFailure = _lastOpenFailure?.Message,
                    FailingFor = _failedInRow > 0 ? _clock.ToSpan(_clock.Now - _failingSince) : null,
                    ClosedIdle = _closedIdle,
                    ClosedAged = _closedAged,
                    ClosedBroken = _closedBroken,
                    AffinityHits = _affinityHits,
                    AffinityAsked = _affinityAsked,
                    Leaks = _leaks,
                    WaitTime = _clock.ToSpan(_waitedTotal),
                    HoldTime = _clock.ToSpan(_heldTotal),
                    OpenTime = _clock.ToSpan(_openTotal),
                };
            }
        }
    }

    /// <summary>
    /// Refuses new callers and those who wait, closes idle connections, and waits up to <see cref="ConnectionPoolOptions.DrainTimeout"/> for leases. False
    /// when one still runs: its connection is closed when it is returned.
    /// </summary>
    public async ValueTask<bool> CloseAsync()
    {
        PoolWaiter<T>? refused = null;
        lock (_gate)
        {
            if (!_closed)
            {
                _closed = true;
                refused = TakeAll_NeedsLock(_clock.Now);
                foreach (var stack in _idle)
                    while (stack.Top is { } pooled)
                        Condemn_NeedsLock(pooled, ref _closedIdle);

                SignalIfDrained_NeedsLock();
            }
        }

        Refuse(refused, this, static (pool, _) => pool.Closed());
        await _stopOpening.CancelAsync().ConfigureAwait(false);
        await _maintenance.DisposeAsync().ConfigureAwait(false);
        await _waitTimer.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _drained.Task.WaitAsync(_options.DrainTimeout, _time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            PoolLog.ClosedAroundLeases(_logger, Name, Statistics.Leased, _options.DrainTimeout.TotalMilliseconds);
            return false;
        }
    }

    /// <summary>As <see cref="CloseAsync()"/>.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    private static TimeSpan MaintenancePeriod(ConnectionPoolOptions options)
    {
        var shortest = options.LeakAfter;
        if (options.IdleTimeout > TimeSpan.Zero && options.IdleTimeout < shortest)
            shortest = options.IdleTimeout;
        if (options.MaxLifetime > TimeSpan.Zero && options.MaxLifetime < shortest)
            shortest = options.MaxLifetime;
        return TimeSpan.FromTicks(Math.Clamp(shortest.Ticks / 4, ShortestMaintenance.Ticks, LongestMaintenance.Ticks));
    }

    private void MaintainIn_NeedsLock(TimeSpan wait) =>
        // Timers count whole milliseconds and round down.
        _maintenance.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), MaintenancePeriod(_options));

    private void OnLost()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            var rest = RestAfterOpening - _clock.ToSpan(_clock.Now - _openedAt);
            MaintainIn_NeedsLock(rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
        }
    }

    private void Maintain()
    {
        List<(RentingSite Site, TimeSpan Held)>? leaks = null;
        bool refills;
        PooledConnection<T>? unsure;
        lock (_gate)
        {
            if (_closed)
                return;
            var now = _clock.Now;
            CloseOld_NeedsLock(now);
            unsure = TakeUnsure_NeedsLock(now);
            for (var lease = _leases; lease is not null; lease = lease.Next)
            {
                if (lease.IsReported || now - lease.LeasedAt < _clock.From(_options.LeakAfter))
                    continue;
                lease.IsReported = true;
                _leaks++;
                (leaks ??= []).Add((lease.Site, _clock.ToSpan(now - lease.LeasedAt)));
            }

            refills = BeginRefill_NeedsLock(now);
        }

        foreach (var (site, held) in leaks ?? [])
            PoolLog.Leak(_logger, Name, site, held.TotalSeconds);
        if (refills)
            _ = OpenAsync(ConnectionRole.General);
        if (unsure is not null)
            _ = CheckIdleAsync(unsure);
    }

    /// <summary>
    /// The coldest connection that has not shown for long that it works, out of its stack: one each time, so that a server which died at night is missed before
    /// the first caller comes, and firewalls see some traffic.
    /// </summary>
    private PooledConnection<T>? TakeUnsure_NeedsLock(long now)
    {
        if (_isCheckingIdle || Coldest_NeedsLock() is not { } coldest || now - coldest.CheckedAt < _checkAfterIdle)
            return null;
        _idle[(int)coldest.Role].Remove(coldest);
        _isCheckingIdle = true;
        return coldest;
    }

    private async Task CheckIdleAsync(PooledConnection<T> pooled)
    {
        bool isAlive;
        using (var timeout = new CancellationTokenSource(_options.OpenTimeout, _time))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopOpening.Token))
            isAlive = await IsAliveAsync(pooled.Connection, either.Token).ConfigureAwait(false);
        PoolWaiter<T>? granted = null;
        var refills = false;
        lock (_gate)
        {
            var now = _clock.Now;
            _isCheckingIdle = false;
            if (!isAlive)
            {
                Condemn_NeedsLock(pooled, ref _closedBroken);
                refills = BeginRefill_NeedsLock(now);
            }
            else if (_closed)
            {
                Condemn_NeedsLock(pooled, ref _closedIdle);
            }
            else
            {
                // Below the others: having been checked does not make it warmer.
                pooled.CheckedAt = now;
                _idle[(int)pooled.Role].PushBottom(pooled);
                granted = Serve_NeedsLock(now);
            }
        }

        Grant(granted);
        if (refills)
            _ = OpenAsync(ConnectionRole.General);
    }

    /// <summary>Counts one connection as being opened when fewer are open than shall be kept; each that is ready begins the next.</summary>
    private bool BeginRefill_NeedsLock(long now)
    {
        if (_closed || _opening >= _options.MaxOpening || _open + _opening >= Kept_NeedsLock() || Taken_NeedsLock() >= Capacity_NeedsLock())
            return false;
        if (now < _reopenAt)
        {
            // Callers would try again by themselves; while there are none, the clock does. Each time: timers may fire a little early.
            MaintainIn_NeedsLock(_clock.ToSpan(_reopenAt - now));
            return false;
        }

        _opening++;
        return true;
    }

    private int Kept_NeedsLock() => _held ? 0 : Math.Min(Math.Max(_options.MinIdle, _predicted), Capacity_NeedsLock());

    private void CloseOld_NeedsLock(long now)
    {
        var idleTimeout = _clock.From(_options.IdleTimeout);
        var kept = Kept_NeedsLock();
        var capacity = Capacity_NeedsLock();
        foreach (var stack in _idle)
        {
            for (var pooled = stack.Bottom; pooled is not null;)
            {
                var above = pooled.Above;
                if (pooled.Leases == 0)
                {
                    if (!_source.IsUsable(pooled.Connection))
                        Condemn_NeedsLock(pooled, ref _closedBroken);
                    else if (now >= pooled.ExpiresAt)
                        Condemn_NeedsLock(pooled, ref _closedAged);
                    else if (_held || _open > capacity || (_open > kept && now - pooled.IdleSince >= idleTimeout))
                        Condemn_NeedsLock(pooled, ref _closedIdle);
                }

                pooled = above;
            }
        }
    }

    private int CountIdle_NeedsLock()
    {
        var count = 0;
        foreach (var stack in _idle)
            for (var pooled = stack.Top; pooled is not null; pooled = pooled.Below)
                if (pooled.Leases == 0)
                    count++;
        return count;
    }
}
