using EdgeDb.Core.Backups;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Backups;

public sealed class RestoreDrillTests : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryDatabase _folder = new();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task A_drill_restores_the_newest_backup_checks_it_and_leaves_nothing()
    {
        var (database, _) = await FilledAsync();
        var before = Files();
        var report = new List<string>();
        Assert.Equal(new DrillResult(_folder.Time.GetUtcNow(), null), Drill([]).Run(report.Add, None));
        Assert.Contains(database.Backups[0].Path, Assert.Single(report), StringComparison.Ordinal);
        Assert.Equal(before, Files());
    }

    [Fact]
    public async Task A_backup_that_cannot_be_restored_or_is_not_clean_fails_the_drill()
    {
        var (database, backup) = await FilledAsync();
        Assert.Contains("not clean", Drill([new OrphanQuery("anything", "SELECT 1")]).Run(static _ => { }, None)!.Failure, StringComparison.Ordinal);
        var bytes = await File.ReadAllBytesAsync(backup, None);
        bytes[100] ^= 1;
        await File.WriteAllBytesAsync(backup, bytes, None);
        Assert.Contains(backup, Drill([]).Run(static _ => { }, None)!.Failure, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(_folder.Folder, "drill-*"));
        Assert.Single(database.Backups);
    }

    [Fact]
    public void Without_a_backup_there_is_no_drill() => Assert.Null(Drill([]).Run(static _ => { }, None));

    [Fact]
    public async Task The_schedule_holds_one_a_week_and_remembers_it_over_a_restart()
    {
        var (database, _) = await FilledAsync();
        var schedule = Schedule(database);
        await schedule.LookAsync(None);
        var first = schedule.Latest;
        Assert.NotNull(first);
        Assert.Null(first.Failure);
        _folder.Time.Advance(TimeSpan.FromDays(6));
        await schedule.LookAsync(None);
        Assert.Same(first, schedule.Latest);

        schedule = Schedule(database);
        await schedule.LookAsync(None);
        Assert.Equal(first.At.ToUnixTimeSeconds(), schedule.Latest!.At.ToUnixTimeSeconds());
        _folder.Time.Advance(TimeSpan.FromDays(1));
        await schedule.LookAsync(None);
        Assert.Equal(_folder.Time.GetUtcNow(), schedule.Latest.At);
    }

    [Fact]
    public async Task One_that_failed_is_tried_again_at_the_next_look_and_told_until_it_succeeds()
    {
        var (database, backup) = await FilledAsync();
        var bytes = await File.ReadAllBytesAsync(backup, None);
        await File.WriteAllBytesAsync(backup, bytes[..^1], None);
        await Schedule(database).LookAsync(None);
        var schedule = Schedule(database);
        await schedule.LoadAsync(None);
        Assert.Contains(backup, schedule.Latest!.Failure, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(backup, bytes, None);
        await schedule.LookAsync(None);
        Assert.Null(schedule.Latest.Failure);
    }

    private async Task<(SqliteDatabase Database, string Backup)> FilledAsync()
    {
        var database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        return (database, (await TemporaryDatabase.BackupAsync(database, _folder.Time)).Path);
    }

    private RestoreDrill Drill(IReadOnlyList<OrphanQuery> orphans) => new(_folder.Backups(), _folder.Folder, Migrations.Embedded(), orphans, _folder.Time);

    private DrillSchedule Schedule(SqliteDatabase database) => new(Drill([]), database, _folder.Time, NullLogger.Instance);

    private IEnumerable<string> Files() => Directory.GetFileSystemEntries(_folder.Folder, "*", SearchOption.AllDirectories).Order();
}
