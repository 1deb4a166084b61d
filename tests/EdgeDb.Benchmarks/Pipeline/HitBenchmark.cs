using System.Diagnostics;
using System.Globalization;
using EdgeDb.Core.Caching;
using EdgeDb.Core.Pipeline;
using Microsoft.Extensions.Caching.Memory;

namespace EdgeDb.Benchmarks.Pipeline;

/// <summary>
/// Time and bytes of a hit: 1,000 entries with keys of about 40 characters, a time to live and, in our cache, two tags, asked in random order. The ways take turns round by
/// round, and the median of a round counts; a round is shorter than a slice of the scheduler, so that a busy machine spoils few of them. Then as many threads as processors ask
/// the same cache.
/// </summary>
internal static class HitBenchmark
{
    private const int Entries = 1000;
    private const int Requests = 2000;
    private const int Rounds = 2001;
    private const int ThreadRounds = 31;
    private const int RequestsOfThread = 100 * Requests;
    private const int WarmUpRounds = 200;
    private const double GoalNanoseconds = 150;
    private static readonly TimeSpan TimeToLive = TimeSpan.FromHours(1);

    /// <summary>Prints the table; false when a hit takes longer than 150 ns or allocates.</summary>
    public static bool Run()
    {
        var keys = new string[Entries];
        for (var i = 0; i < Entries; i++)
            keys[i] = string.Create(CultureInfo.InvariantCulture, $"occurrences?from=2026-03-01&role=adult&n={i}");
        var random = new Random(1);
        var order = new int[Requests];
        for (var i = 0; i < Requests; i++)
            order[i] = random.Next(Entries);

        using var ours = new AdaptiveMemoryCache(new AdaptiveMemoryCacheOptions { MaxEntries = Entries, Seed = 1 }, TimeProvider.System);
        using var microsoft = new MemoryCache(new MemoryCacheOptions { SizeLimit = Entries });
        foreach (var key in keys)
        {
            ours.Set(key, key, new CacheEntryOptions { SizeBytes = 1000, TimeToLive = TimeToLive, Started = ours.Tags.Now, Tags = [ours.Tags.Get("calendar:1"), ours.Tags.Get("calendar:2")] });
            microsoft.Set(key, key, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = TimeToLive });
        }

        using var answers = new AdaptiveMemoryCache(new AdaptiveMemoryCacheOptions { MaxEntries = Entries, Seed = 1 }, TimeProvider.System);
        foreach (var key in keys)
            answers.Set(key, new Answer([], "", "", isVersioned: false, [], 0, 0), new CacheEntryOptions { SizeBytes = 1000, TimeToLive = TimeToLive });
        var accesses = new AccessLog(TimeProvider.System);
        (string Name, Func<int> Ask)[] ways =
        [
            ("edgedb, by span", () => AskOurs(ours, keys, order)),
            ("edgedb, noted for warming", () => AskNoted(answers, accesses, keys, order)),
            ("edgedb, as IMemoryCache", () => AskContract(ours, keys, order)),
            ("MemoryCache, by string", () => AskContract(microsoft, keys, order)),
        ];
        var nanoseconds = new double[ways.Length][];
        var bytes = new double[ways.Length];
        for (var way = 0; way < ways.Length; way++)
        {
            nanoseconds[way] = new double[Rounds];
            for (var warm = 0; warm < WarmUpRounds; warm++)
                Measure(ways[way].Ask, out _);
        }

        for (var round = 0; round < Rounds; round++)
            for (var way = 0; way < ways.Length; way++)
                nanoseconds[way][round] = Measure(ways[way].Ask, out bytes[way]);

        var baseline = Median(nanoseconds[^1]);
        for (var way = 0; way < ways.Length; way++)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{ways[way].Name,-26}{Median(nanoseconds[way]),7:0.0} ns a hit{bytes[way],6:0.00} B, {Median(nanoseconds[way]) / baseline:0.00} of MemoryCache"));
        PrintThreads("edgedb, by span", ways[0].Ask);
        PrintThreads("MemoryCache, by string", ways[^1].Ask);
        return Median(nanoseconds[0]) <= GoalNanoseconds && bytes[0] == 0;
    }

    private static int AskOurs(AdaptiveMemoryCache cache, string[] keys, int[] order)
    {
        var hits = 0;
        foreach (var key in order)
            if (cache.TryGet<string>(keys[key], out _))
                hits++;
        return hits;
    }

    private static int AskNoted(AdaptiveMemoryCache cache, AccessLog accesses, string[] keys, int[] order)
    {
        var hits = 0;
        foreach (var key in order)
            if (cache.TryGet<Answer>(keys[key], out var answer))
            {
                accesses.NoteHit(answer, keys[key]);
                hits++;
            }

        return hits;
    }

    private static int AskContract(IMemoryCache cache, string[] keys, int[] order)
    {
        var hits = 0;
        foreach (var key in order)
            if (cache.TryGetValue(keys[key], out _))
                hits++;
        return hits;
    }

    private static double Measure(Func<int> ask, out double bytes)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        var hits = ask();
        var elapsed = Stopwatch.GetElapsedTime(start);
        bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / Requests;
        if (hits != Requests)
            throw new InvalidOperationException($"{Requests - hits} of {Requests} requests were misses.");
        return elapsed.TotalNanoseconds / Requests;
    }

    private static void PrintThreads(string name, Func<int> ask)
    {
        var alone = RequestsPerSecond(ask, 1);
        var together = RequestsPerSecond(ask, Environment.ProcessorCount);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-26}{together / 1e6,7:0.0} million hits a second on {Environment.ProcessorCount} threads, {together / alone:0.00} of one thread"));
    }

    private static double RequestsPerSecond(Func<int> ask, int threads)
    {
        var rounds = new double[ThreadRounds];
        for (var round = 0; round < ThreadRounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var workers = new Thread[threads];
            for (var i = 0; i < threads; i++)
            {
                workers[i] = new Thread(() =>
                {
                    for (var asked = 0; asked < RequestsOfThread; asked += Requests)
                        ask();
                });
                workers[i].Start();
            }

            foreach (var worker in workers)
                worker.Join();
            rounds[round] = threads * (double)RequestsOfThread / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        return Median(rounds);
    }

    private static double Median(double[] values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
