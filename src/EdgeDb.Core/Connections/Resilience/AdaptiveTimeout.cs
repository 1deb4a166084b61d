using System.Runtime.CompilerServices;
using Polly;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Limits one run of an operation to clamp(k × p99, least, most), and to what the caller's deadline leaves. Durations of runs that were stopped have to be
/// part of the percentile: the limit then follows an endpoint that has become slower.
/// <para>Polly's own timeout strategy is not used: its token reaches the callback through a setter that only Polly can call, its exception
/// cannot tell a slow endpoint from an impatient caller, and it allocates 264 B for each run that completes later.</para>
/// </summary>
internal sealed class AdaptiveTimeout(string endpoint, AdaptiveTimeoutOptions options, TimeProvider time) : ResilienceStrategy
{
    private const double Percentile = 0.99;

    private readonly CancellationSources _sources = new(time);

    protected override ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state) =>
        ExecuteAsync(callback, context, state);

    internal ValueTask<Outcome<TResult>> ExecuteAsync<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        if (context.Properties.GetValue(Attempt.Key, null) is not { } attempt)
            return callback(context, state);

        var limit = LimitOf(attempt.Call);
        if (limit.Span <= TimeSpan.Zero)
            return Outcome.FromExceptionAsValueTask<TResult>(TooLate());
        var cancellation = _sources.Link(limit.Span, context.CancellationToken);
        attempt.CancellationToken = cancellation.Token;
        var work = callback(context, state);
        if (!work.IsCompletedSuccessfully)
            return EndAsync(work, context, attempt, limit, cancellation);
        var outcome = work.Result;
        return ValueTask.FromResult(End(outcome, context, attempt, limit, ref cancellation));
    }

    /// <summary>What a run may take that begins now.</summary>
    internal (TimeSpan Span, bool IsDeadline, TimeSpan Usual) LimitOf(in OperationCall call)
    {
        var left = time.GetElapsedTime(time.GetTimestamp(), call.Deadline);
        var usual = options.Least;
        var limit = options.Most;
        if (call.Latencies is { } latencies && latencies.Count >= options.MinimumSamples)
        {
            usual = new TimeSpan(latencies.QuantileTicks(Percentile));
            // Giving up early only pays where something can be done instead; of a write nobody would know whether it had happened.
            if (call.Repeat != OperationRepeat.Never)
                limit = TimeSpan.FromTicks(Math.Clamp((usual * options.Multiple).Ticks, options.Least.Ticks, options.Most.Ticks));
        }

        return left < limit ? (left, true, usual) : (limit, false, usual);
    }

    internal OperationTimeoutException TooLate() =>
        new($"The deadline was over before {endpoint} could be asked.", endpoint, FailureKind.Caller, null);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<TResult>> EndAsync<TResult>(
        ValueTask<Outcome<TResult>> work, ResilienceContext context, Attempt attempt, (TimeSpan Span, bool IsDeadline, TimeSpan Usual) limit,
        LinkedCancellation cancellation) =>
        End(await work.ConfigureAwait(context.ContinueOnCapturedContext), context, attempt, limit, ref cancellation);

    private Outcome<TResult> End<TResult>(
        Outcome<TResult> outcome, ResilienceContext context, Attempt attempt, (TimeSpan Span, bool IsDeadline, TimeSpan Usual) limit,
        ref LinkedCancellation cancellation)
    {
        attempt.CancellationToken = context.CancellationToken;
        // A failure of any type after the time was over is that: drivers wrap the cancellation, or report the connection they closed for it.
        if (!cancellation.End() || outcome.Exception is not { } failure || context.CancellationToken.IsCancellationRequested)
            return outcome;
        var kind = attempt.WaitedForOthers || (limit.IsDeadline && limit.Span < limit.Usual) ? FailureKind.Caller : FailureKind.Timeout;
        var source = attempt.WaitedForOthers ? "all of which passed waiting for a connection in use" : limit.IsDeadline ? "what was left of the deadline" : "its timeout, which follows its usual time";
        return Outcome.FromException<TResult>(new OperationTimeoutException(
            $"{endpoint} did not answer {attempt.Call.Class} within {limit.Span.TotalMilliseconds:0} ms, {source}.", endpoint, kind, failure));
    }
}
