using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EdgeDb.Core.Storage;

/// <summary>One reading connection. A failure of the file closes it.</summary>
internal sealed class SqliteReader
{
    private readonly SqliteConnection _connection;
    private readonly SqliteSession _session;
    private readonly PreparedStatement _begin;
    private readonly PreparedStatement _commit;

    private SqliteReader(SqliteConnection connection, SqliteDatabaseOptions options)
    {
        _connection = connection;
        _session = new SqliteSession(connection.Handle!, options.StatementCacheSize, writes: false);
        _begin = _session.Pin("BEGIN");
        _commit = _session.Pin("COMMIT");
        IsOpen = true;
    }

    public bool IsOpen { get; private set; }

    /// <summary>Throws <see cref="StorageException"/> when the file cannot be opened.</summary>
    public static SqliteReader Open(SqliteDatabaseOptions options) => new(SqliteConnections.OpenReader(options), options);

    /// <summary>Runs a read on one snapshot: the file as it is when its first statement runs.</summary>
    public TResult Read<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> read, CancellationToken ct)
    {
        var rc = _begin.Run();
        if (rc != raw.SQLITE_OK)
            throw StorageException.FromSqlite(_session.Db, rc, "Beginning a read");
        // An interrupt stops the running statement. Disposing the registration waits for one that is under way, so it cannot
        // hit the next user of the connection.
        using var interrupt = ct.UnsafeRegister(static db => raw.sqlite3_interrupt((sqlite3)db!), _session.Db);
        var broken = false;
        try
        {
            return read(_session, state);
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
            _session.EndOperation();
            if (broken || (_session.InTransaction && _commit.Run() != raw.SQLITE_OK))
                Close();
        }
    }

    public void Close()
    {
        if (!IsOpen)
            return;
        IsOpen = false;
        _session.Close();
        _connection.Dispose();
    }
}
