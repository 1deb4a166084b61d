namespace EdgeDb.Core.Connections;

/// <summary>One open connection in its pool. Everything but <see cref="Connection"/> is read and written under the pool's lock.</summary>
internal sealed class PooledConnection<T>(T connection, ConnectionRole role, long openedAt, long expiresAt)
    where T : class
{
    private const int RememberedShapes = 32;

    // What the connection has run lately stands for what it holds prepared. A ring: connections keep their statements by
    // recency too, and asking each of them would cost a call a candidate.
    private readonly ulong[] _shapes = new ulong[RememberedShapes];
    private int _nextShape;

    public T Connection { get; } = connection;

    public ConnectionRole Role { get; set; } = role;

    public long ExpiresAt { get; } = expiresAt;

    public long IdleSince { get; set; } = openedAt;

    /// <summary>When it last showed that it works: by a lease or by a check.</summary>
    public long CheckedAt { get; set; } = openedAt;

    public int Leases { get; set; }

    /// <summary>Its one lease is asking it for a sign of life, or gave that up: nothing has been shown.</summary>
    public bool IsUnverified { get; set; }

    /// <summary>Broken or too old: takes no lease any more and is closed when its last one is returned.</summary>
    public bool IsCondemned { get; set; }

    public bool IsStacked { get; set; }

    public PooledConnection<T>? Above { get; set; }

    public PooledConnection<T>? Below { get; set; }

    public bool Holds(ulong shape) => _shapes.AsSpan().Contains(shape);

    public void Remember(ulong shape)
    {
        _shapes[_nextShape] = shape;
        _nextShape = (_nextShape + 1) % RememberedShapes;
    }
}
