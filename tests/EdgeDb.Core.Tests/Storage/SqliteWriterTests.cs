using EdgeDb.Core.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Storage;

public sealed class SqliteWriterTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Writes_that_wait_share_one_commit_and_one_that_fails_is_undone_alone()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        var commits = new List<StorageCommit>();
        database.Committed += commits.Add;
        using var busy = new BusyWriter(database);
        var writes = Enumerable.Range(0, 100).Select(i => database.WriteAsync(i, static (session, i) =>
        {
            session.Touch($"topic {i % 3}");
            SqliteDatabaseTests.Insert(session, $"text {i}");
            if (i % 10 == 9)
                session.Touch("failed");
            return i % 10 == 9 ? throw new InvalidOperationException($"operation {i}") : i;
        }, None)).ToArray();
        busy.Release();

        for (var i = 0; i < writes.Length; i++)
        {
            if (i % 10 == 9)
                Assert.Equal($"operation {i}", (await Assert.ThrowsAsync<InvalidOperationException>(() => writes[i])).Message);
            else
                Assert.Equal(i, await writes[i]);
        }

        var commit = Assert.Single(commits);
        Assert.Equal(new[] { "topic 0", "rows", "topic 1", "topic 2" }, commit.Topics);
        Assert.Equal(1, database.CommitVersion);
        Assert.Equal(90L, await database.ReadAsync(0, static (session, _) => SqliteDatabaseTests.Count(session), None));
    }

    [Fact]
    public async Task A_lone_write_that_fails_leaves_nothing_behind()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.WriteAsync<int, int>(0, static (session, _) =>
        {
            SqliteDatabaseTests.Insert(session, "half");
            throw new InvalidOperationException("stop");
        }, None));
        Assert.Equal(0, database.CommitVersion);
        Assert.Equal(0L, await database.ReadAsync(0, static (session, _) => SqliteDatabaseTests.Count(session), None));
    }

    [Fact]
    public async Task A_constraint_that_refuses_a_row_is_told_apart()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        await database.WriteAsync("same", SqliteDatabaseTests.Insert, None);
        var failure = await Assert.ThrowsAsync<StorageException>(() => database.WriteAsync("same", SqliteDatabaseTests.Insert, None));
        Assert.Equal(StorageFailure.Constraint, failure.Failure);
        Assert.Equal(2067, failure.ResultCode); // SQLITE_CONSTRAINT_UNIQUE
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_names_the_setting()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync(folder.Options with { WriteQueueCapacity = 3 });
        using var busy = new BusyWriter(database);
        var waiting = Enumerable.Range(0, 3).Select(i => database.WriteAsync($"{i}", SqliteDatabaseTests.Insert, None)).ToArray();
        Assert.Equal(3, database.WriteQueueLength);
        var failure = await Assert.ThrowsAsync<StorageBusyException>(() => database.WriteAsync("4", SqliteDatabaseTests.Insert, None));
        Assert.Contains("3 writes wait already, which is WriteQueueCapacity", failure.Message, StringComparison.Ordinal);
        busy.Release();
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task A_write_can_be_cancelled_until_it_starts_and_then_no_more()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        using var cancellation = new CancellationTokenSource();
        using var busy = new BusyWriter(database, cancellation.Token);
        var waiting = database.WriteAsync("never", SqliteDatabaseTests.Insert, cancellation.Token);
        await cancellation.CancelAsync();

        // Answered while the writer is still busy with another.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        busy.Release();
        await busy.Write;
        Assert.Equal(0L, await database.ReadAsync(0, static (session, _) => SqliteDatabaseTests.Count(session), None));
    }

    [Fact]
    public async Task Observers_know_of_a_commit_before_its_callers()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        long seen = 0;
        database.Committed += commit => seen = commit.Version;
        for (var i = 1; i <= 50; i++)
        {
            await database.WriteAsync($"{i}", SqliteDatabaseTests.Insert, None);
            Assert.Equal(i, seen);
        }
    }

    [Fact]
    public async Task An_observer_that_throws_does_not_stop_the_writer()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        database.Committed += _ => throw new InvalidOperationException("observer");
        await database.WriteAsync("1", SqliteDatabaseTests.Insert, None);
        Assert.Equal(2, await database.WriteAsync("2", SqliteDatabaseTests.Insert, None));
    }

    [Fact]
    public async Task A_callers_continuation_does_not_run_on_the_writers_thread()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        var (writer, continuation) = (0, 0);
        await database.WriteAsync(0, (_, _) => writer = Environment.CurrentManagedThreadId, None)
            .ContinueWith(_ => continuation = Environment.CurrentManagedThreadId, None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Assert.NotEqual(writer, continuation);
    }

    [Fact]
    public async Task A_write_that_changes_nothing_is_no_commit()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        await database.WriteAsync(0, static (session, _) => session.Execute("DELETE FROM row WHERE id = 5"), None);
        Assert.Equal(0, database.CommitVersion);
    }

    [Fact]
    public async Task A_write_that_ends_the_transaction_by_itself_is_a_failure_and_the_next_one_works()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.WriteAsync(0, static (session, _) => session.Execute("ROLLBACK"), None));
        Assert.Equal(1, await database.WriteAsync("works", SqliteDatabaseTests.Insert, None));
    }

    [Fact]
    public async Task Closing_commits_what_waits_and_refuses_what_comes_later()
    {
        await using var folder = new TemporaryDatabase();
        var database = await folder.OpenAsync();
        using var busy = new BusyWriter(database);
        var waiting = Enumerable.Range(0, 500).Select(i => database.WriteAsync($"{i}", SqliteDatabaseTests.Insert, None)).ToArray();
        var closing = database.DisposeAsync();
        busy.Release();
        await closing;
        await Task.WhenAll(waiting);

        Assert.Equal(StorageFailure.Closed, (await Assert.ThrowsAsync<StorageException>(() => database.WriteAsync("late", SqliteDatabaseTests.Insert, None))).Failure);
        Assert.Equal(StorageFailure.Closed, (await Assert.ThrowsAsync<StorageException>(
            async () => await database.ReadAsync(0, static (_, _) => 0, None))).Failure);
        await using var reopened = await folder.OpenAsync();
        Assert.Equal(500L, await reopened.ReadAsync(0, static (session, _) => SqliteDatabaseTests.Count(session), None));
    }

    [Fact]
    public async Task Closing_empties_the_log_and_leaves_one_file()
    {
        await using var folder = new TemporaryDatabase();
        await using (var database = await folder.OpenAsync())
        {
            await database.WriteAsync("1", SqliteDatabaseTests.Insert, None);
            Assert.True(database.LogSizeBytes > 0);
        }

        Assert.Equal(["edge.db", "edge.db.lock", "edge.db.spare"], Directory.GetFiles(folder.Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task The_log_is_checkpointed_past_its_size_and_does_not_grow_without_end()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync(folder.Options with { CheckpointWalKiB = 256 });
        for (var i = 0; i < 300; i++)
            await database.WriteAsync($"{i} {new string('x', 8000)}", SqliteDatabaseTests.Insert, None);

        // 300 writes of three pages or more are 3.5 MiB of log, had it never been reset.
        Assert.InRange(database.LogSizeBytes, 1, 512 * 1024);
        Assert.True(database.FileSizeBytes > 2 * 1024 * 1024);
    }

    [Fact]
    public async Task After_an_import_the_log_is_cut_back_to_its_size()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync(folder.Options with { CheckpointWalKiB = 256 });
        await database.WriteAsync(0, static (session, _) =>
        {
            for (var i = 0; i < 2000; i++)
                SqliteDatabaseTests.Insert(session, $"{i} {new string('x', 2000)}");
            return 0;
        }, None);
        Assert.True(database.LogSizeBytes > 4 * 1024 * 1024);
        await database.WriteAsync("small", SqliteDatabaseTests.Insert, None);
        await database.WriteAsync("smaller", SqliteDatabaseTests.Insert, None);
        Assert.Equal(256 * 1024, database.LogSizeBytes);
    }

    [Fact]
    public async Task A_slow_write_is_committed_before_the_next_of_its_group_runs()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        using var busy = new BusyWriter(database);
        var writes = new List<Task<long>>();
        for (var i = 0; i < 6; i++)
        {
            writes.Add(database.WriteAsync((folder.Time, i), static (session, state) =>
            {
                if (state.i % 2 == 0)
                    state.Time.Advance(TimeSpan.FromMilliseconds(200));
                return SqliteDatabaseTests.Insert(session, $"{state.i}");
            }, None));
        }

        busy.Release();
        await Task.WhenAll(writes);
        // 0 | 1 2 | 3 4 | 5
        Assert.Equal(4, database.CommitVersion);
    }

    [Fact]
    public async Task A_write_that_ends_its_groups_transaction_fails_those_before_it_and_not_those_after()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        using var busy = new BusyWriter(database);
        var before = database.WriteAsync("before", SqliteDatabaseTests.Insert, None);
        var ends = database.WriteAsync(0, static (session, _) => session.Execute("ROLLBACK"), None);
        var after = database.WriteAsync("after", SqliteDatabaseTests.Insert, None);
        busy.Release();

        Assert.Contains("rolled back with its group", (await Assert.ThrowsAsync<StorageException>(() => before)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => ends);
        Assert.Equal(1, await after);
        Assert.Equal("after", await database.ReadAsync(1L, SqliteDatabaseTests.Text, None));
    }

    [Fact]
    public async Task A_quiet_writer_checkpoints_what_is_left()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        var before = database.FileSizeBytes;
        await database.WriteAsync(new string('x', 100_000), SqliteDatabaseTests.Insert, None);
        Assert.Equal(before, database.FileSizeBytes);

        // The timer is armed after the caller was answered. The second write comes after the arming for the first.
        await database.WriteAsync("second", SqliteDatabaseTests.Insert, None);
        folder.Time.Advance(folder.Options.CheckpointIdle);
        await WaitUntil(() => database.FileSizeBytes > before + 100_000);
    }

    [Fact]
    public async Task A_full_file_fails_the_writes_that_do_not_fit_and_serves_on()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        await database.WriteAsync(0, static (session, _) => session.Prepare("PRAGMA max_page_count = 40").Step(), None);
        using var busy = new BusyWriter(database);
        var writes = Enumerable.Range(0, 100).Select(i => database.WriteAsync($"{i} {new string('x', 2000)}", SqliteDatabaseTests.Insert, None)).ToArray();
        busy.Release();
        await Settle(writes);

        foreach (var failed in writes.Where(write => write.IsFaulted))
            Assert.Equal(StorageFailure.DiskFull, (await Assert.ThrowsAsync<StorageException>(() => failed)).Failure);
        var kept = writes.Count(write => write.IsCompletedSuccessfully);
        Assert.InRange(writes.Count(write => write.IsFaulted), 1, 100);
        Assert.Equal((long)kept, await database.ReadAsync(0, static (session, _) => SqliteDatabaseTests.Count(session), None));

        await database.WriteAsync(0, static (session, _) => session.Prepare("PRAGMA max_page_count = 4000").Step(), None);
        await database.WriteAsync($"after {new string('x', 20000)}", SqliteDatabaseTests.Insert, None);
    }

    internal static Task Settle(IEnumerable<Task> tasks) =>
        Task.WhenAll(tasks).ContinueWith(_ => { }, None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    internal static async Task WaitUntil(Func<bool> condition)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(60), "the condition did not come true within 60 s");
            await Task.Yield();
        }
    }
}
