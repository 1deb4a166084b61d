namespace EdgeDb.Core.Connections;

/// <summary>
/// How one kind of resource is opened, checked, reset and closed. The pool calls <see cref="OpenAsync"/>, <see cref="CheckAsync"/> and
/// <see cref="CloseAsync"/> outside of its lock, and <see cref="IsUsable"/>, <see cref="TryAssign"/> and <see cref="TryReset"/> on the caller's path:
/// those three do no input or output and do not throw.
/// </summary>
/// <typeparam name="T">The resource. One lease at a time uses it, unless the source says that it is multiplexed.</typeparam>
public interface IConnectionSource<T>
    where T : class
{
    /// <summary>Name of the endpoint in errors, metrics and settings, for example "postgres-primary". No secrets.</summary>
    string Name { get; }

    /// <summary>
    /// Raised when a connection has broken while perhaps nobody uses it, by sources that hear of that: the pool replaces what it has to keep at once, not at its
    /// next round. Handlers do not throw.
    /// </summary>
    event Action? Lost
    {
        add { }
        remove { }
    }

    /// <summary>Opens a connection that is ready for <paramref name="role"/>. Throws what <see cref="Classify"/> understands.</summary>
    ValueTask<T> OpenAsync(ConnectionRole role, CancellationToken ct);

    /// <summary>Without a round trip: false when the connection is known to be broken. Called for each idle connection before it is handed out.</summary>
    bool IsUsable(T connection);

    /// <summary>With a round trip: false when the connection does not answer. Called for connections that were idle for long.</summary>
    ValueTask<bool> CheckAsync(T connection, CancellationToken ct);

    /// <summary>Makes an idle connection of another role fit for <paramref name="role"/>; false when it cannot (another one is opened then).</summary>
    bool TryAssign(T connection, ConnectionRole role);

    /// <summary>
    /// After a lease, also after work that failed or was cancelled: brings the connection back to its initial state. False when it must be closed
    /// instead, because it is broken or nobody knows what it is doing.
    /// </summary>
    bool TryReset(T connection);

    /// <summary>Closes it. Does not throw; bounded in time by the source.</summary>
    ValueTask CloseAsync(T connection);

    /// <summary>What a failure of <see cref="OpenAsync"/> or of work on a connection means. <paramref name="exception"/> is never the caller's own cancellation.</summary>
    FailureKind Classify(Exception exception);
}
