using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Polly;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Runs operations against one endpoint through, from the outside in:
/// <list type="number">
/// <item><description><b>deadline</b>: the caller's, so everything below fits into it, waits between retries included;</description></item>
/// <item><description><b>retry</b>, paid from the budget: outside of the breaker, so each run is counted and a circuit that opens ends the retries;</description></item>
/// <item><description><b>hedging</b>, paid from the same budget: inside of retry, as two runs at once are one try; outside of the breaker, because each run
/// has to be counted where it goes, and the second may go to another endpoint;</description></item>
/// <item><description><b>breaker</b> of the endpoint the run goes to: outside of the timeout, which is the failure it has to see, and before a
/// connection is waited for: refused work holds no place in a queue;</description></item>
/// <item><description><b>adaptive timeout</b> of the run: around the wait for a connection too, since that is time of the caller;</description></item>
/// <item><description>the callback: acquires a connection (where the concurrency limit acts) and works.</description></item>
/// </list>
/// <para>These are strategies of Polly, joined here and not by its builder: in a Native AOT process that boxes the state on its way from one to the next
/// (72 B an operation with these four, Polly issue 1732). <c>BreakerBenchmark</c> compares the two. Work that succeeds allocates nothing here,
/// whether it completes at once or later.</para>
/// </summary>
internal class EndpointResilience
{
    private const int AttemptsKept = 64;

    private readonly Func<Exception, FailureKind> _classify;
    private readonly Func<Exception, FailureKind, RetryAdvice?> _advise;
    private readonly BudgetedRetry _retry;
    private readonly Hedging _hedging;
    private readonly FailureTypeCircuitBreaker _breaker;
    private readonly AdaptiveTimeout _timeout;
    private readonly Spares<Attempt> _attempts = new(AttemptsKept);

    /// <summary>Throws <see cref="ArgumentException"/> with every problem when the options are wrong.</summary>
    /// <param name="name">Name of the endpoint.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="classify">The kind of a failure, see <see cref="IConnectionSource{T}.Classify"/>. What the pool throws for lack of room is <see cref="FailureKind.Caller"/>.</param>
    /// <param name="advise">What its source knows about repeating a failure, such as a Retry-After or a serialization failure; null for no more than the kind says.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Receives the events of its circuits.</param>
    public EndpointResilience(
        string name, EndpointResilienceOptions options, Func<Exception, FailureKind> classify,
        Func<Exception, FailureKind, RetryAdvice?> advise, TimeProvider time, ILogger logger)
    {
        var problems = new List<string>();
        options.Validate(name, problems);
        problems.ThrowIfAny();

        _classify = failure => FailureKinds.Of(failure, classify);
        _advise = advise;
        Breaker = new EndpointBreaker(name, options.Breaker, time, logger);
        Budget = new RetryBudget(options.Budget, time);
        _retry = new BudgetedRetry(options.Retry, Budget, Breaker, AdviseRetry, time);
        _hedging = new Hedging(options.Hedging, Budget, classify, time);
        _breaker = new FailureTypeCircuitBreaker(Breaker, _classify);
        _timeout = new AdaptiveTimeout(name, options.Timeout, time);
    }

    /// <summary>Its circuits: state, events, and what a person does to them.</summary>
    public EndpointBreaker Breaker { get; }

    /// <summary>What retries and hedges may still cost.</summary>
    public RetryBudget Budget { get; }

    /// <summary>Where the second run of a hedged read goes: another endpoint of the backend. Null for this one, on another connection.</summary>
    public EndpointResilience? HedgeRoute
    {
        get => _hedging.Route;
        set => _hedging.Route = value;
    }

    /// <summary>Second runs of hedged reads since the start.</summary>
    public long Hedges => _hedging.Begun;

