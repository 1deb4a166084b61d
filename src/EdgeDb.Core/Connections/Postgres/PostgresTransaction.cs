namespace EdgeDb.Core.Connections;

/// <summary>A transaction of a <see cref="PostgresConnection"/>; its statements are run on the connection.</summary>
public readonly struct PostgresTransaction : IAsyncDisposable, IEquatable<PostgresTransaction>
{
    private readonly PostgresConnection _connection;

    internal PostgresTransaction(PostgresConnection connection) => _connection = connection;

    /// <summary>
    /// Commits. <see cref="PostgresConnection.CommitPosition"/> comes with the answer. Throws <see cref="PostgresFailureException"/> with
    /// <see cref="PostgresFailureException.OutcomeUnknown"/> when no answer came; it is the
    /// inner exception of the <see cref="OperationCanceledException"/> when <paramref name="ct"/> ended the wait.
    /// </summary>
    public ValueTask CommitAsync(CancellationToken ct) => _connection.CommitAsync(ct);

    /// <summary>Rolls back what was not committed.</summary>
    public ValueTask DisposeAsync() => _connection.RollbackAsync();

    /// <inheritdoc/>
    public bool Equals(PostgresTransaction other) => ReferenceEquals(_connection, other._connection);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PostgresTransaction other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _connection.GetHashCode();

    /// <summary>The same transaction.</summary>
    public static bool operator ==(PostgresTransaction left, PostgresTransaction right) => left.Equals(right);

    /// <summary>Another transaction.</summary>
    public static bool operator !=(PostgresTransaction left, PostgresTransaction right) => !left.Equals(right);
}
