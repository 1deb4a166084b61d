using System.Diagnostics;
using System.Globalization;
using EdgeDb.Benchmarks.Storage;
using EdgeDb.Core.Connections;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>What the query monitor costs each operation, alone and with every core recording the same shape.</summary>
internal static class MonitorBenchmark
{
    private const int Operations = 10_000;
    private const int Slices = 301;
    private const int ContendedOperations = 1_000_000;
    private const int ContendedSlices = 9;

    private static readonly string[] Sql =
    [
        .. Enumerable.Range(0, 120).Select(static i => string.Create(CultureInfo.InvariantCulture, $"SELECT a, b, c FROM table_{i} WHERE id = ?1 AND b IN (1, 2, 3) ORDER BY c LIMIT 10")),
    ];

    public static async Task RunAsync()
    {
        var shapes = Sql.Select(QueryShapes.Of).ToArray();
        var monitor = new QueryMonitor(new());
        foreach (var shape in shapes)
            monitor.Record(shape, 0, 1, null);
        long clock = 0;
        long atomic = 0;

        Console.WriteLine($"Query monitor, medians of {Slices} slices of {Operations:N0} operations:");
        Console.WriteLine($"{"",-52}{"ns",8}{"B",8}");
        Report("look up the shape of a constant (120 of them)", static i => QueryShapes.Of(Sql[i % Sql.Length]).Id);
        Report($"normalise a statement of {Sql[0].Length} characters", static i => SqlNormalizer.Read(Sql[i % Sql.Length]).Id);
        Report("an atomic addition, to compare", _ => (ulong)Interlocked.Increment(ref atomic));
        // Every microsecond an operation, as SQLite answers them, with latencies that spread over some buckets.
        Report("record an operation (120 shapes)", i => Record(monitor, shapes[i % shapes.Length], ref clock, i));
        Report("p99 of all operations, while they are recorded", i => Record(monitor, shapes[i % shapes.Length], ref clock, i) + (ulong)monitor.Latency.QuantileTicks(0.99));
        await ReportContendedAsync(monitor, shapes[0]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var many = new QueryMonitor(new());
        foreach (var shape in shapes)
            many.Record(shape, 0, 1, null);
        Console.WriteLine($"  memory: {(GC.GetAllocatedBytesForCurrentThread() - before) / 1024.0 / shapes.Length:0.0} KiB a shape ({shapes.Length} shapes, the monitor included)");
    }

    private static ulong Record(QueryMonitor monitor, QueryShape shape, ref long clock, int i)
    {
        monitor.Record(shape, clock += 10, 20 + (i & 1023), null);
        return 1;
    }

    private static void Report(string name, Func<int, ulong> operation)
    {
        var results = new List<(double Ns, double Bytes)>();
        for (var slice = -1; slice < Slices; slice++)
        {
            ulong sum = 0;
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < Operations; i++)
                sum += operation(i);
            var elapsed = Stopwatch.GetElapsedTime(started);
            bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
            if (sum == 0)
                throw new InvalidOperationException("Nothing was done.");
            if (slice >= 0)
                results.Add((elapsed.TotalNanoseconds / Operations, (double)bytes / Operations));
        }
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-52}{StorageBenchmark.Median(results, static r => r.Ns),8:0.0}{StorageBenchmark.Median(results, static r => r.Bytes),8:0}"));
    }

    private static async Task ReportContendedAsync(QueryMonitor monitor, QueryShape shape)
    {
        var threads = Environment.ProcessorCount;
        var results = new List<double>();
        for (var slice = -1; slice < ContendedSlices; slice++)
        {
            var started = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Factory.StartNew(
                () =>
                {
                    for (var i = 0; i < ContendedOperations; i++)
                        monitor.Record(shape, i * 10L, 20 + (i & 1023), null);
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            if (slice >= 0)
                results.Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / ContendedOperations);
        }
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{$"record the same shape on {threads} threads without a pause",-52}{StorageBenchmark.Median(results, static r => r),8:0.0}{"",8}"));
    }
}
