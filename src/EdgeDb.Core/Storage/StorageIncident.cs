namespace EdgeDb.Core.Storage;

/// <summary>Why a person should look at the storage.</summary>
public enum StorageIncidentKind
{
    /// <summary>The file was damaged, or gone, and was replaced as <see cref="SqliteDatabaseOptions.OnCorruption"/> says.</summary>
    FileReplaced,

    /// <summary>The write-ahead log of a process that was killed is gone; its latest writes may be missing.</summary>
    LogMissing,

    /// <summary>SQLite reported damage while the file was served. Writes are refused until the service starts anew.</summary>
    DamageFound,

    /// <summary>The device failed to read, write or sync.</summary>
    DeviceFailed,
}

/// <summary>Something that happened to the storage; shown until a person acknowledges it.</summary>
/// <param name="Id">Unique among the open incidents of a file.</param>
/// <param name="Kind">What happened.</param>
/// <param name="OccurredAt">When it was noticed, by a clock that may have been wrong.</param>
/// <param name="Message">What happened, what was done and what may be missing, for people.</param>
/// <param name="SetAsidePath">Where the damaged file is now.</param>
/// <param name="RestoredFrom">The copy that took its place; null when the database started empty.</param>
public sealed record StorageIncident(
    int Id, StorageIncidentKind Kind, DateTimeOffset OccurredAt, string Message, string? SetAsidePath = null, string? RestoredFrom = null);
