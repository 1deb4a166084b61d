using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EdgeDb.Core.Storage;

/// <summary>Opens connections and sets their pragmas. No other place of the engine opens one.</summary>
internal static class SqliteConnections
{
    private const int ConfigMultiThread = 2;
    private const int ConfigMemoryStatistics = 9;
    private const int DbConfigDefensive = 1010;
    private const int DbConfigTrustedSchema = 1017;
    private const int DbConfigNoCheckpointOnClose = 1006;

    static SqliteConnections()
    {
        Batteries_V2.Init();
        // A connection belongs to one thread at a time here, so its mutex and the memory statistics' only cost time. Too late, hence without
        // effect, when something else in the process has used SQLite before.
        raw.sqlite3_config(ConfigMultiThread);
        raw.sqlite3_config(ConfigMemoryStatistics, 0);
    }

    /// <summary>The linked SQLite library, for example "3.50.4".</summary>
    public static string LibraryVersion => raw.sqlite3_libversion().utf8_to_string();

    /// <summary>The one writing connection. Creates the file when it is missing.</summary>
    public static SqliteConnection OpenWriter(SqliteDatabaseOptions options)
    {
        var connection = Open(options.FullPath, SqliteOpenMode.ReadWriteCreate);
        return Configured(connection, () =>
        {
            var db = connection.Handle!;
            Execute(db, "PRAGMA page_size = 4096");
            Configure(db, options);
            // The writer checkpoints on its own schedule. At close SQLite would too, even when the file was opened only to be refused.
            Configure(db, DbConfigNoCheckpointOnClose, 1);
            Execute(db, "PRAGMA wal_autocheckpoint = 0");
            Execute(db, "PRAGMA synchronous = FULL");
            // What is deleted or replaced is overwritten in its page at once, where that costs no page more.
            Execute(db, "PRAGMA secure_delete = FAST");
            // After an import the log is cut back to the size it may have, and not further: overwriting blocks that the file has
            // already spares the file system's journal a commit.
            Execute(db, string.Create(CultureInfo.InvariantCulture, $"PRAGMA journal_size_limit = {options.CheckpointWalKiB * 1024L}"));
        });
    }

    /// <summary>A reading connection of the serving process. The writer is open already, so the write-ahead log exists.</summary>
    public static SqliteConnection OpenReader(SqliteDatabaseOptions options)
    {
        var connection = Open(options.FullPath, SqliteOpenMode.ReadOnly);
        return Configured(connection, () => Configure(connection.Handle!, options));
    }

    /// <summary>Opens a file that another process may serve, or whose log it left, for a check. Takes no part in checkpoints.</summary>
    public static SqliteConnection OpenForCheck(string path) => Open(path, SqliteOpenMode.ReadOnly);

    /// <summary>
    /// Opens a file that nobody writes, such as a backup, without -wal and -shm files beside it. A copy carries the write-ahead
    /// flag of its source in the header, and a plain open would create both.
    /// </summary>
    public static SqliteConnection OpenImmutable(string path) =>
        Open(new Uri(path).AbsoluteUri + "?immutable=1", SqliteOpenMode.ReadOnly);

    /// <summary>Opens a new file as the target of a backup: the caller syncs it once at the end, and a torn copy is thrown away.</summary>
    public static SqliteConnection OpenCopy(string path)
    {
        var connection = Open(path, SqliteOpenMode.ReadWriteCreate);
        return Configured(connection, () =>
        {
            Execute(connection.Handle!, "PRAGMA journal_mode = OFF");
            Execute(connection.Handle!, "PRAGMA synchronous = OFF");
        });
    }

    /// <summary>Lets SQLite delete the emptied -wal and -shm when this last connection closes.</summary>
    public static void RemoveLogAtClose(sqlite3 db) => Configure(db, DbConfigNoCheckpointOnClose, 0);

    public static void Execute(sqlite3 db, string sql)
    {
        var rc = raw.sqlite3_exec(db, sql);
        if (rc != raw.SQLITE_OK)
            throw StorageException.FromSqlite(db, rc, $"Running '{sql}'");
    }

    public static long Int64(sqlite3 db, string sql)
    {
        using var statement = Step(db, sql);
        return raw.sqlite3_column_int64(statement, 0);
    }

    public static string Text(sqlite3 db, string sql)
    {
        using var statement = Step(db, sql);
        return raw.sqlite3_column_text(statement, 0).utf8_to_string();
    }

    private static sqlite3_stmt Step(sqlite3 db, string sql)
    {
        var rc = raw.sqlite3_prepare_v2(db, sql, out var statement);
        if (rc == raw.SQLITE_OK)
        {
            rc = raw.sqlite3_step(statement);
            if (rc == raw.SQLITE_ROW)
                return statement;
        }

        var failure = StorageException.FromSqlite(db, rc, $"Running '{sql}'");
        statement.Dispose();
        throw failure;
    }

    private static SqliteConnection Open(string dataSource, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = dataSource,
            Mode = mode,
            Pooling = false,
        }.ToString());
        try
        {
            connection.Open();
            raw.sqlite3_extended_result_codes(connection.Handle!, 1);
            return connection;
        }
        catch (SqliteException failure)
        {
            connection.Dispose();
            throw StorageException.FromSqlite(failure.SqliteExtendedErrorCode, failure.Message, $"Opening '{dataSource}'");
        }
    }

    private static SqliteConnection Configured(SqliteConnection connection, Action configure)
    {
        try
        {
            configure();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Configure(sqlite3 db, SqliteDatabaseOptions options)
    {
        raw.sqlite3_busy_timeout(db, (int)options.BusyTimeout.TotalMilliseconds);
        Execute(db, "PRAGMA foreign_keys = ON");
        Execute(db, "PRAGMA temp_store = MEMORY");
        Execute(db, "PRAGMA cell_size_check = ON");
        Execute(db, string.Create(CultureInfo.InvariantCulture, $"PRAGMA cache_size = -{options.PageCacheKiB}"));
        Execute(db, string.Create(CultureInfo.InvariantCulture, $"PRAGMA mmap_size = {options.MemoryMapMiB * 1024L * 1024L}"));
        // Together they keep SQL in a tampered file (views, triggers, writable_schema) from reaching past its own tables.
        Configure(db, DbConfigDefensive, 1);
        Configure(db, DbConfigTrustedSchema, 0);
    }

    private static void Configure(sqlite3 db, int option, int value)
    {
        var rc = raw.sqlite3_db_config(db, option, value, out _);
        if (rc != raw.SQLITE_OK)
            throw StorageException.FromSqlite(db, rc, $"Setting database option {option}");
    }
}
