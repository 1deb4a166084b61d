using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace EdgeDb.Core.Storage;

/// <summary>
/// Brings a file to the program's schema: forward only, each step in one transaction with its <c>user_version</c>. The table
/// <c>storage_migration</c> keeps what was applied, so that a step that was edited after it had run somewhere is noticed.
/// </summary>
internal static class MigrationRunner
{
    private const string CreateTable =
        """
        CREATE TABLE IF NOT EXISTS storage_migration (
          version    INTEGER PRIMARY KEY,
          name       TEXT NOT NULL,
          sha256     TEXT NOT NULL,
          applied_at TEXT NOT NULL
        ) STRICT
        """;

    /// <summary>Throws <see cref="InvalidOperationException"/> unless the versions are 1, 2, 3, … in this order.</summary>
    public static void RequireSequence(IReadOnlyList<Migration> migrations)
    {
        for (var i = 0; i < migrations.Count; i++)
        {
            if (migrations[i].Version != i + 1)
                throw new InvalidOperationException($"Migration {i + 1} is missing or doubled: found {migrations[i].Version} '{migrations[i].Name}' in its place.");
        }
    }

    /// <summary>The schema version of the file.</summary>
    public static int Version(sqlite3 db) => (int)SqliteConnections.Int64(db, "PRAGMA user_version");

    /// <summary>Throws when the file needs a newer program, or was migrated by other texts than the program carries. Changes nothing.</summary>
    public static void RequireKnown(sqlite3 db, string path, IReadOnlyList<Migration> migrations)
    {
        var version = Version(db);
        if (version > migrations.Count)
        {
            throw new StorageException(
                StorageFailure.NewerVersion,
                $"{path} has schema version {version}; this program knows {migrations.Count}. A newer EdgeDb wrote it, and it was not touched. " +
                "Install that version again, or start with another data directory and import an export.");
        }

        foreach (var (applied, name, hash) in Applied(db))
        {
            if (applied > migrations.Count)
                continue;
            var known = migrations[applied - 1];
            if (known.Hash() != hash)
            {
                throw new StorageException(
                    StorageFailure.Migration,
                    $"Migration {applied} '{name}' ran in {path} with another text than this program carries ('{known.Name}', hash {known.Hash()} " +
                    $"instead of {hash}). A migration must never change after a release: put the change into a new one.");
            }
        }
    }

    /// <summary>Applies what is missing. The caller has made a copy of an existing file first.</summary>
    public static void Apply(SqliteSession session, IReadOnlyList<Migration> migrations, TimeProvider time, ILogger logger)
    {
        foreach (var migration in migrations.Skip(Version(session.Db)))
        {
            var started = Stopwatch.GetTimestamp();
            Apply(session, migration, time);
            StorageLog.Migrated(logger, migration.Version, migration.Name, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
    }

    /// <summary>The steps the file has applied, by version.</summary>
    public static IReadOnlyList<(int Version, string Name, string Hash)> Applied(sqlite3 db)
    {
        var applied = new List<(int, string, string)>();
        if (SqliteConnections.Int64(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'storage_migration'") == 0)
            return applied;

        raw.sqlite3_prepare_v2(db, "SELECT version, name, sha256 FROM storage_migration ORDER BY version", out var statement);
        using (statement)
        {
            int rc;
            while ((rc = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
            {
                applied.Add((
                    raw.sqlite3_column_int(statement, 0),
                    raw.sqlite3_column_text(statement, 1).utf8_to_string(),
                    raw.sqlite3_column_text(statement, 2).utf8_to_string()));
            }

            if (rc != raw.SQLITE_DONE)
                throw StorageException.FromSqlite(db, rc, "Reading the applied migrations");
        }

        return applied;
    }

    private static void Apply(SqliteSession session, Migration migration, TimeProvider time)
    {
        session.ExecuteScript("BEGIN IMMEDIATE");
        try
        {
            session.ExecuteScript(CreateTable);
            session.ExecuteScript(migration.Sql);
            if (!session.InTransaction)
                throw new InvalidOperationException("the script ended the transaction; a migration holds no BEGIN, COMMIT or ROLLBACK");
            session.Prepare("INSERT INTO storage_migration (version, name, sha256, applied_at) VALUES (?1, ?2, ?3, ?4)")
                .Bind(1, migration.Version)
                .Bind(2, migration.Name)
                .Bind(3, migration.Hash())
                .Bind(4, time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
                .Execute();
            session.EndOperation();
            session.ExecuteScript(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {migration.Version}"));
            session.ExecuteScript("COMMIT");
        }
        catch (Exception failure)
        {
            session.EndOperation();
            if (session.InTransaction)
                session.ExecuteScript("ROLLBACK");
            throw new StorageException(
                (failure as StorageException)?.Failure is StorageFailure.Corrupt or StorageFailure.DiskFull or StorageFailure.InputOutput
                    ? ((StorageException)failure).Failure
                    : StorageFailure.Migration,
                $"Migration {migration.Version} '{migration.Name}' failed and was rolled back: {failure.Message}", failure);
        }
    }
}
