using EdgeDb.Core.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Storage;

public sealed class SqliteReadTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_read_sees_one_snapshot_while_the_writer_commits()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        await database.WriteAsync("before", SqliteDatabaseTests.Insert, None);
        using var written = new ManualResetEventSlim();
        using var reading = new ManualResetEventSlim();
        var read = Task.Run(async () => await database.ReadAsync((written, reading), static (session, gates) =>
        {
            var first = SqliteDatabaseTests.Count(session);
            gates.reading.Set();
            gates.written.Wait();
            return (first, SqliteDatabaseTests.Count(session));
        }, None));

        reading.Wait(None);
        await database.WriteAsync("meanwhile", SqliteDatabaseTests.Insert, None);
        written.Set();

        Assert.Equal((1L, 1L), await read);
        Assert.Equal(2L, await database.ReadAsync(0, static (session, _) => SqliteDatabaseTests.Count(session), None));
    }

    [Fact]
    public async Task The_latest_returned_reader_is_taken_first()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        var session = await database.ReadAsync(0, static (session, _) => session, None);
        for (var i = 0; i < 20; i++)
            Assert.Same(session, await database.ReadAsync(0, static (session, _) => session, None));

        // A read inside a read takes a second reader, which is returned first, so the outer one is on top again.
        // The clock moves, because a second reader is only opened once waiting has cost more than opening.
        var inner = await database.ReadAsync((database, folder.Time), static (_, outer) =>
        {
            var inner = outer.database.ReadAsync(0, static (session, _) => session, None).AsTask();
            outer.Time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.True(SpinWait.SpinUntil(() => inner.IsCompleted, TimeSpan.FromSeconds(30)));
            return inner;
        }, None);
        Assert.NotSame(session, await inner);
        Assert.Same(session, await database.ReadAsync(0, static (session, _) => session, None));
    }

    [Fact]
    public async Task When_all_readers_are_busy_a_read_waits_for_the_first_that_comes_free()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync(folder.Options with { ReaderCount = 1 });
        using var busy = new BusyReader(database);
        var first = database.ReadAsync(1, static (_, number) => number, None).AsTask();
        var second = database.ReadAsync(2, static (_, number) => number, None).AsTask();
        Assert.False(first.IsCompleted);

        await busy.ReleaseAsync();
        Assert.Equal(1, await first);
        Assert.Equal(2, await second);
    }

    [Fact]
    public async Task A_read_that_finds_no_reader_in_time_names_the_setting_its_value_and_the_remedy()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync(folder.Options with { ReaderCount = 1, ReadWaitLimit = TimeSpan.FromMilliseconds(1500) });
        using var busy = new BusyReader(database);
        var waiting = database.ReadAsync(0, static (_, _) => 0, None).AsTask();
        folder.Time.Advance(TimeSpan.FromMilliseconds(1499));
        Assert.False(waiting.IsCompleted);
        folder.Time.Advance(TimeSpan.FromMilliseconds(1));

        var failure = await Assert.ThrowsAsync<StorageBusyException>(() => waiting);
        Assert.Contains("1500 ms (ReadWaitLimit)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("all 1 (ReaderCount)", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsTransient);

        await busy.ReleaseAsync();
        Assert.Equal(5, await database.ReadAsync(5, static (_, number) => number, None));
    }

    [Fact]
    public async Task Reads_beyond_the_waiting_line_fail_at_once()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync(folder.Options with { ReaderCount = 1, ReadQueueCapacity = 2 });
        using var busy = new BusyReader(database);
        var waiting = new[] { Read(), Read() };
        var failure = await Assert.ThrowsAsync<StorageBusyException>(Read);
        Assert.Contains("ReadQueueCapacity", failure.Message, StringComparison.Ordinal);
        await busy.ReleaseAsync();
        await Task.WhenAll(waiting);

        Task<int> Read() => database.ReadAsync(0, static (_, _) => 0, None).AsTask();
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_the_line_and_loses_no_reader()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync(folder.Options with { ReaderCount = 1 });
        using var busy = new BusyReader(database);
        using var cancellation = new CancellationTokenSource();
        var cancelled = database.ReadAsync(1, static (_, number) => number, cancellation.Token).AsTask();
        var patient = database.ReadAsync(2, static (_, number) => number, None).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await busy.ReleaseAsync();
        Assert.Equal(2, await patient);
    }

    [Fact]
    public async Task Cancelling_stops_a_statement_that_runs()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        using var cancellation = new CancellationTokenSource();
        var endless = Task.Run(async () => await database.ReadAsync(cancellation, static (session, cancellation) =>
        {
            var rows = session.Prepare("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n");
            cancellation.CancelAfter(TimeSpan.FromMilliseconds(20));
            return rows.Step();
        }, cancellation.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless);
        Assert.Equal(0L, await database.ReadAsync(0, static (session, _) => SqliteDatabaseTests.Count(session), None));
    }

    [Fact]
    public async Task A_read_cannot_write()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        var failure = await Assert.ThrowsAsync<StorageException>(
            async () => await database.ReadAsync(0, static (session, _) => session.Execute("INSERT INTO row (text) VALUES ('x')"), None));
        Assert.Equal(StorageFailure.ReadOnly, failure.Failure);
    }

    [Fact]
    public async Task A_read_that_does_not_end_holds_closing_up_for_its_limit_only_and_loses_nothing()
    {
        await using var folder = new TemporaryDatabase();
        var database = await folder.OpenAsync();
        await database.WriteAsync("kept", SqliteDatabaseTests.Insert, None);
        using var busy = new BusyReader(database);
        var closing = database.DisposeAsync().AsTask();
        while (!closing.IsCompleted)
        {
            folder.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await using var reopened = await folder.OpenAsync();
        Assert.Empty(reopened.Incidents);
        Assert.Equal("kept", await reopened.ReadAsync(1L, SqliteDatabaseTests.Text, None));
        await busy.ReleaseAsync();
    }

    [Fact]
    public async Task Many_reads_at_once_all_end_and_every_reader_comes_back()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync(folder.Options with { ReaderCount = 3, ReadQueueCapacity = 65_536 });
        await Parallel.ForAsync(0, 5000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, ct) =>
        {
            using var cancellation = new CancellationTokenSource();
            var read = database.ReadAsync(i, static (session, _) => SqliteDatabaseTests.Count(session), cancellation.Token).AsTask();
            if (i % 7 == 0)
                await cancellation.CancelAsync();
            try
            {
                await read;
            }
            catch (OperationCanceledException)
            {
            }
        });

        // Were one lost, the third nested read would wait in vain.
        var readers = 0;
        await Nest(3);
        Assert.Equal(3, readers);

        Task<int> Nest(int depth) => depth == 0
            ? Task.FromResult(0)
            : database.ReadAsync(depth, (_, depth) =>
            {
                readers++;
                var deeper = Nest(depth - 1);
                folder.Time.Advance(TimeSpan.FromMilliseconds(1));
                Assert.True(SpinWait.SpinUntil(() => deeper.IsCompleted, TimeSpan.FromSeconds(30)));
                return deeper;
            }, None).AsTask().Unwrap();
    }

    /// <summary>Holds one reader until it is released.</summary>
    private sealed class BusyReader : IDisposable
    {
        private readonly ManualResetEventSlim _release = new();
        private readonly Task _read;

        public BusyReader(SqliteDatabase database)
        {
            using var started = new ManualResetEventSlim();
            _read = Task.Run(async () => await database.ReadAsync((started, _release), static (_, gates) =>
            {
                gates.started.Set();
                gates._release.Wait();
                return 0;
            }, None));
            started.Wait();
        }

        public Task ReleaseAsync()
        {
            _release.Set();
            return _read;
        }

        public void Dispose()
        {
            _release.Set();
            _release.Dispose();
        }
    }
}
