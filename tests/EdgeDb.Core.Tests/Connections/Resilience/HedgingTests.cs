using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Resilience;

public sealed class HedgingTests
{
    private static readonly FixedLatencies Measured = new(100, 200);

    private readonly ManualTimeProvider _time = new();
    private readonly List<Run> _runs = [];
    private readonly EndpointResilience _replica;
    private readonly EndpointResilience _primary;

    public HedgingTests()
    {
        _replica = Make("replica");
        _primary = Make("primary");
        _replica.HedgeRoute = _primary;
    }

    [Fact]
    public async Task A_read_that_takes_longer_than_95_percent_runs_on_the_other_route_too_and_the_first_answer_counts()
    {
        var work = Read();
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Single(_runs);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, _runs.Count);
        Assert.Same(_primary, _runs[1].Attempt.Route);
        Assert.Equal((1, true), (_runs[1].Attempt.Number, _runs[1].Attempt.IsHedge));
        var answer = new Result();
        _runs[1].Gate.SetResult(answer);
        Assert.Same(answer, await work);
        Assert.Equal(1, _replica.Budget.Withdrawn);

        // The run that lost was told so, was not waited for, and what it returns all the same is disposed.
        await _runs[0].Cancelled;
        var late = new Result();
        _runs[0].Gate.SetResult(late);
        await late.Disposed;
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public async Task The_first_run_may_still_win()
    {
        var work = Read();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        var answer = new Result();
        _runs[0].Gate.SetResult(answer);
        Assert.Same(answer, await work);
        await _runs[1].Cancelled;
        var late = new Result();
        _runs[1].Gate.SetResult(late);
        await late.Disposed;
    }

    [Fact]
    public async Task A_failed_run_waits_for_the_other_one()
    {
        var work = Read();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        _runs[1].Gate.SetException(new EndpointResilienceTests.KindException(FailureKind.Query));
        Assert.False(work.IsCompleted);
        _runs[0].Gate.SetResult(new Result());
        Assert.NotNull(await work);
    }

    [Fact]
    public async Task An_error_of_the_caller_is_final_and_two_failures_are_one()
    {
        var work = Read();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        _runs[0].Gate.SetException(new EndpointResilienceTests.KindException(FailureKind.Caller));
        await Assert.ThrowsAsync<EndpointResilienceTests.KindException>(() => work);

        work = Read();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        _runs[2].Gate.SetException(new EndpointResilienceTests.KindException(FailureKind.Query));
        _runs[3].Gate.SetException(new EndpointResilienceTests.KindException(FailureKind.Query));
        await Assert.ThrowsAsync<EndpointResilienceTests.KindException>(() => work);
        Assert.Equal(4, _runs.Count);
    }

    [Fact]
    public async Task Each_run_is_counted_where_it_went()
    {
        var work = Read();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        _runs[1].Gate.SetException(new EndpointResilienceTests.KindException(FailureKind.Query));
        _runs[0].Gate.SetResult(new Result());
        await work;
        Assert.Empty(_replica.Breaker.Snapshot().Classes);
        Assert.Equal("read", Assert.Single(_primary.Breaker.Snapshot().Classes).OperationClass);
    }

    [Fact]
    public async Task Nothing_is_hedged_before_the_class_is_measured_or_beside_a_sick_route_or_without_a_budget()
    {
        await AnswerAfterAsync(Read(new FixedLatencies(100, 200, count: 199)));
        await AnswerAfterAsync(Read(repeat: OperationRepeat.AfterFailure));

        _primary.Breaker.Isolate(null, "Maintenance.");
        await AnswerAfterAsync(Read());
        _primary.Breaker.Reset(null, "Done.");

        while (_replica.Budget.TryWithdraw())
        {
        }

        await AnswerAfterAsync(Read());
        Assert.All(_runs, static run => Assert.False(run.Attempt.IsHedge));
    }

    [Fact]
    public async Task Many_reads_at_once_of_which_some_hang_all_end_and_leave_nothing_behind()
    {
        var random = new Random(7);
        for (var round = 0; round < 30; round++)
        {
            _runs.Clear();
            var works = Enumerable.Range(0, 100).Select(_ => Read()).ToList();
            _time.Advance(TimeSpan.FromMilliseconds(100));
            foreach (var run in _runs.ToArray().OrderBy(_ => random.Next()))
            {
                if (random.Next(3) == 0)
                    run.Gate.TrySetResult(new Result());
            }

            foreach (var run in _runs.ToArray())
                run.Gate.TrySetResult(new Result());
            foreach (var result in await Task.WhenAll(works))
                Assert.False(result.Disposed.IsCompleted, "A result that won was disposed.");
        }

        Assert.InRange(_replica.Budget.Withdrawn, 100, (3000 * 0.15) + 10);
        Assert.Equal(0, _time.ArmedTimers);
    }

    private async Task AnswerAfterAsync(Task<Result> work)
    {
        _time.Advance(TimeSpan.FromMilliseconds(199));
        _runs[^1].Gate.SetResult(new Result());
        await work;
    }

    private Task<Result> Read(FixedLatencies? latencies = null, OperationRepeat repeat = OperationRepeat.Hedged)
    {
        var call = new OperationCall("read", repeat, _time.GetTimestamp() + TimeSpan.FromSeconds(60).Ticks, latencies ?? Measured);
        return _replica.ExecuteAsync(call, _runs, static async (attempt, runs) =>
        {
            var run = new Run(attempt);
            runs.Add(run);
            return await run.Gate.Task;
        }, TestContext.Current.CancellationToken).AsTask();
    }

    private EndpointResilience Make(string name) => new(
        name, EndpointResilienceTests.Hedged, EndpointResilienceTests.Classify, static (_, _) => null, _time, NullLogger.Instance);

    private sealed class Run
    {
        private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Run(Attempt attempt)
        {
            Attempt = attempt;
            attempt.CancellationToken.Register(_cancelled.SetResult);
        }

        public Attempt Attempt { get; }

        public TaskCompletionSource<Result> Gate { get; } = new();

        public Task Cancelled => _cancelled.Task;
    }

    private sealed class Result : IDisposable
    {
        private readonly TaskCompletionSource _disposed = new();

        public Task Disposed => _disposed.Task;

        public void Dispose() => _disposed.SetResult();
    }
}
