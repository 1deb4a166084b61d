using System.Globalization;

namespace EdgeDb.Benchmarks.Storage;

/// <summary>
/// <c>bench storage [--seconds N] [--rounds N] [--dir FOLDER]</c>: durable writes and point reads of the storage engine against
/// Microsoft.Data.Sqlite as most programs use it. Everything in one run on one device, rounds in turn; the ratios are the result.
/// </summary>
internal static class StorageBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        // The process that is started under strace: one load, no more.
        if (args is ["--load", var name, "--for", var time, "--in", var where])
        {
            var single = await WriteLoad.RunAsync(name, Path.Combine(where, "load.db"), TimeSpan.FromSeconds(Parse(time)));
            Console.WriteLine(single.Rows.ToString(CultureInfo.InvariantCulture));
            return 0;
        }

        var seconds = 5;
        var rounds = 3;
        var parent = Path.GetTempPath();
        for (var i = 0; i < args.Length; i += 2)
        {
            switch (args[i..])
            {
                case ["--seconds", var value, ..]:
                    seconds = Parse(value);
                    break;
                case ["--rounds", var value, ..]:
                    rounds = Parse(value);
                    break;
                case ["--dir", var value, ..]:
                    parent = value;
                    break;
                default:
                    await Console.Error.WriteLineAsync("usage: bench storage [--seconds N] [--rounds N] [--dir FOLDER]");
                    return 2;
            }
        }

        var folder = Directory.CreateDirectory(Path.Combine(parent, $"edgedb-bench-{Environment.ProcessId}")).FullName;
        try
        {
            await WritesAsync(folder, TimeSpan.FromSeconds(seconds), rounds);
            await PointReads.RunAsync(folder, rounds);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task WritesAsync(string folder, TimeSpan time, int rounds)
    {
        Console.WriteLine($"Durable writes, one row of 200 bytes each, synchronous=FULL, {time.TotalSeconds:0} s a load, {rounds} rounds in turn:");
        Console.WriteLine($"{"",-34}{"rows/s",10}{"p50 ms",9}{"p99 ms",9}{"longest",10}{"B/row",9}{"fsync/row",11}");
        var results = new Dictionary<string, List<WriteResult>>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var name in WriteLoad.Names)
            {
                var result = await WriteLoad.RunAsync(name, Path.Combine(folder, $"{round}-{name}.db"), time);
                if (!results.TryGetValue(name, out var list))
                    results[name] = list = [];
                list.Add(result);
            }
        }

        foreach (var name in WriteLoad.Names)
        {
            var list = results[name];
            var syncs = await SyncCounter.PerRowAsync(name, folder, time);
            Console.WriteLine(
                $"{WriteLoad.Describe(name),-34}{Median(list, r => r.RowsPerSecond),10:0}{Median(list, r => r.P50Ms),9:0.00}{Median(list, r => r.P99Ms),9:0.0}" +
                $"{list.Max(r => r.LongestMs),7:0} ms{Median(list, r => r.BytesPerRow),9:0}{(syncs is { } counted ? counted.ToString("0.000", CultureInfo.InvariantCulture) : "strace?"),11}");
        }

        Console.WriteLine($"  ratio, 8 callers to 8 connections: {Ratio("engine-8"):0.0} times; 8 callers with 8 writes in flight each: {Ratio("engine-64"):0.0} times (medians of the rounds' ratios)");

        double Ratio(string name) => Median(results[name].Zip(results["pooled-8"], (ours, theirs) => ours.RowsPerSecond / theirs.RowsPerSecond).ToList(), r => r);
    }

    internal static double Median<T>(IReadOnlyCollection<T> values, Func<T, double> of)
    {
        var sorted = values.Select(of).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static int Parse(string value) => int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);
}
