using SQLitePCL;

namespace EdgeDb.Core.Storage;

/// <summary>
/// What an operation sees of its connection. Belongs to one operation at a time and is never kept after it returns.
/// The engine begins and ends the transaction; the operation does not.
/// </summary>
public sealed class SqliteSession
{
    private readonly sqlite3 _db;
    private readonly StatementCache _statements;
    private readonly List<PreparedStatement> _lent = [];
    private readonly List<string> _topics = [];

    private readonly bool _writes;

    internal SqliteSession(sqlite3 db, int statementCacheSize, bool writes)
    {
        _db = db;
        _writes = writes;
        _statements = new StatementCache(db, statementCacheSize);
    }

    /// <summary>The rowid of the latest INSERT of this connection.</summary>
    public long LastInsertRowId => raw.sqlite3_last_insert_rowid(_db);

    /// <summary>Rows that the latest INSERT, UPDATE or DELETE changed; triggers and cascades are not counted.</summary>
    public int Changes => raw.sqlite3_changes(_db);

    internal sqlite3 Db => _db;

    internal long StatementsCompiled => _statements.Compiled;

    internal int StatementsHeld => _statements.Count;

    /// <summary>True while a transaction is open. SQLite rolls one back by itself on some failures (disk full, I/O error).</summary>
    internal bool InTransaction => raw.sqlite3_get_autocommit(_db) == 0;

    internal List<string> Topics => _topics;

    /// <summary>
    /// The held statement of this text, compiled at first use, reset and without bindings. Ends an earlier loan of the same text.
    /// Pass a constant: a text that is put together anew each time is compiled each time. Throws <see cref="StorageException"/> when the text is wrong.
    /// </summary>
    public SqliteStatement Prepare(string sql)
    {
        var statement = _statements.Get(sql);
        if (!statement.InUse)
        {
            statement.InUse = true;
            _lent.Add(statement);
        }

        statement.Clear();
        return new SqliteStatement(statement);
    }

    /// <summary>Runs a statement without parameters and returns how many rows it changed.</summary>
    public int Execute(string sql) => Prepare(sql).Execute();

    /// <summary>
    /// Declares what this operation changes, for example "occurrences". Reported with the commit to <see cref="SqliteDatabase.Committed"/>,
    /// and dropped when the operation fails. Throws <see cref="InvalidOperationException"/> in a read.
    /// </summary>
    public void Touch(string topic)
    {
        if (!_writes)
            throw new InvalidOperationException($"Topic '{topic}' was touched in a read; only a write changes something.");
        ArgumentException.ThrowIfNullOrEmpty(topic);
        if (!_topics.Contains(topic))
            _topics.Add(topic);
    }

    /// <summary>The same where only what belongs to one row changes; reported as "topic/row".</summary>
    public void Touch(string topic, string row)
    {
        // An import touches the same row thousands of times; most often it was the latest.
        if (_topics.Count > 0 && IsRow(_topics[^1], topic, row))
            return;
        Touch($"{topic}{StorageCommit.RowSeparator}{row}");
    }

    /// <summary>Takes back every statement the operation was lent, or an open cursor would hold its snapshot past the transaction.</summary>
    internal void EndOperation()
    {
        foreach (var statement in _lent)
        {
            statement.Clear();
            statement.InUse = false;
        }

        _lent.Clear();
        _statements.Trim();
    }

    /// <summary>A statement of the engine's own (BEGIN, COMMIT): never lent, so never taken back or evicted.</summary>
    internal PreparedStatement Pin(string sql)
    {
        var statement = _statements.Get(sql);
        statement.InUse = true;
        return statement;
    }

    /// <summary>Runs a script of several statements outside the cache: migrations and pragmas.</summary>
    internal void ExecuteScript(string sql)
    {
        var rc = raw.sqlite3_exec(_db, sql);
        if (rc != raw.SQLITE_OK)
            throw StorageException.FromSqlite(_db, rc, $"Running '{Shorten(sql)}'");
    }

    /// <summary>Finalizes the held statements; the connection is closed by its owner.</summary>
    internal void Close() => _statements.Close();

    private static bool IsRow(string touched, string topic, string row) =>
        touched.Length == topic.Length + 1 + row.Length && touched.StartsWith(topic, StringComparison.Ordinal) && touched.EndsWith(row, StringComparison.Ordinal)
        && touched[topic.Length] == StorageCommit.RowSeparator;

    private static string Shorten(string sql) => sql.Length <= 200 ? sql : string.Concat(sql.AsSpan(0, 200), "…");
}
