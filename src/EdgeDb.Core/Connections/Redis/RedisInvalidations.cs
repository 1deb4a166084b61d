namespace EdgeDb.Core.Connections;

/// <summary>
/// Passes on what the server says has changed, and tells a reader whether that overtook it. The race: a read is answered, an invalidation
/// of its key arrives, and only then the reader stores the answer, old for ever. A cache keeps clear of it in one of two ways:
/// <list type="bullet">
/// <item>It stores inside of the callback that reads the answer. Answers and invalidations of a connection are delivered by one loop in the
/// order in which the server wrote them, so the invalidation finds the entry.</item>
/// <item>When the value is only known later (a miss that is computed, a second request):
/// <c>var read = invalidations.BeginRead(key)</c> before the read is sent; store; then, if <c>!invalidations.IsCurrent(read)</c>, remove what was
/// stored. Checking before storing is not enough: the invalidation can pass in between.</item>
/// </list>
/// Keys share 4,096 counters by hash, so memory is fixed (32 KiB), and the worst that a collision does is a value that is not kept.
/// </summary>
internal sealed class RedisInvalidations(IRedisInvalidationHandler handler)
{
    private const int Stripes = 4096;

    private readonly Lock _gate = new();
    private readonly long[] _changes = new long[Stripes];
    private long _resets;
    private int _connections;

    /// <summary>A connection is tracked now: what changes is told.</summary>
    public bool IsTracked => Volatile.Read(ref _connections) > 0;

    /// <summary>How often everything may have changed: by a flush, a loss, or a connection that is tracked again.</summary>
    public long Resets => Volatile.Read(ref _resets);

    /// <summary>Notes the state before a read of <paramref name="key"/> is sent.</summary>
    public RedisRead BeginRead(ReadOnlySpan<byte> key)
    {
        var stripe = StripeOf(key);
        return new RedisRead(stripe, Volatile.Read(ref _changes[stripe]), Volatile.Read(ref _resets));
    }

    /// <summary>
    /// True when nothing that was said since <see cref="BeginRead"/> concerns the key and no connection was lost or replaced. Ask after storing.
    /// </summary>
    public bool IsCurrent(RedisRead read)
    {
        // The store before and the loads here must not change places, or both sides could miss each other.
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref _changes[read.Stripe]) == read.Changes && Volatile.Read(ref _resets) == read.Resets;
    }

    /// <summary>True when nothing was said of the key itself since <see cref="BeginRead"/>, whatever became of the connection.</summary>
    public bool IsUntouched(RedisRead read) => Volatile.Read(ref _changes[read.Stripe]) == read.Changes;

    /// <summary>The server said that a key changed.</summary>
    internal void Change(ReadOnlySpan<byte> key)
    {
        // Counted before the handler removes: a reader that stores in between sees the count.
        Interlocked.Increment(ref _changes[StripeOf(key)]);
        handler.OnChanged(key);
    }

    /// <summary>The server said that everything changed, or said something too large to read.</summary>
    internal void ChangeEverything()
    {
        Interlocked.Increment(ref _resets);
        handler.OnEverythingMayHaveChanged();
    }

    /// <summary>A connection is tracked from here on.</summary>
    internal void Connected()
    {
        // What was stored while no connection was tracked, nobody would ever invalidate. A second connection changes nothing: it tells of
        // what is read through it from now on.
        bool first;
        lock (_gate)
        {
            first = _connections == 0;
            // Before it counts as tracked: nobody may find what was stored meanwhile vouched for.
            if (first)
                Interlocked.Increment(ref _resets);
            Volatile.Write(ref _connections, _connections + 1);
        }

        if (first)
            handler.OnEverythingMayHaveChanged();
    }

    /// <summary>A tracked connection was lost, after the last answer that came through it.</summary>
    internal void Lost()
    {
        lock (_gate)
            Volatile.Write(ref _connections, _connections - 1);
        ChangeEverything();
    }

    private static int StripeOf(ReadOnlySpan<byte> key)
    {
        var hash = default(HashCode);
        hash.AddBytes(key);
        return hash.ToHashCode() & (Stripes - 1);
    }
}

/// <summary>A read of a key on its way, see <see cref="RedisInvalidations"/>.</summary>
internal readonly record struct RedisRead(int Stripe, long Changes, long Resets);
