namespace EdgeDb.Core.Storage;

/// <summary>
/// Reads a database beside the process that serves it, or while nobody does: one connection, no lock, no writes, no migration.
/// For commands; not thread-safe.
/// </summary>
internal sealed class SqliteFileReader : ISqliteReads, IDisposable
{
    private readonly SqliteDatabaseOptions _options;
    private SqliteReader? _reader;

    private SqliteFileReader(SqliteDatabaseOptions options) => _options = options;

    /// <summary>
    /// Opens a file. Throws <see cref="StorageException"/> when it is not EdgeDb's, or of another version than <paramref name="migrations"/>.
    /// </summary>
    public static SqliteFileReader Open(SqliteDatabaseOptions options, IReadOnlyList<Migration> migrations)
    {
        var path = options.FullPath;
        if (DatabaseFile.Inspect(path) != DatabaseFileKind.EdgeDb)
            throw new StorageException(StorageFailure.ForeignFile, $"{path} is not a database of EdgeDb.");
        using (var connection = SqliteConnections.OpenForCheck(path))
        {
            MigrationRunner.RequireKnown(connection.Handle!, path, migrations);
            if (MigrationRunner.Version(connection.Handle!) is var version && version != migrations.Count)
                throw new StorageException(
                    StorageFailure.Migration, $"{path} has schema {version}, this program {migrations.Count}; start the service once to bring it up to date.");
        }
        return new(options);
    }

    /// <inheritdoc/>
    public ValueTask<TResult> ReadAsync<TState, TResult>(
        TState state, Func<SqliteSession, TState, TResult> read, CancellationToken ct, string member = "", string file = "", int line = 0) =>
        ValueTask.FromResult((_reader ??= SqliteReader.Open(_options)).Read(state, read, ct));

    /// <inheritdoc/>
    public void Dispose() => _reader?.Close();
}
