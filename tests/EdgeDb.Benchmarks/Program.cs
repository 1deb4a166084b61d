using EdgeDb.Benchmarks.Accounts;
using EdgeDb.Benchmarks.Cache;
using EdgeDb.Benchmarks.Calendar;
using EdgeDb.Benchmarks.Forecast;
using EdgeDb.Benchmarks.Pipeline;
using EdgeDb.Benchmarks.Pool;
using EdgeDb.Benchmarks.Service;
using EdgeDb.Benchmarks.Settings;
using EdgeDb.Benchmarks.Soak;
using EdgeDb.Benchmarks.Storage;
using EdgeDb.Benchmarks.Web;

// One executable for every benchmark, so that scripts/bench.sh builds once: `bench.sh NAME [arguments]`.
var benchmarks = new SortedDictionary<string, Func<string[], Task<int>>>(StringComparer.Ordinal)
{
    ["cache"] = CacheBenchmark.RunAsync,
    ["bare-kestrel"] = BareKestrel.RunAsync,
    ["calendar"] = CalendarBenchmark.RunAsync,
    ["forecast"] = ForecastBenchmark.RunAsync,
    ["pipeline"] = PipelineBenchmark.RunAsync,
    ["pool"] = PoolBenchmark.RunAsync,
    ["service"] = ServiceBenchmark.RunAsync,
    ["settings"] = SettingsBenchmark.RunAsync,
    ["sign-in"] = SignInBenchmark.RunAsync,
    ["soak-connections"] = ConnectionSoak.RunAsync,
    ["storage"] = StorageBenchmark.RunAsync,
    ["web"] = WebBenchmark.RunAsync,
};

if (args.Length > 0 && benchmarks.TryGetValue(args[0], out var run))
    return await run(args[1..]);

Console.Error.WriteLine($"usage: bench NAME [arguments]; NAME is one of: {string.Join(", ", benchmarks.Keys)}");
return 2;
