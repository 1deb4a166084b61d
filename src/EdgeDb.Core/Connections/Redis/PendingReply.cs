using System.Threading.Tasks.Sources;

namespace EdgeDb.Core.Connections;

/// <summary>Reads an answer where it lies. Runs on the connection's read loop: copy out or parse, and do not wait.</summary>
internal delegate TResult RedisReplyReader<in TState, out TResult>(RespValue reply, TState state);

/// <summary>
/// The place of an answer in the order of answers. It stays there until the answer comes, also when its caller has given up: then the
/// answer is read and dropped, and the next one still meets its own command.
/// </summary>
internal abstract class PendingReply
{
    private int _claimed;

    /// <summary>Name of the command, without its arguments.</summary>
    public string Command { get; private set; } = "";

    /// <summary>When it was queued, as a timestamp of the connection's clock.</summary>
    public long QueuedAt { get; private set; }

    /// <summary>When its caller gives up, as a timestamp of the connection's clock.</summary>
    public long DueAt { get; private set; }

    /// <summary>True once it is answered, failed or given up. Exactly one caller of <see cref="TryClaim"/> gets to decide which.</summary>
    public bool IsClaimed => Volatile.Read(ref _claimed) != 0;

    /// <summary>The right to complete it.</summary>
    public bool TryClaim() => Interlocked.Exchange(ref _claimed, 1) == 0;

    /// <summary>Reads the answer for the caller. Only after a successful <see cref="TryClaim"/>.</summary>
    public abstract void Complete(RespValue reply);

    /// <summary>Fails the caller. Only after a successful <see cref="TryClaim"/>.</summary>
    public abstract void Fail(Exception failure);

    /// <summary>The connection is through with it: answered, or never to be.</summary>
    public abstract void Leave();

    protected void Begin(string command, long queuedAt, long dueAt)
    {
        Command = command;
        QueuedAt = queuedAt;
        DueAt = dueAt;
        _claimed = 0;
    }
}

/// <summary>
/// One caller's answer, completed without allocation: instances are reused once both the caller has its result and the connection is
/// through. Continuations do not run on the read loop: a caller's slow code would hold up every answer behind it.
/// </summary>
internal sealed class PendingReply<TState, TResult> : PendingReply, IValueTaskSource<TResult>
{
    private const int KeptMost = 256;

    private static readonly Lock KeptGate = new();
    private static readonly Stack<PendingReply<TState, TResult>> Kept = new();

    private ManualResetValueTaskSourceCore<TResult> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private RedisReplyReader<TState, TResult> _read = null!;
    private TState _state = default!;
    private int _users;

    private PendingReply()
    {
    }

    /// <summary>What the caller awaits, once.</summary>
    public ValueTask<TResult> Task => new(this, _core.Version);

    public static PendingReply<TState, TResult> Rent(
        string command, TState state, RedisReplyReader<TState, TResult> read, long queuedAt, long dueAt, CancellationToken ct)
    {
        PendingReply<TState, TResult>? reply;
        lock (KeptGate)
            Kept.TryPop(out reply);
        reply ??= new PendingReply<TState, TResult>();
        reply._read = read;
        reply._state = state;
        reply._users = 2;
        reply.Begin(command, queuedAt, dueAt);
        // Before it is queued: once an answer can come, the caller can have it and the instance can serve another command.
        reply._cancellation = ct.UnsafeRegister(static (self, token) => ((PendingReply<TState, TResult>)self!).Cancel(token), reply);
        return reply;
    }

    public override void Complete(RespValue reply)
    {
        TResult result;
        try
        {
            if (reply.Kind == RespKind.Error)
                throw RedisException.FromServer(Command, reply.AsText());
            result = _read(reply, _state);
        }
        catch (Exception failure)
        {
            _core.SetException(failure);
            return;
        }

        _core.SetResult(result);
    }

    public override void Fail(Exception failure) => _core.SetException(failure);

    public override void Leave()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;
        _core.Reset();
        _read = null!;
        _state = default!;
        lock (KeptGate)
        {
            if (Kept.Count < KeptMost)
                Kept.Push(this);
        }
    }

    TResult IValueTaskSource<TResult>.GetResult(short token)
    {
        // Waits for a cancellation that is running on another thread; after it nothing but the connection knows this instance.
        _cancellation.Dispose();
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Leave();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<TResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken token)
    {
        if (TryClaim())
            _core.SetException(new OperationCanceledException(token));
    }
}
