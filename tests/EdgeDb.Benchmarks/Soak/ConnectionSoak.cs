using System.Globalization;
using EdgeDb.Tests;

namespace EdgeDb.Benchmarks.Soak;

/// <summary>
/// <c>bench soak-connections [--minutes N] [--seed S]</c>: callers with deadlines ask PostgreSQL (primary and replica), Redis and SQLite through the
/// connection manager, while one fault after the other hits the way to the servers or the servers. Ends with 1 when an answer was wrong, a request outlasted its
/// deadline, traffic was not back soon, or something is left when all is closed.
/// </summary>
internal static class ConnectionSoak
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (!TryRead(args, out var minutes, out var seed))
        {
            await Console.Error.WriteLineAsync("usage: bench soak-connections [--minutes N] [--seed S]");
            return 2;
        }

        try
        {
            await using var servers = await Upstreams.StartAsync();
            return await SoakAsync(servers, TimeSpan.FromMinutes(minutes), seed);
        }
        catch (UpstreamsMissingException missing)
        {
            Console.WriteLine($"Skipped. {missing.Reason}");
            return 0;
        }
    }

    private static async Task<int> SoakAsync(Upstreams servers, TimeSpan time, int seed)
    {
        var violations = new SoakViolations();
        TaskScheduler.UnobservedTaskException += (_, e) => violations.Add("unobserved task exception", e.Exception.ToString());

        // What a first use makes for the life of the process is no leak.
        await LiveAsync(servers, TimeSpan.FromSeconds(2), seed, faults: false, new SoakViolations());
        var baseline = await ProcessState.SettleAsync(ProcessState.Take(), TimeSpan.FromSeconds(1));
        Console.WriteLine($"before: {baseline}");

        var left = await LiveAsync(servers, time, seed, faults: true, violations);
        var after = await ProcessState.SettleAsync(baseline, TimeSpan.FromSeconds(30));
        Console.WriteLine($"after:  {after}");
        violations.Require(after.Timers <= baseline.Timers, "leak", $"{after.Timers} timers, {baseline.Timers} before");
        violations.Require(after.PendingWork <= baseline.PendingWork, "leak", $"{after.PendingWork} pieces of work pending, {baseline.PendingWork} before");
        violations.Require(after.Sockets <= baseline.Sockets, "leak", $"{after.Sockets} sockets, {baseline.Sockets} before");
        // Whatever waits for ever inside of an endpoint keeps it, by a timer, a socket or a queue of the thread pool.
        foreach (var (name, endpoint) in left)
            violations.Require(!endpoint.IsAlive, "leak", $"something still refers to the endpoint {name}, which was closed");

        violations.Print();
        Console.WriteLine(violations.Count == 0 ? "no violation" : $"{violations.Count} violations");
        return violations.Count == 0 ? 0 : 1;
    }

    private static async Task<List<(string Name, WeakReference Endpoint)>> LiveAsync(Upstreams servers, TimeSpan time, int seed, bool faults, SoakViolations violations)
    {
        await PostgresTarget.PrepareAsync(servers);
        await servers.RestartRedisAsync();
        using var folder = new TemporaryFolder();
        await using var run = await SoakRun.StartAsync(servers, Path.Combine(folder.Path, "soak.db"), seed, violations);
        await run.RunAsync(time, faults);
        var endpoints = run.Targets.SelectMany(static target => target.Endpoints).Select(static endpoint => (endpoint.Name, new WeakReference(endpoint))).ToList();
        await run.CloseAsync();
        return endpoints;
    }

    private static bool TryRead(string[] args, out double minutes, out int seed)
    {
        (minutes, seed) = (30, 1);
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var isRead = args[i] switch
            {
                "--minutes" => double.TryParse(value, CultureInfo.InvariantCulture, out minutes) && minutes is > 0 and <= 10_000,
                "--seed" => int.TryParse(value, CultureInfo.InvariantCulture, out seed),
                _ => false,
            };
            if (!isRead)
                return false;
        }

        return true;
    }
}
