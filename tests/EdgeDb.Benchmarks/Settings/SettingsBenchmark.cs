using System.Diagnostics;
using System.Globalization;
using EdgeDb.Core.Settings;

namespace EdgeDb.Benchmarks.Settings;

/// <summary>What a request pays for settings that may change while it runs: asking for a feature, and reading a group of settings.</summary>
internal static class SettingsBenchmark
{
    private const int Operations = 100_000;
    private const int Slices = 301;

    public static Task<int> RunAsync(string[] arguments)
    {
        var flags = new FeatureFlags();
        flags.Set([.. Enumerable.Repeat(new FeatureRollout(true, 50), FeatureFlags.Count)], allOff: false);
        var live = new Live<string>("settings");
        Console.WriteLine($"Settings, medians of {Slices} slices of {Operations:N0} operations:");
        Console.WriteLine($"{"",-40}{"ns",8}{"B",8}");
        Report("nothing, to compare", static i => (ulong)i);
        Report("is a feature on for a client", i => flags.IsOn(Feature.Caching, (ulong)i) ? 1UL : 0);
        Report("a group of settings", i => (ulong)(live.Current.Length + i));
        return Task.FromResult(0);
    }

    private static void Report(string name, Func<int, ulong> operation)
    {
        var results = new List<(double Nanoseconds, double Bytes)>();
        ulong sum = 0;
        for (var slice = -20; slice < Slices; slice++)
        {
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < Operations; i++)
                sum += operation(i);
            var result = (Stopwatch.GetElapsedTime(started).TotalNanoseconds / Operations, (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / Operations);
            if (slice >= 0)
                results.Add(result);
        }

        results.Sort();
        var (nanoseconds, allocated) = results[results.Count / 2];
        // The sum is printed nowhere but must be needed somewhere, or nothing would be computed.
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-38}{nanoseconds,8:0.0}{allocated,8:0}{(sum == 1 ? " " : "")}"));
    }
}
