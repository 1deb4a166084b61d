namespace EdgeDb.Core.Connections;

/// <summary>
/// How the server tells a connection which keys changed (CLIENT TRACKING). Closing a tracked connection empties the cache, so its pool
/// should keep it: <see cref="ConnectionPoolOptions.MinIdle"/> 1 and an infinite <see cref="ConnectionPoolOptions.MaxLifetime"/>.
/// </summary>
internal sealed record RedisTracking
{
    /// <summary>
    /// Null: the server remembers each key that the connection reads and tells once when it changes. Otherwise (BCAST) it remembers
    /// nothing and tells every change of a key that begins with one of these; the empty list means every key.
    /// </summary>
    public IReadOnlyList<string>? Prefixes { get; init; }

    /// <summary>True: changes made through the same connection are not told (NOLOOP). Default false.</summary>
    public bool ExceptOwnChanges { get; init; }
}
