using Npgsql;

namespace EdgeDb.Core.Connections;

/// <content>Transactions of several statements.</content>
public sealed partial class PostgresConnection
{
    private TransactionStage _transaction;
    private int _transactionTimeoutMs;

    private enum TransactionStage
    {
        None,

        /// <summary>BEGIN goes with the first statement.</summary>
        Begun,
        Open,

        /// <summary>COMMIT or ROLLBACK is under way.</summary>
        Ending,

        /// <summary>A statement failed; only ROLLBACK is left.</summary>
        Failed,
    }

    /// <summary>
    /// Begins a transaction for the statements that follow on this connection: <c>await using var transaction = connection.Begin();</c>. Without
    /// <see cref="PostgresTransaction.CommitAsync"/> it is rolled back where it is disposed of.
    /// </summary>
    public PostgresTransaction Begin()
    {
        ThrowIfUnusable();
        if (_transaction != TransactionStage.None)
            throw new InvalidOperationException("The connection is in a transaction already; transactions do not nest.");
        _transaction = TransactionStage.Begun;
        return new PostgresTransaction(this);
    }

    internal async ValueTask CommitAsync(CancellationToken ct)
    {
        ThrowIfUnusable();
        if (_transaction == TransactionStage.None)
            throw new InvalidOperationException("The transaction has ended already.");
        if (_transaction == TransactionStage.Begun)
        {
            _transaction = TransactionStage.None;
            return;
        }

        await EndAsync(_batch.Commit, TimeLeft, ct).ConfigureAwait(false);
    }

    /// <summary>Does nothing after a commit. Does not throw: a connection that cannot roll back is closed, and the server does it then.</summary>
    internal async ValueTask RollbackAsync()
    {
        if (_transaction is TransactionStage.None or TransactionStage.Begun || !IsUsable)
        {
            _transaction = TransactionStage.None;
            return;
        }

        try
        {
            await EndAsync(_batch.Rollback, _options.CancelTimeout, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or PostgresFailureException or IOException or OperationCanceledException)
        {
            _broken = true;
        }
    }

    private async ValueTask EndAsync(NpgsqlBatchCommand command, TimeSpan timeLeft, CancellationToken ct)
    {
        _transaction = TransactionStage.Ending;
        try
        {
            await RunAsync<object?>(command, null, null, timeLeft, ct).ConfigureAwait(false);
        }
        finally
        {
            // Also where COMMIT failed: a deferred constraint has rolled back then, and a lost connection is broken.
            _transaction = TransactionStage.None;
        }
    }
}
