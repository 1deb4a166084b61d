using Polly;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Gives a read that takes longer than most of its class a second run, on another route where there is one, and takes the first answer
/// (Dean and Barroso, "The Tail at Scale", CACM 56(2), 2013). Off until the class has been measured, while a circuit is not closed, and when the
/// budget that retries draw on is empty.
/// <para>Polly's hedging is not used: it awaits the run that lost before it returns, so a connection that hangs costs the winner what it should have saved; it knows
/// no budget; and it allocates 808 B for each read that completes later.</para>
/// </summary>
internal sealed class Hedging(HedgingOptions options, RetryBudget budget, Func<Exception, FailureKind> classify, TimeProvider time) : ResilienceStrategy
{
    private const double Percentile = 0.95;

    private readonly CancellationSources _sources = new(time);
    private long _begun;

    /// <summary>Where second runs go; null for the called endpoint itself.</summary>
    public EndpointResilience? Route { get; set; }

    /// <summary>Second runs since the start.</summary>
    public long Begun => Volatile.Read(ref _begun);

    protected override ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state) =>
        ExecuteAsync(callback, context, state);

    internal ValueTask<Outcome<TResult>> ExecuteAsync<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        if (context.Properties.GetValue(Attempt.Key, null) is not { } attempt || DelayOf(attempt.Call) is not { } delay)
            return callback(context, state);

        var run = Begin(attempt, context);
        var work = callback(run.Context, state);
        if (work.IsCompletedSuccessfully)
        {
            run.End();
            return work;
        }

        return HedgeRace<TResult, TState>.RunAsync(this, time, delay, run, work, callback, context, state);
    }

    /// <summary>When the second run begins; null when there will be none.</summary>
    internal TimeSpan? DelayOf(in OperationCall call)
    {
        if (!options.IsEnabled || call.Repeat != OperationRepeat.Hedged || call.Latencies is not { } latencies || latencies.Count < options.MinimumSamples)
            return null;
        var delay = new TimeSpan(latencies.QuantileTicks(Percentile));
        return delay > options.LeastDelay ? delay : options.LeastDelay;
    }

    /// <summary>A run of its own: with a token that ends it alone, and a context that outlives the caller's.</summary>
    internal HedgeRun Begin(Attempt attempt, ResilienceContext caller)
    {
        var cancellation = _sources.Link(Timeout.InfiniteTimeSpan, caller.CancellationToken);
        var context = ResilienceContextPool.Shared.Get(caller.OperationKey, caller.ContinueOnCapturedContext, cancellation.Token);
        context.Properties.Set(Attempt.Key, attempt);
        attempt.CancellationToken = cancellation.Token;
        return new HedgeRun(attempt, context, cancellation);
    }

    /// <summary>The second run, or null when it must not happen. It is rare, so it may allocate.</summary>
    internal HedgeRun? TryBeginSecond(Attempt first, ResilienceContext caller)
    {
        var route = Route ?? first.Route!;
        // Both circuits: beside a probe nothing runs, and a second route that is not well either would only get more work.
        if (!first.Route!.Breaker.IsClosed(first.Call.Class) || !route.Breaker.IsClosed(first.Call.Class) || !budget.TryWithdraw())
            return null;
        Interlocked.Increment(ref _begun);
        var second = new Attempt();
        second.Begin(first.Call, route, default);
        second.Number = first.Begun++;
        second.IsHedge = true;
        return Begin(second, caller);
    }

    /// <summary>A failure that the other run would meet, too.</summary>
    internal bool IsFinal(Exception failure) =>
        failure is not OperationCanceledException && FailureKinds.Of(failure, classify) == FailureKind.Caller && failure is not CircuitOpenException;
}
