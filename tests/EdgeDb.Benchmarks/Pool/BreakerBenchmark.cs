using System.Diagnostics;
using EdgeDb.Benchmarks.Storage;
using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Polly;
using Polly.CircuitBreaker;
using Polly.Hedging;
using Polly.Retry;
using Polly.Timeout;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>
/// What the strategies cost work that succeeds: each beside Polly's own, then all of them together. Work "at once" completes inside the call; work "later" is
/// pending when the call returns, as everything that waits for a network is.
/// </summary>
internal static class BreakerBenchmark
{
    private const int Operations = 5000;
    private const int Slices = 201;
    private const int ContendedOperations = 1_000_000;
    private const int ContendedSlices = 9;

    private static readonly ResiliencePipeline Empty = Pipeline(static _ => { });

    // Of one result type: for any type Polly's reactive strategies box the result.
    private static readonly ResiliencePipeline<int> PollyBreaker =
        new ResiliencePipelineBuilder<int>().AddCircuitBreaker(new CircuitBreakerStrategyOptions<int>()).Build();

    private static readonly EndpointBreaker Breaker = NewBreaker();
    private static readonly ResiliencePipeline OurBreaker = Pipeline(static b => b.AddFailureTypeCircuitBreaker(Breaker, Classify));

    public static async Task RunAsync()
    {
        var later = new LaterSource();
        Console.WriteLine($"Strategies around work that succeeds, medians of {Slices} slices of {Operations} in turn:");
        Console.WriteLine($"{"",-52}{"ns",8}{"B",8}{"later ns",10}{"B",8}");
        var rows = new List<Row>
        {
            OfPipeline("an empty pipeline", Empty, later),
            OfTyped("Polly's breaker", PollyBreaker, later),
            OfPipeline("failure-type breaker", OurBreaker, later),
            OfPipeline("failure-type breaker, one failure lately", Pipeline(static b => b.AddFailureTypeCircuitBreaker(Shaken(), Classify)), later),
            OfTyped("Polly's retry", new ResiliencePipelineBuilder<int>().AddRetry(new RetryStrategyOptions<int>()).Build(), later),
            OfPipeline("Polly's timeout", Pipeline(static b => b.AddTimeout(new TimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(30) })), later),
            OfTyped("Polly's hedging", new ResiliencePipelineBuilder<int>().AddHedging(new HedgingStrategyOptions<int>()).Build(), later),
            OfTyped("Polly's retry, breaker, hedging and timeout", PollyAll(), later),
        };
        var hedged = Resilience(hedging: true);
        var plain = Resilience(hedging: false);
        rows.Add(OfEndpoint("all of ours, work that never repeats", plain, OperationRepeat.Never, later));
        rows.Add(OfEndpoint("all of ours, idempotent", plain, OperationRepeat.AfterFailure, later));
        rows.Add(OfEndpoint("all of ours, idempotent and hedged", hedged, OperationRepeat.Hedged, later));
        rows.Add(JoinedByPolly("the same strategies, joined by Polly's builder", later));

        foreach (var row in rows)
            Slice(row);
        foreach (var row in rows)
            row.Clear();
        for (var slice = 0; slice < Slices; slice++)
        {
            foreach (var row in rows)
                Slice(row);
        }

