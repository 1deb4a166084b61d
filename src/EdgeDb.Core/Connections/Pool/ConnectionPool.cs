using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Connections;

/// <summary>
/// A pool for every kind of connection; an <see cref="IConnectionSource{T}"/> says how one is opened, checked, reset and closed.
/// <para>One lock guards all of it. It is held for some tens of nanoseconds, and the order of events under it is the order in which callers are served:
/// lock-free stacks and channels were rejected because opening, waiting and closing have to agree on the same counts.</para>
/// <para>Idle connections are stacks, one a role, latest returned on top; one that ran the caller's query shape lately is preferred
/// (<see cref="IdleStack{T}"/>). A connection is opened only when waiting costs more (<see cref="OpenRule"/>). Whether the queue stands is measured as
/// CoDel does it (Nichols and Jacobson, "Controlling Queue Delay", ACM Queue 10(5), 2012); what is done about it is Facebook's: short patience, and newest first
/// (Maurer, "Fail at Scale", ACM Queue 13(8), 2015).</para>
/// </summary>
public sealed partial class ConnectionPool<T> : IAsyncDisposable
    where T : class
{
    private const int Roles = (int)ConnectionRole.Analytics + 1;
    private const int SparesKept = 64;

    private readonly Lock _gate = new();
    private readonly IConnectionSource<T> _source;
    private readonly IConcurrencyLimit? _limiter;
    private readonly TimeProvider _time;
    private readonly PoolClock _clock;
    private readonly ILogger _logger;
    private readonly IdleStack<T>[] _idle = new IdleStack<T>[Roles];
    private readonly Stack<LeaseRecord<T>> _spareRecords = new(SparesKept);

    private ConnectionPoolOptions _options;
    private int _leasesPerConnection;
    private bool _isAdaptive = true;
    private int _leaseLimit;
    private int _ceiling = int.MaxValue;
    private int _predicted;
    private bool _held;
    private LeaseRecord<T>? _leases;
    private int _open;
    private int _leased;
    private long _leasedAtSum;
    private long _holdTime;
    private long _checkAfterIdle;
    private long _suspectBefore = long.MinValue;
    private bool _closed;

    private long _acquired;
    private long _affinityHits;
    private long _affinityAsked;
    private long _heldTotal;
    private long _closedBroken;
    private long _closedAged;

    /// <summary>Makes the pool and, in the background, its first <see cref="ConnectionPoolOptions.MinIdle"/> connections.</summary>
    /// <param name="source">The kind of connection.</param>
    /// <param name="options">Throws <see cref="ArgumentException"/> with every problem when they are wrong.</param>
    /// <param name="limiter">Limits leases below what the size allows; null for no limit of its own.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Receives leaks and failures of the background.</param>
    /// <param name="held">Whether it opens nothing by itself before <see cref="Hold"/> lets it go.</param>
    public ConnectionPool(
        IConnectionSource<T> source, ConnectionPoolOptions options, IConcurrencyLimit? limiter, TimeProvider time, ILogger logger, bool held = false)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        options.ThrowIfInvalid(source.Name);
        (_source, _options, _limiter, _time, _logger) = (source, options, limiter, time, logger);
        _clock = new PoolClock(time);
        _held = held;
        for (var role = 0; role < Roles; role++)
            _idle[role] = new IdleStack<T>();
        _leasesPerConnection = options.LeasesPerConnection;
        _patience = _clock.From(options.AcquireTimeout);
        _overloadPatience = _clock.From(options.OverloadAcquireTimeout);
        _checkAfterIdle = _clock.From(options.CheckAfterIdle);
        SetSizeLimit_NeedsLock();
        _waitTimer = time.CreateTimer(static pool => ((ConnectionPool<T>)pool!).OnWaitTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _maintenance = time.CreateTimer(static pool => ((ConnectionPool<T>)pool!).Maintain(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        source.Lost += OnLost;
        // Last: the first opening may fail before this returns, and sets the timer anew.
        MaintainIn_NeedsLock(TimeSpan.Zero);
    }

    /// <summary>Name of the endpoint.</summary>
    public string Name => _source.Name;

    /// <summary>The options that apply now.</summary>
    public ConnectionPoolOptions Options
    {
        get
        {
            lock (_gate)
                return _options;
        }
    }

    /// <summary>Whether leases run on connections that take more of them afterwards: who waits then waits for other callers, not for the endpoint.</summary>
    public bool IsServing
    {
        get
        {
            lock (_gate)
                return _leased > _stranded;
        }
    }

    /// <summary>Takes a connection that is idle or can carry one more lease. False when the caller would have to wait.</summary>
    /// <param name="role">What for.</param>
    /// <param name="affinity">Identifies the query shape, so that a connection that holds it prepared is preferred; 0 for none.</param>
    /// <param name="lease">To be disposed.</param>
    /// <param name="member">Filled in by the compiler, as the next two.</param>
    /// <param name="file">File of the caller.</param>
    /// <param name="line">Line of the caller.</param>
    public bool TryAcquire(
        ConnectionRole role,
        ulong affinity,
        out ConnectionLease<T> lease,
        [CallerMemberName] string member = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        lock (_gate)
        {
            if (!_closed && TakeIdle_NeedsLock(role, affinity, _clock.Now, new RentingSite(member, file, line), takesStale: false, out lease, out _))
                return true;
        }

        lease = default;
        return false;
    }

    /// <summary>
    /// Takes a connection, waits for one, or has one opened. Throws <see cref="PoolBusyException"/> when none comes free in time,
    /// <see cref="ConnectionOpenException"/> when none can be opened and none is there to wait for, and <see cref="ObjectDisposedException"/>.
    /// </summary>
    /// <param name="role">What for.</param>
    /// <param name="affinity">Identifies the query shape, so that a connection that holds it prepared is preferred; 0 for none.</param>
    /// <param name="patience">How long the caller can wait at most, besides <see cref="ConnectionPoolOptions.AcquireTimeout"/>; infinite for no bound of its own.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="member">Filled in by the compiler, as the next two.</param>
    /// <param name="file">File of the caller.</param>
    /// <param name="line">Line of the caller.</param>
    public ValueTask<ConnectionLease<T>> AcquireAsync(
        ConnectionRole role,
        ulong affinity,
        TimeSpan patience,
        CancellationToken ct,
        [CallerMemberName] string member = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        if (ct.IsCancellationRequested)
            return ValueTask.FromCanceled<ConnectionLease<T>>(ct);
        var site = new RentingSite(member, file, line);
        var now = _clock.Now;
        lock (_gate)
        {
            if (!_closed && TakeIdle_NeedsLock(role, affinity, now, site, takesStale: true, out var lease, out var isStale))
                return isStale ? CheckAsync(lease, role, affinity, patience, site, ct) : new ValueTask<ConnectionLease<T>>(lease);
        }

        return AcquireSlow(role, affinity, patience, site, ct);
    }

    /// <summary>Replaces the options. Throws <see cref="ArgumentException"/> when they are wrong, or change <see cref="ConnectionPoolOptions.LeasesPerConnection"/>.</summary>
    public void Reconfigure(ConnectionPoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfInvalid(Name);
        PoolWaiter<T>? granted;
        lock (_gate)
        {
            if (options.LeasesPerConnection != _leasesPerConnection)
                throw new ArgumentException($"{Name}: LeasesPerConnection is {_leasesPerConnection} for the life of the pool.", nameof(options));
            _options = options;
            _patience = _clock.From(options.AcquireTimeout);
            _overloadPatience = _clock.From(options.OverloadAcquireTimeout);
            _checkAfterIdle = _clock.From(options.CheckAfterIdle);
            SetSizeLimit_NeedsLock();
            granted = Serve_NeedsLock(_clock.Now);
            if (!_closed)
                MaintainIn_NeedsLock(TimeSpan.Zero);
        }

        Grant(granted);
    }

    /// <summary>Keeps at least this many connections open (at most <see cref="ConnectionPoolOptions.MaxSize"/>), as the load forecast expects them to be needed; 0 for none.</summary>
    public void Predict(int connections)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(connections);
        lock (_gate)
        {
            if (_predicted == connections)
                return;
            _predicted = connections;
        }

        Maintain();
    }

    /// <summary>
    /// Whether the limit may follow the latencies; false leaves the size as the only limit, whatever was learnt, and nothing is learnt meanwhile. Default true.
    /// </summary>
    internal bool IsAdaptive
    {
        get
        {
            lock (_gate)
                return _isAdaptive;
        }

        set
        {
            PoolWaiter<T>? granted;
            lock (_gate)
            {
                if (_isAdaptive == value)
                    return;
                _isAdaptive = value;
                SetSizeLimit_NeedsLock();
                granted = Serve_NeedsLock(_clock.Now);
            }

            Grant(granted);
        }
    }

    /// <summary>Bounds the open connections below <see cref="ConnectionPoolOptions.MaxSize"/>, as memory allows; at least 1.</summary>
    public void SetCeiling(int connections)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(connections, 1);
        PoolWaiter<T>? granted;
        lock (_gate)
        {
            if (_ceiling == connections)
                return;
            _ceiling = connections;
            SetSizeLimit_NeedsLock();
            granted = Serve_NeedsLock(_clock.Now);
        }

        Grant(granted);
        Maintain();
    }

    /// <summary>
    /// While held, it opens nothing by itself (neither <see cref="ConnectionPoolOptions.MinIdle"/> nor what the forecast wants) and keeps nothing open that nobody uses: a
    /// person has taken the endpoint out. Callers still get connections; keeping them away is the part of the circuit breaker.
    /// </summary>
    public void Hold(bool held)
    {
        lock (_gate)
        {
            if (_held == held)
                return;
            _held = held;
        }

        Maintain();
    }

    /// <summary>Connections that are idle now are asked for a sign of life before they are handed out: something has happened to the endpoint.</summary>
    public void Suspect()
    {
        lock (_gate)
            _suspectBefore = _clock.Now;
    }

    internal void Return(LeaseRecord<T> record, int version)
    {
        // A second Dispose, or one of a copy. Checked again under the lock, where the first one ends the lease.
        if (record.Version != version || record.Pooled is not { } pooled)
            return;
        // One failed call on a multiplexed connection may be about that call alone; its source knows.
        var usable = !record.IsDiscarded && (record.Failure != FailureKind.Connect || _leasesPerConnection > 1) && _source.TryReset(pooled.Connection);
        var now = _clock.Now;
        PoolWaiter<T>? granted = null;
        var opens = false;
        var role = ConnectionRole.General;
        lock (_gate)
        {
            if (record.Version != version)
                return;
            End_NeedsLock(record, pooled, now, usable);
            if (_waiters.Count > 0)
            {
                granted = Serve_NeedsLock(now);
                opens = BeginOpen_NeedsLock(now, out role);
            }
        }

        Grant(granted);
        if (opens)
            _ = OpenAsync(role);
    }

    // takesStale: the caller can ask a connection for a sign of life. For others those that need one are closed.
    private bool TakeIdle_NeedsLock(
        ConnectionRole role, ulong affinity, long now, in RentingSite site, bool takesStale, out ConnectionLease<T> lease, out bool isStale)
    {
        isStale = false;
        if (_leased < _leaseLimit)
        {
            // Leases share a multiplexed connection whatever their role.
            if (_leasesPerConnection > 1)
                role = ConnectionRole.General;
            while (Candidate_NeedsLock(role, affinity, out var holdsShape) is { } pooled)
            {
                // One that was returned or opened at this very moment is not idle, even where each idle one is checked.
                isStale = pooled.Leases == 0 && pooled.CheckedAt < now
                    && (now - pooled.CheckedAt >= _checkAfterIdle || pooled.CheckedAt < _suspectBefore);
                if (_source.IsUsable(pooled.Connection) && (now < pooled.ExpiresAt || pooled.Leases > 0) && (takesStale || !isStale))
                {
                    lease = Begin_NeedsLock(pooled, affinity, holdsShape, isStale, now, site);
                    return true;
                }

                if (now < pooled.ExpiresAt)
                    Condemn_NeedsLock(pooled, ref _closedBroken);
                else
                    Condemn_NeedsLock(pooled, ref _closedAged);
            }
        }

        lease = default;
        return false;
    }

    private PooledConnection<T>? Candidate_NeedsLock(ConnectionRole role, ulong affinity, out bool holdsShape)
    {
        var own = _idle[(int)role];
        holdsShape = false;
        if (own.Top is null)
        {
            var borrowed = Borrow_NeedsLock(role);
            holdsShape = affinity != 0 && borrowed?.Holds(affinity) == true;
            return borrowed;
        }

        if (affinity == 0)
            return own.Top;
        if (own.Find(affinity) is not { } fitting)
            return own.Top;
        holdsShape = true;
        return fitting;
    }

    /// <summary>An idle connection of another role, the coldest, when it can be made fit: cheaper than opening one.</summary>
    private PooledConnection<T>? Borrow_NeedsLock(ConnectionRole role)
    {
        foreach (var stack in _idle)
        {
            if (stack.Bottom is not { Leases: 0 } other || !_source.TryAssign(other.Connection, role))
                continue;
            stack.Remove(other);
            other.Role = role;
            _idle[(int)role].Push(other);
            return other;
        }

        return null;
    }

    private ConnectionLease<T> Begin_NeedsLock(
        PooledConnection<T> pooled, ulong affinity, bool holdsShape, bool isStale, long now, in RentingSite site)
    {
        // One that is about to be checked carries nobody else meanwhile, though it could.
        if (++pooled.Leases == _leasesPerConnection || isStale)
            _idle[(int)pooled.Role].Remove(pooled);
        pooled.IsUnverified = isStale;
        if (affinity != 0)
        {
            _affinityAsked++;
            if (holdsShape)
                _affinityHits++;
            else
                pooled.Remember(affinity);
        }

        if (!_spareRecords.TryPop(out var record))
            record = new LeaseRecord<T>();
        record.Pooled = pooled;
        record.LeasedAt = now;
        record.InFlight = ++_leased;
        record.Site = site;
        record.Next = _leases;
        if (_leases is not null)
            _leases.Previous = record;
        _leases = record;
        _leasedAtSum += now;
        _acquired++;
        return new ConnectionLease<T>(this, record, pooled.Connection);
    }

    private void End_NeedsLock(LeaseRecord<T> record, PooledConnection<T> pooled, long now, bool usable)
    {
        var held = now - record.LeasedAt;
        var failure = record.Failure;
        var inFlight = record.InFlight;
        Unlink_NeedsLock(record);
        _leased--;
        _leasedAtSum -= now - held;
        _heldTotal += held;
        _holdTime = _holdTime == 0 ? held : _holdTime + ((held - _holdTime) / 8);
        if (_limiter is not null && _isAdaptive)
        {
            _limiter.OnCompleted(_clock.ToTicks(now), _clock.ToTicks(held), inFlight, failure is FailureKind.Timeout or FailureKind.Overload);
            _leaseLimit = _limiter.Current;
        }

        pooled.IdleSince = now;
        if (!pooled.IsUnverified)
            pooled.CheckedAt = now;
        pooled.Leases--;
        if (pooled.IsCondemned)
            _stranded--;
        if (pooled.IsCondemned)
        {
            if (pooled.Leases == 0)
                Close_NeedsLock(pooled);
        }
        else if (!usable)
        {
            Condemn_NeedsLock(pooled, ref _closedBroken);
        }
        else if (_closed)
        {
            Condemn_NeedsLock(pooled, ref _closedIdle);
        }
        else if (pooled.Leases == 0 && (_held || _open > Capacity_NeedsLock()))
        {
            Condemn_NeedsLock(pooled, ref _closedIdle);
        }
        else if (!pooled.IsStacked)
        {
            _idle[(int)pooled.Role].Push(pooled);
        }
    }

    private void Unlink_NeedsLock(LeaseRecord<T> record)
    {
        record.Version++;
        if (record.Previous is not null)
            record.Previous.Next = record.Next;
        else
            _leases = record.Next;
        if (record.Next is not null)
            record.Next.Previous = record.Previous;
        (record.Previous, record.Next, record.Pooled, record.Failure) = (null, null, null, null);
        (record.IsReported, record.IsDiscarded) = (false, false);
        if (_spareRecords.Count < SparesKept)
            _spareRecords.Push(record);
    }

    private int Capacity_NeedsLock() => Math.Min(_options.MaxSize, _ceiling);

    private void SetSizeLimit_NeedsLock()
    {
        _leaseLimit = (int)Math.Min((long)Capacity_NeedsLock() * _leasesPerConnection, int.MaxValue);
        if (_limiter is null || !_isAdaptive)
            return;
        _limiter.SetRange(1, _leaseLimit);
        _leaseLimit = _limiter.Current;
    }
}
