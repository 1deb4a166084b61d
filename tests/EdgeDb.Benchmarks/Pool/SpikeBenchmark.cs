using System.Diagnostics;
using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>
/// HikariCP's spike (its wiki, "Welcome To The Jungle"): a connection takes 150 ms to open, a query 2 ms, at least 5 and at most 50
/// connections, and 50 callers come at once. HikariCP ends with 5 or 6 connections, others with 40 to 45.
/// </summary>
internal static class SpikeBenchmark
{
    private const int Callers = 50;
    private const int Rounds = 15;

    public static async Task RunAsync()
    {
        var opened = new List<double>();
        var last = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var options = new ConnectionPoolOptions { MinIdle = 5, MaxSize = 50 };
            await using var pool = new ConnectionPool<object>(new SlowOpening(), options, null, TimeProvider.System, NullLogger.Instance);
            while (pool.Statistics.Idle < 5)
                await Task.Yield();
            var started = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(() => QueryAsync(pool))));
            last.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            // Those still being opened count too.
            var end = pool.Statistics;
            opened.Add(end.Open + end.Opening);
        }

        Console.WriteLine($"Spike: {Callers} callers at once, 5 connections open of at most 50, opening 150 ms, query 2 ms, {Rounds} rounds (goal: at most 6 at the end):");
        Console.WriteLine($"  connections at the end: median {PoolBenchmark.Median(opened):0}, most {opened.Max():0}; last caller served after {PoolBenchmark.Median(last):0} ms (median)");
    }

    private static async Task QueryAsync(ConnectionPool<object> pool)
    {
        using var lease = await pool.AcquireAsync(ConnectionRole.Read, 0, Timeout.InfiniteTimeSpan, CancellationToken.None);
        await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
    }

    private sealed class SlowOpening : IConnectionSource<object>
    {
        public string Name => "spike";

        public async ValueTask<object> OpenAsync(ConnectionRole role, CancellationToken ct)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(150), TimeProvider.System, ct);
            return new object();
        }

        public bool IsUsable(object connection) => true;

        public ValueTask<bool> CheckAsync(object connection, CancellationToken ct) => new(true);

        public bool TryAssign(object connection, ConnectionRole role) => true;

        public bool TryReset(object connection) => true;

        public ValueTask CloseAsync(object connection) => ValueTask.CompletedTask;

        public FailureKind Classify(Exception exception) => FailureKind.Connect;
    }
}
