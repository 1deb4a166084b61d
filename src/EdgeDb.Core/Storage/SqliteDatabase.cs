using System.Runtime.CompilerServices;
using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Storage;

/// <summary>
/// One database file, served by this process alone: one writer with group commit and up to four readers.
/// <para>Guarantees: when the task of <see cref="WriteAsync"/> completes, its changes survive a power cut (write-ahead log,
/// <c>synchronous = FULL</c>); a write that throws leaves nothing behind; a read sees one snapshot and never waits for the writer.</para>
/// </summary>
public sealed class SqliteDatabase : ISqliteReads, IAsyncDisposable
{
    /// <summary>"EDGE" in ASCII, at offset 68 of every file of EdgeDb (PRAGMA application_id).</summary>
    public const int ApplicationId = 0x45444745;

    private readonly OpenedDatabase _opened;
    private readonly ILogger _logger;
    private readonly PooledEndpoint<SqliteReader> _readers;
    private readonly SqliteWriter _writer;
    private readonly Lock _gate = new();
    private StorageException? _damage;
    private bool _deviceFailed;
    private Task? _closing;

    private SqliteDatabase(OpenedDatabase opened, TimeProvider time, ILogger logger)
    {
        _opened = opened;
        _logger = logger;
        _readers = new PooledEndpoint<SqliteReader>(new SqliteReaderSource(opened.Options), EndpointKind.Sqlite, opened.Options.Readers(), time, logger);
        _writer = new SqliteWriter(opened.Options, opened.Writer, time, logger, OnCommitted, OnFailed, OnWritten);
    }

    /// <summary>
    /// Raised after each commit that changed something, in commit order, on the writer's thread and before the callers are answered:
    /// who writes and then asks a cache must find the cache told. A handler only notes what it needs and returns at once.
    /// </summary>
    public event Action<StorageCommit>? Committed;

    /// <summary>
    /// Raised once when damage or a device failure is met while the file is served, on the thread that met it. After
    /// <see cref="StorageIncidentKind.DamageFound"/> the host stops the service; the next start checks the file and replaces it if need be.
    /// </summary>
    public event Action<StorageIncident>? IncidentRaised;

    /// <summary>Raised for each failure that SQLite reports, on the thread that met it: for the writer's, before the caller is told. A handler returns at once.</summary>
    internal event Action<StorageException>? Failed;

    /// <summary>The linked SQLite library, for example "3.50.4".</summary>
    public static string SqliteVersion => SqliteConnections.LibraryVersion;

    /// <summary>The file.</summary>
    public string Path => _opened.Options.FullPath;

    /// <summary>The file's <c>user_version</c>: the latest migration that it has.</summary>
    public int SchemaVersion => _opened.SchemaVersion;

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

    /// <summary>What happened to the storage and nobody has acknowledged, oldest first.</summary>
    public IReadOnlyList<StorageIncident> Incidents => _opened.Incidents.Open;

    /// <summary>The finished copies, newest first. Reads the folder.</summary>
    public IReadOnlyList<BackupFile> Backups => Options.Copies?.List() ?? [];

    internal SqliteDatabaseOptions Options => _opened.Options;

