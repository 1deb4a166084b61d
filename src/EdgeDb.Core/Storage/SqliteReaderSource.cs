using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Storage;

/// <summary>Reading connections for the pool. A reader closes itself when the file fails it, and a read leaves nothing to reset.</summary>
internal sealed class SqliteReaderSource(SqliteDatabaseOptions options) : IConnectionSource<SqliteReader>
{
    public string Name => "sqlite";

    /// <summary>Completes at once: opening a local file is some file accesses, done on the caller's thread as the read itself will be.</summary>
    public ValueTask<SqliteReader> OpenAsync(ConnectionRole role, CancellationToken ct) => ValueTask.FromResult(SqliteReader.Open(options));

    public bool IsUsable(SqliteReader connection) => connection.IsOpen;

    public ValueTask<bool> CheckAsync(SqliteReader connection, CancellationToken ct) => ValueTask.FromResult(connection.IsOpen);

    public bool TryAssign(SqliteReader connection, ConnectionRole role) => true;

    public bool TryReset(SqliteReader connection) => connection.IsOpen;

    public ValueTask CloseAsync(SqliteReader connection)
    {
        connection.Close();
        return ValueTask.CompletedTask;
    }

    public FailureKind Classify(Exception exception) => exception switch
    {
        StorageException { Failure: StorageFailure.Corrupt or StorageFailure.InputOutput or StorageFailure.CannotOpen } => FailureKind.Connect,
        StorageBusyException => FailureKind.Overload,
        _ => FailureKind.Caller,
    };
}
