using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed class QueryMonitorTests
{
    private const long Millisecond = TimeSpan.TicksPerMillisecond;
    private const long Minute = TimeSpan.TicksPerMinute;

    private static readonly QueryShape Fast = QueryShapes.Of("SELECT a FROM t WHERE id = ?");
    private static readonly QueryShape Slow = QueryShapes.Of("SELECT sum(a) FROM t");
    private static readonly QueryShape Insert = QueryShapes.Of("INSERT INTO t VALUES (?)");

    [Fact]
    public void Operations_are_counted_by_shape_and_class()
    {
        var monitor = new QueryMonitor(new());
        for (var i = 0; i < 100; i++)
            monitor.Record(Fast, 0, Millisecond, null);
        for (var i = 0; i < 10; i++)
            monitor.Record(Insert, 0, 20 * Millisecond, null);

        Assert.Equal((110, 100, 10), (monitor.Latency.Count, monitor.LatencyOf(QueryClass.Read).Count, monitor.LatencyOf(Insert).Count));
        AssertNear(Millisecond, monitor.Latency.QuantileTicks(0.5));
        AssertNear(20 * Millisecond, monitor.Latency.QuantileTicks(0.99));
        AssertNear(20 * Millisecond, monitor.LatencyOf(QueryClass.Write).QuantileTicks(0.5));
        Assert.Equal(0, monitor.LatencyOf(QueryClass.Analytics).Count);
    }

    [Fact]
    public void Failures_are_counted_by_kind_and_only_a_timeout_says_how_long_things_take()
    {
        var monitor = new QueryMonitor(new());
        monitor.Record(Fast, 0, 30_000 * Millisecond, FailureKind.Timeout);
        foreach (var kind in (FailureKind[])[FailureKind.Caller, FailureKind.Caller, FailureKind.Connect, FailureKind.Query, FailureKind.Overload])
            monitor.Record(Fast, 0, 1, kind);

        var summary = Assert.Single(monitor.Top(QueryOrder.Errors, 10));
        Assert.Equal((1, 4, 2), (summary.Count, summary.Errors, summary.CallerErrors));
        Assert.Equal(TimeSpan.FromSeconds(30), summary.Max);
        Assert.Equal((2, 1, 1), (monitor.Failures(FailureKind.Caller), monitor.Failures(FailureKind.Timeout), monitor.Failures(FailureKind.Overload)));
        AssertNear(30_000 * Millisecond, monitor.Latency.QuantileTicks(0.5));
    }

    [Fact]
    public void The_list_is_ordered_as_asked_and_no_longer_than_asked()
    {
        var monitor = new QueryMonitor(new());
        for (var i = 0; i < 1000; i++)
            monitor.Record(Fast, 0, Millisecond, null);
        monitor.Record(Slow, 0, 300 * Millisecond, null);
        monitor.Record(Insert, 0, 5 * Millisecond, null);
        monitor.Record(Insert, 0, 5 * Millisecond, FailureKind.Query);

        Assert.Equal([Fast, Slow, Insert], monitor.Top(QueryOrder.TotalTime, 10).Select(s => s.Shape));
        Assert.Equal([Slow, Insert], monitor.Top(QueryOrder.P99, 2).Select(s => s.Shape));
        Assert.Same(Insert, monitor.Top(QueryOrder.Errors, 1)[0].Shape);
        Assert.Equal(TimeSpan.FromSeconds(1), monitor.Top(QueryOrder.TotalTime, 1)[0].TotalTime);
        Assert.Empty(monitor.Top(QueryOrder.Errors, 0));
    }

    [Fact]
    public void Shapes_without_a_place_are_counted_together_until_unused_ones_make_room()
    {
        var monitor = new QueryMonitor(new() { MaxShapes = 2, WindowLeastCount = 1 });
        monitor.Record(Fast, 0, Millisecond, null);
        monitor.Record(Slow, 0, Millisecond, null);
        monitor.Record(Insert, Minute / 2, Millisecond, null);
        Assert.Equal([null], monitor.Top(QueryOrder.TotalTime, 10).Select(s => s.Shape).Except([Fast, Slow]));
        Assert.Equal(3, monitor.Latency.Count);

        monitor.Record(Fast, 2 * Minute + 1, Millisecond, null);
        monitor.Record(Insert, 2 * Minute + 1, Millisecond, null);

        Assert.Equal(2, monitor.ShapeCount);
        Assert.Equal([Fast, Insert], monitor.Top(QueryOrder.TotalTime, 10).Select(s => s.Shape).OfType<QueryShape>().OrderBy(s => s.Class));
    }

    [Fact]
    public void A_flood_of_shapes_stays_within_the_bound_and_loses_no_count()
    {
        var monitor = new QueryMonitor(new() { MaxShapes = 16 });
        for (var i = 0; i < 5000; i++)
        {
            monitor.Record(QueryShapes.Named($"flood {i}", QueryClass.Read), i * Minute / 10, Millisecond, null);
            monitor.Record(Fast, i * Minute / 10, Millisecond, null);
            Assert.InRange(monitor.ShapeCount, 1, 16);
        }

        long recorded = 0;
        foreach (var @class in Enum.GetValues<QueryClass>())
            recorded += monitor.WindowsOf(@class).TotalCount;
        Assert.Equal(10_000, recorded);
        Assert.Contains(Fast, monitor.Top(QueryOrder.TotalTime, 20).Select(s => s.Shape));
    }

    [Fact]
    public void A_read_that_takes_long_is_learned_to_be_analytics_and_a_write_is_not()
    {
        var monitor = new QueryMonitor(new());
        long now = 0;
        Run(Slow, 600, 3);
        Run(Insert, 600, 3);
        Assert.Equal((QueryClass.Analytics, QueryClass.Write), (ClassOf(Slow), ClassOf(Insert)));
        Assert.InRange(monitor.LatencyOf(QueryClass.Analytics).Count, 1, 300);

        Run(Slow, 300, 3);
        Assert.Equal(QueryClass.Analytics, ClassOf(Slow));
        Run(Slow, 100, 3);
        Assert.Equal(QueryClass.Read, ClassOf(Slow));

        QueryClass ClassOf(QueryShape shape) => monitor.Top(QueryOrder.TotalTime, 10).Single(query => query.Shape == shape).Class;

        void Run(QueryShape shape, int milliseconds, int windows)
        {
            for (var i = 0; i < 100 * windows; i++)
                monitor.Record(shape, now += Minute / 100, milliseconds * Millisecond, null);
        }
    }

    [Fact]
    public void A_shape_that_becomes_slower_is_told_as_anomalous()
    {
        var monitor = new QueryMonitor(new());
        long now = 0;
        Run(1, 15);
        Assert.False(Assert.Single(monitor.Top(QueryOrder.P99, 1)).IsAnomalous);

        Run(3, 4);

        Assert.True(Assert.Single(monitor.Top(QueryOrder.P99, 1)).IsAnomalous);

        void Run(int milliseconds, int windows)
        {
            for (var i = 0; i < 100 * windows; i++)
                monitor.Record(Fast, now += Minute / 100, milliseconds * Millisecond, null);
        }
    }

    [Fact]
    public void Recording_and_reading_quantiles_allocate_nothing()
    {
        var monitor = new QueryMonitor(new());
        var at = 0;
        // The best of some rounds: a collection that another test causes is counted against whatever thread it interrupts.
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 5000; i++)
                Step(at++);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);

        void Step(int i)
        {
            monitor.Record(i % 3 == 0 ? Insert : Fast, i * Minute / 100, i, i % 50 == 0 ? FailureKind.Query : null);
            _ = monitor.Latency.QuantileTicks(0.99) + monitor.LatencyOf(Fast).QuantileTicks(0.95) + monitor.Latency.Count;
        }
    }

    [Fact]
    public void Options_out_of_their_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new QueryMonitor(new() { MaxShapes = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new QueryMonitor(new() { Window = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new QueryMonitor(new() { WindowLeastCount = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new QueryMonitor(new() { AnalyticsFrom = TimeSpan.Zero }));
    }

    private static void AssertNear(long expected, long actual) => Assert.InRange(actual, expected * 0.96, expected * 1.04);
}
