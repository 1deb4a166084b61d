using EdgeDb.Core.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Storage;

public sealed class CorruptionTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<string, string> Damages { get; } = new()
    {
        { "garbage header", "header" },
        { "zeroed first page", "header" },
        { "truncated to half", "" },
        { "empty file", "gone or empty" },
        { "file gone", "gone or empty" },
        { "schema page overwritten", "" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_file_is_set_aside_and_the_newest_copy_takes_its_place(string damage, string reason)
    {
        await using var folder = new TemporaryDatabase();
        await FillAsync(folder, backup: true);
        Damage(folder.File, damage);
        var damaged = File.Exists(folder.File) ? await File.ReadAllBytesAsync(folder.File, None) : null;

        await using var database = await folder.OpenAsync();
        Assert.Equal("in the copy", await database.ReadAsync(1L, SqliteDatabaseTests.Text, None));
        Assert.Equal(101L, await database.ReadAsync(0, static (session, _) => SqliteDatabaseTests.Count(session), None));

        var incident = Assert.Single(database.Incidents);
        Assert.Equal(StorageIncidentKind.FileReplaced, incident.Kind);
        Assert.Contains(reason, incident.Message, StringComparison.Ordinal);
        // What the failure itself advises has been done by now.
        Assert.DoesNotContain("..", incident.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("next start", incident.Message, StringComparison.Ordinal);
        Assert.Equal(database.Backups[0].Path, incident.RestoredFrom);
        if (damaged is not null)
            Assert.Equal(damaged, await File.ReadAllBytesAsync(incident.SetAsidePath!, None));
    }

    [Fact]
    public async Task Damaged_files_that_were_set_aside_go_after_their_time_and_the_newest_never()
    {
        await using var folder = new TemporaryDatabase();
        foreach (var name in new[] { "corrupt-20250101T000000Z", "corrupt-20250101T000000Z-wal", "corrupt-20251115T000000Z", "corrupt-20251220T000000Z", "corrupt-20251220T000000Z-2" })
            await File.WriteAllTextAsync($"{folder.File}.{name}", name, None);

        // 2026-03-01 by the clock of the tests.
        DatabaseFile.RemoveOldSetAsides(folder.File, TimeSpan.FromDays(90), folder.Time);
        Assert.Equal(["corrupt-20251220T000000Z", "corrupt-20251220T000000Z-2"], Left());

        // Years ahead.
        DatabaseFile.RemoveOldSetAsides(folder.File, TimeSpan.FromDays(-3650), folder.Time);
        Assert.Equal(["corrupt-20251220T000000Z", "corrupt-20251220T000000Z-2"], Left());

        string[] Left() => [.. DatabaseFile.SetAsides(folder.File).Select(file => file[(folder.File.Length + 1)..]).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Without_a_sound_copy_the_service_starts_empty_and_an_unsound_copy_is_passed_over()
    {
        await using var folder = new TemporaryDatabase();
        await FillAsync(folder, backup: true);
        foreach (var copy in Directory.GetFiles(Path.Combine(folder.Folder, "backups")))
            Damage(copy, "schema page overwritten");
        Damage(folder.File, "garbage header");

        await using var database = await folder.OpenAsync();
        Assert.Equal(0L, await database.ReadAsync(0, static (session, _) => SqliteDatabaseTests.Count(session), None));
        Assert.Null(Assert.Single(database.Incidents).RestoredFrom);
    }

    [Theory]
    [InlineData("file gone")]
    [InlineData("empty file")]
    [InlineData("garbage header")]
    public async Task Copies_brought_to_a_new_card_are_used(string damage)
    {
        await using var folder = new TemporaryDatabase();
        await FillAsync(folder, backup: true);
        Damage(folder.File, damage);
        foreach (var beside in Directory.GetFiles(folder.Folder).Where(f => f != folder.File))
            File.Delete(beside);

        await using var database = await folder.OpenAsync();

        Assert.Equal("in the copy", await database.ReadAsync(1L, SqliteDatabaseTests.Text, None));
        Assert.Equal(database.Backups[0].Path, Assert.Single(database.Incidents).RestoredFrom);
    }

    [Fact]
    public async Task StartEmpty_ignores_the_copies()
    {
        await using var folder = new TemporaryDatabase();
        await FillAsync(folder, backup: true);
        Damage(folder.File, "garbage header");
        await using var database = await folder.OpenAsync(folder.Options with { OnCorruption = CorruptionPolicy.StartEmpty });
        Assert.Equal(0L, await database.ReadAsync(0, static (session, _) => SqliteDatabaseTests.Count(session), None));
    }

    [Fact]
    public async Task Refuse_leaves_the_file_where_it_is()
    {
        await using var folder = new TemporaryDatabase();
        await FillAsync(folder, backup: true);
        Damage(folder.File, "garbage header");
        var before = await File.ReadAllBytesAsync(folder.File, None);
        var failure = await Assert.ThrowsAsync<StorageException>(() => folder.OpenAsync(folder.Options with { OnCorruption = CorruptionPolicy.Refuse }));
        Assert.Equal(StorageFailure.Corrupt, failure.Failure);
        Assert.Contains("on-corruption", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(folder.File, None));
        Assert.DoesNotContain(Directory.GetFiles(folder.Folder), file => file.Contains("corrupt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_damaged_files_in_one_second_are_both_kept()
    {
        await using var folder = new TemporaryDatabase();
        for (var i = 0; i < 3; i++)
        {
            await FillAsync(folder, backup: false);
            Damage(folder.File, "garbage header");
            await using var database = await folder.OpenAsync();
            Assert.Equal(i + 1, database.Incidents.Count);
        }

        Assert.Equal(3, Directory.GetFiles(folder.Folder, "edge.db.corrupt-*").Length);
    }

    [Fact]
    public async Task A_log_whose_file_is_gone_is_kept_each_time()
    {
        await using var folder = new TemporaryDatabase();
        for (var i = 1; i <= 2; i++)
        {
            await FillAsync(folder, backup: false);
            File.Delete(folder.File);
            await File.WriteAllTextAsync(folder.File + "-wal", "rows that were never checkpointed", None);
            await using var database = await folder.OpenAsync();
            Assert.Contains("write-ahead log is there", database.Incidents[^1].Message, StringComparison.Ordinal);
            Assert.Equal(i, Directory.GetFiles(folder.Folder, "edge.db.corrupt-*-wal").Length);
        }
    }

    [Fact]
    public async Task An_incident_is_shown_at_every_start_until_it_is_acknowledged()
    {
        await using var folder = new TemporaryDatabase();
        await FillAsync(folder, backup: false);
        Damage(folder.File, "garbage header");
        await using (await folder.OpenAsync())
        {
        }

        await using (var second = await folder.OpenAsync())
        {
            var incident = Assert.Single(second.Incidents);
            Assert.True(second.AcknowledgeIncident(incident.Id));
            Assert.False(second.AcknowledgeIncident(incident.Id));
        }

        await using var third = await folder.OpenAsync();
        Assert.Empty(third.Incidents);
    }

    [Fact]
    public async Task After_an_unclean_end_a_missing_log_is_said_aloud()
    {
        await using var folder = new TemporaryDatabase();
        await FillAsync(folder, backup: false);
        await MarkUncleanAsync(folder);
        await using var database = await folder.OpenAsync();
        Assert.Equal(StorageIncidentKind.LogMissing, Assert.Single(database.Incidents).Kind);
        Assert.Equal(101L, await database.ReadAsync(0, static (session, _) => SqliteDatabaseTests.Count(session), None));
    }

    [Fact]
    public async Task Damage_deep_in_the_file_is_found_after_an_unclean_end()
    {
        await using var folder = new TemporaryDatabase();
        await FillAsync(folder, backup: true);
        Damage(folder.File, "last pages overwritten");
        await using (var clean = await folder.OpenAsync())
            Assert.Empty(clean.Incidents);

        await File.WriteAllBytesAsync(folder.File + "-wal", [], None);
        await MarkUncleanAsync(folder);
        await using var database = await folder.OpenAsync();
        Assert.Equal(StorageIncidentKind.FileReplaced, Assert.Single(database.Incidents).Kind);
    }

    [Fact]
    public async Task Damage_met_while_serving_stops_writes_and_the_next_start_replaces_the_file()
    {
        await using var folder = new TemporaryDatabase();
        await FillAsync(folder, backup: true);
        Damage(folder.File, "last pages overwritten");
        await using (var database = await folder.OpenAsync())
        {
            var raised = new List<StorageIncident>();
            database.IncidentRaised += raised.Add;
            var failure = await Assert.ThrowsAsync<StorageException>(async () => await database.ReadAsync(0, static (session, _) =>
            {
                var rows = session.Prepare("SELECT sum(length(text)) FROM row NOT INDEXED");
                return rows.Step();
            }, None));
            Assert.Equal(StorageFailure.Corrupt, failure.Failure);
            Assert.Equal(StorageIncidentKind.DamageFound, Assert.Single(raised).Kind);
            Assert.Equal(StorageFailure.Corrupt, (await Assert.ThrowsAsync<StorageException>(
                () => database.WriteAsync("no", SqliteDatabaseTests.Insert, None))).Failure);
            Assert.Equal("in the copy", await database.ReadAsync(1L, SqliteDatabaseTests.Text, None));
        }

        await using var restarted = await folder.OpenAsync();
        Assert.Equal([StorageIncidentKind.DamageFound, StorageIncidentKind.FileReplaced], restarted.Incidents.Select(incident => incident.Kind));
        Assert.Equal(102, await restarted.WriteAsync("works again", SqliteDatabaseTests.Insert, None));
    }

    /// <summary>101 rows on some 70 pages; with a backup of them all.</summary>
    private static async Task FillAsync(TemporaryDatabase folder, bool backup)
    {
        await using var database = await folder.OpenAsync();
        await database.WriteAsync("in the copy", SqliteDatabaseTests.Insert, None);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => database.WriteAsync($"{i} {new string('x', 1500)}", SqliteDatabaseTests.Insert, None)));
        if (backup)
            await TemporaryDatabase.BackupAsync(database, folder.Time);
    }

    private static Task MarkUncleanAsync(TemporaryDatabase folder) => File.WriteAllTextAsync(folder.File + ".lock", "EdgeDb Open     pid 1          \n", None);

    private static void Damage(string path, string damage)
    {
        if (damage == "file gone")
        {
            File.Delete(path);
            return;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        var garbage = new byte[4096];
        new Random(7).NextBytes(garbage);
        switch (damage)
        {
            case "garbage header":
                file.Write(garbage.AsSpan(0, 100));
                break;
            case "zeroed first page":
                file.Write(new byte[4096]);
                break;
            case "truncated to half":
                file.SetLength(file.Length / 2 / 4096 * 4096);
                break;
            case "empty file":
                file.SetLength(0);
                break;
            case "schema page overwritten":
                file.Position = 100;
                file.Write(garbage.AsSpan(0, 3996));
                break;
            case "last pages overwritten":
                file.Position = file.Length - (20 * 4096);
                for (var i = 0; i < 20; i++)
                    file.Write(garbage);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(damage), damage, null);
        }
    }
}
