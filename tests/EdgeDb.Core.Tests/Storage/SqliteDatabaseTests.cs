using EdgeDb.Core.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Storage;

public sealed class SqliteDatabaseTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_written_row_is_read_back_after_reopening()
    {
        await using var folder = new TemporaryDatabase();
        await using (var database = await folder.OpenAsync())
            Assert.Equal(1, await database.WriteAsync("one", Insert, None));

        await using var reopened = await folder.OpenAsync();
        Assert.Equal("one", await reopened.ReadAsync(1L, Text, None));
    }

    [Fact]
    public async Task A_failing_write_leaves_the_others_of_its_group_alone()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        var writes = Enumerable.Range(0, 100).Select(i => database.WriteAsync(i % 10 == 9 ? "same" : $"text {i}", Insert, None)).ToArray();
        await Task.WhenAll(writes).ContinueWith(_ => { }, None, TaskContinuationOptions.None, TaskScheduler.Default);

        Assert.Equal(91, writes.Count(write => write.IsCompletedSuccessfully));
        foreach (var failed in writes.Where(write => write.IsFaulted))
            Assert.Equal(StorageFailure.Constraint, (await Assert.ThrowsAsync<StorageException>(() => failed)).Failure);
        Assert.Equal(91, await database.ReadAsync(0, static (session, _) => Count(session), None));
    }

    internal static long Insert(SqliteSession session, string text)
    {
        session.Prepare("INSERT INTO row (text) VALUES (?1)").Bind(1, text).Execute();
        session.Touch("rows");
        return session.LastInsertRowId;
    }

    internal static string? Text(SqliteSession session, long id)
    {
        var row = session.Prepare("SELECT text FROM row WHERE id = ?1").Bind(1, id);
        return row.Step() ? row.Text(0) : null;
    }

    internal static long Count(SqliteSession session)
    {
        var row = session.Prepare("SELECT count(*) FROM row");
        row.Step();
        return row.Int64(0);
    }
}
