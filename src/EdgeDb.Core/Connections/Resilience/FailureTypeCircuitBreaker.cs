using System.Runtime.CompilerServices;
using Polly;

namespace EdgeDb.Core.Connections;

/// <summary>
/// <see cref="EndpointBreaker"/> as a strategy of Polly 8. The operation class is the context's
/// <see cref="ResilienceContext.OperationKey"/>. It adds no allocation, also not to work that completes later (pooled state machines).
/// </summary>
internal sealed class FailureTypeCircuitBreaker(EndpointBreaker breaker, Func<Exception, FailureKind> classify) : ResilienceStrategy
{
    protected override ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state) =>
        ExecuteAsync(callback, context, state);

    internal ValueTask<Outcome<TResult>> ExecuteAsync<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        if (!breaker.TryEnter(context.OperationKey, out var ticket, out var refusal))
            return Outcome.FromExceptionAsValueTask<TResult>(refusal);

        Outcome<TResult> outcome;
        try
        {
            var work = callback(context, state);
            if (!work.IsCompletedSuccessfully)
                return ObserveAsync(work, context, ticket);
            outcome = work.Result;
        }
#pragma warning disable CA1031 // A probe whose outcome is lost would hold everybody off; Polly's own strategies catch here, too.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            outcome = Outcome.FromException<TResult>(failure);
        }

        Observe(outcome.Exception, context, ticket);
        return ValueTask.FromResult(outcome);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<TResult>> ObserveAsync<TResult>(ValueTask<Outcome<TResult>> work, ResilienceContext context, CircuitTicket ticket)
    {
        Outcome<TResult> outcome;
        try
        {
            outcome = await work.ConfigureAwait(context.ContinueOnCapturedContext);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            outcome = Outcome.FromException<TResult>(failure);
        }

        Observe(outcome.Exception, context, ticket);
        return outcome;
    }

    private void Observe(Exception? failure, ResilienceContext context, in CircuitTicket ticket)
    {
        if (failure is null)
            breaker.Succeeded(context.OperationKey, ticket);
        // Whatever its type: drivers wrap a cancellation, or report the connection they closed for it.
        else if (context.CancellationToken.IsCancellationRequested || failure is ConnectionOpenException { IsEcho: true })
            breaker.SaidNothing(ticket);
        else
            breaker.Failed(context.OperationKey, ticket, classify(failure));
    }
}