    /// <summary>The reading connections and what was read with them.</summary>
    internal IConnectionEndpoint Readers => _readers;

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
        return await Task.Run(
            async () =>
            {
                var opened = await new DatabaseOpener(options, migrations, time, logger).OpenAsync(ct).ConfigureAwait(false);
                var database = new SqliteDatabase(opened, time, logger);
                StorageLog.Opened(logger, database.Path, SqliteVersion, database.SchemaVersion, database.FileSizeBytes / 1024);
                return database;
            },
            ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Runs <paramref name="read"/> on one snapshot of the file, on the caller's thread when a reader is idle. Pass a static lambda and put what it
    /// needs into <paramref name="state"/>. Cancelling stops a running statement. Throws <see cref="StorageBusyException"/> when no
    /// reader comes free within <see cref="SqliteDatabaseOptions.ReadWaitLimit"/>.
    /// </summary>
    /// <param name="state">What <paramref name="read"/> needs.</param>
    /// <param name="read">The read.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="member">Filled in by the compiler, as the next two: under what the read is counted.</param>
    /// <param name="file">File of the caller.</param>
    /// <param name="line">Line of the caller.</param>
    public ValueTask<TResult> ReadAsync<TState, TResult>(
        TState state,
        Func<SqliteSession, TState, TResult> read,
        CancellationToken ct,
        [CallerMemberName] string member = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        if (ct.IsCancellationRequested)
            return ValueTask.FromCanceled<TResult>(ct);

        var shape = CallSites.Shape(QueryClass.Read, member, file, line);
        try
        {
            return _readers.Pool.TryAcquire(ConnectionRole.Read, shape.Id, out var lease, member, file, line)
                ? ValueTask.FromResult(ReadAndReturn(lease, shape, state, read, ct))
                : WaitAndReadAsync(shape, state, read, member, file, line, ct);
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
    /// <param name="state">What <paramref name="write"/> needs.</param>
    /// <param name="write">The write.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="member">Filled in by the compiler, as the next two: under what the write is counted.</param>
    /// <param name="file">File of the caller.</param>
    /// <param name="line">Line of the caller.</param>
    public Task<TResult> WriteAsync<TState, TResult>(
        TState state,
        Func<SqliteSession, TState, TResult> write,
        CancellationToken ct,
        [CallerMemberName] string member = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) =>
        Volatile.Read(ref _damage) is { } damage
            ? Task.FromException<TResult>(damage)
            : _writer.WriteAsync(state, write, CallSites.Shape(QueryClass.Write, member, file, line), _readers.Now(), ct);

    /// <summary>
    /// Takes a copy of the database while it is served. Throws <see cref="StorageException"/>, and then the copies are as before, and <see cref="InvalidOperationException"/>
    /// without <see cref="SqliteDatabaseOptions.Copies"/>.
    /// </summary>
    /// <param name="ct">Cancels.</param>
    /// <param name="report">Told how many rows of how many are copied.</param>
    public Task<BackupFile> BackupAsync(CancellationToken ct, Action<int, int>? report = null) => Options.Copies is { } copies
        ? Task.Run(() => copies.CreateAsync(ct, report), ct)
        : throw new InvalidOperationException("This database was opened without Copies.");

    /// <summary>
    /// Writes the file anew without anything that was deleted, also not in free pages and between rows, and empties the log. Writes wait meanwhile; needs as much room again as the file has, and twice
    /// that for a moment. Throws <see cref="StorageException"/>; then ask again later.
    /// </summary>
    internal Task RewriteAsync() => Volatile.Read(ref _damage) is { } damage ? Task.FromException(damage) : _writer.RewriteAsync();

    /// <summary>Removes an incident from <see cref="Incidents"/>. False when it is not there.</summary>
    public bool AcknowledgeIncident(int id) => _opened.Incidents.Acknowledge(id);

    /// <summary>Commits the writes that wait, empties the write-ahead log and closes the file.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
            _closing ??= CloseAsync();
        return new ValueTask(_closing);
    }

    private static long SizeOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }

    private TResult ReadAndReturn<TState, TResult>(
        ConnectionLease<SqliteReader> lease, QueryShape shape, TState state, Func<SqliteSession, TState, TResult> read, CancellationToken ct)
    {
        var started = _readers.Now();
        FailureKind? kind = FailureKind.Caller;
        try
        {
            var result = lease.Connection.Read(state, read, ct);
            kind = null;
            return result;
        }
        catch (StorageException failure)
        {
            kind = _readers.Classify(failure);
            OnFailed(failure);
            throw;
        }
        finally
        {
            lease.Dispose();
            _readers.Record(shape, started, kind);
        }
    }

    private async ValueTask<TResult> WaitAndReadAsync<TState, TResult>(
        QueryShape shape, TState state, Func<SqliteSession, TState, TResult> read, string member, string file, int line, CancellationToken ct)
    {
        ConnectionLease<SqliteReader> lease;
        try
        {
            lease = await _readers.Pool.AcquireAsync(ConnectionRole.Read, shape.Id, Timeout.InfiniteTimeSpan, ct, member, file, line).ConfigureAwait(false);
        }
        catch (PoolBusyException busy)
        {
            throw Options.ReadBusy(busy);
        }
        catch (ConnectionOpenException unopened) when (unopened.InnerException is StorageException failure)
        {
            OnFailed(failure);
            throw new StorageException(failure.Failure, failure.Message, failure);
        }
        catch (ObjectDisposedException)
        {
            throw new StorageException(StorageFailure.Closed, "The database is closed; no read can start.");
        }

        return ReadAndReturn(lease, shape, state, read, ct);
    }

    private void OnWritten(IWriteOperation operation, Exception? failure) =>
        _readers.Record(operation.Shape, operation.QueuedAt, failure is null ? null : _readers.Classify(failure));

    private void OnCommitted(StorageCommit commit) => Raise(Committed, commit);

    private void Raise<T>(Action<T>? handlers, T happened)
    {
        try
        {
            handlers?.Invoke(happened);
        }
        catch (Exception failure)
        {
            StorageLog.ObserverFailed(_logger, failure);
        }
    }

    private void OnFailed(StorageException failure)
    {
        Raise(Failed, failure);
        StorageIncident incident;
        lock (_gate)
        {
            if (failure.Failure == StorageFailure.Corrupt && _damage is null)
            {
                // Writing on would spread the damage. Durable, so that the next start checks the file whatever its size.
                _damage = new StorageException(
                    StorageFailure.Corrupt, $"{Path} is damaged and takes no writes until the service starts anew: {failure.Message}", failure);
                RecordSuspect();
                incident = _opened.Incidents.Add(
                    StorageIncidentKind.DamageFound,
                    $"The database file {Path} was found damaged while it was in use. The service stops; its next start checks the file and sets it aside if need be.");
            }
            else if (failure.Failure == StorageFailure.InputOutput && !_deviceFailed)
            {
                _deviceFailed = true;
                incident = _opened.Incidents.Add(
                    StorageIncidentKind.DeviceFailed, $"The device that holds {Path} failed to read, write or sync. It may be worn out: copy the newest backup to another one.");
            }
            else
            {
                return;
            }
        }

        Raise(IncidentRaised, incident);
    }

    private void RecordSuspect()
    {
        try
        {
            _opened.Lock.Record(ServingState.Suspect);
        }
        catch (IOException failure)
        {
            // The device is failing altogether. The state stays Open, so the next start checks all the same, up to CheckAfterCrashMiB.
            StorageLog.IncidentNotSaved(_logger, failure);
        }
    }

    private async Task CloseAsync()
    {
        var removed = false;
        if (Options.Copies is { } copies)
            await copies.DisposeAsync().ConfigureAwait(false);
        var writer = await _writer.StopAsync().ConfigureAwait(false);
        if (!await _readers.Pool.CloseAsync().ConfigureAwait(false))
            StorageLog.ClosedAroundRead(_logger, Options.ReadWaitLimit.TotalMilliseconds);
        else if (WalCheckpointer.Truncate(writer.Handle!) && _damage is null)
        {
            _opened.Lock.Record(ServingState.Closing);
            SqliteConnections.RemoveLogAtClose(writer.Handle!);
            removed = true;
        }

        await writer.DisposeAsync().ConfigureAwait(false);
        if (removed)
            SpareRoom.Keep(Path);
        _opened.Lock.Dispose();
    }
}
