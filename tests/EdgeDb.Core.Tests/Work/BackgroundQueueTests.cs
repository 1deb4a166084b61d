using System.Collections.Concurrent;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using EdgeDb.Core.Work;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Work;

public sealed class BackgroundQueueTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryDatabase _folder = new();
    private readonly ConcurrentQueue<string> _ran = [];
    private readonly List<BackgroundQueue> _queues = [];
    private SqliteDatabase _database = null!;
    private BackgroundQueue _queue = null!;
    private TaskCompletionSource? _held;
    private volatile bool _isBusy;
    private volatile bool _isHalted;

    // Of the queue alone: the database has timers of its own.
    private ManualTimeProvider Time { get; } = new();

    public async ValueTask InitializeAsync()
    {
        _database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        _queue = NewQueue(_database);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _queues)
            queue.Dispose();
        await _folder.DisposeAsync();
    }

    [Fact]
    public async Task Jobs_run_one_at_a_time_by_priority_and_then_in_the_order_they_were_asked_for()
    {
        foreach (var (kind, key) in new[] { ("idle", "a"), ("normal", "b"), ("soon", "c"), ("normal", "d"), ("soon", "e") })
            Ask(kind, key);
        for (var left = 5; left > 0; left--)
        {
            // Or it could be over before it is looked at.
            _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _queue.Pump(None);
            Assert.Single(_queue.Snapshot(), static job => job.State == WorkState.Running);
            _held.SetResult();
            await SettleAsync();
        }

        Assert.Equal("c e b d a".Split(' '), _ran);
        Assert.Empty(_queue.Snapshot());
    }

    [Fact]
    public async Task No_job_begins_while_requests_are_made_until_it_has_waited_for_its_patience()
    {
        _isBusy = true;
        Ask("normal", "a");
        Assert.Equal(BackgroundQueue.BusyLook, _queue.Pump(None));
        Time.Advance(BackgroundQueue.Patience(WorkPriority.Normal) - TimeSpan.FromSeconds(1));
        Assert.Equal(BackgroundQueue.BusyLook, _queue.Pump(None));
        Assert.Empty(_queue.Runs());

        Time.Advance(TimeSpan.FromSeconds(1));
        _queue.Pump(None);
        await SettleAsync();
        Assert.Equal(["a"], _ran);

        Ask("normal", "b");
        _queue.Pump(None);
        Assert.Empty(_queue.Runs());
        _isBusy = false;
        _queue.Pump(None);
        await SettleAsync();
        Assert.Equal(["a", "b"], _ran);
    }

    [Fact]
    public async Task A_stream_of_jobs_that_matter_more_does_not_starve_one_that_matters_less()
    {
        Ask("idle", "last");
        var passed = TimeSpan.Zero;
        for (var number = 0; !_ran.Contains("last"); number++)
        {
            Assert.True(passed <= BackgroundQueue.Patience(WorkPriority.Idle), $"It waits for {passed} already.");
            Ask("soon", $"{number}");
            Time.Advance(TimeSpan.FromSeconds(1));
            passed += TimeSpan.FromSeconds(1);
            _queue.Pump(None);
            await SettleAsync();
        }

        Assert.True(passed >= BackgroundQueue.Patience(WorkPriority.Idle), "What matters more went first until then.");
    }

    [Fact]
    public async Task Asking_twice_is_one_job_and_asking_while_it_runs_is_one_more_run()
    {
        Ask("normal", "a");
        Ask("normal", "a");
        var gate = new TaskCompletionSource();
        Register(_queue, "held", WorkPriority.Normal, async (_, _) =>
        {
            await gate.Task;
            return null;
        });
        _queue.Pump(None);
        await SettleAsync();
        Assert.Equal(["a"], _ran);

        Ask("held", "b");
        _queue.Pump(None);
        Ask("held", "b");
        Ask("held", "b");
        gate.SetResult();
        await SettleAsync();
        Assert.Equal(WorkState.Waiting, Assert.Single(_queue.Snapshot()).State);
        _queue.Pump(None);
        await SettleAsync();
        Assert.Empty(_queue.Snapshot());
        Assert.Equal(["a", "b", "b"], _ran);
    }

    [Fact]
    public async Task A_job_that_gives_a_time_runs_again_then_and_sooner_when_it_is_woken()
    {
        Register(_queue, "hourly", WorkPriority.Normal, static (_, _) => ValueTask.FromResult<TimeSpan?>(TimeSpan.FromHours(1)));
        Ask("hourly", "h");
        _queue.Pump(None);
        await SettleAsync();
        Assert.Equal(TimeSpan.FromHours(1), _queue.Pump(None));
        Assert.Equal(Time.GetUtcNow() + TimeSpan.FromHours(1), Assert.Single(_queue.Snapshot()).NextTry);

        Time.Advance(TimeSpan.FromMinutes(10));
        _queue.Wake("h");
        _queue.Pump(None);
        await SettleAsync();
        Assert.Equal(2, _ran.Count);
        Time.Advance(TimeSpan.FromHours(1));
        _queue.Pump(None);
        await SettleAsync();
        Assert.Equal(3, _ran.Count);
    }

    [Fact]
    public async Task A_run_that_fails_is_tried_again_each_time_later_and_others_go_on()
    {
        var works = false;
        Register(_queue, "broken", WorkPriority.Soon, (_, _) => works ? ValueTask.FromResult<TimeSpan?>(null) : throw new InvalidOperationException("No."));
        Ask("broken", "x");
        var pauses = new List<TimeSpan>();
        for (var i = 0; i < 7; i++)
        {
            _queue.Pump(None);
            await SettleAsync();
            var job = Assert.Single(_queue.Snapshot());
            Assert.Equal(WorkState.Failed, job.State);
            pauses.Add(job.NextTry!.Value - Time.GetUtcNow());
            Time.Advance(pauses[^1]);
        }

        Assert.Equal([1, 2, 4, 8, 15, 15, 15], pauses.Select(static pause => (int)pause.TotalMinutes));
        works = true;
        Ask("normal", "other");
        _queue.Pump(None);
        await SettleAsync();
        _queue.Pump(None);
        await SettleAsync();
        Assert.Empty(_queue.Snapshot());
        Assert.Equal((2, 7), (_queue.Succeeded, _queue.Failed));
    }

    [Fact]
    public async Task In_an_emergency_only_what_goes_on_in_need_begins_and_the_rest_when_it_has_ended()
    {
        _queue.Register(new("asked", WorkPriority.Idle, (work, _) =>
        {
            _ran.Enqueue(work.Key);
            return default;
        })
        { GoesOnInNeed = true });
        _isHalted = true;
        Ask("soon", "a");
        Ask("normal", "b");
        Ask("asked", "c");
        Assert.Equal(Timeout.InfiniteTimeSpan, _queue.Pump(None));
        await SettleAsync();
        Assert.Equal(["c"], _ran);

        // However late they are.
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(Timeout.InfiniteTimeSpan, _queue.Pump(None));
        Assert.Empty(_queue.Runs());
        Assert.All(_queue.Snapshot(), static job => Assert.Equal(WorkState.Waiting, job.State));

        using var stop = new CancellationTokenSource();
        var running = _queue.RunAsync(stop.Token);
        _isHalted = false;
        _queue.LookAgain();
        while (_ran.Count < 3)
            await Task.Yield();
        await stop.CancelAsync();
        await running;
        Assert.Equal(["c", "a", "b"], _ran);
    }

    [Fact]
    public async Task What_waits_for_servers_takes_no_place()
    {
        var answer = new TaskCompletionSource();
        _queue.Register(new("remote", WorkPriority.Normal, async (_, _) =>
        {
            await answer.Task;
            return null;
        })
        { WaitsForServers = true });
        Ask("remote", "r");
        Ask("normal", "a");
        _queue.Pump(None);
        Assert.Equal(2, _queue.Snapshot().Count(static job => job.State == WorkState.Running));
        answer.SetResult();
        await SettleAsync();
    }

    [Fact]
    public async Task Long_work_shows_its_progress_and_gives_way_for_a_second_at_most()
    {
        var step = new TaskCompletionSource();
        Register(_queue, "long", WorkPriority.Normal, async (work, ct) =>
        {
            work.Report(1, 2);
            _isBusy = true;
            step.SetResult();
            await work.YieldAsync(ct);
            return null;
        });
        Ask("long", "l");
        var begun = Time.GetTimestamp();
        _queue.Pump(None);
        await step.Task;
        Assert.Equal((1, 2), Assert.Single(_queue.Snapshot()) is var job ? (job.Done, job.Total) : default);

        // The requests never end, so only the bound lets it go on.
        while (_queue.Snapshot().Count > 0)
        {
            if (Time.ArmedTimers > 0)
                Time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        Assert.InRange(Time.GetElapsedTime(begun), TimeSpan.Zero, BackgroundQueue.LongestYield + TimeSpan.FromMilliseconds(40));
    }

    [Fact]
    public async Task A_job_that_is_kept_is_done_after_a_kill_in_the_middle_of_it_and_then_never_again()
    {
        var never = new TaskCompletionSource<TimeSpan?>();
        Register(_queue, "kept", WorkPriority.Normal, (_, _) => new(never.Task), isKept: true);
        Assert.True(await _queue.AddKeptAsync(new("kept", "Promised", "k", "payload"), None));
        _queue.Pump(None);
        Assert.Equal(WorkState.Running, Assert.Single(_queue.Snapshot()).State);

        string? payload = null;
        var after = await RestartAsync();
        Register(after, "kept", WorkPriority.Normal, (work, _) =>
        {
            payload = work.Payload;
            return default;
        }, isKept: true);
        await after.LoadAsync(None);
        after.Pump(None);
        await SettleAsync(after);
        Assert.Equal("payload", payload);
        Assert.Empty(after.Snapshot());

        var later = await RestartAsync();
        Register(later, "kept", WorkPriority.Normal, static (_, _) => default, isKept: true);
        await later.LoadAsync(None);
        Assert.Empty(later.Snapshot());
    }

    [Fact]
    public async Task What_is_promised_while_it_runs_is_kept_when_that_run_ends()
    {
        var gate = new TaskCompletionSource();
        Register(_queue, "kept", WorkPriority.Normal, async (_, _) =>
        {
            await gate.Task;
            return null;
        }, isKept: true);
        await _queue.AddKeptAsync(new("kept", "Promised", "k"), None);
        _queue.Pump(None);
        await _queue.AddKeptAsync(new("kept", "Promised", "k"), None);
        gate.SetResult();
        await SettleAsync();
        Assert.Single(await new WorkStore(_database).LoadAsync(None));

        _queue.Pump(None);
        await SettleAsync();
        Assert.Empty(await new WorkStore(_database).LoadAsync(None));
    }

    [Fact]
    public async Task A_kept_job_of_a_kind_that_this_version_does_not_know_stays()
    {
        Register(_queue, "later", WorkPriority.Normal, static (_, _) => default, isKept: true);
        await _queue.AddKeptAsync(new("later", "Promised", "k"), None);
        var older = await RestartAsync();
        await older.LoadAsync(None);
        Assert.Empty(older.Snapshot());
        Assert.Single(await new WorkStore(_database).LoadAsync(None));
    }

    [Fact]
    public async Task Stopping_cuts_off_what_runs_waits_for_it_and_begins_nothing()
    {
        using var stop = new CancellationTokenSource();
        var began = new TaskCompletionSource();
        var ended = false;
        Register(_queue, "endless", WorkPriority.Soon, async (_, ct) =>
        {
            began.SetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, Time, ct);
            }
            finally
            {
                ended = true;
            }

            return null;
        });
        Ask("endless", "e");
        Ask("normal", "a");
        var running = _queue.RunAsync(stop.Token);
        await began.Task;
        await stop.CancelAsync();
        await running;
        Assert.True(ended);
        Assert.DoesNotContain("a", _ran);
        Assert.Equal(0, _queue.Failed);
    }

    [Fact]
    public void More_jobs_than_there_is_room_for_are_refused_but_asking_for_a_known_one_is_not()
    {
        for (var i = 0; i < BackgroundQueue.Capacity; i++)
            Ask("normal", $"{i}");
        Assert.False(_queue.TryAdd(new("normal", "One too many", "more")));
        Assert.True(_queue.TryAdd(new("normal", "Known", "0")));
    }

    private void Ask(string kind, string key) => Assert.True(_queue.TryAdd(new(kind, key, key)));

    private BackgroundQueue NewQueue(SqliteDatabase database)
    {
        var queue = new BackgroundQueue(() => _isBusy, () => _isHalted, new WorkStore(database), concurrency: 1, Time, NullLogger<BackgroundQueue>.Instance);
        _queues.Add(queue);
        Register(queue, "idle", WorkPriority.Idle, WaitWhileHeldAsync);
        Register(queue, "normal", WorkPriority.Normal, WaitWhileHeldAsync);
        Register(queue, "soon", WorkPriority.Soon, WaitWhileHeldAsync);
        return queue;
    }

    private async ValueTask<TimeSpan?> WaitWhileHeldAsync(WorkContext work, CancellationToken ct)
    {
        if (_held is { } held)
            await held.Task.WaitAsync(ct);
        return null;
    }

    private void Register(
        BackgroundQueue queue, string kind, WorkPriority priority, Func<WorkContext, CancellationToken, ValueTask<TimeSpan?>> run, bool isKept = false) =>
        queue.Register(new(kind, priority, async (work, ct) =>
        {
            var again = await run(work, ct);
            _ran.Enqueue(work.Key);
            return again;
        })
        { IsKept = isKept });

    private Task SettleAsync() => SettleAsync(_queue);

    private static async Task SettleAsync(BackgroundQueue queue)
    {
        while (queue.Runs() is { Length: > 0 } runs)
        {
            await Task.WhenAll(runs);
            await Task.Yield();
        }
    }

    /// <summary>The same file in another process, as after a kill: what the first one had in memory is gone.</summary>
    private async Task<BackgroundQueue> RestartAsync()
    {
        await _database.DisposeAsync();
        _database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        return _queue = NewQueue(_database);
    }
}
