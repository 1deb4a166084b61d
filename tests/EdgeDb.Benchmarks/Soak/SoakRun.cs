using System.Diagnostics;
using System.Globalization;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EdgeDb.Benchmarks.Soak;

/// <summary>One life of the endpoints: callers, faults, and what has to hold at the end.</summary>
internal sealed class SoakRun : IAsyncDisposable
{
    private const int Callers = SoakTarget.Keys;

    /// <summary>The goal of the product: from the end of a fault to the first read and write that succeed.</summary>
    private static readonly TimeSpan BackLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan BackPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(20);

    /// <summary>Extra attempts a request.</summary>
    private const double MostAmplification = 0.2;

    private readonly Upstreams _servers;
    private readonly SoakViolations _violations;
    private readonly FaultProxy _primary;
    private readonly FaultProxy _replica;
    private readonly FaultProxy _cache;
    private readonly PostgresTarget _postgres;
    private readonly RedisTarget _redis;
    private readonly SqliteTarget _sqlite;
    private readonly SoakGate _gate = new(Callers);
    private readonly Lateness _lateness = new();
    private readonly Random _random;
    private readonly int _seed;
    private bool _isCalm = true;
    private int _falseOpens;
    private TimeSpan _worstBack;
    private string _worstBackAfter = "nothing";

    private SoakRun(Upstreams servers, SqliteTarget sqlite, int seed, SoakViolations violations)
    {
        (_servers, _sqlite, _seed, _violations) = (servers, sqlite, seed, violations);
        _random = new Random(seed);
        _primary = new FaultProxy(servers.Host, servers.PrimaryPort, seed);
        _replica = new FaultProxy(servers.Host, servers.ReplicaPort, seed + 1);
        _cache = new FaultProxy(servers.Host, servers.RedisPort, seed + 2);
        _postgres = new PostgresTarget(servers, _primary.Port, _replica.Port);
        _redis = new RedisTarget(servers, _cache.Port);
        foreach (var endpoint in Endpoints)
            if (endpoint.Resilience is { } resilience)
                resilience.Breaker.Happened += OnCircuit;
    }

    public IReadOnlyList<SoakTarget> Targets => [_postgres, _redis, _sqlite];

    private IEnumerable<IConnectionEndpoint> Endpoints => Targets.SelectMany(static target => target.Endpoints);

    public static async Task<SoakRun> StartAsync(Upstreams servers, string path, int seed, SoakViolations violations) =>
        new(servers, await SqliteTarget.OpenAsync(path), seed, violations);

