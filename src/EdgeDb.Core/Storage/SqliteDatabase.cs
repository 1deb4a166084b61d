using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Storage;

/// <summary>
/// One database file, served by this process alone: one writer with group commit and up to four readers.
/// <para>Guarantees: when the task of <see cref="WriteAsync"/> completes, its changes survive a power cut (write-ahead log,
/// <c>synchronous = FULL</c>); a write that throws leaves nothing behind; a read sees one snapshot and never waits for the writer.</para>
/// </summary>
public sealed class SqliteDatabase : IAsyncDisposable
{
    /// <summary>"EDGE" in ASCII, at offset 68 of every file of EdgeDb (PRAGMA application_id).</summary>
    public const int ApplicationId = 0x45444745;

    private readonly SqliteDatabaseOptions _options;
    private readonly ILogger _logger;
    private readonly SqliteReaderPool _readers;
    private readonly SqliteWriter _writer;
    private Task? _closing;

    private SqliteDatabase(SqliteDatabaseOptions options, SqliteConnection writer, TimeProvider time, ILogger logger)
    {
        _options = options;
        _logger = logger;
        SchemaVersion = MigrationRunner.Version(writer.Handle!);
        _readers = new SqliteReaderPool(options, time);
        _writer = new SqliteWriter(options, writer, time, logger, OnCommitted, _ => { });
    }

    /// <summary>
    /// Raised after each commit that changed something, in commit order, on the writer's thread and before the callers are answered:
    /// who writes and then asks a cache must find the cache told. A handler only notes what it needs and returns at once.
    /// </summary>
    public event Action<StorageCommit>? Committed;

    /// <summary>The linked SQLite library, for example "3.50.4".</summary>
    public static string SqliteVersion => SqliteConnections.LibraryVersion;

    /// <summary>The file.</summary>
    public string Path => _options.FullPath;

    /// <summary>The file's <c>user_version</c>: the latest migration that it has.</summary>
    public int SchemaVersion { get; }

    /// <summary>
    /// Commits since the database was opened. Taken before a read it may be older than what the read sees, never newer,
    /// so it can label an answer (ETag) without hiding a change.
    /// </summary>
    public long CommitVersion => _writer.CommitVersion;

    /// <summary>Writes that wait now, at most <see cref="SqliteDatabaseOptions.WriteQueueCapacity"/>.</summary>
    public int WriteQueueLength => _writer.QueueLength;

    /// <summary>Size of the file, in bytes.</summary>
    public long FileSizeBytes => SizeOf(Path);

    /// <summary>Size of the write-ahead log, in bytes; it keeps its size after a checkpoint and is then overwritten from the start.</summary>
    public long LogSizeBytes => SizeOf(Path + "-wal");

    /// <summary>
    /// Opens the file, creates it when missing and migrates it. Throws <see cref="ArgumentException"/> on a wrong option and
    /// <see cref="StorageException"/> when the file cannot be served.
    /// </summary>
    public static async Task<SqliteDatabase> OpenAsync(
        SqliteDatabaseOptions options, IReadOnlyList<Migration> migrations, TimeProvider time, ILogger logger, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(migrations);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        options.Validate();
        MigrationRunner.RequireSequence(migrations);
        // Opening waits for the device; the caller's thread does not have to.
        return await Task.Run(() => Open(options, migrations, time, logger), ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Runs <paramref name="read"/> on one snapshot of the file, on the caller's thread when a reader is idle. Pass a static lambda and put what it
    /// needs into <paramref name="state"/>. Cancelling stops a running statement. Throws <see cref="StorageBusyException"/> when no
    /// reader comes free within <see cref="SqliteDatabaseOptions.ReadWaitLimit"/>.
    /// </summary>
    public ValueTask<TResult> ReadAsync<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> read, CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
            return ValueTask.FromCanceled<TResult>(ct);

        try
        {
            return _readers.TryRent(out var reader)
                ? ValueTask.FromResult(ReadAndReturn(reader, state, read, ct))
                : WaitAndReadAsync(state, read, ct);
        }
        catch (OperationCanceledException cancelled) when (cancelled.CancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<TResult>(cancelled.CancellationToken);
        }
        catch (Exception failure)
        {
            return ValueTask.FromException<TResult>(failure);
        }
    }

    /// <summary>
    /// Queues <paramref name="write"/> for the writer's thread and completes after its commit is durable. It shares its transaction with others:
    /// when it throws, it alone is undone. Cancelling works until it starts. It must not block or keep the session. Throws
    /// <see cref="StorageBusyException"/> when <see cref="SqliteDatabaseOptions.WriteQueueCapacity"/> writes wait already.
    /// </summary>
    public Task<TResult> WriteAsync<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> write, CancellationToken ct) =>
        _writer.WriteAsync(state, write, ct);

    /// <summary>Commits the writes that wait, empties the write-ahead log and closes the file.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_readers)
            _closing ??= CloseAsync();
        return new ValueTask(_closing);
    }

    private static SqliteDatabase Open(SqliteDatabaseOptions options, IReadOnlyList<Migration> migrations, TimeProvider time, ILogger logger)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(options.FullPath)!);
        var connection = SqliteConnections.OpenWriter(options);
        try
        {
            var db = connection.Handle!;
            MigrationRunner.RequireKnown(db, options.FullPath, migrations);
            // Written before the switch to the write-ahead log, so that it stands in the file itself from the first page on.
            SqliteConnections.Execute(db, $"PRAGMA application_id = {ApplicationId}");
            SqliteConnections.Execute(db, "PRAGMA journal_mode = WAL");
            var session = new SqliteSession(db, options.StatementCacheSize, writes: true);
            MigrationRunner.Apply(session, migrations, time, logger);
            session.Close();
            var database = new SqliteDatabase(options, connection, time, logger);
            StorageLog.Opened(logger, options.FullPath, SqliteVersion, database.SchemaVersion, database.FileSizeBytes / 1024);
            return database;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static long SizeOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }

    private TResult ReadAndReturn<TState, TResult>(SqliteReader reader, TState state, Func<SqliteSession, TState, TResult> read, CancellationToken ct)
    {
        try
        {
            return reader.Read(state, read, ct);
        }
        finally
        {
            _readers.Return(reader);
        }
    }

    private async ValueTask<TResult> WaitAndReadAsync<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> read, CancellationToken ct) =>
        ReadAndReturn(await _readers.RentAsync(ct).ConfigureAwait(false), state, read, ct);

    private void OnCommitted(StorageCommit commit)
    {
        try
        {
            Committed?.Invoke(commit);
        }
        catch (Exception failure)
        {
            StorageLog.ObserverFailed(_logger, failure);
        }
    }

    private async Task CloseAsync()
    {
        var connection = await _writer.StopAsync().ConfigureAwait(false);
        if (await _readers.CloseAsync().ConfigureAwait(false))
            WalCheckpointer.Truncate(connection.Handle!);
        else
            StorageLog.ClosedAroundRead(_logger, _options.ReadWaitLimit.TotalMilliseconds);
        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
