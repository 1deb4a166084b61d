using System.Numerics;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Watches what is asked of one endpoint: how often, how long, with what success, for each shape and for each class. Memory is bounded: shapes that were not
/// used for a window make room for new ones, and when there is no room new ones are counted together until there is.
/// <para>Thread-safe. Times are ticks of <see cref="TimeSpan"/>; the caller passes the time it has read already.</para>
/// </summary>
public sealed class QueryMonitor
{
    private const int ClassCount = (int)QueryClass.Analytics + 1;

    private readonly QueryMonitorOptions _options;
    private readonly LatencyWindows[] _windows = new LatencyWindows[ClassCount];
    private readonly LatencyQuantiles[] _latencies = new LatencyQuantiles[ClassCount];
    private readonly LatencyQuantiles _latency;
    private readonly long[] _failures = new long[QueryStatistics.FailureKindCount];
    private readonly QueryStatistics _others;
    private readonly Lock _gate = new();
    private readonly int _mask;

    // Open addressing by id. A place once taken stays taken in one array, so readers need no lock; making room makes a new array.
    private QueryStatistics?[] _shapes;
    private int _shapeCount;
    private long _makeRoomAtTicks = long.MinValue;

    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> when an option is out of its range.</summary>
    public QueryMonitor(QueryMonitorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        for (var i = 0; i < ClassCount; i++)
        {
            _windows[i] = new(options.Window.Ticks, options.WindowLeastCount);
            _latencies[i] = new(_windows[i]);
        }
        _latency = new(_windows);
        _others = new(null, options);
        _shapes = new QueryStatistics?[BitOperations.RoundUpToPowerOf2((uint)options.MaxShapes * 2)];
        _mask = _shapes.Length - 1;
    }

    /// <summary>All operations of the endpoint.</summary>
    public ILatencyQuantiles Latency => _latency;

    /// <summary>Shapes kept now.</summary>
    public int ShapeCount => Volatile.Read(ref _shapeCount);

    /// <summary>Shapes that take at least twice their usual time now.</summary>
    public int AnomalyCount
    {
        get
        {
            var count = 0;
            foreach (var statistics in Volatile.Read(ref _shapes))
                count += statistics is { IsAnomalous: true } ? 1 : 0;
            return count;
        }
    }

    /// <summary>Operations of one class.</summary>
    public ILatencyQuantiles LatencyOf(QueryClass @class) => _latencies[(int)@class];

    /// <summary>Operations of one shape; those of its class while the shape has no place.</summary>
    public ILatencyQuantiles LatencyOf(QueryShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return Find(shape)?.Latency ?? LatencyOf(shape.Class);
    }

    /// <summary>An operation has ended. Takes 33 to 60 ns on a PC (<c>bench.sh pool</c>), allocates nothing for a shape that is known.</summary>
    /// <param name="shape">What was asked.</param>
    /// <param name="nowTicks">The time of its end.</param>
    /// <param name="durationTicks">
    /// How long it took. Counts for the latencies when it succeeded or timed out: how fast something fails says nothing about how long it takes, but
    /// leaving out the slowest would.
    /// </param>
    /// <param name="failure">Null when it succeeded.</param>
    public void Record(QueryShape shape, long nowTicks, long durationTicks, FailureKind? failure)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var statistics = Find(shape) ?? Add(shape, nowTicks);
        if (failure is { } kind)
        {
            statistics.RecordFailure(kind);
            Interlocked.Increment(ref _failures[(int)kind]);
            if (kind != FailureKind.Timeout)
                return;
        }
        statistics.Record(nowTicks, durationTicks);
        _windows[(int)statistics.Class].Record(nowTicks, durationTicks);
    }

    /// <summary>Failures of one kind since the start.</summary>
    public long Failures(FailureKind kind) => Volatile.Read(ref _failures[(int)kind]);

    /// <summary>The first <paramref name="most"/> shapes in an order, highest first; those counted together are one of them.</summary>
    public IReadOnlyList<QuerySummary> Top(QueryOrder order, int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        var all = new List<QuerySummary>();
        foreach (var statistics in Volatile.Read(ref _shapes))
            if (statistics is not null)
                all.Add(statistics.Summarize());
        var others = _others.Summarize();
        if (others.Count + others.Errors + others.CallerErrors > 0)
            all.Add(others);
        all.Sort((a, b) => order switch
        {
            QueryOrder.TotalTime => b.TotalTime.CompareTo(a.TotalTime),
            QueryOrder.P99 => b.P99.CompareTo(a.P99),
            _ => b.Errors.CompareTo(a.Errors),
        });
        return all.Count <= most ? all : all.GetRange(0, most);
    }

    /// <summary>What was recorded of one class since the start, for a histogram: see <see cref="LatencyWindows.AddTotalTo"/>.</summary>
    internal LatencyWindows WindowsOf(QueryClass @class) => _windows[(int)@class];

    private QueryStatistics? Find(QueryShape shape)
    {
        var shapes = Volatile.Read(ref _shapes);
        for (var at = (int)shape.Id & _mask; Volatile.Read(ref shapes[at]) is { } statistics; at = (at + 1) & _mask)
            if (statistics.Shape!.Id == shape.Id)
                return statistics;
        return null;
    }

    private QueryStatistics Add(QueryShape shape, long nowTicks)
    {
        lock (_gate)
        {
            if (Find(shape) is { } added)
                return added;
            if (_shapeCount >= _options.MaxShapes)
                MakeRoom_NeedsLock(nowTicks);
            if (_shapeCount >= _options.MaxShapes)
                return _others;
            var statistics = new QueryStatistics(shape, _options);
            Insert(_shapes, statistics);
            Volatile.Write(ref _shapeCount, _shapeCount + 1);
            return statistics;
        }
    }

    /// <summary>Drops what was not used for a window. A flood of shapes that come once looks for room a few times a window, not at each.</summary>
    private void MakeRoom_NeedsLock(long nowTicks)
    {
        if (nowTicks < _makeRoomAtTicks)
            return;
        _makeRoomAtTicks = nowTicks + (_options.Window.Ticks / 4);
        var kept = new QueryStatistics?[_shapes.Length];
        var count = 0;
        foreach (var statistics in _shapes)
        {
            if (statistics is null || statistics.DueTicks < nowTicks - _options.Window.Ticks)
                continue;
            Insert(kept, statistics);
            count++;
        }
        Volatile.Write(ref _shapes, kept);
        Volatile.Write(ref _shapeCount, count);
    }

    private void Insert(QueryStatistics?[] shapes, QueryStatistics statistics)
    {
        var at = (int)statistics.Shape!.Id & _mask;
        while (shapes[at] is not null)
            at = (at + 1) & _mask;
        Volatile.Write(ref shapes[at], statistics);
    }
}
