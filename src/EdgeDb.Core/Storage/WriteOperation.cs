using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Storage;

/// <summary>A write as the writer sees it: run, then answered when its transaction's fate is known.</summary>
internal interface IWriteOperation
{
    /// <summary>Under what it is counted.</summary>
    QueryShape Shape { get; }

    /// <summary>When its caller asked, a timestamp of the endpoint that counts it.</summary>
    long QueuedAt { get; }

    /// <summary>Claims the operation for execution. False when its caller has cancelled it; from true on it cannot be cancelled.</summary>
    bool TryStart();

    /// <summary>Runs it and keeps its result back.</summary>
    void Run(SqliteSession session);

    /// <summary>Gives the caller the result. The commit is durable.</summary>
    void Complete();

    /// <summary>Gives the caller the failure.</summary>
    void Fail(Exception failure);
}

/// <summary>
/// One caller's write. It is its own completion source, which saves an object a write. Continuations never run on the writer's
/// thread: a caller's slow code would hold up every commit.
/// </summary>
internal sealed class WriteOperation<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> write, QueryShape shape, long queuedAt)
    : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously), IWriteOperation
{
    private const int Waiting = 0;
    private const int Started = 1;
    private const int Cancelled = 2;

    private readonly CancellationTokenRegistration _cancellation;
    private TResult? _result;
    private int _phase;

    public WriteOperation(TState state, Func<SqliteSession, TState, TResult> write, QueryShape shape, long queuedAt, CancellationToken ct)
        : this(state, write, shape, queuedAt) =>
        _cancellation = ct.UnsafeRegister(static (operation, token) => ((WriteOperation<TState, TResult>)operation!).Cancel(token), this);

    public QueryShape Shape => shape;

    public long QueuedAt => queuedAt;

    public bool TryStart() => Interlocked.CompareExchange(ref _phase, Started, Waiting) == Waiting;

    public void Run(SqliteSession session) => _result = write(session, state);

    public void Complete()
    {
        _cancellation.Unregister();
        SetResult(_result!);
    }

    public void Fail(Exception failure)
    {
        _cancellation.Unregister();
        TrySetException(failure);
    }

    private void Cancel(CancellationToken token)
    {
        if (Interlocked.CompareExchange(ref _phase, Cancelled, Waiting) == Waiting)
            TrySetCanceled(token);
    }
}
