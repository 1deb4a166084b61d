using System.Diagnostics;
using System.Globalization;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Settings;

namespace EdgeDb.Benchmarks.Pipeline;

/// <summary>What batching adds to a lone question: the same read with and without it, in turns, medians.</summary>
internal static class BatchBenchmark
{
    private const int Rounds = 2001;
    private const double GoalMilliseconds = 0.2;

    public static async Task<bool> RunAsync()
    {
        IReadOnlyDictionary<int, string> answers = new Dictionary<int, string> { [1] = "one" };
        var settings = new Live<PipelineSettings>(new()
        {
            CacheEntries = 1000, CacheBytes = 1 << 24, CacheTtl = TimeSpan.FromMinutes(5), StaleWhileRevalidate = default, StaleIfError = default, TtlWithoutSecondLevel = default,
            BatchSize = 10, BatchDelay = TimeSpan.FromMilliseconds(50), RequestDeadline = TimeSpan.FromSeconds(10), RequestConcurrency = 4, RequestQueue = 100,
        });
        var batcher = new Batcher<int, string>(settings, TimeProvider.System, (_, _) => new(answers));
        var (alone, batched) = (new double[Rounds], new double[Rounds]);
        for (var round = 0; round < Rounds; round++)
        {
            var clock = Stopwatch.GetTimestamp();
            _ = await new ValueTask<IReadOnlyDictionary<int, string>>(answers);
            alone[round] = Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
            clock = Stopwatch.GetTimestamp();
            await batcher.GetAsync(1, CancellationToken.None);
            batched[round] = Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
        }

        Array.Sort(alone);
        Array.Sort(batched);
        var added = batched[Rounds / 2] - alone[Rounds / 2];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"batching adds {added * 1000:0.0} µs to a lone question (p99 {(batched[Rounds * 99 / 100] - alone[Rounds * 99 / 100]) * 1000:0.0} µs)"));
        return added < GoalMilliseconds;
    }
}
