using System.Diagnostics;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>
/// What callers of a healthy server notice while another server fails. Slices in turn: nobody asks the other server; it is asked and well; it hangs, or cuts every
/// connection, under its callers. The ratios are those of the 99th percentiles of neighbouring slices. (Both references, because a busy server that fails also
/// gives back the processor time it took.) The control does without what is measured: both share one set of places for requests, and nothing
/// refuses work for the sick one.
/// </summary>
internal static class IsolationBenchmark
{
    private const int Rounds = 30;
    private const int ControlRounds = 8;
    private const int HealthyCallers = 4;
    private const int SickCallers = 16;
    private const int SharedPlaces = 8;
    private const string Sql = "SELECT $1::bigint";

    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan HealthyPause = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan SickPause = TimeSpan.FromMilliseconds(100);

    private static readonly PostgresCommand<long> Echo = new(Sql, static (ref p, number) => p.Add(number));
    private static readonly Operation Healthy = new(Echo.Shape, ConnectionRole.Read, OperationRepeat.AfterFailure, TimeSpan.FromSeconds(5));
    private static readonly Operation Sick = Healthy with { Timeout = TimeSpan.FromMilliseconds(500) };

    private enum Fault
    {
        Hangs,
        Resets,
    }

    public static async Task RunAsync()
    {
        var servers = await Upstreams.SharedAsync();
        Console.WriteLine(
            $"isolation: {HealthyCallers} callers of one PostgreSQL while another one, with {SickCallers} callers, fails; " +
            $"p99 in medians over {Rounds} rounds of slices of {Slice.TotalMilliseconds:0} ms");
        await CompareAsync(servers, Fault.Hangs, Rounds, isShared: false);
        await CompareAsync(servers, Fault.Resets, Rounds, isShared: false);
        await CompareAsync(servers, Fault.Hangs, ControlRounds, isShared: true);
    }

    private static async Task CompareAsync(Upstreams servers, Fault fault, int rounds, bool isShared)
    {
        await using var proxy = new FaultProxy(servers.Host, servers.PrimaryPort);
        await using var healthy = UpstreamEndpoints.Postgres(servers, new ConnectionPoolOptions { MinIdle = HealthyCallers }, servers.ReplicaPort);
        await using var sick = SickEndpoint(servers, proxy.Port, isShared);
        using var places = isShared ? new SemaphoreSlim(SharedPlaces) : null;
        using var ending = new CancellationTokenSource();
        var (ofHealthy, ofSick) = (new Callers(HealthyCallers), new Callers(SickCallers));
        var callers = Enumerable.Range(0, HealthyCallers).Select(caller => AskAsync(healthy, Healthy, places, ofHealthy, caller, HealthyPause, ending.Token))
            .Concat(Enumerable.Range(0, SickCallers).Select(caller => AskAsync(sick, Sick, places, ofSick, caller, SickPause, ending.Token)))
            .ToArray();

        // Compiled, prepared, and the first connections opened.
        await DelayAsync(3 * Slice);
        var (idle, well, during) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < rounds; i++)
        {
            ofSick.Ask = false;
            await DelayAsync(SickPause);
            idle.Add(await MeasureAsync(ofHealthy));
            ofSick.Ask = true;
            await BeBackAsync(ofSick);
            well.Add(await MeasureAsync(ofHealthy));
            Begin(proxy, fault);
            during.Add(await MeasureAsync(ofHealthy));
            End(proxy);
            await BeBackAsync(ofSick);
        }

