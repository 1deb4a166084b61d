using EdgeDb.Core.Backups;
using EdgeDb.Core.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Backups;

public sealed class BackupRetentionTests
{
    private static readonly BackupRetention Standard = new(7, 4, 12);
    private static readonly DateTimeOffset First = new(2026, 1, 1, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void After_years_of_daily_backups_seven_days_four_weeks_and_twelve_months_are_left()
    {
        var kept = Pass(Standard, Enumerable.Range(0, 800).Select(static day => First.AddDays(day)));

        // The last day is Saturday, 11 March 2028.
        var days = kept.Select(static backup => backup.TakenAt.ToString("yyyy-MM-dd", null)).ToList();
        Assert.Equal(
            [
                "2028-03-10", "2028-03-09", "2028-03-08", "2028-03-07", "2028-03-06", "2028-03-05", "2028-03-04",
                "2028-02-29", "2028-02-27", "2028-02-20", "2028-01-31", "2027-12-31", "2027-11-30", "2027-10-31", "2027-09-30", "2027-08-31", "2027-07-31", "2027-06-30",
                "2027-05-31", "2027-04-30",
            ],
            days);
    }

    [Fact]
    public void Many_of_one_day_leave_its_newest_and_the_newest_three()
    {
        var kept = Pass(Standard, Enumerable.Range(0, 20).Select(static hour => First.AddHours(hour)));
        Assert.Equal([20, 19, 18], kept.Select(static backup => backup.Sequence));
    }

    [Fact]
    public void A_clock_that_always_begins_in_1970_keeps_the_newest_three()
    {
        var kept = Pass(Standard, Enumerable.Repeat(DateTimeOffset.UnixEpoch, 30));
        Assert.Equal([30, 29, 28], kept.Select(static backup => backup.Sequence));
    }

    [Fact]
    public void The_newest_are_never_superfluous()
    {
        var backups = Backups(Enumerable.Range(0, 10).Select(static day => First.AddDays(-day)));
        Assert.Equal([7, 6, 5, 4, 3, 2, 1], new BackupRetention(0, 0, 0).Superfluous(backups).Select(static backup => backup.Sequence));
        Assert.Empty(Standard.Superfluous([.. backups.Take(3)]));
        Assert.Empty(Standard.Superfluous([]));
    }

    /// <summary>Takes them one after the other and lets go each time, as the service does.</summary>
    private static List<BackupFile> Pass(BackupRetention retention, IEnumerable<DateTimeOffset> times)
    {
        List<BackupFile> kept = [];
        var sequence = 0;
        foreach (var time in times)
        {
            kept.Insert(0, new BackupFile($"{++sequence}", sequence, time, 1, 1));
            var superfluous = retention.Superfluous(kept);
            kept.RemoveAll(superfluous.Contains);
        }

        return kept;
    }

    private static List<BackupFile> Backups(IEnumerable<DateTimeOffset> times) =>
        [.. times.Select(static (time, i) => new BackupFile($"{i + 1}", i + 1, time, 1, 1)).OrderByDescending(static backup => backup.Sequence)];
}
