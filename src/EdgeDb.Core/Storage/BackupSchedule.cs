using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Storage;

/// <summary>
/// Takes a copy every <see cref="SqliteDatabaseOptions.BackupInterval"/> for as long as it is called. The board has no battery clock: at boot
/// the year may be 1970, and NTP moves the clock by decades later. So the wall clock counts only while it is later than the program
/// and the newest copy; else the time since the service started counts, which no clock change reaches.
/// </summary>
internal sealed class BackupSchedule(SqliteDatabase database, TimeProvider time, ILogger logger)
{
    /// <summary>How often it looks, and how long after the start first: by then NTP has usually set the clock and the boot is over.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(10);

    /// <summary>
    /// With a clock that cannot be trusted, the first copy after a start. Shorter than the interval, so that a board that
    /// is switched off every night gets copies too.
    /// </summary>
    public static readonly TimeSpan FirstWithoutClock = TimeSpan.FromHours(1);

    // Earlier than this the clock was never set: the program did not exist.
    private static readonly DateTimeOffset ClockSetAfter = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromHours(1);

    private readonly long _started = time.GetTimestamp();
    private long? _latest;
    private long? _latestFailure;

    /// <summary>Takes a copy if one is due; called every <see cref="LookEvery"/>. A copy that fails is logged and tried again an hour later.</summary>
    internal async Task LookAsync(CancellationToken ct, Action<int, int>? report = null)
    {
        if (!IsDue())
            return;

        try
        {
            await database.BackupAsync(ct, report).ConfigureAwait(false);
            (_latest, _latestFailure) = (time.GetTimestamp(), null);
        }
        catch (StorageException failure)
        {
            _latestFailure = time.GetTimestamp();
            StorageLog.BackupFailed(logger, failure, RetryAfter.TotalMinutes);
        }
    }

    private bool IsDue()
    {
        if (_latestFailure is { } failed && time.GetElapsedTime(failed) < RetryAfter)
            return false;

        var newest = database.Backups is [var first, ..] ? first : null;
        if (newest is null)
            return true;

        var now = time.GetUtcNow();
        var age = now - newest.TakenAt;
        if (now >= ClockSetAfter && age >= TimeSpan.Zero)
            return age >= database.Options.BackupInterval;
        return _latest is { } latest
            ? time.GetElapsedTime(latest) >= database.Options.BackupInterval
            : time.GetElapsedTime(_started) >= FirstWithoutClock;
    }
}