    /// <summary>Callers for a time, with a tenth of it in peace at most.</summary>
    public async Task RunAsync(TimeSpan time, bool faults)
    {
        using var ended = new CancellationTokenSource();
        var callers = Enumerable.Range(0, Callers)
            .Select(key => Task.Run(() => new SoakCaller(key, (_seed * 1000) + key, Targets, _gate, _lateness, _violations).RunAsync(ended.Token)))
            .ToArray();
        var started = Stopwatch.GetTimestamp();
        if (faults)
            await MisbehaveAsync(time, started);
        else
            await DelayAsync(time);
        await ended.CancelAsync();
        await Task.WhenAll(callers);
        if (faults)
            Report(Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Closes the endpoints and looks for what is left.</summary>
    public async Task CloseAsync()
    {
        var endpoints = Endpoints.ToArray();
        foreach (var target in Targets)
            await target.DisposeAsync();
        foreach (var endpoint in endpoints)
        {
            await UntilAsync(() => endpoint.Statistics is { Open: 0, Closing: 0, Opening: 0 });
            var s = endpoint.Statistics;
            _violations.Require(
                s is { Leased: 0, Waiting: 0, Open: 0, Opening: 0, Closing: 0, Leaks: 0 } && s.Opened == s.ClosedIdle + s.ClosedAged + s.ClosedBroken,
                "pool invariant", $"{endpoint.Name}: {s}");
        }

        await UntilAsync(() => _primary.OpenConnections + _replica.OpenConnections + _cache.OpenConnections == 0);
        _violations.Require(
            _primary.OpenConnections + _replica.OpenConnections + _cache.OpenConnections == 0, "leak",
            $"connections that are still open: {_primary.OpenConnections} to the primary, {_replica.OpenConnections} to the replica, {_cache.OpenConnections} to Redis");
        foreach (var port in new[] { _servers.PrimaryPort, _servers.ReplicaPort })
        {
            var known = await SettledAsync(() => CountSessionsAsync(port), 0);
            _violations.Require(known == 0, "leak", $"{known} sessions of ours at the PostgreSQL of port {port}");
        }

        var clients = await SettledAsync(CountRedisClientsAsync, 1);
        _violations.Require(clients == 1, "leak", $"{clients} clients at Redis, where the one that asks should be alone");
    }

    public async ValueTask DisposeAsync()
    {
        await _lateness.DisposeAsync();
        await _primary.DisposeAsync();
        await _replica.DisposeAsync();
        await _cache.DisposeAsync();
    }

    private async Task MisbehaveAsync(TimeSpan time, long started)
    {
        // Short runs have short faults, so that there are several.
        var unit = Math.Clamp(time.TotalSeconds / 120, 0.1, 1);
        var deck = new Queue<SoakFault>();
        ProcessState? early = null;
        var count = 0;
        do
        {
            if (deck.Count == 0)
            {
                var all = SoakFault.All(_servers, _postgres, _redis, _primary, _replica, _cache).ToArray();
                _random.Shuffle(all);
                deck = new Queue<SoakFault>(all);
            }

            await FaultAsync(deck.Dequeue(), unit);
            count++;
            if (early is null && Stopwatch.GetElapsedTime(started) >= time / 10)
                early = await AtRestAsync("at 10 %");
        }
        while (Stopwatch.GetElapsedTime(started) < time);

        var late = await AtRestAsync("at the end");
        var most = (early!.HeapBytes * 1.1) + (2 << 20);
        _violations.Require(late.HeapBytes <= most, "heap", $"{late.HeapBytes:N0} bytes at the end, {early.HeapBytes:N0} after a tenth of the time; the bound is {most:N0}");
        _violations.Require(late.Threads <= early.Threads + 16, "threads", $"{late.Threads} at the end, {early.Threads} after a tenth of the time");
        Console.WriteLine($"{count} faults; traffic was back after at most {_worstBack.TotalSeconds:0.00} s (after: {_worstBackAfter}); circuits opened in calm phases: {_falseOpens}");
    }

    private async Task FaultAsync(SoakFault fault, double unit)
    {
        Volatile.Write(ref _isCalm, false);
        var good = fault.Target.Tally.Good;
        var requests = fault.Target.Tally.Requests;
        await fault.BeginAsync();
        await DelayAsync(TimeSpan.FromSeconds(_random.Next(4, 16) * unit));
        var limits = string.Join('/', fault.Target.Endpoints.Select(static endpoint => endpoint.Statistics.Limit));
        await fault.EndAsync();
        var recovered = Stopwatch.GetTimestamp();
        (good, requests) = (fault.Target.Tally.Good - good, fault.Target.Tally.Requests - requests);
        TimeSpan back;
        try
        {
            back = Stopwatch.GetElapsedTime(recovered, await fault.Target.BackAsync(recovered).WaitAsync(BackPatience, TimeProvider.System));
        }
        catch (TimeoutException)
        {
            back = BackPatience;
        }

        if (back > _worstBack)
            (_worstBack, _worstBackAfter) = (back, fault.Name);
        _violations.Require(back - _lateness.Since(recovered) <= BackLimit, "not back soon", $"{back.TotalSeconds:0.0} s after: {fault.Name}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {fault.Name,-36} {good,6} of {requests,6} good meanwhile, limit {limits,5}, back after {back.TotalMilliseconds,5:0} ms"));
        // Circuits may still be closing.
        await DelayAsync(TimeSpan.FromSeconds(3 * unit));
        Volatile.Write(ref _isCalm, true);
        await DelayAsync(TimeSpan.FromSeconds(_random.Next(2, 6) * unit));
    }

    private async Task<ProcessState> AtRestAsync(string when)
    {
        await _gate.CloseAsync();
        var state = ProcessState.Take();
        _gate.Open();
        Console.WriteLine($"{when}: {state}");
        return state;
    }

    private void Report(TimeSpan elapsed)
    {
        Console.WriteLine($"{elapsed.TotalMinutes:0.0} minutes, {Callers} callers, slack {SoakCaller.Slack.TotalMilliseconds:0} ms plus what the machine was late by; seed {_seed}");
        foreach (var target in Targets)
        {
            var tally = target.Tally;
            Console.WriteLine(
                $"{target.Name}: {tally.Requests} requests, {tally.Good} good; {tally.Late} ended more than {SoakCaller.Slack.TotalMilliseconds:0} ms after their deadline, " +
                $"the worst {tally.Worst.TotalMilliseconds:0} ms; failures: {tally.DescribeFailures()}");
            _violations.Require(tally.Good > tally.Requests / 4, "too few answers", $"{target.Name}: {tally.Good} of {tally.Requests}");
            var extra = target.Endpoints.Sum(static endpoint => endpoint.Resilience?.Budget.Withdrawn ?? 0);
            _violations.Require(extra <= MostAmplification * tally.Asked, "amplification", $"{target.Name}: {extra} extra attempts for {tally.Asked} requests");
            foreach (var endpoint in target.Endpoints)
            {
                var s = endpoint.Statistics;
                Console.WriteLine(
                    $"  {endpoint.Name}: {s.Opened} opened ({s.OpenFailures} failed), {s.ClosedBroken} closed broken, {s.TimedOut} waited in vain, {s.Rejected} turned away, " +
                    $"{endpoint.Resilience?.Budget.Withdrawn ?? 0} extra attempts, {endpoint.Resilience?.Breaker.Snapshot().TimesOpened ?? 0} times its circuit opened");
            }
        }
    }

    private void OnCircuit(CircuitEvent happened)
    {
        if (happened.Kind == CircuitEventKind.Opened && Volatile.Read(ref _isCalm))
            Interlocked.Increment(ref _falseOpens);
    }

    private async Task<int> CountSessionsAsync(int port)
    {
        await using var connection = new NpgsqlConnection(_servers.PostgresConnectionString(port, admin: true) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'edgedb'", connection);
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private async Task<int> CountRedisClientsAsync()
    {
        await using var connection = await RedisConnection.OpenAsync(
            RedisTarget.Settings(_servers, _servers.RedisPort), null, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        var clients = await connection.ExecuteAsync("CLIENT", ["LIST"], 0, static (reply, _) => reply.AsText(), CancellationToken.None);
        return clients.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
    }

    /// <summary>Servers notice a closed connection a little later.</summary>
    private static async Task<int> SettledAsync(Func<Task<int>> count, int wanted)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var found = await count();
            if (found == wanted || Stopwatch.GetElapsedTime(started) > SettleLimit)
                return found;
            await DelayAsync(TimeSpan.FromMilliseconds(100));
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition() && Stopwatch.GetElapsedTime(started) < SettleLimit)
            await DelayAsync(TimeSpan.FromMilliseconds(20));
    }

    private static Task DelayAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System, CancellationToken.None);
}
