using EdgeDb.Core.Connections;

namespace EdgeDb.Benchmarks.Soak;

/// <summary>One store that the callers use: a text under each key.</summary>
internal abstract class SoakTarget : IAsyncDisposable
{
    /// <summary>Keys 0 to this, one for each caller.</summary>
    public const int Keys = 24;

    private int _life;
    private long _waitsSince;
    private TaskCompletionSource<long> _readBack = new();
    private TaskCompletionSource<long> _writeBack = new();

    public abstract string Name { get; }

    public abstract IReadOnlyList<IConnectionEndpoint> Endpoints { get; }

    public SoakLedger Ledger { get; } = new(Keys);

    public SoakTally Tally { get; } = new();

    /// <summary>Changes before and after the server loses its data; odd in between.</summary>
    public int Life => Volatile.Read(ref _life);

    /// <summary>False when a write that has begun is always brought to its end, whatever the caller's deadline.</summary>
    public virtual bool BoundsWrites => true;

    /// <summary>Writes the text unless a later number is there: a write that was given up may still arrive, after its successor.</summary>
    public abstract ValueTask WriteAsync(int key, long number, TimeSpan timeout, CancellationToken ct);

    /// <summary>The text under a key.</summary>
    public abstract ValueTask<SoakAnswer> ReadAsync(int key, TimeSpan timeout, CancellationToken ct);

    /// <summary>The texts under all keys, in their order; null for none.</summary>
    public abstract ValueTask<string?[]> ReadAllAsync(TimeSpan timeout, CancellationToken ct);

    public abstract ValueTask DisposeAsync();

    /// <summary>The server's data go or are back.</summary>
    public void ChangeLife() => Interlocked.Increment(ref _life);

    /// <summary>A request succeeded.</summary>
    public void Succeeded(bool isWrite, long started, long ended)
    {
        if (started >= Volatile.Read(ref _waitsSince))
            (isWrite ? _writeBack : _readBack).TrySetResult(ended);
    }

    /// <summary>Completes with the timestamp at which both a read and a write that began after <paramref name="since"/> have succeeded.</summary>
    public async Task<long> BackAsync(long since)
    {
        (_readBack, _writeBack) = (new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously));
        Volatile.Write(ref _waitsSince, since);
        return Math.Max(await _readBack.Task, await _writeBack.Task);
    }
}

/// <param name="Text">Null when there is none.</param>
/// <param name="MayBeOld">The store says that it may lack acknowledged writes.</param>
internal readonly record struct SoakAnswer(string? Text, bool MayBeOld);
