using EdgeDb.Core.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Storage;

public sealed class DatabaseCheckTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Migration Family = new(
        1, "family",
        """
        CREATE TABLE member (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        CREATE TABLE event (id INTEGER PRIMARY KEY, member INTEGER NOT NULL REFERENCES member, place INTEGER) STRICT;
        INSERT INTO member VALUES (1, 'Ada');
        INSERT INTO event VALUES (1, 1, NULL);
        """);

    private static readonly OrphanQuery[] Orphans =
        [new("events without a place", "SELECT id FROM event WHERE place IS NOT NULL AND place NOT IN (SELECT id FROM member)")];

    [Fact]
    public async Task A_sound_file_is_clean_while_it_is_served_and_after()
    {
        await using var folder = new TemporaryDatabase();
        await using (await folder.OpenAsync(Family))
            Assert.Equal(0, Check(folder).ExitCode);

        var before = await File.ReadAllBytesAsync(folder.File, None);
        var report = Check(folder);
        Assert.Equal(0, report.ExitCode);
        Assert.Equal("clean", report.Lines[^1]);
        Assert.Contains("  migration 0001 family", report.Lines);
        Assert.Equal(before, await File.ReadAllBytesAsync(folder.File, None));
        Assert.Equal(["edge.db", "edge.db.lock", "edge.db.spare"], Directory.GetFiles(folder.Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Rows_whose_owner_is_gone_are_counted_and_named()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync(Family);
        await database.WriteAsync(0, static (session, _) =>
        {
            for (var i = 2; i < 20; i++)
                session.Prepare("INSERT INTO event VALUES (?1, 1, 99)").Bind(1, i).Execute();
            return 0;
        }, None);

        var report = Check(folder);
        Assert.Equal(1, report.ExitCode);
        Assert.Contains("! events without a place: 18", report.Lines);
        Assert.Contains("!   2", report.Lines);
        Assert.Contains("!   and 8 more", report.Lines);
    }

    [Fact]
    public async Task A_broken_foreign_key_is_found()
    {
        await using var folder = new TemporaryDatabase();
        await using (await folder.OpenAsync(Family))
        {
        }

        await using (var careless = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder.File};Pooling=False;Foreign Keys=False"))
        {
            await careless.OpenAsync(None);
            await using var command = careless.CreateCommand();
            command.CommandText = "DELETE FROM member";
            await command.ExecuteNonQueryAsync(None);
        }

        var report = Check(folder);
        Assert.Equal(1, report.ExitCode);
        Assert.Contains("!   event row 1 refers to a missing row of member", report.Lines);
    }

    [Fact]
    public async Task Damaged_pages_are_found()
    {
        await using var folder = new TemporaryDatabase();
        await using (var database = await folder.OpenAsync(Family))
        {
            await database.WriteAsync(0, static (session, _) =>
            {
                for (var i = 2; i < 2000; i++)
                    session.Prepare("INSERT INTO event VALUES (?1, 1, NULL)").Bind(1, i).Execute();
                return 0;
            }, None);
        }

        await using (var file = new FileStream(folder.File, FileMode.Open, FileAccess.Write))
        {
            file.Position = file.Length - 4096;
            file.Write(new byte[2048]);
        }

        Assert.Equal(1, Check(folder).ExitCode);
    }

    [Fact]
    public async Task What_is_no_database_of_EdgeDb_cannot_be_checked_and_nothing_is_created()
    {
        await using var folder = new TemporaryDatabase();
        Assert.Equal(2, Check(folder).ExitCode);
        Assert.Empty(Directory.GetFiles(folder.Folder));
        await File.WriteAllTextAsync(folder.File, new string('x', 5000), None);
        Assert.NotEqual(0, Check(folder).ExitCode);
        Assert.Single(Directory.GetFiles(folder.Folder));
    }

    [Fact]
    public async Task A_file_of_a_newer_program_is_told()
    {
        await using var folder = new TemporaryDatabase();
        await using (await folder.OpenAsync(Family, new Migration(2, "later", "CREATE TABLE later (id INTEGER)")))
        {
        }

        var report = Check(folder);
        Assert.Equal(1, report.ExitCode);
        Assert.Contains(report.Lines, line => line.Contains("schema version 2; this program knows 1", StringComparison.Ordinal));
    }

    private static DatabaseCheckReport Check(TemporaryDatabase folder) => DatabaseCheck.Run(folder.File, [Family], Orphans, None);
}
