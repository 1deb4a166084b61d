using System.Globalization;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Backups;

/// <summary>How many backups are kept: the newest of each of so many days, weeks (ISO 8601) and months that have one, in UTC.</summary>
/// <param name="Daily">Days.</param>
/// <param name="Weekly">Weeks.</param>
/// <param name="Monthly">Months.</param>
internal sealed record BackupRetention(int Daily, int Weekly, int Monthly)
{
    /// <summary>Kept whatever the clock says: a board without a clock battery may take every backup on the same day of 1970.</summary>
    public const int Newest = 3;

    /// <summary>Those that may go. The order is that of their numbers; days come from the clock, which may have been wrong, and only say which of them are alike.</summary>
    /// <param name="backups">Newest first.</param>
    public IReadOnlyList<BackupFile> Superfluous(IReadOnlyList<BackupFile> backups)
    {
        var kept = new HashSet<BackupFile>(backups.Take(Newest));
        Keep(backups, kept, Daily, static time => DateOnly.FromDateTime(time).DayNumber);
        Keep(backups, kept, Weekly, static time => (ISOWeek.GetYear(time) * 100) + ISOWeek.GetWeekOfYear(time));
        Keep(backups, kept, Monthly, static time => (time.Year * 12) + time.Month);
        return [.. backups.Where(backup => !kept.Contains(backup))];
    }

    private static void Keep(IReadOnlyList<BackupFile> backups, HashSet<BackupFile> kept, int most, Func<DateTime, int> period)
    {
        int? last = null;
        foreach (var backup in backups)
        {
            var current = period(backup.TakenAt.UtcDateTime);
            if (current == last)
                continue;
            if (most-- <= 0)
                return;
            kept.Add(backup);
            last = current;
        }
    }
}
