using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Resilience;

public sealed class HedgeStressTests
{
    private const int Callers = 16;
    private const int Reads = 1500;

    [Fact]
    public async Task Many_callers_whose_runs_end_in_every_order_each_get_the_answer_to_their_own_question()
    {
        var time = TimeProvider.System;
        var options = new EndpointResilienceOptions
        {
            Hedging = new HedgingOptions { IsEnabled = true, LeastDelay = TimeSpan.FromMilliseconds(1) },
            Budget = new RetryBudgetOptions { Ratio = 0.2, Burst = 1000 },
            Breaker = new CircuitBreakerOptions { ConnectFailures = 1000, ConnectFailuresWhenFlaky = 1000, SlowFailures = 1000, MinimumThroughput = 100_000 },
        };
        var resilience = new EndpointResilience(
            "db", options, static _ => FailureKind.Connect, static (_, _) => new RetryAdvice(false), time, NullLogger.Instance);
        var latencies = new FixedLatencies(1, 100);
        var counts = new Counts();

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            for (var i = 0; i < Reads; i++)
            {
                var question = new Question(caller * Reads + i, random.Next(4), random.Next(4), counts);
                using var gaveUp = new CancellationTokenSource();
                if (random.Next(20) == 0)
                    gaveUp.CancelAfter(1);
                var call = new OperationCall("read", OperationRepeat.Hedged, time.GetTimestamp() + (30 * time.TimestampFrequency), latencies);
                try
                {
                    var answer = await resilience.ExecuteAsync(call, question, static (attempt, question) => question.AnswerAsync(attempt), gaveUp.Token);
                    Assert.Equal(question.Id, answer.Id);
                    Assert.False(answer.IsDisposed);
                }
                catch (OperationCanceledException cancelled)
                {
                    Assert.Equal(gaveUp.Token, cancelled.CancellationToken);
                }
                catch (IOException)
                {
                    Interlocked.Increment(ref counts.Failed);
                }
            }
        }, TestContext.Current.CancellationToken)));

        Assert.True(counts.Hedges > 100, $"{counts.Hedges} hedges");
        Assert.Equal(counts.Hedges, resilience.Budget.Withdrawn);
        Assert.True(counts.Failed > 0);
        Assert.Equal(CircuitState.Closed, resilience.Breaker.State);
    }

    private sealed class Counts
    {
        public long Hedges;
        public long Failed;
    }

    private sealed record Answer(int Id) : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed record Question(int Id, int FirstMs, int SecondMs, Counts Counts)
    {
        public async ValueTask<Answer> AnswerAsync(Attempt attempt)
        {
            if (attempt.IsHedge)
                Interlocked.Increment(ref Counts.Hedges);
            var ms = attempt.IsHedge ? SecondMs : FirstMs;
            if (ms > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(ms), TimeProvider.System, attempt.CancellationToken);
            return (Id + ms) % 37 == 0 ? throw new IOException("Reset by peer.") : new Answer(Id);
        }
    }
}
