using SQLitePCL;

namespace EdgeDb.Core.Storage;

/// <summary>A failure of the storage engine. The message says what failed, the value, the limit and what to do.</summary>
public class StorageException : Exception
{
    /// <summary>SQLITE_IOERR_SHMSIZE.</summary>
    private const int IndexNotGrown = raw.SQLITE_IOERR | (19 << 8);

    /// <summary>Creates one that SQLite did not report.</summary>
    public StorageException(StorageFailure failure, string message, Exception? inner = null)
        : base(message, inner) => Failure = failure;

    /// <summary>What kind of failure this is.</summary>
    public StorageFailure Failure { get; }

    /// <summary>What failed, without what to do about it.</summary>
    public string Finding { get => field ?? Message; private init; }

    /// <summary>SQLite's extended result code (https://sqlite.org/rescode.html), 0 when SQLite did not report the failure.</summary>
    public int ResultCode { get; private init; }

    /// <summary>True when the same call may succeed later without a change: <see cref="StorageFailure.Busy"/>.</summary>
    public bool IsTransient => Failure == StorageFailure.Busy;

    internal static StorageException FromSqlite(sqlite3 db, int resultCode, string doing)
    {
        var extended = raw.sqlite3_extended_errcode(db);
        // The connection remembers its latest error; a code of another family means this one was not recorded there.
        if ((extended & 0xFF) != (resultCode & 0xFF))
            extended = resultCode;
        return FromSqlite(extended, raw.sqlite3_errmsg(db).utf8_to_string(), doing);
    }

    internal static StorageException FromSqlite(int resultCode, string message, string doing)
    {
        var failure = Classify(resultCode);
        var finding = $"{doing}: {message} (SQLite {resultCode})";
        var text = finding + Remedy(failure);
        return failure == StorageFailure.Busy
            ? new StorageBusyException(text) { ResultCode = resultCode, Finding = finding }
            : new StorageException(failure, text) { ResultCode = resultCode, Finding = finding };
    }

    private static StorageFailure Classify(int resultCode) => (resultCode & 0xFF) switch
    {
        // The index of the write-ahead log could not grow: SQLite writes it page by page, and does not look whether it was room that was missing.
        raw.SQLITE_IOERR when resultCode == IndexNotGrown => StorageFailure.DiskFull,
        raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH => StorageFailure.Constraint,
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL => StorageFailure.Busy,
        raw.SQLITE_FULL => StorageFailure.DiskFull,
        raw.SQLITE_IOERR => StorageFailure.InputOutput,
        raw.SQLITE_NOMEM => StorageFailure.OutOfMemory,
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => StorageFailure.Corrupt,
        raw.SQLITE_READONLY or raw.SQLITE_PERM => StorageFailure.ReadOnly,
        raw.SQLITE_CANTOPEN => StorageFailure.CannotOpen,
        _ => StorageFailure.Statement,
    };

    private static string Remedy(StorageFailure failure) => failure switch
    {
        StorageFailure.DiskFull => ". Free space on the card; nothing of this change was kept.",
        StorageFailure.InputOutput => ". The card may be failing: copy the newest backup to another device.",
        StorageFailure.Corrupt => ". The next start sets the file aside and does what the option on-corruption says.",
        StorageFailure.Busy => ". Another process holds the file; close it or raise BusyTimeout.",
        _ => "",
    };
}
