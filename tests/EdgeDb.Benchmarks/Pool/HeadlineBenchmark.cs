using System.Diagnostics;
using EdgeDb.Tests;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>
/// The same mixed workload of a calendar and of records, once with a connection per request and once through the manager; on SQLite, and on PostgreSQL
/// over a link of 5 ms (2.5 ms each way, by the test suite's proxy). 70 % are a month of occurrences or one record, 20 % write a record, 10 % count by owner.
/// </summary>
internal static class HeadlineBenchmark
{
    private const int Callers = 16;
    private const int Rounds = 5;

    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(2.5);
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(3);

    public static async Task RunAsync()
    {
        Console.WriteLine($"The same mixed workload, {Callers} callers that wait for each answer, {Rounds} rounds of {Slice.TotalSeconds:0} s in turn (seed: 8.9 times the throughput, p95 20 times shorter):");
        Console.WriteLine($"{"",-46}{"ops/s",9}{"p50 ms",9}{"p95 ms",9}");
        using (var folder = new TemporaryFolder())
        {
            await using var manager = await SqliteWorkload.ManagedAsync(Path.Combine(folder.Path, "managed.db"));
            await using var each = await SqliteWorkload.PerRequestAsync(Path.Combine(folder.Path, "each.db"));
            await CompareAsync("SQLite", each, manager);
        }

        var servers = await Upstreams.SharedAsync();
        await using var proxy = new FaultProxy(servers.Host, servers.PrimaryPort);
        proxy.ToServer.Latency = OneWay;
        proxy.ToClient.Latency = OneWay;
        await PostgresWorkload.PrepareAsync(servers);
        await using (var manager = PostgresWorkload.Managed(servers, proxy.Port))
        await using (var each = PostgresWorkload.PerRequest(servers, proxy.Port))
            await CompareAsync("PostgreSQL over 5 ms", each, manager);
    }

    private static async Task CompareAsync(string database, MixedWorkload perRequest, MixedWorkload manager)
    {
        await RunAsync(perRequest, TimeSpan.FromSeconds(1));
        await RunAsync(manager, TimeSpan.FromSeconds(1));
        var before = new List<Result>();
        var after = new List<Result>();
        for (var round = 0; round < Rounds; round++)
        {
            before.Add(await RunAsync(perRequest, Slice));
            after.Add(await RunAsync(manager, Slice));
        }

        Print($"{database}, a connection per request", before);
        Print($"{database}, connection manager", after);
        var throughput = PoolBenchmark.Median(before.Zip(after, static (b, a) => a.PerSecond / b.PerSecond));
        var p95 = PoolBenchmark.Median(before.Zip(after, static (b, a) => b.P95Ms / a.P95Ms));
        Console.WriteLine($"  ratio: {throughput:0.0} times the throughput, p95 {p95:0.0} times shorter (medians of the rounds' ratios); {manager.Describe()}");
    }

    private static void Print(string name, List<Result> results) => Console.WriteLine(
        $"{name,-46}{PoolBenchmark.Median(results.Select(static r => r.PerSecond)),9:0}" +
        $"{PoolBenchmark.Median(results.Select(static r => r.P50Ms)),9:0.00}{PoolBenchmark.Median(results.Select(static r => r.P95Ms)),9:0.00}");

    private static async Task<Result> RunAsync(MixedWorkload workload, TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        var latencies = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            var own = new List<double>(4096);
            while (Stopwatch.GetElapsedTime(started) < time)
            {
                var asked = Stopwatch.GetTimestamp();
                await workload.OneAsync(random.Next(100), random.Next(MixedWorkload.Rows));
                own.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            }

            return own;
        })));
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var all = latencies.SelectMany(static l => l).Order().ToArray();
        return new(all.Length / elapsed, all[all.Length / 2], all[(int)(all.Length * 0.95)]);
    }

    private readonly record struct Result(double PerSecond, double P50Ms, double P95Ms);
}
