using System.Text;
using EdgeDb.Core.Caching;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Settings;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Pipeline;

public sealed class RequestPipelineTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly ManualTimeProvider _time = new();
    private readonly AdaptiveMemoryCache _cache;
    private readonly Live<PipelineSettings> _settings = PipelineTestSettings.Live();
    private readonly EmergencyMode _emergency;
    private readonly RequestPipeline _pipeline;
    private readonly TestSource _source = new(AnswerPolicy.Default);

    public RequestPipelineTests()
    {
        _cache = new(new(), _time);
        _emergency = new(_time, NullLogger<EmergencyMode>.Instance);
        _pipeline = NewPipeline(_cache, _time);
    }

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task A_thousand_callers_of_a_cold_key_make_one_execution()
    {
        var release = new TaskCompletionSource();
        _source.Make = async (_, answer, _) =>
        {
            await release.Task;
            await Write(answer, "one");
        };
        // The outer task is done when its caller waits for an answer; those who come later are another test.
        var callers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Factory.StartNew(
            () => AskAsync(), None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default)));
        release.SetResult();

        Assert.All(await Task.WhenAll(callers), static result => Assert.Equal("one", Text(result)));
        Assert.Equal(1, _source.Executions);
    }

    [Fact]
    public async Task An_answer_that_was_kept_between_two_looks_at_the_cache_is_given_and_not_made_again()
    {
        _source.Make = static (_, answer, _) => Write(answer, "one", "topic");
        var time = new InterruptedTime(_time);
        using var cache = new AdaptiveMemoryCache(new(), time);
        var pipeline = NewPipeline(cache, time);

        // The clock is first asked by the look for a stale answer.
        Assert.False(pipeline.TryGet(_source, "k", PipelineFeatures.All, out _));
        time.InterruptAt(1, () => Assert.Equal(AnswerOrigin.Made, Completed(pipeline.AskAsync(_source, "k", PipelineFeatures.All, None)).Origin));
        Assert.Equal(AnswerOrigin.Hit, (await pipeline.GetAsync(_source, "k", RequestPriority.Normal, PipelineFeatures.All, None)).Origin);
        Assert.True(time.WasInterrupted);
        await NoMoreFlightsAsync(pipeline);
        Assert.Equal(1, _source.Executions);
    }

    [Fact]
    public async Task An_answer_that_was_kept_after_the_last_look_at_the_cache_is_given_and_not_made_again()
    {
        _source.Make = static (_, answer, _) => Write(answer, "one", "topic");
        var time = new InterruptedTime(_time);
        using var cache = new AdaptiveMemoryCache(new(), time);
        var pipeline = NewPipeline(cache, time);
        await pipeline.AskAsync(_source, "k", PipelineFeatures.All, None);
        _time.Advance(_settings.Current.CacheTtl + _settings.Current.StaleWhileRevalidate);

        // The second time that the clock is asked is for the age of the answer found, which is too old.
        Assert.False(pipeline.TryGet(_source, "k", PipelineFeatures.All, out _));
        time.InterruptAt(2, () => Assert.Equal(AnswerOrigin.Made, Completed(pipeline.AskAsync(_source, "k", PipelineFeatures.All, None)).Origin));
        Assert.Equal(AnswerOrigin.Hit, (await pipeline.GetAsync(_source, "k", RequestPriority.Normal, PipelineFeatures.All, None)).Origin);
        Assert.True(time.WasInterrupted);
        Assert.Equal(2, _source.Executions);
    }

    [Fact]
    public async Task However_callers_meet_on_cold_keys_each_key_is_executed_once()
    {
        const int Callers = 4;
        // Threads of their own, set off together: on a pool they would come one after the other, and meet nothing.
        const int Keys = 5000;
        using var cache = new AdaptiveMemoryCache(new() { MaxEntries = 2 * Keys, ByteBudget = 64 << 20 }, _time);
        var pipeline = NewPipeline(cache, _time);
        _source.Make = static (key, answer, _) => Write(answer, key, "topic");
        using var start = new Barrier(Callers);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Factory.StartNew(
            () =>
            {
                var asked = new List<Task<AnswerResult>>(Keys);
                for (var i = 0; i < Keys; i++)
                {
                    start.SignalAndWait();
                    asked.Add(pipeline.AskAsync(_source, $"{i}", PipelineFeatures.All, None).AsTask());
                }

                return Task.WhenAll(asked);
            },
            None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
        await NoMoreFlightsAsync(pipeline);

        Assert.Equal(Keys, _source.Executions);
        Assert.Equal(Keys, cache.Count);
    }

    [Fact]
    public async Task However_many_meet_an_answer_past_its_time_it_is_made_anew_once()
    {
        _source.Make = static (_, answer, _) => Write(answer, "a", "topic");
        await AskAsync();
        _time.Advance(_settings.Current.CacheTtl);
        // Each of them has a refresh begun, in whatever order these run.
        for (var i = 0; i < 10; i++)
            await AskAsync();
        await NoMoreFlightsAsync(_pipeline);
        Assert.Equal(2, _source.Executions);
    }

    [Fact]
    public async Task A_request_is_one_hit_or_one_miss_of_the_cache()
    {
        _source.Make = static (_, answer, _) => Write(answer, "a", "topic");
        await AskAsync();
        Assert.Equal((0, 1), (_cache.Counts.Hits, _cache.Counts.Misses));
        await AskAsync();
        Assert.Equal((1, 1), (_cache.Counts.Hits, _cache.Counts.Misses));

        _time.Advance(_settings.Current.CacheTtl);
        Assert.Equal(AnswerOrigin.Stale, (await AskAsync()).Origin);
        Assert.Equal((1, 2), (_cache.Counts.Hits, _cache.Counts.Misses));
        Assert.Equal(
            (1, 1, 1),
            (_pipeline.Statistics.Answers(AnswerOrigin.Made), _pipeline.Statistics.Answers(AnswerOrigin.Hit), _pipeline.Statistics.Answers(AnswerOrigin.Stale)));
    }

    [Fact]
    public async Task An_answer_is_kept_until_a_commit_touches_what_it_shows()
    {
        _source.Make = (_, answer, _) => Write(answer, "a", "topic/a");
        Assert.Equal(AnswerOrigin.Made, (await AskAsync()).Origin);
        Assert.Equal(AnswerOrigin.Hit, (await AskAsync()).Origin);

        TagNames.Invalidate(_cache.Tags, new StorageCommit(1, ["topic/b", "other"]));
        Assert.Equal(AnswerOrigin.Hit, (await AskAsync()).Origin);
        TagNames.Invalidate(_cache.Tags, new StorageCommit(2, ["topic/a"]));
        Assert.Equal(AnswerOrigin.Made, (await AskAsync()).Origin);
        TagNames.Invalidate(_cache.Tags, new StorageCommit(3, ["topic"]));
        Assert.Equal(AnswerOrigin.Made, (await AskAsync()).Origin);
    }

    [Fact]
    public async Task An_answer_of_a_whole_topic_goes_with_any_row_of_it()
    {
        _source.Make = (_, answer, _) => Write(answer, "a", "topic");
        await AskAsync();
        TagNames.Invalidate(_cache.Tags, new StorageCommit(1, ["topic/a"]));
        Assert.Equal(AnswerOrigin.Made, (await AskAsync()).Origin);
    }

    [Fact]
    public async Task Who_asks_after_a_commit_does_not_get_an_answer_that_was_begun_before_it()
    {
        var release = new TaskCompletionSource();
        var value = "old";
        _source.Make = async (_, answer, _) =>
        {
            var read = value;
            await release.Task;
            await Write(answer, read, "topic");
        };
        var early = AskAsync();
        await _source.Began;

        value = "new";
        TagNames.Invalidate(_cache.Tags, new StorageCommit(1, ["topic"]));
        var late = AskAsync();
        release.SetResult();

        Assert.Equal("old", Text(await early));
        Assert.Equal("new", Text(await late));
        Assert.Equal("new", Text(await AskAsync()));
        Assert.Equal(2, _source.Executions);
    }

    [Fact]
    public async Task A_commit_of_something_else_does_not_part_those_who_ask_the_same()
    {
        var release = new TaskCompletionSource();
        _source.Make = async (_, answer, _) =>
        {
            await release.Task;
            await Write(answer, "a", "topic");
        };
        var early = AskAsync();
        await _source.Began;
        _ = _cache.Tags.Get("topic");
        TagNames.Invalidate(_cache.Tags, new StorageCommit(1, ["other"]));
        var late = AskAsync();
        release.SetResult();

        Assert.Equal((AnswerOrigin.Made, AnswerOrigin.Shared), ((await early).Origin, (await late).Origin));
        Assert.Equal(1, _source.Executions);
    }

    [Fact]
    public async Task Making_is_cancelled_when_the_last_of_those_who_wait_has_left()
    {
        var cancelled = new TaskCompletionSource();
        _source.Make = async (_, _, ct) =>
        {
            await using var registration = ct.Register(cancelled.SetResult);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
        };
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var one = AskUntilAsync(first.Token);
        var two = AskUntilAsync(second.Token);
        await _source.Began;

        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(cancelled.Task.IsCompleted);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        await cancelled.Task;
        Assert.Equal(1, _source.Executions);

        // The next one begins anew.
        _source.Make = (_, answer, _) => Write(answer, "again");
        Assert.Equal("again", Text(await AskAsync()));
    }

    [Fact]
    public async Task Nobody_waits_past_the_deadline()
    {
        _source.Make = (_, _, ct) => new(Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct));
        var asked = AskAsync();
        await _source.Began;
        _time.Advance(_settings.Current.RequestDeadline);
        await Assert.ThrowsAsync<TimeoutException>(() => asked);
    }

    [Fact]
    public async Task Past_its_time_an_answer_is_given_once_more_while_a_new_one_is_made()
    {
        var version = 0;
        _source.Make = (_, answer, _) => Write(answer, $"{++version}", "topic");
        await AskAsync();
        _time.Advance(_settings.Current.CacheTtl);

        var stale = await AskAsync();
        Assert.Equal(("1", AnswerOrigin.Stale), (Text(stale), stale.Origin));
        await UntilAsync(() => _source.Executions == 2);
        // The flight goes on for a moment after its answer is kept, and whoever comes meanwhile shares it.
        await NoMoreFlightsAsync(_pipeline);
        var fresh = await AskAsync();
        Assert.Equal(("2", AnswerOrigin.Hit), (Text(fresh), fresh.Origin));

        // Long past its time nobody wants it.
        _time.Advance(_settings.Current.CacheTtl + _settings.Current.StaleWhileRevalidate);
        Assert.Equal(AnswerOrigin.Made, (await AskAsync()).Origin);
    }

    [Fact]
    public async Task An_answer_that_shows_the_time_is_shared_for_a_second_and_never_given_past_it()
    {
        var source = new TestSource(AnswerPolicy.OfTheMoment) { Make = static (_, answer, _) => Write(answer, "now", "topic") };
        Assert.Equal(AnswerOrigin.Made, (await AskAsync(source)).Origin);
        _time.Advance(TimeSpan.FromMilliseconds(900));
        Assert.Equal(AnswerOrigin.Hit, (await AskAsync(source)).Origin);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(AnswerOrigin.Made, (await AskAsync(source)).Origin);
        Assert.Equal(2, source.Executions);
    }

    [Fact]
    public async Task Shortly_before_its_end_an_answer_is_made_anew_without_anybody_waiting()
    {
        var version = 0;
        _source.Make = (_, answer, _) => Write(answer, $"{++version}", "topic");
        await AskAsync();
        _time.Advance(_settings.Current.CacheTtl * 0.85);
        Assert.Equal("1", Text(await AskAsync()));
        await UntilAsync(() => _source.Executions == 2);
    }

    [Fact]
    public async Task What_cannot_be_made_is_replaced_by_what_was_last_known_and_says_so()
    {
        _source.Make = (_, answer, _) => Write(answer, "known", "topic");
        await AskAsync();
        TagNames.Invalidate(_cache.Tags, new StorageCommit(1, ["topic"]));
        _source.Make = static (_, _, _) => throw new StorageException(StorageFailure.InputOutput, "The card is dying.");

        var result = await AskAsync();
        Assert.Equal(("known", AnswerOrigin.StaleIfError), (Text(result), result.Origin));

        _time.Advance(_settings.Current.CacheTtl + _settings.Current.StaleIfError);
        await Assert.ThrowsAsync<StorageException>(() => AskAsync());
    }

    [Fact]
    public async Task For_lack_of_room_nobody_gets_what_a_commit_has_changed()
    {
        _source.Make = (_, answer, _) => Write(answer, "known", "topic");
        await AskAsync();
        _source.Make = static (_, _, _) => throw new StorageException(StorageFailure.Busy, "No reader came free.");
        _time.Advance(_settings.Current.CacheTtl + _settings.Current.StaleWhileRevalidate);
        Assert.Equal(AnswerOrigin.StaleIfError, (await AskAsync()).Origin);

        TagNames.Invalidate(_cache.Tags, new StorageCommit(1, ["topic"]));
        await Assert.ThrowsAsync<StorageException>(() => AskAsync());
    }

    [Fact]
    public async Task A_failure_of_the_caller_reaches_everybody_and_is_not_kept()
    {
        _source.Make = static (_, _, _) => throw new ArgumentException("There is no such calendar.");
        await Assert.ThrowsAsync<ArgumentException>(() => AskAsync());
        await Assert.ThrowsAsync<ArgumentException>(() => AskAsync());
        Assert.Equal(2, _source.Executions);
    }

    [Fact]
    public async Task With_everything_off_each_request_is_executed_by_itself()
    {
        _source.Make = (_, answer, _) => Write(answer, "a", "topic");
        for (var i = 0; i < 3; i++)
            Assert.Equal(AnswerOrigin.Made, (await _pipeline.AskAsync(_source, "k", PipelineFeatures.None, None)).Origin);
        Assert.Equal(3, _source.Executions);
        Assert.False(_pipeline.TryGet(_source, "k", PipelineFeatures.All, out _));
    }

    [Fact]
    public async Task Answers_of_two_audiences_never_meet()
    {
        _source.Make = (key, answer, _) => Write(answer, key, "topic");
        Assert.Equal("for adults", Text(await _pipeline.AskAsync(_source, "for adults", PipelineFeatures.All, None)));
        Assert.Equal("for guests", Text(await _pipeline.AskAsync(_source, "for guests", PipelineFeatures.All, None)));
        Assert.Equal("for adults", Text(await _pipeline.AskAsync(_source, "for adults", PipelineFeatures.All, None)));
    }

    [Fact]
    public async Task A_read_that_the_device_fails_is_tried_once_more_and_no_emergency_where_that_helps()
    {
        _source.Make = (_, answer, _) => _source.Executions == 1 ? throw new StorageException(StorageFailure.InputOutput, "It stutters.") : Write(answer, "second");
        Assert.Equal("second", Text(await AskAsync()));
        Assert.False(_emergency.IsOn);

        _source.Make = static (_, _, _) => throw new StorageException(StorageFailure.InputOutput, "It is dying.");
        _time.Advance(_settings.Current.CacheTtl + _settings.Current.StaleIfError);
        await Assert.ThrowsAsync<StorageException>(() => AskAsync());
        Assert.Equal(4, _source.Executions);
        Assert.Equal([EmergencyReason.DeviceFailing], _emergency.Current!.Reasons);
    }

    [Fact]
    public async Task A_read_that_finds_no_room_is_not_tried_again()
    {
        _source.Make = static (_, _, _) => throw new StorageBusyException("All readers are busy.");
        await Assert.ThrowsAsync<StorageBusyException>(() => AskAsync());
        Assert.Equal(1, _source.Executions);
        Assert.False(_emergency.IsOn);
    }

    [Fact]
    public async Task In_an_emergency_nothing_is_made_that_nobody_waits_for()
    {
        _source.Make = static (_, answer, _) => Write(answer, "kept");
        await AskAsync();
        _emergency.Tell(EmergencyReason.Memory, holds: true);
        _time.Advance(_settings.Current.CacheTtl);

        Assert.Equal(AnswerOrigin.Stale, (await AskAsync()).Origin);
        _time.Advance(_settings.Current.StaleWhileRevalidate);
        Assert.Equal(AnswerOrigin.Made, (await AskAsync()).Origin);
        Assert.Equal(2, _source.Executions);
    }

    private RequestPipeline NewPipeline(AdaptiveMemoryCache cache, TimeProvider time) =>
        new(cache, new AdmissionGate(_settings), _settings, _emergency, time, NullLogger<RequestPipeline>.Instance);

    private static AnswerResult Completed(ValueTask<AnswerResult> asked)
    {
        Assert.True(asked.IsCompleted);
        return asked.Result;
    }

    private static Task NoMoreFlightsAsync(RequestPipeline pipeline) => UntilAsync(() => pipeline.Refreshes == 0);

    private Task<AnswerResult> AskAsync() => AskUntilAsync(None);

    private Task<AnswerResult> AskAsync(TestSource source) => _pipeline.AskAsync(source, "k", PipelineFeatures.All, None).AsTask();

    private Task<AnswerResult> AskUntilAsync(CancellationToken ct) =>
        _pipeline.AskAsync(_source, "k", PipelineFeatures.All, ct).AsTask();

    private static string Text(AnswerResult result) => Encoding.UTF8.GetString(result.Answer.Plain.Body.Span);

    private static ValueTask Write(AnswerBuilder answer, string text, params ReadOnlySpan<string> tags)
    {
        foreach (var tag in tags)
            if (tag.Split('/') is [var topic, var row])
                answer.DependsOn(topic, row);
            else
                answer.DependsOn(tag);
        var bytes = Encoding.UTF8.GetBytes(text);
        bytes.CopyTo(answer.Body.GetSpan(bytes.Length));
        answer.Body.Advance(bytes.Length);
        return default;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Yield();
    }

    private sealed class TestSource(AnswerPolicy policy) : AnswerSource("test", policy)
    {
        private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _executions;

        public Func<string, AnswerBuilder, CancellationToken, ValueTask> Make { get; set; } = static (_, _, _) => default;

        public int Executions => Volatile.Read(ref _executions);

        public Task Began => _began.Task;

        public override ValueTask MakeAsync(string key, AnswerBuilder answer, CancellationToken ct)
        {
            Interlocked.Increment(ref _executions);
            _began.TrySetResult();
            return Make(key, answer, ct);
        }
    }

    /// <summary>A clock that lets something happen inside a look at it, as if its caller were stopped there.</summary>
    private sealed class InterruptedTime(TimeProvider time) : TimeProvider
    {
        private int _looks;
        private Action? _interrupt;

        public bool WasInterrupted { get; private set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override long GetTimestamp()
        {
            if (_interrupt is { } interrupt && --_looks == 0)
            {
                _interrupt = null;
                interrupt();
                WasInterrupted = true;
            }

            return time.GetTimestamp();
        }

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);

        /// <summary>In the look of this number from now on.</summary>
        public void InterruptAt(int look, Action interrupt) => (_looks, _interrupt) = (look, interrupt);
    }
}
