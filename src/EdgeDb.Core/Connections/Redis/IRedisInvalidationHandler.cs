namespace EdgeDb.Core.Connections;

/// <summary>
/// A cache of values from Redis. Both methods run on the read loop of a connection, in the order of its answers: short, no waiting, no
/// exception. Two connections may call at the same time.
/// </summary>
internal interface IRedisInvalidationHandler
{
    /// <summary>The key changed, expired or was evicted: what is known of it is old.</summary>
    void OnChanged(ReadOnlySpan<byte> key);

    /// <summary>Any key may have changed: the database was flushed, or a connection was lost and with it what it would have told.</summary>
    void OnEverythingMayHaveChanged();
}
