using EdgeDb.Core.Connections;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace EdgeDb.Core.Storage;

/// <summary>
/// The one writer of a database: a thread that takes what waits, runs it as one transaction with one fsync and answers the
/// callers (group commit). While it syncs, the next group collects. It has a thread of its own because it blocks on the device,
/// and it alone checkpoints.
/// </summary>
internal sealed class SqliteWriter
{
    private static readonly TimeSpan GatherMost = TimeSpan.FromMilliseconds(2);

    // A group that has run for this long commits and leaves the rest to the next one, so that a tap on the screen does not wait for
    // the commit of ten feeds.
    private static readonly TimeSpan GroupMost = TimeSpan.FromMilliseconds(100);

    private readonly SqliteDatabaseOptions _options;
    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;
    private readonly SqliteSession _session;
    private readonly WalCheckpointer _checkpointer;
    private readonly Action<StorageCommit> _committed;
    private readonly Action<StorageException> _failed;
    private readonly Action<IWriteOperation, Exception?> _ended;
    private readonly WriteQueue _queue;
    private readonly List<IWriteOperation> _batch;
    private readonly List<IWriteOperation> _done;
    private readonly PreparedStatement _begin;
    private readonly PreparedStatement _commit;
    private readonly PreparedStatement _rollback;
    private readonly PreparedStatement _savepoint;
    private readonly PreparedStatement _release;
    private readonly PreparedStatement _rollbackTo;
    private readonly ITimer _idle;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _rewriting;
    private int _expected;
    private int _next;
    private long _commitVersion;

    public SqliteWriter(
        SqliteDatabaseOptions options, SqliteConnection connection, TimeProvider time, ILogger logger,
        Action<StorageCommit> committed, Action<StorageException> failed, Action<IWriteOperation, Exception?> ended)
    {
        _options = options;
        _connection = connection;
        _time = time;
        _committed = committed;
        _failed = failed;
        _ended = ended;
        _queue = new WriteQueue(options.WriteQueueCapacity);
        _batch = new List<IWriteOperation>(options.WriteBatchMax);
        _done = new List<IWriteOperation>(options.WriteBatchMax);
        _session = new SqliteSession(connection.Handle!, options.StatementCacheSize, writes: true);
        _checkpointer = new WalCheckpointer(options, connection.Handle!, logger);
        _begin = _session.Pin("BEGIN IMMEDIATE");
        _commit = _session.Pin("COMMIT");
        _rollback = _session.Pin("ROLLBACK");
        _savepoint = _session.Pin("SAVEPOINT operation");
        _release = _session.Pin("RELEASE operation");
        _rollbackTo = _session.Pin("ROLLBACK TO operation");
        _idle = time.CreateTimer(static queue => ((WriteQueue)queue!).RequestMaintenance(), _queue, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        new Thread(Run) { IsBackground = true, Name = "EdgeDb writer" }.Start();
    }

    /// <summary>Commits that changed something since the database was opened.</summary>
    public long CommitVersion => Volatile.Read(ref _commitVersion);

    public int QueueLength => _queue.Count;

    public Task<TResult> WriteAsync<TState, TResult>(
        TState state, Func<SqliteSession, TState, TResult> write, QueryShape shape, long queuedAt, CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
            return Task.FromCanceled<TResult>(ct);

        var operation = new WriteOperation<TState, TResult>(state, write, shape, queuedAt, ct);
        try
        {
            _queue.Add(operation);
        }
        catch (StorageException refused)
        {
            operation.Fail(refused);
        }

        return operation.Task;
    }

    /// <summary>
    /// Writes the whole file anew, without what was deleted, and empties the log, between two groups of writes. Throws <see cref="StorageException"/>; then the file is as it was, or the log still
    /// holds pages of before, and it is to be asked for again.
    /// </summary>
    public Task RewriteAsync()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // Whoever asks while it was asked for waits for the same: it begins after both.
        var rewriting = Interlocked.CompareExchange(ref _rewriting, asked, null) ?? asked;
        _queue.RequestMaintenance();
        // Set behind the last look of a thread that has ended.
        if (_stopped.Task.IsCompleted)
            EndRewriting();
        return rewriting.Task;
    }

    /// <summary>Refuses new writes, commits those that wait, and returns the connection, still open, for the final checkpoint.</summary>
    public async Task<SqliteConnection> StopAsync()
    {
        _queue.Close();
        await _stopped.Task.ConfigureAwait(false);
        await _idle.DisposeAsync().ConfigureAwait(false);
        _session.Close();
        return _connection;
    }

    private void Run()
    {
        var gather = TimeSpan.Zero;
        while (_queue.Take(_batch, _options.WriteBatchMax, _expected, gather))
        {
            if (Interlocked.Exchange(ref _rewriting, null) is { } asked)
                Rewrite(asked);
            if (_batch.Count == 0)
            {
                _checkpointer.Checkpoint();
                continue;
            }

            var started = _time.GetTimestamp();
            while (_next < _batch.Count)
                CommitGroup();
            // Callers that were answered come back together, but not in one instant: taking the first at once would sync for it
            // alone and leave the others to the next sync (8 callers: 0.22 syncs a row instead of 0.13). So the writer gives as
            // many as are about a quarter of what a commit costs. A lone caller is never kept waiting: only one is expected.
            gather = TimeSpan.FromTicks(Math.Min(_time.GetElapsedTime(started).Ticks / 4, GatherMost.Ticks));
            _batch.Clear();
            _next = 0;

            if (_checkpointer.IsDue)
                _checkpointer.Checkpoint();
            else
                _idle.Change(_options.CheckpointIdle, Timeout.InfiniteTimeSpan);
        }

        _stopped.SetResult();
        EndRewriting();
    }

