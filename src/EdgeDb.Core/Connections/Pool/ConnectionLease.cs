namespace EdgeDb.Core.Connections;

/// <summary>The right to use a connection until it is disposed. Disposing twice is harmless; a copy is the same lease.</summary>
public readonly struct ConnectionLease<T> : IDisposable
    where T : class
{
    private readonly ConnectionPool<T> _pool;
    private readonly LeaseRecord<T> _record;
    private readonly int _version;

    internal ConnectionLease(ConnectionPool<T> pool, LeaseRecord<T> record, T connection)
    {
        _pool = pool;
        _record = record;
        _version = record.Version;
        Connection = connection;
    }

    /// <summary>The connection; not to be used after <see cref="Dispose"/>.</summary>
    public T Connection { get; }

    /// <summary>
    /// Says before <see cref="Dispose"/> that the work failed. After <see cref="FailureKind.Connect"/> the connection is closed; after the others its
    /// source says whether it can be used again.
    /// </summary>
    public void Fail(FailureKind failure)
    {
        // Without the pool's lock: only the holder of the lease writes this, and only while it holds it.
        if (_record.Version == _version)
            _record.Failure = failure;
    }

    internal PooledConnection<T>? Pooled => _record.Pooled;

    /// <summary>Says before <see cref="Dispose"/> that the connection is to be closed.</summary>
    internal void Discard()
    {
        if (_record.Version == _version)
            _record.IsDiscarded = true;
    }

    /// <summary>Gives the connection back.</summary>
    public void Dispose() => _pool.Return(_record, _version);
}
