using System.Diagnostics;
using EdgeDb.Core.Connections;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>
/// Answers in time under each concurrency limit on a simulated database whose optimum
/// moves, as a share of what an oracle gets that knows the optimum at each moment. All behind the same short queue.
/// </summary>
internal static class LimitBenchmark
{
    private const int Maximum = 50;
    private const int Initial = 8;

    private static readonly int[] FixedSizes = [3, 5, 7, 8, 9, 10, 11, 12, 13, 15, 20, 30, 50];

    // The limits were designed on seeds 1 to 6; these draw other databases.
    private static readonly int[] Seeds = [101, 102, 103, 104, 105];

    public static Task RunAsync()
    {
        Compare(Seeds);
        Cost();
        return Task.CompletedTask;
    }

    private static void Compare(int[] seeds)
    {
        var kinds = new (string Name, Func<IConcurrencyLimit> Create)[]
        {
            ("cinnamon", static () => new CinnamonLimit(Initial, 1, Maximum, seed: 1)),
            ("gradient2", static () => new Gradient2Limit(Initial, 1, Maximum)),
            ("aimd", static () => new AimdLimit(Initial, 1, Maximum)),
        };
        Console.WriteLine($"Answers in time, in % of an oracle's, mean of seeds {seeds[0]} to {seeds[^1]} (worst seed), and mean open connections with the first and the oracle:");
        Console.Write($"{"",-34}{"oracle/s",9}");
        foreach (var (name, _) in kinds)
            Console.Write($"{name,16}");
        Console.WriteLine($"{"best fixed (size)",20}{"open",7}{"oracle",8}");

        var count = LimitScenario.All(seeds[0]).Count;
        for (var index = 0; index < count; index++)
        {
            var scenarios = seeds.Select(seed => LimitScenario.All(seed)[index]).ToArray();
            LimitResult[] Each(Func<LimitScenario, int, LimitResult> run) =>
                seeds.AsParallel().AsOrdered().Select((seed, i) => run(scenarios[i], seed)).ToArray();

            var oracle = Each(static (scenario, seed) => LimitSimulation.Run(scenario, seed, at => Math.Max(1, (int)Math.Round(scenario.Database(at).BestConnections))));
            var results = kinds.Select(kind => Each((scenario, seed) => LimitSimulation.Run(scenario, seed, kind.Create()))).ToArray();
            Console.Write($"{scenarios[0].Name,-34}{oracle.Average(static r => r.GoodPerSecond),9:0}");
            foreach (var result in results)
                Console.Write($"{Share(result, oracle)}");

            // The fixed size that does best over all seeds: one number somebody could have put into a settings file.
            var best = FixedSizes
                .Select(size => (Size: size, Result: Each((scenario, seed) => LimitSimulation.Run(scenario, seed, _ => size))))
                .MaxBy(fixedSize => fixedSize.Result.Zip(oracle, static (r, o) => r.GoodPerSecond / o.GoodPerSecond).Average());
            Console.WriteLine($"{Share(best.Result, oracle)}{best.Size,4}{results[0].Average(static r => r.MeanOpen),7:0.0}{oracle.Average(static r => r.MeanOpen),8:0.0}");
        }
    }

    private static string Share(LimitResult[] results, LimitResult[] oracle)
    {
        var shares = results.Zip(oracle, static (r, o) => 100 * r.GoodPerSecond / o.GoodPerSecond).ToArray();
        return $"{shares.Average(),8:0.0} ({shares.Min(),4:0.0})";
    }

    // 100,000 returns a second, 0.1 to 0.9 ms each.
    private static void Cost()
    {
        const int Calls = 10_000_000;
        var limit = new CinnamonLimit(Initial, 1, Maximum, seed: 1);
        long now = 0;
        var nanoseconds = new List<double>();
        long allocated = 0;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < Calls; i++)
            {
                now += 100;
                limit.OnCompleted(now, 1000 + (i * 17 & 8191), limit.Current, overloaded: false);
            }

            var passed = Stopwatch.GetElapsedTime(started);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            nanoseconds.Add(passed.TotalNanoseconds / Calls);
        }

        Console.WriteLine($"A return costs the limit {nanoseconds.Order().ElementAt(2):0.0} ns and {allocated / Calls} B (median of 5 rounds of {Calls / 1_000_000} million).");
    }
}