    private void EndRewriting() =>
        Interlocked.Exchange(ref _rewriting, null)?.SetException(new StorageException(StorageFailure.Closed, "The database is closed; the file was not written anew."));

    // VACUUM builds the file in a temporary one. In memory, as everything temporary else, it would take as much of that as the file is large.
    private void Rewrite(TaskCompletionSource asked)
    {
        var db = _connection.Handle!;
        try
        {
            SqliteConnections.Execute(db, "PRAGMA temp_store = FILE");
            try
            {
                SqliteConnections.Execute(db, "VACUUM");
            }
            finally
            {
                SqliteConnections.Execute(db, "PRAGMA temp_store = MEMORY");
                _checkpointer.CountCommit();
            }

            if (!WalCheckpointer.Truncate(db))
                throw new StorageBusyException("The write-ahead log could not be emptied, as somebody reads in it; it is tried again.");
            asked.SetResult();
        }
        catch (StorageException failure)
        {
            Notice(failure);
            asked.SetException(failure);
        }
    }

    /// <summary>Runs what is left of the batch, or as much as fits <see cref="GroupMost"/>, as one transaction and answers it.</summary>
    private void CommitGroup()
    {
        _session.Topics.Clear();
        var rc = _begin.Run();
        if (rc != raw.SQLITE_OK)
        {
            var failure = Failure(rc, "Beginning a write");
            for (; _next < _batch.Count; _next++)
            {
                if (_batch[_next].TryStart())
                    Fail(_batch[_next], failure);
            }

            return;
        }

        // Alone in its transaction an operation needs no savepoint: rolling the transaction back undoes it.
        var nested = _batch.Count - _next > 1;
        var started = _time.GetTimestamp();
        do
        {
            var operation = _batch[_next++];
            if (operation.TryStart() && !RunOne(operation, nested) && !_session.InTransaction)
                return;
        }
        while (_next < _batch.Count && _time.GetElapsedTime(started) < GroupMost);

        if (_done.Count == 0)
        {
            _rollback.Run();
            return;
        }

        rc = _commit.Run();
        if (rc != raw.SQLITE_OK)
        {
            var failure = Failure(rc, "Committing a write");
            if (_session.InTransaction)
                _rollback.Run();
            FailDone(failure);
            return;
        }

        if (_checkpointer.CountCommit() > 0)
            Report();
        // Before they are answered: one that is back already would count twice.
        _expected = _done.Count + _queue.Count;
        foreach (var operation in _done)
        {
            _ended(operation, null);
            operation.Complete();
        }

        _done.Clear();
    }

    /// <summary>Runs one operation of the group. False when it failed; if no transaction is open afterwards, those before it have failed too.</summary>
    private bool RunOne(IWriteOperation operation, bool nested)
    {
        var topics = _session.Topics.Count;
        try
        {
            if (nested)
                Require(_savepoint.Run(), "Beginning an operation");
            operation.Run(_session);
            _session.EndOperation();
            if (!_session.InTransaction)
                throw new InvalidOperationException("A write ended the transaction of its group; the engine alone begins and commits.");
            if (nested)
                Require(_release.Run(), "Ending an operation");
            _done.Add(operation);
            return true;
        }
        catch (Exception failure)
        {
            _session.EndOperation();
            _session.Topics.RemoveRange(topics, _session.Topics.Count - topics);
            Notice(failure);
            if (nested && _session.InTransaction && (_rollbackTo.Run() != raw.SQLITE_OK || _release.Run() != raw.SQLITE_OK))
                _rollback.Run();
            Fail(operation, failure);
            if (!_session.InTransaction)
                FailDone(LostWith(failure));
            return false;
        }
    }

    /// <summary>SQLite, or an operation, ended the whole transaction, and with it what the other operations had done.</summary>
    private static StorageException LostWith(Exception cause) => new(
        (cause as StorageException)?.Failure ?? StorageFailure.Statement,
        $"The write was rolled back with its group, because another write in it failed: {cause.Message}", cause);

    private void FailDone(StorageException failure)
    {
        foreach (var operation in _done)
            Fail(operation, failure);
        _done.Clear();
    }

    private void Fail(IWriteOperation operation, Exception failure)
    {
        _ended(operation, failure);
        operation.Fail(failure);
    }

    private void Report()
    {
        // Before the callers are answered: who writes and then reads through a cache must find the cache told.
        var commit = new StorageCommit(_commitVersion + 1, _session.Topics.Count == 0 ? [] : _session.Topics.ToArray());
        Volatile.Write(ref _commitVersion, commit.Version);
        _committed(commit);
    }

    private void Require(int rc, string doing)
    {
        if (rc != raw.SQLITE_OK)
            throw Failure(rc, doing);
    }

    private StorageException Failure(int rc, string doing)
    {
        var failure = StorageException.FromSqlite(_session.Db, rc, doing);
        Notice(failure);
        return failure;
    }

    private void Notice(Exception failure)
    {
        if (failure is StorageException storage)
            _failed(storage);
    }
}
