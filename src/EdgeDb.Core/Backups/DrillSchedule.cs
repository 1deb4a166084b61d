using System.Globalization;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Backups;

/// <summary>Holds a drill every week, or an hour after one that failed, and remembers how the latest ended.</summary>
internal sealed partial class DrillSchedule(RestoreDrill drill, SqliteDatabase database, TimeProvider time, ILogger logger)
{
    /// <summary>Between two.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromDays(7);

    /// <summary>How often it looks, and how long after the start first.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromHours(1);

    private const string Setting = "backup.drill";

    private DrillResult? _latest;
    private bool _isLoaded;

    /// <summary>Null before the first.</summary>
    public DrillResult? Latest => Volatile.Read(ref _latest);

    /// <summary>Reads how the latest ended; called before the first <see cref="LookAsync"/>.</summary>
    public async Task LoadAsync(CancellationToken ct)
    {
        Volatile.Write(ref _latest, await database.ReadAsync(0, static (session, _) => Read(session), ct).ConfigureAwait(false));
        _isLoaded = true;
    }

    /// <summary>Holds a drill if one is due.</summary>
    public async Task LookAsync(CancellationToken ct)
    {
        if (!_isLoaded)
            await LoadAsync(ct).ConfigureAwait(false);
        // A clock that was set back by more than a week counts as well: nobody knows how long it has been.
        if (Latest is { Failure: null } latest && (time.GetUtcNow() - latest.At).Duration() < Interval)
            return;
        if (await Task.Run(() => drill.Run(report => LogStep(logger, report), ct), ct).ConfigureAwait(false) is not { } result)
            return;

        if (result.Failure is not null)
            LogFailed(logger, result.Failure);
        Volatile.Write(ref _latest, result);
        await database.WriteAsync(
            string.Create(CultureInfo.InvariantCulture, $"{result.At.ToUnixTimeSeconds()} {result.Failure}"),
            static (session, value) => SettingRows.Write(session, Setting, value),
            ct).ConfigureAwait(false);
    }

    private static DrillResult? Read(SqliteSession session)
    {
        if (SettingRows.Read(session, Setting) is not { } value)
            return null;
        var parts = value.Split(' ', 2);
        return long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? new DrillResult(DateTimeOffset.FromUnixTimeSeconds(seconds), parts is [_, { Length: > 0 } failure] ? failure : null)
            : null;
    }

    [LoggerMessage(EventId = 7102, Level = LogLevel.Information, Message = "Restore drill: {Report}")]
    private static partial void LogStep(ILogger logger, string report);

    [LoggerMessage(EventId = 7103, Level = LogLevel.Error, Message = "The newest backup could not be restored for a drill: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
