using System.Net.Sockets;
using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Resilience;

public sealed class EndpointResilienceTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<TimeSpan> _runs = [];
    private readonly long _start;

    public EndpointResilienceTests() => _start = _time.GetTimestamp();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connect_failure_of_idempotent_work_is_tried_again_after_growing_waits()
    {
        var resilience = Make();
        var work = Run(resilience, OperationRepeat.AfterFailure, (attempt, _) => attempt.Number < 2 ? throw new SocketException() : Answer(attempt.Number));
        await FinishAsync(work);
        Assert.Equal(2, await work);
        Assert.Equal(3, _runs.Count);
        // 50 ms and 100 ms, half of each left to chance.
        Assert.InRange((_runs[1] - _runs[0]).TotalMilliseconds, 25, 51);
        Assert.InRange((_runs[2] - _runs[1]).TotalMilliseconds, 50, 101);
        Assert.Equal(2, resilience.Budget.Withdrawn);
    }

    [Fact]
    public async Task Work_that_is_not_idempotent_runs_once()
    {
        var work = Run(Make(), OperationRepeat.Never, (_, _) => throw new SocketException());
        await Assert.ThrowsAsync<SocketException>(async () => await work);
        Assert.Single(_runs);
    }

    [Theory]
    [InlineData(FailureKind.Query)]
    [InlineData(FailureKind.Caller)]
    [InlineData(FailureKind.Overload)]
    public async Task Failures_that_come_back_are_not_tried_again(FailureKind kind)
    {
        var work = Run(Make(), OperationRepeat.Hedged, (_, _) => throw new KindException(kind));
        await Assert.ThrowsAsync<KindException>(async () => await work);
        Assert.Single(_runs);
    }

    [Fact]
    public async Task What_the_source_knows_about_a_failure_counts_more_than_its_kind()
    {
        var resilience = Make(advise: (failure, _) => failure is KindException { RetryAfter: { } after } ? new RetryAdvice(true, after) : null);
        var work = Run(
            resilience, OperationRepeat.AfterFailure,
            (attempt, _) => attempt.Number == 0 ? throw new KindException(FailureKind.Overload) { RetryAfter = TimeSpan.FromSeconds(2) } : Answer(1));
        await FinishAsync(work);
        Assert.Equal(1, await work);
        Assert.InRange((_runs[1] - _runs[0]).TotalSeconds, 2, 2.06);
    }

    [Fact]
    public async Task A_retry_that_would_not_fit_into_the_deadline_is_not_begun()
    {
        var resilience = Make();
        var call = Call(OperationRepeat.AfterFailure, TimeSpan.FromMilliseconds(20));
        await Assert.ThrowsAsync<SocketException>(async () => await Run(resilience, call, (_, _) => throw new SocketException()));
        Assert.Equal(0, resilience.Budget.Withdrawn);
    }

    [Fact]
    public async Task An_operation_whose_deadline_is_over_is_not_begun_and_says_nothing_about_the_endpoint()
    {
        var resilience = Make();
        var call = Call(OperationRepeat.AfterFailure, TimeSpan.Zero);
        for (var i = 0; i < 10; i++)
        {
            var late = await Assert.ThrowsAsync<OperationTimeoutException>(async () => await Run(resilience, call, (_, _) => Answer(0)));
            Assert.Equal(FailureKind.Caller, late.Failure);
        }

        Assert.Empty(_runs);
        Assert.Equal(0, resilience.Breaker.Snapshot().SlowFailuresInARow);
    }

    [Fact]
    public async Task An_open_circuit_ends_retries_and_refuses_without_running_anything()
    {
        var resilience = Make(new EndpointResilienceOptions { Retry = new RetryOptions { Retries = 10, FirstDelay = TimeSpan.FromMilliseconds(200) } });
        var work = Run(resilience, OperationRepeat.AfterFailure, (_, _) => throw new SocketException());
        await FinishAsync(work);
        await Assert.ThrowsAsync<SocketException>(async () => await work);
        Assert.InRange(_runs.Count, 3, 5);
        Assert.Equal(CircuitState.Open, resilience.Breaker.State);
        _runs.Clear();
        var refusal = await Assert.ThrowsAsync<CircuitOpenException>(async () => await Run(resilience, OperationRepeat.AfterFailure, (_, _) => Answer(0)));
        Assert.Empty(_runs);
        Assert.InRange(refusal.RetryAfter!.Value.TotalSeconds, 3, 5);
    }

    [Fact]
    public async Task Amplification_stays_under_a_fifth_when_every_run_fails()
    {
        // A breaker that never opens: what is left is the budget.
        var resilience = Make(new EndpointResilienceOptions
        {
            Breaker = new CircuitBreakerOptions { ConnectFailures = 1000, ConnectFailuresWhenFlaky = 1000, MinimumSpan = TimeSpan.FromSeconds(60) },
        });
        for (var i = 0; i < 1000; i++)
        {
            var work = Run(resilience, OperationRepeat.AfterFailure, (_, _) => throw new SocketException());
            await FinishAsync(work);
            await Assert.ThrowsAnyAsync<Exception>(async () => await work);
            resilience.Breaker.Reset(null, "for the test");
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(_runs.Count, 1100, 1200);
    }

    [Fact]
    public async Task A_run_gets_three_times_the_99th_percentile_and_its_end_is_a_timeout_of_the_endpoint()
    {
        var resilience = Make();
        var call = Call(OperationRepeat.AfterFailure, TimeSpan.FromSeconds(60)) with { Latencies = new FixedLatencies(300, 400) };
        var work = Run(resilience, call, (attempt, state) =>
        {
            attempt.MarkSent();
            return HangAsync(attempt, state);
        });
        _time.Advance(TimeSpan.FromMilliseconds(1199));
        Assert.False(work.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var timeout = await Assert.ThrowsAsync<OperationTimeoutException>(async () => await work);
        Assert.Equal(FailureKind.Timeout, timeout.Failure);
        Assert.Equal("db did not answer read within 1200 ms, its timeout, which follows its usual time.", timeout.Message);
        Assert.Equal(1, resilience.Breaker.Snapshot().SlowFailuresInARow);
    }

    [Fact]
    public async Task Work_that_may_not_be_repeated_has_until_the_deadline()
    {
        var resilience = Make();
        var call = Call(OperationRepeat.Never, TimeSpan.FromSeconds(20)) with { Latencies = new FixedLatencies(300, 400) };
        var work = Run(resilience, call, HangAsync);
        _time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(work.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(FailureKind.Timeout, (await Assert.ThrowsAsync<OperationTimeoutException>(async () => await work)).Failure);
    }

    [Fact]
    public async Task Time_spent_waiting_for_a_connection_that_others_use_says_nothing_about_the_endpoint()
    {
        var resilience = Make();
        var work = Run(resilience, Call(OperationRepeat.Never, TimeSpan.FromSeconds(5)), (attempt, state) =>
        {
            attempt.WaitedForOthers = true;
            return HangAsync(attempt, state);
        });
        _time.Advance(TimeSpan.FromSeconds(5));
        var timeout = await Assert.ThrowsAsync<OperationTimeoutException>(async () => await work);
        Assert.Equal(FailureKind.Caller, timeout.Failure);
        Assert.Contains("waiting for a connection in use", timeout.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deadline_that_left_less_than_the_usual_time_says_nothing_about_the_endpoint()
    {
        var resilience = Make();
        var call = Call(OperationRepeat.Never, TimeSpan.FromMilliseconds(150)) with { Latencies = new FixedLatencies(100, 200) };
        var work = Run(resilience, call, HangAsync);
        _time.Advance(TimeSpan.FromMilliseconds(150));
        var timeout = await Assert.ThrowsAsync<OperationTimeoutException>(async () => await work);
        Assert.Equal(FailureKind.Caller, timeout.Failure);
        Assert.Equal(0, resilience.Breaker.Snapshot().SlowFailuresInARow);
    }

    [Fact]
    public async Task A_timeout_is_tried_again_only_when_nothing_was_sent()
    {
        foreach (var sent in (bool[])[false, true])
        {
            _runs.Clear();
            var call = Call(OperationRepeat.AfterFailure, TimeSpan.FromSeconds(60)) with { Latencies = new FixedLatencies(100, 200) };
            var work = Run(Make(), call, async (attempt, _) =>
            {
                if (sent)
                    attempt.MarkSent();
                return attempt.Number == 0 ? await HangAsync(attempt, 0) : attempt.Number;
            });
            await FinishAsync(work);
            if (sent)
                await Assert.ThrowsAsync<OperationTimeoutException>(async () => await work);
            else
                Assert.Equal(1, await work);
            Assert.Equal(sent ? 1 : 2, _runs.Count);
        }
    }

    [Fact]
    public async Task A_caller_who_gives_up_gets_his_own_token_back_and_counts_for_nothing()
    {
        var resilience = Make();
        using var caller = new CancellationTokenSource();
        var call = Call(OperationRepeat.Hedged, TimeSpan.FromSeconds(60));
        var work = resilience.ExecuteAsync(call, 0, HangAsync, caller.Token).AsTask();
        await caller.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await work);
        Assert.Equal(caller.Token, cancelled.CancellationToken);
        Assert.Equal(0, resilience.Breaker.Snapshot().SlowFailuresInARow);
    }

    [Fact]
    public async Task A_lack_of_room_in_the_pool_is_not_held_against_the_endpoint()
    {
        var resilience = Make();
        for (var i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<PoolBusyException>(
                async () => await Run(resilience, OperationRepeat.Hedged, (_, _) => throw new PoolBusyException("256 callers wait.", TimeSpan.Zero, null)));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(CircuitState.Closed, resilience.Breaker.State);
        Assert.Equal(20, _runs.Count);
    }

    [Fact]
    public async Task No_timer_and_no_registration_is_left_when_all_is_done()
    {
        var resilience = Make(Hedged);
        using var caller = new CancellationTokenSource();
        for (var i = 0; i < 20; i++)
        {
            var gate = new TaskCompletionSource<int>();
            var call = Call(OperationRepeat.Hedged, TimeSpan.FromSeconds(60)) with { Latencies = new FixedLatencies(100, 200) };
            var work = resilience.ExecuteAsync(call, gate, static async (_, gate) => await gate.Task, caller.Token).AsTask();
            gate.SetResult(1);
            await work;
        }

        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public void Every_wrong_option_of_every_part_is_named_in_one_message()
    {
        var options = new EndpointResilienceOptions
        {
            Retry = new RetryOptions { Retries = 11 },
            Budget = new RetryBudgetOptions { Ratio = 1 },
            Hedging = new HedgingOptions { MinimumSamples = 1 },
            Timeout = new AdaptiveTimeoutOptions { Multiple = 0 },
            Breaker = new CircuitBreakerOptions { QueryFailures = 0 },
            Reachability = new ReachabilityOptions { Limit = TimeSpan.Zero },
        };
        var refusal = Assert.Throws<ArgumentException>(() => Make(options));
        foreach (var setting in (string[])["Retry: Retries", "Budget: Ratio", "Hedging: MinimumSamples", "Timeout: Multiple", "Breaker: QueryFailures", "Reachability: Limit"])
            Assert.Contains($"db: {setting} is ", refusal.Message, StringComparison.Ordinal);
    }

    internal static readonly EndpointResilienceOptions Hedged = new() { Hedging = new HedgingOptions { IsEnabled = true } };

    internal static FailureKind Classify(Exception failure) => failure switch
    {
        KindException known => known.Kind,
        SocketException => FailureKind.Connect,
        _ => FailureKind.Query,
    };

    private static ValueTask<int> Answer(int value) => ValueTask.FromResult(value);

    private static async ValueTask<int> HangAsync(Attempt attempt, int state)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, attempt.CancellationToken);
        return state;
    }

    private OperationCall Call(OperationRepeat repeat, TimeSpan within) => new("read", repeat, _time.GetTimestamp() + within.Ticks, null);

    private Task<int> Run(EndpointResilience resilience, OperationRepeat repeat, Func<Attempt, int, ValueTask<int>> callback) =>
        Run(resilience, Call(repeat, TimeSpan.FromSeconds(60)), callback);

    private Task<int> Run(EndpointResilience resilience, OperationCall call, Func<Attempt, int, ValueTask<int>> callback) =>
        resilience.ExecuteAsync(call, 0, (attempt, state) =>
        {
            _runs.Add(_time.GetElapsedTime(_start));
            return callback(attempt, state);
        }, Ct).AsTask();

    /// <summary>Lets time pass until the work has ended.</summary>
    private async Task FinishAsync(Task work)
    {
        for (var i = 0; i < 60_000 && !work.IsCompleted; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }
    }

    private EndpointResilience Make(EndpointResilienceOptions? options = null, Func<Exception, FailureKind, RetryAdvice?>? advise = null) =>
        new("db", options ?? new EndpointResilienceOptions(), Classify, advise ?? (static (_, _) => null), _time, NullLogger.Instance);

    internal sealed class KindException(FailureKind kind) : Exception
    {
        public FailureKind Kind => kind;

        public TimeSpan? RetryAfter { get; init; }
    }
}