        foreach (var row in rows)
            Console.WriteLine($"{row.Name,-52}{row.AtOnce.Ns,8:0}{row.AtOnce.Bytes,8:0}{row.Later.Ns,10:0}{row.Later.Bytes,8:0}");
        Console.WriteLine(
            $"  added by the breaker: {rows[2].AtOnce.Ns - rows[0].AtOnce.Ns:0} ns, by Polly's {rows[1].AtOnce.Ns - rows[0].AtOnce.Ns:0} ns " +
            $"(goal: 150 ns and 0 B); ratio {(rows[1].AtOnce.Ns - rows[0].AtOnce.Ns) / (rows[2].AtOnce.Ns - rows[0].AtOnce.Ns):0.0}");
        await ReportContendedAsync();
    }

    private static async Task ReportContendedAsync()
    {
        var threads = Math.Max(4, Environment.ProcessorCount);
        var ours = new List<(double Ns, double)>();
        var theirs = new List<(double Ns, double)>();
        for (var slice = -1; slice < ContendedSlices; slice++)
        {
            var our = await ContendedAsync(
                static (context, i) => Consume(OurBreaker.ExecuteOutcomeAsync(static (_, i) => Outcome.FromResultAsValueTask(i), context, i)), threads);
            var their = await ContendedAsync(
                static (context, i) => Consume(PollyBreaker.ExecuteOutcomeAsync(static (_, i) => Outcome.FromResultAsValueTask(i), context, i)), threads);
            if (slice < 0)
                continue;
            ours.Add((our, 0));
            theirs.Add((their, 0));
        }

        Console.WriteLine(
            $"  {threads} threads at once on {Environment.ProcessorCount} cores, wall time an operation: failure-type breaker {StorageBenchmark.Median(ours, r => r.Ns):0} ns, " +
            $"Polly's {StorageBenchmark.Median(theirs, r => r.Ns):0} ns, ratio {StorageBenchmark.Median(ours.Zip(theirs, (our, their) => (their.Ns / our.Ns, 0.0)).ToList(), r => r.Item1):0.0}");
    }

    private static async Task<double> ContendedAsync(Action<ResilienceContext, int> run, int threads)
    {
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(() =>
        {
            var context = ResilienceContextPool.Shared.Get("read");
            for (var i = 0; i < ContendedOperations / threads; i++)
                run(context, i);
            ResilienceContextPool.Shared.Return(context);
        })));
        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / ContendedOperations;
    }

    private static void Slice(Row row)
    {
        row.AtOnceResults.Add(Measure(row.RunAtOnce));
        row.LaterResults.Add(Measure(row.RunLater));
    }

    private static (double Ns, double Bytes) Measure(Action<int> run)
    {
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Operations; i++)
            run(i);
        var elapsed = Stopwatch.GetElapsedTime(started);
        return (elapsed.TotalNanoseconds / Operations, (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / Operations);
    }

    private static Row OfPipeline(string name, ResiliencePipeline pipeline, LaterSource later)
    {
        var context = ResilienceContextPool.Shared.Get("read");
        return new Row(
            name,
            i => Consume(pipeline.ExecuteOutcomeAsync(static (_, i) => Outcome.FromResultAsValueTask(i), context, i)),
            _ =>
            {
                var work = pipeline.ExecuteOutcomeAsync(static (_, later) => later.Begin(), context, later);
                later.Complete();
                Consume(work);
            });
    }

    private static Row OfTyped(string name, ResiliencePipeline<int> pipeline, LaterSource later)
    {
        var context = ResilienceContextPool.Shared.Get("read");
        return new Row(
            name,
            i => Consume(pipeline.ExecuteOutcomeAsync(static (_, i) => Outcome.FromResultAsValueTask(i), context, i)),
            _ =>
            {
                var work = pipeline.ExecuteOutcomeAsync(static (_, later) => later.Begin(), context, later);
                later.Complete();
                Consume(work);
            });
    }

    private static Row OfEndpoint(string name, EndpointResilience resilience, OperationRepeat repeat, LaterSource later)
    {
        var call = new OperationCall("read", repeat, long.MaxValue, new Measured());
        return new Row(
            name,
            i => Consume(resilience.ExecuteAsync(call, i, static (_, i) => ValueTask.FromResult(i), CancellationToken.None)),
            _ =>
            {
                var work = resilience.ExecuteAsync(call, later, static (_, later) => later.BeginValue(), CancellationToken.None);
                later.Complete();
                Consume(work);
            });
    }

    /// <summary>The rejected way: the builder joins them, and boxes the state between each two in a Native AOT process.</summary>
    private static Row JoinedByPolly(string name, LaterSource later)
    {
        var budget = new RetryBudget(new RetryBudgetOptions(), TimeProvider.System);
        var owner = Resilience(hedging: false);
        var pipeline = Pipeline(b => b
            .AddStrategy(_ => new BudgetedRetry(new RetryOptions(), budget, Breaker, static (_, _) => default, TimeProvider.System))
            .AddStrategy(_ => new Hedging(new HedgingOptions(), budget, Classify, TimeProvider.System))
            .AddFailureTypeCircuitBreaker(Breaker, Classify)
            .AddStrategy(_ => new AdaptiveTimeout("db", new AdaptiveTimeoutOptions(), TimeProvider.System)));
        var attempt = new Attempt();
        attempt.Begin(new OperationCall("read", OperationRepeat.AfterFailure, long.MaxValue, new Measured()), owner, CancellationToken.None);
        return new Row(
            name,
            i =>
            {
                var context = ResilienceContextPool.Shared.Get("read");
                context.Properties.Set(Attempt.Key, attempt);
                Consume(pipeline.ExecuteOutcomeAsync(static (_, i) => Outcome.FromResultAsValueTask(i), context, i));
                ResilienceContextPool.Shared.Return(context);
            },
            _ =>
            {
                var context = ResilienceContextPool.Shared.Get("read");
                context.Properties.Set(Attempt.Key, attempt);
                var work = pipeline.ExecuteOutcomeAsync(static (_, later) => later.Begin(), context, later);
                later.Complete();
                Consume(work);
                ResilienceContextPool.Shared.Return(context);
            });
    }

    private static void Consume<T>(ValueTask<T> work)
    {
        if (!work.IsCompletedSuccessfully)
            throw new InvalidOperationException("The work did not complete where it should.");
        _ = work.Result;
    }

    private static ResiliencePipeline<int> PollyAll() => new ResiliencePipelineBuilder<int>()
        .AddRetry(new RetryStrategyOptions<int>())
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<int>())
        .AddHedging(new HedgingStrategyOptions<int>())
        .AddTimeout(TimeSpan.FromSeconds(30))
        .Build();

    private static ResiliencePipeline Pipeline(Action<ResiliencePipelineBuilder> add)
    {
        var builder = new ResiliencePipelineBuilder();
        add(builder);
        return builder.Build();
    }

    private static EndpointResilience Resilience(bool hedging) => new(
        "db", new EndpointResilienceOptions { Hedging = new HedgingOptions { IsEnabled = hedging } }, Classify, static (_, _) => null, TimeProvider.System,
        NullLogger.Instance);

    private static EndpointBreaker NewBreaker() => new("db", new CircuitBreakerOptions(), TimeProvider.System, NullLogger.Instance);

    /// <summary>A class that failed once keeps the breaker counting.</summary>
    private static EndpointBreaker Shaken()
    {
        var breaker = NewBreaker();
        breaker.TryEnter("report", out var ticket, out _);
        breaker.Failed("report", ticket, FailureKind.Query);
        return breaker;
    }

    private static FailureKind Classify(Exception failure) => FailureKind.Query;

    private sealed class Row(string name, Action<int> runAtOnce, Action<int> runLater)
    {
        public string Name => name;

        public Action<int> RunAtOnce => runAtOnce;

        public Action<int> RunLater => runLater;

        public List<(double Ns, double Bytes)> AtOnceResults { get; } = [];

        public List<(double Ns, double Bytes)> LaterResults { get; } = [];

        public (double Ns, double Bytes) AtOnce => Median(AtOnceResults);

        public (double Ns, double Bytes) Later => Median(LaterResults);

        public void Clear()
        {
            AtOnceResults.Clear();
            LaterResults.Clear();
        }

        private static (double Ns, double Bytes) Median(List<(double Ns, double Bytes)> results) =>
            (StorageBenchmark.Median(results, static r => r.Ns), StorageBenchmark.Median(results, static r => r.Bytes));
    }

    /// <summary>A class that was measured: 95 % within 5 s, so that nothing is hedged while the benchmark runs.</summary>
    private sealed class Measured : ILatencyQuantiles
    {
        public long Count => 1000;

        public long QuantileTicks(double q) => TimeSpan.TicksPerSecond * 5;
    }
}
