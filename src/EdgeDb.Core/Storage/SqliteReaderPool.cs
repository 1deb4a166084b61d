namespace EdgeDb.Core.Storage;

/// <summary>
/// The readers. Idle ones are a stack: the latest returned has the warmest page cache and statements, and the ones a quiet
/// household never needs are never opened. Waiting is first come, first served, bounded in number and time.
/// </summary>
internal sealed class SqliteReaderPool
{
    private readonly Lock _gate = new();
    private readonly SqliteDatabaseOptions _options;
    private readonly TimeProvider _time;
    private readonly SqliteReader[] _idle;
    private readonly LinkedList<Waiter> _waiters = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _closedCount;
    private int _idleCount;
    private bool _closed;

    public SqliteReaderPool(SqliteDatabaseOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _idle = new SqliteReader[options.ReaderCount];
        for (; _idleCount < _idle.Length; _idleCount++)
            _idle[_idleCount] = new SqliteReader(options);
    }

    /// <summary>Takes an idle reader without waiting. False when there is none. Throws when the pool is closed.</summary>
    public bool TryRent(out SqliteReader reader)
    {
        lock (_gate)
        {
            ThrowIfClosed_NeedsLock();
            if (_idleCount == 0)
            {
                reader = null!;
                return false;
            }

            reader = _idle[--_idleCount];
            return true;
        }
    }

    /// <summary>Waits for a reader. Throws <see cref="StorageBusyException"/> when none comes free in time or too many wait already.</summary>
    public async ValueTask<SqliteReader> RentAsync(CancellationToken ct)
    {
        Waiter waiter;
        lock (_gate)
        {
            ThrowIfClosed_NeedsLock();
            if (_idleCount > 0)
                return _idle[--_idleCount];
            if (_waiters.Count >= _options.ReadQueueCapacity)
            {
                throw new StorageBusyException(
                    $"{_waiters.Count} reads wait already for one of {_options.ReaderCount} readers, which is ReadQueueCapacity. " +
                    "Shorten the slow read, slow the callers down, or raise ReadQueueCapacity.");
            }

            waiter = new Waiter();
            _waiters.AddLast(waiter.Node);
        }

        // Giving up and being handed a reader race. Both go through the gate, so exactly one wins and no reader is lost.
        using var timer = _time.CreateTimer(_ => GiveUp(waiter, () => waiter.SetException(TimedOut())), null, _options.ReadWaitLimit, Timeout.InfiniteTimeSpan);
        using var cancellation = ct.UnsafeRegister(_ => GiveUp(waiter, () => waiter.SetCanceled(ct)), null);
        return await waiter.Task.ConfigureAwait(false);
    }

    public void Return(SqliteReader reader)
    {
        Waiter? next = null;
        lock (_gate)
        {
            if (_closed)
            {
                reader.Close();
                if (++_closedCount == _idle.Length)
                    _drained.SetResult();
            }
            else if (_waiters.First is { } first)
            {
                _waiters.RemoveFirst();
                next = first.Value;
            }
            else
            {
                _idle[_idleCount++] = reader;
            }
        }

        next?.SetResult(reader);
    }

    /// <summary>
    /// Refuses new reads, closes the connections and waits up to <see cref="SqliteDatabaseOptions.ReadWaitLimit"/> for reads that run. False
    /// when one still runs: its connection is closed when it ends. Called once.
    /// </summary>
    public async Task<bool> CloseAsync()
    {
        Waiter[] waiters;
        lock (_gate)
        {
            _closed = true;
            waiters = [.. _waiters];
            _waiters.Clear();
        }

        while (_idleCount > 0)
            Return(_idle[--_idleCount]);

        foreach (var waiter in waiters)
            waiter.SetException(Closed());

        try
        {
            await _drained.Task.WaitAsync(_options.ReadWaitLimit, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }

        return true;
    }

    private static StorageException Closed() => new(StorageFailure.Closed, "The database is closed; no read can start.");

    private void GiveUp(Waiter waiter, Action complete)
    {
        lock (_gate)
        {
            if (waiter.Node.List is null)
                return;
            _waiters.Remove(waiter.Node);
        }

        complete();
    }

    private StorageBusyException TimedOut() => new(
        $"No reader came free within {_options.ReadWaitLimit.TotalMilliseconds:0} ms (ReadWaitLimit); all {_options.ReaderCount} (ReaderCount) are busy. " +
        "Shorten the slow read, raise ReaderCount (at most 4), or raise ReadWaitLimit.");

    private void ThrowIfClosed_NeedsLock()
    {
        if (_closed)
            throw Closed();
    }

    private sealed class Waiter : TaskCompletionSource<SqliteReader>
    {
        public Waiter()
            : base(TaskCreationOptions.RunContinuationsAsynchronously) => Node = new LinkedListNode<Waiter>(this);

        public LinkedListNode<Waiter> Node { get; }
    }
}
