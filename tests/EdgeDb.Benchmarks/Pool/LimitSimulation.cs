using EdgeDb.Core.Connections;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>
/// A discrete-event simulation, in virtual time, of callers, a pool with a limit and a short queue, and one database that shares itself
/// equally among the queries inside (processor sharing). Deterministic for a seed.
/// </summary>
internal sealed class LimitSimulation
{
    /// <summary>An answer later than this, counted from the caller's first try, is worth nothing; the query is cut off then.</summary>
    private const double DeadlineSeconds = 0.25;

    /// <summary>A waiter's patience (CoDel as in "Fail at Scale", ACM Queue 2015): long for a burst, the target once the queue has not been empty for that long.</summary>
    private const double PatienceSeconds = 0.1;
    private const double TargetSeconds = 0.005;
    private const int QueueCapacity = 1024;

    private const double OpenSeconds = 0.005;
    private const double BytesEach = 128 * 1024;
    private const double IdleSeconds = 10;
    private const double LookEverySeconds = 1;
    private const double LongestGapSeconds = 0.05;

    private readonly LimitScenario _scenario;
    private readonly Func<double, int> _current;
    private readonly IConcurrencyLimit? _limit;
    private readonly Action<double, TuningReading>? _eachSecond;
    private readonly Random _random;
    private readonly PriorityQueue<Happening, double> _timers = new();
    private readonly PriorityQueue<Query, double> _inside = new();
    private readonly Queue<Query> _byDeadline = new();
    private readonly Queue<Query> _waiting = new();
    private readonly Stack<double> _idleSince = new();
    private readonly double _fastWork;

    private double _now;
    private double _served;
    private double _servedRate;
    private int _insideCount;
    private int _inFlight;
    private int _open;
    private double _queueEmptyAt;
    private double _openSeconds;
    private double _limitSeconds;
    private long _good;
    private long _late;
    private long _refused;
    private double _responseSeconds;

    private LimitSimulation(LimitScenario scenario, int seed, Func<double, int> current, IConcurrencyLimit? limit, Action<double, TuningReading>? eachSecond = null)
    {
        (_scenario, _current, _limit, _eachSecond) = (scenario, current, limit, eachSecond);
        _random = new Random(seed);
        _fastWork = 1 / (1 + (19 * scenario.SlowShare));
    }

    private enum Step
    {
        Arrive,
        DrawAgain,
        Enter,
        Return,
        Look,
    }

    /// <summary>Runs with a limit that learns.</summary>
    public static LimitResult Run(LimitScenario scenario, int seed, IConcurrencyLimit limit) =>
        new LimitSimulation(scenario, seed, _ => limit.Current, limit).Run();

    /// <summary>Runs with a limit that is known for each moment.</summary>
    public static LimitResult Run(LimitScenario scenario, int seed, Func<double, int> limitAt) =>
        new LimitSimulation(scenario, seed, limitAt, null).Run();

    /// <summary>Runs with somebody who looks at the counters each second and may change what <paramref name="limitAt"/> answers.</summary>
    public static LimitResult Run(LimitScenario scenario, int seed, Func<double, int> limitAt, Action<double, TuningReading> eachSecond) =>
        new LimitSimulation(scenario, seed, limitAt, null, eachSecond).Run();

    private LimitResult Run()
    {
        ScheduleArrival();
        for (var i = 0; i < _scenario.Callers; i++)
            _timers.Enqueue(new(Step.Arrive, null), _random.NextDouble() * Math.Max(0.01, _scenario.ThinkSeconds));
        _timers.Enqueue(new(Step.Look, null), LookEverySeconds);

        while (true)
        {
            var next = _timers.TryPeek(out _, out var timer) ? timer : double.MaxValue;
            var finish = NextFinish();
            var cut = NextCut();
            var at = Math.Min(next, Math.Min(finish, cut));
            if (at >= _scenario.Seconds)
            {
                MoveTo(_scenario.Seconds);
                return new(_good / _now, _late, _refused, _openSeconds / _now, _limitSeconds / _now);
            }

            MoveTo(at);
            if (at == finish)
                Leave(_inside.Dequeue());
            else if (at == cut)
                Cut(_byDeadline.Dequeue());
            else
                Do(_timers.Dequeue());
        }
    }

    private void MoveTo(double at)
    {
        var passed = at - _now;
        _served += passed * _servedRate;
        _openSeconds += passed * _open;
        _limitSeconds += passed * _current(_now);
        _now = at;
        _servedRate = _insideCount == 0 ? 0 : _scenario.Database(at).Throughput(_insideCount) / _insideCount;
    }

    // The rate is that of the moment before; every change of those inside goes through here.
    private void SetInside(int count)
    {
        _insideCount = count;
        _servedRate = count == 0 ? 0 : _scenario.Database(_now).Throughput(count) / count;
    }

    private double NextFinish()
    {
        while (_inside.TryPeek(out var query, out var work))
        {
            if (query.State == QueryState.Inside)
                return _now + (Math.Max(0, work - _served) / _servedRate);
            _inside.Dequeue();
        }

        return double.MaxValue;
    }

    private double NextCut()
    {
        while (_byDeadline.TryPeek(out var query))
        {
            if (query.State == QueryState.Inside)
                return Math.Max(_now, query.ArrivedAt + DeadlineSeconds);
            if (query.State != QueryState.OnTheWay)
                _byDeadline.Dequeue();
            else
                break;
        }

        return double.MaxValue;
    }

