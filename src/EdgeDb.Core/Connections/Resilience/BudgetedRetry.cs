using System.Runtime.CompilerServices;
using Polly;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Tries idempotent work again when its failure can pass (<see cref="RetryAdvice"/>), the breaker is closed, the deadline leaves time for it and the budget pays.
/// Waits grow exponentially with "equal jitter": half fixed, half random (Brooker, "Exponential Backoff And Jitter"); with full jitter the
/// wait can be next to none, and what failed a millisecond ago fails again.
/// <para>Polly's retry was measured and not used: it allocates 312 B for each operation that completes later, also when that succeeds.</para>
/// </summary>
internal sealed class BudgetedRetry(
    RetryOptions options, RetryBudget budget, EndpointBreaker breaker, Func<Exception, bool, RetryAdvice> advise, TimeProvider time) : ResilienceStrategy
{
    protected override ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state) =>
        ExecuteAsync(callback, context, state);

    internal ValueTask<Outcome<TResult>> ExecuteAsync<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        budget.Deposit();
        var work = callback(context, state);
        if (context.Properties.GetValue(Attempt.Key, null) is not { } attempt || attempt.Call.Repeat == OperationRepeat.Never)
            return work;
        if (!work.IsCompletedSuccessfully)
            return RetryAsync(work, callback, context, attempt, state);
        var outcome = work.Result;
        return outcome.Exception is null
            ? ValueTask.FromResult(outcome)
            : RetryAsync(ValueTask.FromResult(outcome), callback, context, attempt, state);
    }

    /// <summary>The wait before the run after <paramref name="failures"/> failed ones.</summary>
    internal TimeSpan Delay(int failures, TimeSpan notBefore)
    {
        var full = options.FirstDelay * Math.Pow(2, failures - 1);
        var capped = full < options.LongestDelay ? full : options.LongestDelay;
        // What the endpoint asks for is waited in full, and the callers it told the same still come apart.
        return notBefore + (capped * (0.5 + (0.5 * Random.Shared.NextDouble())));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<TResult>> RetryAsync<TResult, TState>(
        ValueTask<Outcome<TResult>> work, Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context,
        Attempt attempt, TState state)
    {
        for (var failures = 1; ; failures++)
        {
            var outcome = await work.ConfigureAwait(context.ContinueOnCapturedContext);
            if (outcome.Exception is not { } failure || failures > options.Retries || context.CancellationToken.IsCancellationRequested)
                return outcome;
            var advice = advise(failure, attempt.IsSent);
            if (!advice.IsAllowed)
                return outcome;
            var delay = Delay(failures, advice.NotBefore);
            // The budget comes last: what another condition forbids must not cost a token.
            if (time.GetElapsedTime(time.GetTimestamp(), attempt.Call.Deadline) <= delay || !breaker.IsClosed(context.OperationKey) || !budget.TryWithdraw())
                return outcome;

            try
            {
                await Task.Delay(delay, time, context.CancellationToken).ConfigureAwait(context.ContinueOnCapturedContext);
            }
            catch (OperationCanceledException)
            {
                return outcome;
            }

            attempt.BeginAgain();
            work = callback(context, state);
        }
    }
}
