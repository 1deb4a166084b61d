namespace EdgeDb.Benchmarks.Pool;

/// <summary>
/// <c>bench pool [PART…]</c>: the connection manager against the pools that engineers trust, in one run, in short slices in turn so that what else
/// the machine does hits all alike. Without arguments every part.
/// </summary>
internal static class PoolBenchmark
{
    private static readonly (string Name, Func<Task> RunAsync)[] Parts =
    [
        ("acquire", AcquireBenchmark.RunAsync),
        ("spike", SpikeBenchmark.RunAsync),
        ("headline", HeadlineBenchmark.RunAsync),
        ("prepared", PostgresPreparedBenchmark.RunAsync),
        ("breaker", BreakerBenchmark.RunAsync),
        ("isolation", IsolationBenchmark.RunAsync),
        ("monitor", MonitorBenchmark.RunAsync),
        ("limit", LimitBenchmark.RunAsync),
        ("tuner", TunerBenchmark.RunAsync),
        ("redis", static () => RedisCommands.RunAsync(rounds: 5)),
        ("link", static () => LinkCosts.RunAsync(rounds: 5)),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Except(Parts.Select(static p => p.Name)).Any())
        {
            await Console.Error.WriteLineAsync($"usage: bench pool [PART…]; the parts are: {string.Join(", ", Parts.Select(static p => p.Name))}");
            return 2;
        }

        foreach (var (name, run) in Parts)
        {
            if (args.Length > 0 && !args.Contains(name))
                continue;
            await run();
            Console.WriteLine();
        }

        return 0;
    }

    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