    private void Do(Happening happening)
    {
        switch (happening.Step)
        {
            case Step.Arrive:
                if (happening.Query is null && _scenario.Callers == 0)
                    ScheduleArrival();
                Arrive(new Query { ArrivedAt = _now, Work = Work() });
                break;
            case Step.DrawAgain:
                ScheduleArrival();
                break;
            case Step.Enter:
                happening.Query!.State = QueryState.Inside;
                SetInside(_insideCount + 1);
                _inside.Enqueue(happening.Query, _served + happening.Query.Work);
                break;
            case Step.Return:
                Return(happening.Query!, overloaded: false);
                break;
            default:
                CloseIdle();
                _eachSecond?.Invoke(_now, new(_good, _late + _refused, _responseSeconds, _open * BytesEach, 0));
                _timers.Enqueue(new(Step.Look, null), _now + LookEverySeconds);
                break;
        }
    }

    private void ScheduleArrival()
    {
        if (_scenario.Callers > 0)
            return;

        // Arrivals have no memory, so a long gap may be drawn again later; otherwise a quiet moment's gap would reach into the next burst.
        var gap = -Math.Log(1 - _random.NextDouble()) / _scenario.ArrivalsPerSecond(_now);
        _timers.Enqueue(new(gap < LongestGapSeconds ? Step.Arrive : Step.DrawAgain, null), _now + Math.Min(gap, LongestGapSeconds));
    }

    private double Work()
    {
        // Sizes vary as the logarithm of a normal distribution does (sigma 0.6), average 1.
        var normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        var size = Math.Exp((0.6 * normal) - 0.18) * _fastWork;
        return _random.NextDouble() < _scenario.SlowShare ? 20 * size : size;
    }

    private void Arrive(Query query)
    {
        if (_waiting.Count == 0 && _inFlight < _current(_now))
        {
            Start(query);
            return;
        }

        if (_waiting.Count == 0)
            _queueEmptyAt = _now;
        if (_waiting.Count >= QueueCapacity)
        {
            Refuse();
            return;
        }

        query.ExpiresAt = _now + (_now - _queueEmptyAt > PatienceSeconds ? TargetSeconds : PatienceSeconds);
        _waiting.Enqueue(query);
    }

    private void Start(Query query)
    {
        query.InFlight = ++_inFlight;
        query.State = QueryState.OnTheWay;
        var opening = 0.0;
        if (!_idleSince.TryPop(out _))
        {
            _open++;
            opening = OpenSeconds;
        }

        query.StartedAt = _now + opening;
        _byDeadline.Enqueue(query);
        _timers.Enqueue(new(Step.Enter, query), query.StartedAt + (_scenario.Database(_now).RoundTripSeconds / 2));
    }

    private void Leave(Query query)
    {
        query.State = QueryState.Answered;
        SetInside(_insideCount - 1);
        _timers.Enqueue(new(Step.Return, query), _now + (_scenario.Database(_now).RoundTripSeconds / 2));
    }

    // A query that is cut off leaves a connection in an unknown state, so the connection is closed.
    private void Cut(Query query)
    {
        query.State = QueryState.Answered;
        SetInside(_insideCount - 1);
        _open--;
        Return(query, overloaded: true);
    }

    private void Return(Query query, bool overloaded)
    {
        if (overloaded || _now - query.ArrivedAt > DeadlineSeconds)
            _late++;
        else
            (_good, _responseSeconds) = (_good + 1, _responseSeconds + (_now - query.ArrivedAt));
        if (!overloaded)
            _idleSince.Push(_now);
        _inFlight--;
        _limit?.OnCompleted(Ticks(_now), Ticks(_now - query.StartedAt), query.InFlight, overloaded);
        AskAgain(_now);
        while (_inFlight < _current(_now) && _waiting.TryDequeue(out var waiter))
        {
            if (waiter.ExpiresAt >= _now)
                Start(waiter);
            else
                Refuse();
        }
    }

    private void Refuse()
    {
        _refused++;
        AskAgain(_now);
    }

    private void AskAgain(double at)
    {
        if (_scenario.Callers > 0)
            _timers.Enqueue(new(Step.Arrive, null), at + (_scenario.ThinkSeconds * -Math.Log(1 - _random.NextDouble())));
    }

    private void CloseIdle()
    {
        // The stack gives the newest first; those below the first old one are older still.
        var kept = _idleSince.Reverse().Where(since => _now - since < IdleSeconds).ToArray();
        _open -= _idleSince.Count - kept.Length;
        _idleSince.Clear();
        foreach (var since in kept)
            _idleSince.Push(since);
    }

    private static long Ticks(double seconds) => (long)(seconds * TimeSpan.TicksPerSecond);

    private enum QueryState
    {
        Waiting,
        OnTheWay,
        Inside,
        Answered,
    }

    private readonly record struct Happening(Step Step, Query? Query);

    private sealed class Query
    {
        public double ArrivedAt { get; init; }

        public double Work { get; init; }

        public double ExpiresAt { get; set; }

        public double StartedAt { get; set; }

        public int InFlight { get; set; }

        public QueryState State { get; set; }
    }
}

/// <summary>What one run gave.</summary>
internal readonly record struct LimitResult(double GoodPerSecond, long Late, long Refused, double MeanOpen, double MeanLimit);
