using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EdgeDb.Core.Storage;

/// <summary>One reading connection. Opened at its first use; a failure of the file closes it, and the next use opens it anew.</summary>
internal sealed class SqliteReader(SqliteDatabaseOptions options)
{
    private SqliteConnection? _connection;
    private SqliteSession? _session;
    private PreparedStatement? _begin;
    private PreparedStatement? _commit;

    public SqliteSession? Session => _session;

    /// <summary>Runs a read on one snapshot: the file as it is when its first statement runs.</summary>
    public TResult Read<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> read, CancellationToken ct)
    {
        var session = _session ?? Open();
        Run(_begin!, "Beginning a read");
        // An interrupt stops the running statement. Disposing the registration waits for one that is under way, so it cannot
        // hit the next user of the connection.
        using var interrupt = ct.UnsafeRegister(static db => raw.sqlite3_interrupt((sqlite3)db!), session.Db);
        var broken = false;
        try
        {
            return read(session, state);
        }
        catch (StorageException failure) when (failure.ResultCode == raw.SQLITE_INTERRUPT && ct.IsCancellationRequested)
        {
            throw new OperationCanceledException("The read was cancelled while a statement ran.", failure, ct);
        }
        catch (StorageException failure) when (failure.Failure is StorageFailure.Corrupt or StorageFailure.InputOutput or StorageFailure.CannotOpen)
        {
            broken = true;
            throw;
        }
        finally
        {
            session.EndOperation();
            if (broken || (session.InTransaction && _commit!.Run() != raw.SQLITE_OK))
                Close();
        }
    }

    public void Close()
    {
        _session?.Close();
        _connection?.Dispose();
        (_session, _connection, _begin, _commit) = (null, null, null, null);
    }

    private SqliteSession Open()
    {
        _connection = SqliteConnections.OpenReader(options);
        _session = new SqliteSession(_connection.Handle!, options.StatementCacheSize, writes: false);
        _begin = _session.Pin("BEGIN");
        _commit = _session.Pin("COMMIT");
        return _session;
    }

    private void Run(PreparedStatement statement, string doing)
    {
        var rc = statement.Run();
        if (rc != raw.SQLITE_OK)
            throw StorageException.FromSqlite(_session!.Db, rc, doing);
    }
}
