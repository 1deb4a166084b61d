using System.Diagnostics;
using System.Globalization;
using SQLitePCL;

namespace EdgeDb.Core.Storage;

/// <summary>A query of the domain that finds rows whose owner is gone; each row it returns is one finding.</summary>
/// <param name="Name">What the rows are, for example "occurrences without an event".</param>
/// <param name="Sql">One SELECT; its first column names the row.</param>
public sealed record OrphanQuery(string Name, string Sql);

/// <summary>The answer of <see cref="DatabaseCheck"/>.</summary>
/// <param name="Lines">What was checked and found, for people.</param>
/// <param name="ExitCode">0 clean, 1 something is wrong with the content, 2 the file cannot be checked.</param>
public sealed record DatabaseCheckReport(IReadOnlyList<string> Lines, int ExitCode);

/// <summary>Checks a database file thoroughly and read-only, served or not.</summary>
public static class DatabaseCheck
{
    private const int ShownMost = 10;

    /// <summary>
    /// Runs every check; one that finds something does not stop the others. Reads the whole file: seconds per 100 MB. Cancelling stops
    /// between checks.
    /// </summary>
    public static DatabaseCheckReport Run(
        string path, IReadOnlyList<Migration> migrations, IReadOnlyList<OrphanQuery> orphans, CancellationToken ct)
    {
        path = Path.GetFullPath(path);
        var lines = new List<string>();
        try
        {
            // A copy, or a file that was closed, is read without creating anything beside it, so on a read-only disk too.
            var idle = ServingLock.TryHold(path, out var hold);
            using var held = hold;
            using var connection = idle && !DatabaseFile.HasLog(path) ? SqliteConnections.OpenImmutable(path) : SqliteConnections.OpenForCheck(path);
            var db = connection.Handle!;
            if (SqliteConnections.Int64(db, "PRAGMA application_id") != SqliteDatabase.ApplicationId)
            {
                lines.Add($"! {path} is not a database of EdgeDb.");
                return new DatabaseCheckReport(lines, 2);
            }

            // One snapshot for all checks, or a write in between would look like an orphan.
            SqliteConnections.Execute(db, "BEGIN");
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: {new FileInfo(path).Length / 1024:N0} KiB, SQLite {SqliteConnections.LibraryVersion}, schema {MigrationRunner.Version(db)} of {migrations.Count}"));
            var clean = Migrations(db, path, migrations, lines);
            ct.ThrowIfCancellationRequested();
            clean &= Integrity(db, lines);
            ct.ThrowIfCancellationRequested();
            clean &= ForeignKeys(db, lines);
            foreach (var query in orphans)
            {
                ct.ThrowIfCancellationRequested();
                clean &= Rows(db, query.Name, query.Sql, static row => Column(row, 0), lines);
            }

            lines.Add(clean ? "clean" : "NOT CLEAN: see the lines marked with '!'");
            return new DatabaseCheckReport(lines, clean ? 0 : 1);
        }
        catch (StorageException failure)
        {
            lines.Add($"! {failure.Message}");
            return new DatabaseCheckReport(lines, failure.Failure == StorageFailure.Corrupt ? 1 : 2);
        }
    }

    private static bool Migrations(sqlite3 db, string path, IReadOnlyList<Migration> migrations, List<string> lines)
    {
        foreach (var (version, name, _) in MigrationRunner.Applied(db))
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"  migration {version:D4} {name}"));
        try
        {
            MigrationRunner.RequireKnown(db, path, migrations);
            return true;
        }
        catch (StorageException failure)
        {
            lines.Add($"! {failure.Message}");
            return false;
        }
    }

    // As a table, because the pragma answers "ok" in one row when it finds nothing, where every other query answers with no row.
    private static bool Integrity(sqlite3 db, List<string> lines) => Rows(
        db, "structure", "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'", static row => Column(row, 0), lines);

    private static bool ForeignKeys(sqlite3 db, List<string> lines) => Rows(
        db, "foreign keys", "PRAGMA foreign_key_check", static row => $"{Column(row, 0)} row {Column(row, 1)} refers to a missing row of {Column(row, 2)}", lines);

    private static bool Rows(sqlite3 db, string name, string sql, Func<sqlite3_stmt, string> describe, List<string> lines)
    {
        var started = Stopwatch.GetTimestamp();
        var shown = new List<string>();
        long count = 0;
        var rc = raw.sqlite3_prepare_v2(db, sql, out var statement);
        using (statement)
        {
            while (rc is raw.SQLITE_OK or raw.SQLITE_ROW && (rc = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
            {
                if (++count <= ShownMost)
                    shown.Add($"!   {describe(statement)}");
            }
        }

        if (rc != raw.SQLITE_DONE)
        {
            lines.Add($"! {name}: {StorageException.FromSqlite(db, rc, $"Running '{sql}'").Message}");
            return false;
        }

        if (count == 0)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"  {name}: ok ({Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms)"));
            return true;
        }

        lines.Add(string.Create(CultureInfo.InvariantCulture, $"! {name}: {count}"));
        lines.AddRange(shown);
        if (count > ShownMost)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"!   and {count - ShownMost} more"));
        return false;
    }

    private static string Column(sqlite3_stmt row, int column) => raw.sqlite3_column_text(row, column).utf8_to_string() ?? "NULL";
}
