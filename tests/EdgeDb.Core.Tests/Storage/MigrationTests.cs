using System.Text;
using EdgeDb.Core.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Storage;

public sealed class MigrationTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Migration Colour = new(2, "colour", "ALTER TABLE row ADD COLUMN colour TEXT; UPDATE row SET colour = 'red';");

    [Fact]
    public void The_embedded_migrations_are_numbered_without_a_gap()
    {
        var migrations = Migrations.Embedded();
        Assert.Equal(Enumerable.Range(1, migrations.Count), migrations.Select(migration => migration.Version));
    }

    [Fact]
    public async Task A_new_file_gets_every_migration_and_an_old_one_those_it_lacks()
    {
        await using var folder = new TemporaryDatabase();
        await using (var old = await folder.OpenAsync(TemporaryDatabase.Rows))
        {
            Assert.Equal(1, old.SchemaVersion);
            await old.WriteAsync("kept", SqliteDatabaseTests.Insert, None);
        }

        await using var database = await folder.OpenAsync(TemporaryDatabase.Rows, Colour);
        Assert.Equal(2, database.SchemaVersion);
        Assert.Equal("red", await database.ReadAsync(0, static (session, _) =>
        {
            var row = session.Prepare("SELECT colour FROM row");
            return row.Step() ? row.Text(0) : null;
        }, None));
    }

    [Fact]
    public async Task Before_an_existing_file_is_migrated_a_copy_is_made()
    {
        await using var folder = new TemporaryDatabase();
        await using (var old = await folder.OpenAsync(TemporaryDatabase.Rows))
            await old.WriteAsync("kept", SqliteDatabaseTests.Insert, None);
        await using var database = await folder.OpenAsync(TemporaryDatabase.Rows, Colour);

        var copy = Assert.Single(database.Backups);
        Assert.Equal(1, copy.SchemaVersion);
        Assert.Equal(1, folder.Backups().Verify(copy.Path, None).SchemaVersion);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_the_file_at_the_version_before()
    {
        await using var folder = new TemporaryDatabase();
        await using (var old = await folder.OpenAsync(TemporaryDatabase.Rows))
            await old.WriteAsync("kept", SqliteDatabaseTests.Insert, None);

        var broken = new Migration(2, "broken", "CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1);");
        var failure = await Assert.ThrowsAsync<StorageException>(() => folder.OpenAsync(TemporaryDatabase.Rows, broken));
        Assert.Equal(StorageFailure.Migration, failure.Failure);
        Assert.Contains("Migration 2 'broken'", failure.Message, StringComparison.Ordinal);

        await using var database = await folder.OpenAsync(TemporaryDatabase.Rows);
        Assert.Equal("kept", await database.ReadAsync(1L, SqliteDatabaseTests.Text, None));
        await Assert.ThrowsAsync<StorageException>(async () => await database.ReadAsync(0, static (session, _) => session.Execute("SELECT * FROM half"), None));
    }

    [Fact]
    public async Task A_migration_that_commits_by_itself_is_refused()
    {
        await using var folder = new TemporaryDatabase();
        var broken = new Migration(1, "commits", "CREATE TABLE a (id INTEGER); COMMIT;");
        Assert.Equal(StorageFailure.Migration, (await Assert.ThrowsAsync<StorageException>(() => folder.OpenAsync(broken))).Failure);
    }

    [Fact]
    public async Task A_file_of_a_newer_program_is_refused_and_not_touched_by_a_byte()
    {
        await using var folder = new TemporaryDatabase();
        await using (var newer = await folder.OpenAsync(TemporaryDatabase.Rows, Colour))
            await newer.WriteAsync("kept", SqliteDatabaseTests.Insert, None);
        var before = await File.ReadAllBytesAsync(folder.File, None);

        var failure = await Assert.ThrowsAsync<StorageException>(() => folder.OpenAsync(TemporaryDatabase.Rows));
        Assert.Equal(StorageFailure.NewerVersion, failure.Failure);
        Assert.Contains("schema version 2; this program knows 1", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(folder.File, None));
        await using var database = await folder.OpenAsync(TemporaryDatabase.Rows, Colour);
        Assert.Empty(database.Incidents);
    }

    [Fact]
    public async Task A_migration_whose_text_changed_after_it_ran_is_noticed_but_other_line_ends_are_not()
    {
        await using var folder = new TemporaryDatabase();
        var first = new Migration(1, "first", "CREATE TABLE a (id INTEGER);\nCREATE TABLE b (id INTEGER);\n");
        await using (await folder.OpenAsync(first))
        {
        }

        await using (await folder.OpenAsync(first with { Sql = first.Sql.ReplaceLineEndings("\r\n") }))
        {
        }

        var failure = await Assert.ThrowsAsync<StorageException>(() => folder.OpenAsync(first with { Sql = first.Sql + "-- edited" }));
        Assert.Equal(StorageFailure.Migration, failure.Failure);
        Assert.Contains("must never change after a release", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gap_in_the_numbers_is_a_defect_of_the_program()
    {
        await using var folder = new TemporaryDatabase();
        await Assert.ThrowsAsync<InvalidOperationException>(() => folder.OpenAsync(TemporaryDatabase.Rows, new Migration(3, "three", "SELECT 1")));
    }

    [Theory]
    [InlineData("just some text that a person keeps")]
    [InlineData("SQLite format 3")]
    public async Task A_file_that_is_no_database_is_refused_and_not_touched(string content)
    {
        await using var folder = new TemporaryDatabase();
        var bytes = Encoding.UTF8.GetBytes(content);
        await File.WriteAllBytesAsync(folder.File, bytes, None);
        var failure = await Assert.ThrowsAsync<StorageException>(() => folder.OpenAsync());
        Assert.Equal(StorageFailure.ForeignFile, failure.Failure);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(folder.File, None));
    }

    [Fact]
    public async Task A_database_of_another_program_is_refused_and_not_touched()
    {
        await using var folder = new TemporaryDatabase();
        await using (var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder.File};Pooling=False"))
        {
            await other.OpenAsync(None);
            await using var command = other.CreateCommand();
            command.CommandText = "CREATE TABLE photos (id INTEGER)";
            await command.ExecuteNonQueryAsync(None);
        }

        var before = await File.ReadAllBytesAsync(folder.File, None);
        Assert.Equal(StorageFailure.ForeignFile, (await Assert.ThrowsAsync<StorageException>(() => folder.OpenAsync())).Failure);
        Assert.Equal(before, await File.ReadAllBytesAsync(folder.File, None));
    }

    [Theory]
    [InlineData(nameof(SqliteDatabaseOptions.ReaderCount))]
    [InlineData(nameof(SqliteDatabaseOptions.WriteQueueCapacity))]
    [InlineData(nameof(SqliteDatabaseOptions.CheckpointIdle))]
    [InlineData(nameof(SqliteDatabaseOptions.OnCorruption))]
    [InlineData(nameof(SqliteDatabaseOptions.Path))]
    public async Task An_option_outside_its_range_is_named(string option)
    {
        await using var folder = new TemporaryDatabase();
        var options = option switch
        {
            nameof(SqliteDatabaseOptions.ReaderCount) => folder.Options with { ReaderCount = 5 },
            nameof(SqliteDatabaseOptions.WriteQueueCapacity) => folder.Options with { WriteQueueCapacity = 0 },
            nameof(SqliteDatabaseOptions.CheckpointIdle) => folder.Options with { CheckpointIdle = TimeSpan.Zero },
            nameof(SqliteDatabaseOptions.OnCorruption) => folder.Options with { OnCorruption = (CorruptionPolicy)9 },
            _ => folder.Options with { Path = " " },
        };
        Assert.Contains(option, (await Assert.ThrowsAnyAsync<ArgumentException>(() => folder.OpenAsync(options))).Message, StringComparison.Ordinal);
    }
}