        await ending.CancelAsync();
        await Task.WhenAll(callers);
        Console.WriteLine(
            $"  {(fault == Fault.Hangs ? "hangs" : "resets everybody"),-16} {(isShared ? "control: shared places" : "endpoints"),-22} idle {PoolBenchmark.Median(idle):0.00} ms, " +
            $"well {PoolBenchmark.Median(well):0.00} ms, failing {PoolBenchmark.Median(during):0.00} ms; failing against well {Ratio(during, well)}, against idle {Ratio(during, idle)}, " +
            $"well against idle {Ratio(well, idle)}");
    }

    private static string Ratio(List<double> of, List<double> to)
    {
        var ratios = of.Zip(to, static (a, b) => a / b).Order().ToArray();
        return $"{PoolBenchmark.Median(ratios):0.00} (quartiles {ratios[ratios.Length / 4]:0.00} to {ratios[ratios.Length * 3 / 4]:0.00})";
    }

    private static ConnectionEndpoint<PostgresConnection> SickEndpoint(Upstreams servers, int port, bool isUnprotected)
    {
        var never = new CircuitBreakerOptions { ConnectFailures = 1000, ConnectFailuresWhenFlaky = 1000, SlowFailures = 1000, MinimumThroughput = 100_000 };
        return new(
            new PostgresSource(UpstreamEndpoints.Options(servers, port), TimeProvider.System),
            EndpointKind.Postgres,
            isUnprotected
                ? new EndpointOptions { Limit = ConcurrencyLimitKind.Fixed, Resilience = new EndpointResilienceOptions { Breaker = never } }
                : new EndpointOptions(),
            PostgresFailures.Advise,
            TimeProvider.System,
            NullLogger.Instance);
    }

    private static async Task AskAsync(
        ConnectionEndpoint<PostgresConnection> endpoint, Operation operation, SemaphoreSlim? places, Callers callers, int caller, TimeSpan pause, CancellationToken ended)
    {
        await Task.Yield();
        for (var number = 0L; !ended.IsCancellationRequested; number++)
        {
            await DelayAsync(pause);
            if (!callers.Ask)
                continue;
            callers.Begin(caller);
            if (places is not null)
                await places.WaitAsync(CancellationToken.None);
            var isAnswered = false;
            try
            {
                await endpoint.ExecuteAsync(
                    operation, number, static (connection, number, ct) => connection.FirstAsync(Echo, number, static row => row.GetInt64(0), ct), CancellationToken.None);
                isAnswered = true;
            }
            catch (Exception) when (operation.Timeout == Sick.Timeout)
            {
                // The healthy one has no reason to fail.
            }
            finally
            {
                places?.Release();
                callers.End(caller, isAnswered);
            }
        }
    }

    private static void Begin(FaultProxy proxy, Fault fault)
    {
        proxy.Admission = fault == Fault.Hangs ? ProxyAdmission.HalfOpen : ProxyAdmission.Reset;
        if (fault == Fault.Hangs)
            proxy.SetBlackhole(true);
        else
            proxy.ResetConnections();
    }

    private static void End(FaultProxy proxy)
    {
        proxy.Admission = ProxyAdmission.Forward;
        proxy.ResetConnections();
        proxy.SetBlackhole(false);
    }

    /// <summary>The next slice is to begin with connections that work.</summary>
    private static async Task BeBackAsync(Callers ofSick)
    {
        for (var enough = ofSick.Good + SickCallers; ofSick.Good < enough; ofSick.Take())
            await DelayAsync(TimeSpan.FromMilliseconds(10));
    }

    private static async Task<double> MeasureAsync(Callers callers)
    {
        callers.Take();
        await DelayAsync(Slice);
        var sorted = callers.Take();
        sorted.Sort();
        return sorted[(int)(sorted.Count * 0.99)];
    }

    private static Task DelayAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System, CancellationToken.None);

    /// <summary>
    /// Durations of one slice, in milliseconds. A caller that waits does not ask meanwhile, so a wait counts as often as it kept the caller from asking (as
    /// HdrHistogram corrects for "coordinated omission"); one that has not ended counts for what it has lasted.
    /// </summary>
    private sealed class Callers(int count)
    {
        private const double ExpectedMs = 3;

        private readonly Lock _gate = new();
        private readonly long[] _begun = new long[count];
        private List<double> _answered = [];
        private long _good;

        public volatile bool Ask = true;

        public long Good => Interlocked.Read(ref _good);

        public void Begin(int caller)
        {
            lock (_gate)
                _begun[caller] = Stopwatch.GetTimestamp();
        }

        public void End(int caller, bool isAnswered)
        {
            lock (_gate)
            {
                if (isAnswered)
                {
                    _good++;
                    Add_NeedsLock(caller);
                }

                _begun[caller] = 0;
            }
        }

        public List<double> Take()
        {
            lock (_gate)
            {
                for (var caller = 0; caller < _begun.Length; caller++)
                    if (_begun[caller] != 0 && Stopwatch.GetElapsedTime(_begun[caller]).TotalMilliseconds > ExpectedMs)
                        Add_NeedsLock(caller);
                var answered = _answered;
                _answered = [];
                return answered;
            }
        }

        private void Add_NeedsLock(int caller)
        {
            for (var ms = Stopwatch.GetElapsedTime(_begun[caller]).TotalMilliseconds; ; ms -= ExpectedMs)
            {
                _answered.Add(ms);
                if (ms <= ExpectedMs)
                    return;
            }
        }
    }
}
