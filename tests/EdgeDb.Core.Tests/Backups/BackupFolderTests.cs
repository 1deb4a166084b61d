using EdgeDb.Core.Backups;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Backups;

public sealed class BackupFolderTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_backup_is_one_file_that_only_its_owner_may_read_and_restores_to_what_was_committed()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        await database.WriteAsync("copied", SqliteDatabaseTests.Insert, None);
        var copy = await database.BackupAsync(None);
        await database.WriteAsync("later", SqliteDatabaseTests.Insert, None);

        Assert.Equal(["edge-000001-20260301T120000Z-v1.backup"], Directory.GetFiles(Path.Combine(folder.Folder, "backups")).Select(Path.GetFileName));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy.Path));
        await using var other = new TemporaryDatabase();
        Assert.Null(folder.Backups().Restore(copy, other.File));
        await using var opened = await other.OpenAsync();
        Assert.Equal("copied", await opened.ReadAsync(1L, SqliteDatabaseTests.Text, None));
        Assert.Equal(1L, await opened.ReadAsync(0, static (session, _) => SqliteDatabaseTests.Count(session), None));
    }

    [Fact]
    public async Task A_copy_of_many_pages_is_one_snapshot_while_the_writer_goes_on()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        await database.WriteAsync(0, static (session, _) =>
        {
            for (var i = 0; i < 2000; i++)
                SqliteDatabaseTests.Insert(session, $"{i} {new string('x', 2000)}");
            return 0;
        }, None);
        var progress = new List<(int Done, int Total)>();
        var copying = database.BackupAsync(None, (done, total) => progress.Add((done, total)));
        var written = 0;
        while (!copying.IsCompleted)
        {
            await database.WriteAsync($"meanwhile {written++}", SqliteDatabaseTests.Insert, None);
            folder.Time.Advance(TimeSpan.FromMilliseconds(5));
            Assert.True(written < 20_000, "the copy starts over at every commit and never ends");
        }

        Assert.True(written > 1);
        Assert.True(progress.Count > 2, "A copy of many pages shows how far it is.");
        Assert.Equal(progress.Order(), progress);
        Assert.Equal(progress[^1].Total, progress[^1].Done);
        var restored = Path.Combine(folder.Folder, "restored.db");
        Assert.Null(folder.Backups().Restore(await copying, restored));
        var report = DatabaseCheck.Run(restored, [TemporaryDatabase.Rows], [new OrphanQuery("torn", "SELECT id FROM row WHERE id > 2000 AND id - 1 NOT IN (SELECT id FROM row)")], None);
        Assert.True(report.ExitCode == 0, string.Join('\n', report.Lines));
    }

    [Fact]
    public async Task The_oldest_go_by_their_numbers_whatever_the_clock_says()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync(folder.Options with { Copies = folder.Backups(retention: new BackupRetention(0, 0, 0)) });
        for (var i = 0; i < 5; i++)
        {
            // Each earlier than the one before, as with a clock that loses its time at boot.
            folder.Time.SetUtcNow(new DateTimeOffset(2030 - i, 1, 1, 0, 0, 0, TimeSpan.Zero));
            await database.BackupAsync(None);
        }

        Assert.Equal([5, 4, 3], database.Backups.Select(backup => backup.Sequence));
    }

    [Fact]
    public async Task What_an_interrupted_copy_left_is_removed_and_never_taken_for_a_copy()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        var backups = Directory.CreateDirectory(Path.Combine(folder.Folder, "backups")).FullName;
        await File.WriteAllTextAsync(Path.Combine(backups, "edge-000009.partial"), "half", None);
        await File.WriteAllTextAsync(Path.Combine(backups, "edge-notes.backup"), "a person's own file", None);
        Assert.Empty(database.Backups);
        await database.BackupAsync(None);
        Assert.Equal(["edge-000001-20260301T120000Z-v1.backup", "edge-notes.backup"], Directory.GetFiles(backups).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_kill_at_any_moment_leaves_whole_backups_only_and_none_that_was_told_of_is_lost()
    {
        await using var folder = new TemporaryDatabase();
        var random = new Random(11);
        for (var round = 0; round < 8; round++)
        {
            using var child = ChildProcess.Start(StorageChild.BackUpForever, folder.File);
            var told = "";
            for (var left = random.Next(1, 12); left > 0; left--)
                told = await child.ReadLineAsync() ?? throw new InvalidOperationException("the child ended by itself");
            told = (await child.KillAsync()).LastOrDefault(told);

            var backups = folder.Backups();
            Assert.Contains(told, backups.List().Select(static backup => backup.Path));
            foreach (var backup in backups.List())
                backups.Verify(backup.Path, None);
        }
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named_and_the_service_goes_on()
    {
        await using var folder = new TemporaryDatabase();
        var blocked = Path.Combine(folder.Folder, "a-file");
        await File.WriteAllTextAsync(blocked, "", None);
        await using var database = await folder.OpenAsync(folder.Options with { Copies = folder.Backups(blocked) });
        var failure = await Assert.ThrowsAsync<StorageException>(() => database.BackupAsync(None));
        Assert.Contains(blocked, failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, await database.WriteAsync("on", SqliteDatabaseTests.Insert, None));
    }

    [Fact]
    public async Task Closing_cancels_a_copy_that_runs_and_leaves_no_part_of_it()
    {
        await using var folder = new TemporaryDatabase();
        var database = await folder.OpenAsync();
        await database.WriteAsync(0, static (session, _) =>
        {
            for (var i = 0; i < 200; i++)
                SqliteDatabaseTests.Insert(session, $"{i} {new string('x', 2000)}");
            return 0;
        }, None);
        // The clock stands still, so the copy is in its first pause or before it.
        var copying = database.BackupAsync(None);
        await database.DisposeAsync();
        Assert.Equal(StorageFailure.Closed, (await Assert.ThrowsAsync<StorageException>(() => copying)).Failure);
        Assert.Equal(StorageFailure.Closed, (await Assert.ThrowsAsync<StorageException>(() => database.BackupAsync(None))).Failure);
        Assert.DoesNotContain(
            Directory.GetFiles(folder.Folder, "*", SearchOption.AllDirectories), file => file.Contains("000001", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_schedule_takes_a_copy_a_day_and_keeps_those_of_a_week_the_weeks_and_the_months()
    {
        await using var schedule = await Household.StartAsync();
        await schedule.PassAsync(TimeSpan.FromDays(10));
        // From Sunday, 1 March to Tuesday, 10 March: seven days, and the last of the week that ended on the first.
        Assert.Equal([10, 9, 8, 7, 6, 5, 4, 1], schedule.Database.Backups.Select(backup => backup.Sequence));
    }

    [Fact]
    public async Task After_a_restart_the_schedule_goes_by_the_age_of_the_newest_copy()
    {
        await using var schedule = await Household.StartAsync();
        await schedule.PassAsync(TimeSpan.FromHours(1));
        schedule.Restart();
        await schedule.PassAsync(TimeSpan.FromHours(22));
        Assert.Single(schedule.Database.Backups);
        await schedule.PassAsync(TimeSpan.FromHours(2));
        Assert.Equal(2, schedule.Database.Backups.Count);
    }

    [Fact]
    public async Task A_clock_that_starts_in_1970_neither_floods_nor_starves_the_copies()
    {
        await using var schedule = await Household.StartAsync();
        await schedule.PassAsync(TimeSpan.FromHours(1));
        Assert.Single(schedule.Database.Backups);
        for (var boot = 0; boot < 2; boot++)
        {
            // Switched on for five hours an evening, never online: one copy each evening.
            schedule.Restart();
            schedule.Time.SetUtcNow(DateTimeOffset.UnixEpoch);
            await schedule.PassAsync(TimeSpan.FromHours(5));
            Assert.Equal(boot + 2, schedule.Database.Backups[0].Sequence);
        }

        // NTP corrects the clock: one copy as the age is now years, then the daily rhythm.
        schedule.Time.SetUtcNow(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        await schedule.PassAsync(TimeSpan.FromHours(20));
        Assert.Equal(4, schedule.Database.Backups[0].Sequence);
    }

    [Fact]
    public async Task A_clock_set_back_by_years_leaves_the_daily_rhythm()
    {
        await using var schedule = await Household.StartAsync();
        await schedule.PassAsync(TimeSpan.FromHours(1));
        schedule.Time.SetUtcNow(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero));
        await schedule.PassAsync(TimeSpan.FromHours(23));
        Assert.Single(schedule.Database.Backups);
        await schedule.PassAsync(TimeSpan.FromDays(2));
        Assert.Equal(3, schedule.Database.Backups.Count);
    }

    [Fact]
    public async Task A_copy_that_fails_is_tried_again_an_hour_later()
    {
        await using var folder = new TemporaryDatabase();
        var blocked = Path.Combine(folder.Folder, "copies");
        await File.WriteAllTextAsync(blocked, "", None);
        await using var schedule = await Household.StartAsync(blocked);
        await schedule.PassAsync(TimeSpan.FromMinutes(30));
        File.Delete(blocked);
        await schedule.PassAsync(TimeSpan.FromMinutes(30));
        Assert.Empty(schedule.Database.Backups);
        await schedule.PassAsync(TimeSpan.FromMinutes(20));
        Assert.Single(schedule.Database.Backups);
    }

    /// <summary>A database and its schedule on a clock that moves by hand.</summary>
    private sealed class Household : IAsyncDisposable
    {
        private readonly TemporaryDatabase _folder = new();
        private BackupSchedule _schedule = null!;

        public SqliteDatabase Database { get; private set; } = null!;

        public ManualTimeProvider Time => _folder.Time;

        public static async Task<Household> StartAsync(string? backupDirectory = null)
        {
            var household = new Household();
            household.Database = await household._folder.OpenAsync(household._folder.Options with { Copies = household._folder.Backups(backupDirectory) });
            household.Restart();
            return household;
        }

        public void Restart() => _schedule = new BackupSchedule(Database, Time, NullLogger.Instance);

        public async Task PassAsync(TimeSpan time)
        {
            for (var passed = TimeSpan.Zero; passed < time; passed += BackupSchedule.LookEvery)
            {
                Time.Advance(BackupSchedule.LookEvery);
                await _schedule.LookAsync(None);
            }
        }

        public ValueTask DisposeAsync() => _folder.DisposeAsync();
    }
}
