using EdgeDb.Core.Connections;

namespace EdgeDb.Benchmarks.Forecast;

/// <summary>
/// A connection pool in simulated time, event by event: callers arrive at random at the rate of a load series and hold a connection for an exponential time.
/// Opening follows the pool's own <see cref="OpenRule"/> and its own estimates; idle time-out, lifetime with jitter, the limit on openings at once, maintenance
/// and the recheck of waiting callers are those of <see cref="ConnectionPool{T}"/>. Callers do not give up.
/// </summary>
internal sealed class PoolSimulation
{
    /// <summary>Connections open at once.</summary>
    public const int MaxSize = 40;

    private const int MaxOpening = 2;
    private const double IdleTimeout = 300;
    private const double MaxLifetime = 1800;
    private const double MaintenancePeriod = 10;
    private const double Never = double.PositiveInfinity;

    private readonly Random _random = new(1);
    private readonly PriorityQueue<Connection, double> _leases = new();
    private readonly List<Connection> _idle = [];
    private readonly Queue<double> _opening = new();
    private readonly Queue<double> _waiting = new();
    private readonly double _meanHold;
    private readonly double _openTime;
    private double _now;
    private double _holdEstimate;
    private double _openEstimate;
    private double _openBeganAt;
    private double _queueFilledAt;
    private double _leasedAtSum;
    private double _recheckAt = Never;
    private double _openIntegral;
    private int _kept;

    /// <param name="meanHold">Mean time a connection is held, seconds.</param>
    /// <param name="openTime">Time that opening takes, seconds.</param>
    public PoolSimulation(double meanHold, double openTime) => (_meanHold, _openTime) = (meanHold, openTime);

    /// <summary>Connections opened because a caller waited; the rest are opened in the background.</summary>
    public int ColdOpens { get; private set; }

    public long Callers { get; private set; }

    public long CallersWaited { get; private set; }

    /// <summary>Connections that were open on average over time.</summary>
    public double MeanOpen => _openIntegral / _now;

    /// <summary>Runs over a series of counts an interval.</summary>
    /// <param name="counts">Callers expected in each interval.</param>
    /// <param name="interval">Length of one, seconds.</param>
    /// <param name="floor">Told the callers that came in an interval, says how many connections to keep open from then on.</param>
    public void Run(IReadOnlyList<double> counts, double interval, Func<int, int> floor)
    {
        var maintainAt = 0.0;
        for (var i = 0; i < counts.Count; i++)
        {
            var end = (i + 1) * interval;
            var rate = counts[i] / interval;
            var arrived = 0;
            var arrivalAt = NextArrival(i * interval, rate);
            while (true)
            {
                var next = Math.Min(Math.Min(arrivalAt, maintainAt), Math.Min(_recheckAt, end));
                if (_leases.TryPeek(out _, out var returnAt))
                    next = Math.Min(next, returnAt);
                if (_opening.TryPeek(out var opening))
                    next = Math.Min(next, opening);
                _openIntegral += (next - _now) * (_leases.Count + _idle.Count);
                _now = next;
                if (next == end)
                    break;
                if (next == arrivalAt)
                {
                    arrived++;
                    Arrive();
                    arrivalAt = NextArrival(_now, rate);
                }
                else if (next == returnAt && _leases.Count > 0)
                {
                    Return();
                }
                else if (next == opening && _opening.Count > 0)
                {
                    Opened();
                }
                else if (next == maintainAt)
                {
                    maintainAt = _now + MaintenancePeriod;
                    Maintain();
                }
                else
                {
                    _recheckAt = Never;
                    BeginOpen();
                }
            }

            Callers += arrived;
            _kept = Math.Min(floor(arrived), MaxSize);
            Maintain();
        }
    }

    private int Open => _leases.Count + _idle.Count;

    private double NextArrival(double from, double rate) => rate > 0 ? from + (Exponential() / rate) : Never;

    private double Exponential() => -Math.Log(1 - _random.NextDouble());

    private void Arrive()
    {
        if (_idle.Count > 0)
        {
            Lease(TakeNewest());
            return;
        }

        CallersWaited++;
        if (_waiting.Count == 0)
            _queueFilledAt = _now;
        _waiting.Enqueue(_now);
        BeginOpen();
    }

    private Connection TakeNewest()
    {
        var connection = _idle[^1];
        _idle.RemoveAt(_idle.Count - 1);
        return connection;
    }

    private void Lease(Connection connection)
    {
        connection.LeasedAt = _now;
        _leasedAtSum += _now;
        _leases.Enqueue(connection, _now + (_meanHold * Exponential()));
    }

    private void Return()
    {
        var connection = _leases.Dequeue();
        _leasedAtSum -= connection.LeasedAt;
        var held = _now - connection.LeasedAt;
        _holdEstimate = _holdEstimate == 0 ? held : _holdEstimate + ((held - _holdEstimate) / 8);
        connection.IdleSince = _now;
        if (_now < connection.ExpiresAt)
            _idle.Add(connection);
        Serve();
        BeginOpen();
    }

    private void Opened()
    {
        _opening.Dequeue();
        _openEstimate = _openTime;
        _idle.Add(new Connection { ExpiresAt = _now + (MaxLifetime * (1 - (0.1 * _random.NextDouble()))), IdleSince = _now });
        Serve();
        if (!BeginOpen())
            Refill();
    }

    private void Serve()
    {
        while (_waiting.Count > 0 && _idle.Count > 0)
        {
            _waiting.Dequeue();
            Lease(TakeNewest());
        }
    }

    private bool BeginOpen()
    {
        if (_waiting.Count == 0 || _opening.Count >= MaxOpening || Open + _opening.Count >= MaxSize)
            return false;
        var hold = _leases.Count == 0 ? _holdEstimate : Math.Max(_holdEstimate, _now - (_leasedAtSum / _leases.Count));
        if (!OpenRule.ShouldOpen(_waiting.Count, _leases.Count + _opening.Count, Ticks(hold), Ticks(_openEstimate), Ticks(_now - Math.Max(_queueFilledAt, _openBeganAt))))
        {
            _recheckAt = Math.Min(_recheckAt, _now + Math.Clamp(_openEstimate / 8, 0.001, 0.05));
            return false;
        }

        _openBeganAt = _now;
        ColdOpens++;
        _opening.Enqueue(_now + _openTime);
        return true;
    }

    private void Refill()
    {
        if (_opening.Count >= MaxOpening || Open + _opening.Count >= _kept)
            return;
        _opening.Enqueue(_now + _openTime);
    }

    private void Maintain()
    {
        // The coldest are at the front; none is closed below what is kept unless it is too old.
        for (var i = 0; i < _idle.Count;)
        {
            if (_now >= _idle[i].ExpiresAt || (Open > _kept && _now - _idle[i].IdleSince >= IdleTimeout))
                _idle.RemoveAt(i);
            else
                i++;
        }

        Refill();
    }

    private static long Ticks(double seconds) => (long)(seconds * TimeSpan.TicksPerSecond);

    private sealed class Connection
    {
        public double ExpiresAt { get; init; }

        public double LeasedAt { get; set; }

        public double IdleSince { get; set; }
    }
}
