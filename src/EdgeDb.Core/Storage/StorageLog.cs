using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Storage;

/// <summary>The engine's log messages. Event ids 1000 to 1099, never reused.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(1000, LogLevel.Information, "Opened {Path}: SQLite {SqliteVersion}, schema {SchemaVersion}, {SizeKiB} KiB")]
    public static partial void Opened(ILogger logger, string path, string sqliteVersion, int schemaVersion, long sizeKiB);

    [LoggerMessage(1001, LogLevel.Information, "Applied migration {Version} {Name} in {ElapsedMs} ms")]
    public static partial void Migrated(ILogger logger, int version, string name, long elapsedMs);

    [LoggerMessage(1002, LogLevel.Warning, "A checkpoint failed and is tried again; nothing is lost, the write-ahead log grows")]
    public static partial void CheckpointFailed(ILogger logger, Exception failure);

    [LoggerMessage(1003, LogLevel.Warning, "The write-ahead log holds {LogKiB} KiB (CheckpointWalKiB is {LimitKiB}) because a read has been running for long")]
    public static partial void LogHeldBack(ILogger logger, long logKiB, int limitKiB);

    [LoggerMessage(1004, LogLevel.Error, "An observer of commits threw; the commit stands")]
    public static partial void ObserverFailed(ILogger logger, Exception failure);

    [LoggerMessage(1005, LogLevel.Warning, "A read still runs after {LimitMs} ms (ReadWaitLimit); the database is closed around it and checkpointed at the next start")]
    public static partial void ClosedAroundRead(ILogger logger, double limitMs);

    [LoggerMessage(1006, LogLevel.Critical, "{Kind}: {Message}")]
    public static partial void Incident(ILogger logger, StorageIncidentKind kind, string message);

    [LoggerMessage(1007, LogLevel.Error, "An incident could not be saved and is kept in memory only")]
    public static partial void IncidentNotSaved(ILogger logger, Exception failure);

    [LoggerMessage(1008, LogLevel.Warning, "The list of incidents was unreadable and is now {Aside}")]
    public static partial void IncidentsUnreadable(ILogger logger, string aside);

    [LoggerMessage(1009, LogLevel.Information, "{Path} was not closed by the process before; checking it")]
    public static partial void CheckingAfterCrash(ILogger logger, string path);

    [LoggerMessage(1010, LogLevel.Information, "Checked {SizeKiB} KiB in {ElapsedMs} ms")]
    public static partial void Checked(ILogger logger, long sizeKiB, long elapsedMs);

    [LoggerMessage(1012, LogLevel.Error, "The daily copy failed and is tried again in {RetryMinutes} minutes")]
    public static partial void BackupFailed(ILogger logger, Exception failure, double retryMinutes);

    [LoggerMessage(1013, LogLevel.Warning, "Copy {Path} cannot be used: {Reason}")]
    public static partial void BackupUnusable(ILogger logger, string path, string reason);
}
