using SQLitePCL;

namespace EdgeDb.Core.Storage;

/// <summary>A held <c>sqlite3_stmt</c> and its place in the <see cref="StatementCache"/>.</summary>
internal sealed class PreparedStatement(sqlite3 db, sqlite3_stmt handle, string sql)
{
    public readonly sqlite3 Db = db;
    public readonly sqlite3_stmt Handle = handle;
    public readonly string Sql = sql;

    /// <summary>The statement itself, valid until the cache finalizes it.</summary>
    public readonly nint Pointer = handle.DangerousGetHandle();

    /// <summary>Grows each time the statement is handed out or taken back, so that a stale <see cref="SqliteStatement"/> is noticed.</summary>
    public int Generation;

    /// <summary>Handed out since the operation began, hence not to be evicted.</summary>
    public bool InUse;

    public bool HasBindings;
    public PreparedStatement? Newer;
    public PreparedStatement? Older;

    /// <summary>Makes the statement ready for a new use: no row open, nothing bound.</summary>
    public void Clear()
    {
        SqliteNative.Reset(Pointer);
        if (HasBindings)
        {
            SqliteNative.ClearBindings(Pointer);
            HasBindings = false;
        }

        Generation++;
    }

    /// <summary>Runs a statement without parameters and rows, such as COMMIT. Returns the result code instead of throwing.</summary>
    public int Run()
    {
        var rc = SqliteNative.Step(Pointer);
        SqliteNative.Reset(Pointer);
        return rc == raw.SQLITE_DONE ? raw.SQLITE_OK : rc;
    }
}
