using System.Globalization;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Backups;

/// <summary>What a restore came to.</summary>
/// <param name="Summary">What the backup held.</param>
/// <param name="SizeBytes">Of the database.</param>
internal sealed record RestoreResult(DumpSummary Summary, long SizeBytes);

/// <summary>
/// Makes a database of a backup: tables, rows, then indexes. The result is read once more, compared with the sums of the backup and checked before it gets its name, so the target is
/// whole or absent.
/// </summary>
/// <param name="master">Opens the backup.</param>
/// <param name="subjects">Open the rows of persons; those without a key are left out.</param>
/// <param name="mend">Called when rows were left out: repairs what referred to them.</param>
internal sealed class DatabaseRestore(MasterKey master, SubjectKeys subjects, Action<SqliteSession> mend)
{
    private const int StatementsHeld = 32;

    /// <summary>Throws <see cref="StorageException"/>, <see cref="SealBrokenException"/>, <see cref="InvalidDataException"/> or <see cref="IOException"/>; then there is no target.</summary>
    public RestoreResult Run(string backup, string target, CancellationToken ct)
    {
        var partial = target + ".partial";
        File.Delete(partial);
        try
        {
            var summary = Fill(backup, partial, ct);
            DurableFile.Sync(partial);
            DurableFile.Replace(partial, target);
            return new RestoreResult(summary, new FileInfo(target).Length);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Reads a backup to its end and changes nothing. Throws as <see cref="Run"/> does.</summary>
    public DumpSummary Verify(string backup, CancellationToken ct) => BackupStream.Read(backup, master, subjects, target: null, ct);

    private DumpSummary Fill(string backup, string partial, CancellationToken ct)
    {
        using var connection = SqliteConnections.OpenCopy(partial);
        var db = connection.Handle!;
        // Rows come table by table, not in the order of their references; those are checked at the end.
        SqliteConnections.Execute(db, "PRAGMA foreign_keys = OFF");
        SqliteConnections.Execute(db, $"PRAGMA application_id = {SqliteDatabase.ApplicationId}");
        var session = new SqliteSession(db, StatementsHeld, writes: true);
        try
        {
            session.ExecuteScript("BEGIN");
            var target = new Target(session);
            var summary = BackupStream.Read(backup, master, subjects, target, ct);
            target.MakeIndexes();
            session.ExecuteScript(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {summary.SchemaVersion}"));
            Compare(session, summary);
            if (summary.RowsLeftOut > 0)
            {
                LetGo(session);
                mend(session);
            }

            session.EndOperation();
            session.ExecuteScript("COMMIT");
            Check(session, backup);
            return summary;
        }
        finally
        {
            session.Close();
        }
    }

    /// <summary>Reads what was inserted: the only proof that it says what the backup does.</summary>
    private static void Compare(SqliteSession session, DumpSummary summary)
    {
        foreach (var table in DumpTable.ReadAll(session))
            if (!DumpScan.Sum(session, table).Equals(summary.Sums.GetValueOrDefault(table.Name)))
                throw new InvalidDataException($"The restored table '{table.Name}' differs from the backup.");
    }

    /// <summary>What SQLite does to a row that refers by ON DELETE SET NULL to one that is deleted.</summary>
    private static void LetGo(SqliteSession session)
    {
        var updates = new List<string>();
        var references = session.Prepare(
            """
            SELECT s.name, f."from", f."table", f."to" FROM sqlite_schema s, pragma_foreign_key_list(s.name) f
            WHERE s.type = 'table' AND f.on_delete = 'SET NULL'
            """);
        while (references.Step())
        {
            var (table, column, parent, key) = (references.Text(0), references.Text(1), references.Text(2), references.Text(3));
            updates.Add($"UPDATE \"{table}\" SET \"{column}\" = NULL WHERE \"{column}\" NOT IN (SELECT \"{key}\" FROM \"{parent}\")");
        }

        foreach (var update in updates)
            session.Execute(update);
    }

    private static void Check(SqliteSession session, string backup)
    {
        var found = SqliteConnections.Text(session.Db, "PRAGMA quick_check(1)");
        if (found != "ok")
            throw new InvalidDataException($"What was restored from {backup} is not sound: {found}");
        var missing = session.Prepare("SELECT \"table\", parent FROM pragma_foreign_key_check LIMIT 1");
        if (missing.Step())
            throw new InvalidDataException($"What was restored from {backup} is not whole: a row of '{missing.Text(0)}' refers to a missing row of '{missing.Text(1)}'.");
    }

    private sealed class Target(SqliteSession session) : IDumpTarget
    {
        private readonly List<string> _later = [];
        private SqliteStatement _insert;

        public void Schema(bool isTable, string sql)
        {
            if (isTable)
                session.ExecuteScript(sql);
            else
                _later.Add(sql);
        }

        public void Table(DumpTable table) => _insert = session.Prepare(table.Insert);

        public void Row(ReadOnlySpan<byte> row)
        {
            RowCoding.Bind(row, _insert);
            _insert.Execute();
        }

        public void MakeIndexes()
        {
            foreach (var sql in _later)
                session.ExecuteScript(sql);
        }
    }
}