    /// <summary>
    /// Runs an operation. Throws what the callback throws, <see cref="CircuitOpenException"/>, <see cref="OperationTimeoutException"/>, or
    /// <see cref="OperationCanceledException"/> for <paramref name="ct"/>.
    /// </summary>
    /// <param name="call">The operation.</param>
    /// <param name="state">Handed to the callback, which captures nothing then.</param>
    /// <param name="callback">Acquires a connection of <see cref="Attempt.Route"/> and works, under <see cref="Attempt.CancellationToken"/>.</param>
    /// <param name="ct">The caller gives up.</param>
    public ValueTask<TResult> ExecuteAsync<TState, TResult>(
        in OperationCall call, TState state, Func<Attempt, TState, ValueTask<TResult>> callback, CancellationToken ct)
    {
        var attempt = _attempts.Take() ?? new Attempt();
        attempt.Begin(call, this, ct);
        var context = ResilienceContextPool.Shared.Get(call.Class, continueOnCapturedContext: false, ct);
        context.Properties.Set(Attempt.Key, attempt);
        var work = _retry.ExecuteAsync(Pass<TState, TResult>.ToHedging, context, new Work<TState, TResult>(this, callback, state));
        if (!work.IsCompletedSuccessfully)
            return EndAsync(work, context, attempt);
        var outcome = work.Result;
        if (outcome.Exception is not null)
            return EndAsync(ValueTask.FromResult(outcome), context, attempt);
        End(context, attempt);
        return ValueTask.FromResult(outcome.Result!);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TResult> EndAsync<TResult>(ValueTask<Outcome<TResult>> work, ResilienceContext context, Attempt attempt)
    {
        var outcome = await work.ConfigureAwait(false);
        var ct = context.CancellationToken;
        End(context, attempt);
        // The token inside is one of ours, and a caller compares it with its own; some drivers report a broken connection instead.
        if (outcome.Exception is { } failure && ct.IsCancellationRequested)
            throw new OperationCanceledException("The caller gave up.", failure, ct);
        outcome.ThrowIfException();
        return outcome.Result!;
    }

    private void End(ResilienceContext context, Attempt attempt)
    {
        ResilienceContextPool.Shared.Return(context);
        if (attempt.IsLeftBehind)
            return;
        attempt.End();
        _attempts.TryKeep(attempt);
    }

    private RetryAdvice AdviseRetry(Exception failure, bool wasSent)
    {
        if (failure is OperationCanceledException or CircuitOpenException)
            return default;
        var kind = _classify(failure);
        var cause = failure is ConnectionOpenException { InnerException: { } inner } ? inner : failure;
        return (cause is OperationTimeoutException ? null : _advise(cause, kind)) ?? RetryAdvice.For(kind, wasSent);
    }

    private readonly record struct Work<TState, TResult>(EndpointResilience Owner, Func<Attempt, TState, ValueTask<TResult>> Callback, TState State);

    /// <summary>The steps from one strategy to the next, made once for each pair of types.</summary>
    private static class Pass<TState, TResult>
    {
        public static readonly Func<ResilienceContext, Work<TState, TResult>, ValueTask<Outcome<TResult>>> ToHedging =
            static (context, work) => work.Owner._hedging.ExecuteAsync(ToBreaker!, context, work);

        private static readonly Func<ResilienceContext, Work<TState, TResult>, ValueTask<Outcome<TResult>>> ToBreaker =
            static (context, work) => AttemptOf(context).Route!._breaker.ExecuteAsync(ToTimeout!, context, work);

        private static readonly Func<ResilienceContext, Work<TState, TResult>, ValueTask<Outcome<TResult>>> ToTimeout =
            static (context, work) => AttemptOf(context).Route!._timeout.ExecuteAsync(ToCallback!, context, work);

        private static readonly Func<ResilienceContext, Work<TState, TResult>, ValueTask<Outcome<TResult>>> ToCallback = Run;

        private static Attempt AttemptOf(ResilienceContext context) => context.Properties.GetValue(Attempt.Key, null)!;

        private static ValueTask<Outcome<TResult>> Run(ResilienceContext context, Work<TState, TResult> work)
        {
            try
            {
                var running = work.Callback(AttemptOf(context), work.State);
                return running.IsCompletedSuccessfully ? Outcome.FromResultAsValueTask(running.Result) : AwaitAsync(running);
            }
#pragma warning disable CA1031 // Strategies pass outcomes, not exceptions.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                return Outcome.FromExceptionAsValueTask<TResult>(failure);
            }
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private static async ValueTask<Outcome<TResult>> AwaitAsync(ValueTask<TResult> running)
        {
            try
            {
                return Outcome.FromResult(await running.ConfigureAwait(false));
            }
#pragma warning disable CA1031 // As above.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                return Outcome.FromException<TResult>(failure);
            }
        }
    }
}
