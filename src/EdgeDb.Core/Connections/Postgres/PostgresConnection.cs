using System.Data;
using System.Runtime.ExceptionServices;
using Npgsql;
using NpgsqlTypes;

namespace EdgeDb.Core.Connections;

/// <summary>
/// An open connection with its prepared statements and the settings of its role. One caller at a time uses it. What a statement needs besides
/// itself (settings, BEGIN, the position of a replica, the position of a commit) travels in the statement's own round trip.
/// </summary>
public sealed partial class PostgresConnection : IAsyncDisposable
{
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);

    private readonly NpgsqlConnection _connection;
    private readonly PostgresOptions _options;
    private readonly TimeProvider _time;
    private readonly PostgresBatch _batch;
    private readonly PostgresCommandCache _commands;
    private readonly PostgresStatementGuard _guard;
    private PostgresSettings? _applied;
    private Task _work = Task.CompletedTask;
    private long? _deadline;
    private bool _broken;

    internal PostgresConnection(NpgsqlConnection connection, PostgresOptions options, PostgresServer server, TimeProvider time)
    {
        _connection = connection;
        _options = options;
        Server = server;
        _time = time;
        _batch = new PostgresBatch(connection);
        _commands = new PostgresCommandCache(options.StatementCacheSize);
        _guard = new PostgresStatementGuard(time);
    }

    /// <summary>The server at its other end.</summary>
    internal PostgresServer Server { get; }

    /// <summary>What the connection is rented for; decides its settings.</summary>
    public ConnectionRole Role { get; internal set; }

    /// <summary>
    /// Time until the deadline of the lease: set once, it runs from then on, and no statement runs past it. Infinite at the start of each lease: then the
    /// limit of the role holds for each statement.
    /// </summary>
    public TimeSpan TimeLeft
    {
        get => _deadline is { } deadline ? _time.GetElapsedTime(_time.GetTimestamp(), deadline) : Timeout.InfiniteTimeSpan;
        set => _deadline = value == Timeout.InfiniteTimeSpan ? null : _time.GetTimestamp() + (long)(value.TotalSeconds * _time.TimestampFrequency);
    }

    /// <summary>
    /// Reads on this connection must see what was committed up to here; <see cref="PostgresReplicaBehindException"/> when the server does not
    /// have it yet. Null: whatever the server has.
    /// </summary>
    internal NpgsqlLogSequenceNumber? ReadAfter { get; set; }

    /// <summary>Position right after the latest commit of this lease, in the role Write: what a later read of the same caller must see.</summary>
    public NpgsqlLogSequenceNumber? CommitPosition { get; private set; }

    internal bool IsUsable => !_broken && _connection.FullState == ConnectionState.Open;

    private bool SharesSessions => _options.PoolMode == PostgresPoolMode.Transaction;

    /// <summary>Runs a statement whose rows, if any, nobody wants. Returns how many rows it changed; -1 where that means nothing.</summary>
    /// <param name="command">The statement.</param>
    /// <param name="values">Its values.</param>
    /// <param name="ct">
    /// The caller's cancellation; the server is told to stop. Where it may have made a change by then, the <see cref="OperationCanceledException"/>
    /// holds a <see cref="PostgresFailureException"/> with <see cref="PostgresFailureException.OutcomeUnknown"/>.
    /// </param>
    public ValueTask<int> ExecuteAsync<TArgs>(PostgresCommand<TArgs> command, TArgs values, CancellationToken ct) =>
        RunAsync<object?>(_commands.Bind(command, values), null, null, TimeLeft, ct);

    /// <summary>
    /// Runs a statement and hands each row, together with <paramref name="state"/>, to <paramref name="row"/>; pass a static lambda. The reader
    /// is only valid inside of it. Returns the number of rows. Other parameters as for <see cref="ExecuteAsync"/>.
    /// </summary>
    public ValueTask<int> QueryAsync<TArgs, TState>(
        PostgresCommand<TArgs> command, TArgs values, TState state, Action<NpgsqlDataReader, TState> row, CancellationToken ct) =>
        RunAsync(_commands.Bind(command, values), state, row, TimeLeft, ct);

    /// <summary>The first row as <paramref name="read"/> makes it, or default when there is none. Parameters as for <see cref="ExecuteAsync"/>.</summary>
    public async ValueTask<TResult?> FirstAsync<TArgs, TResult>(
        PostgresCommand<TArgs> command, TArgs values, Func<NpgsqlDataReader, TResult> read, CancellationToken ct)
    {
        var first = new FirstRow<TResult>(read);
        await RunAsync(_commands.Bind(command, values), first, static (reader, first) => first.Take(reader), TimeLeft, ct).ConfigureAwait(false);
        return first.Result;
    }

    /// <summary>Asks the server for its role, timeline and position, in one round trip.</summary>
    internal async ValueTask ObserveAsync(TimeSpan timeLeft, CancellationToken ct)
    {
        var asked = _time.GetTimestamp();
        await RunAsync(_batch.State, (Server, asked), static (reader, to) => to.Server.Observe(PostgresBatch.ReadState(reader, null, to.asked)), timeLeft, ct)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// After a lease. Nothing to send: commands cannot change the session, and settings are compared before the next statement. A transaction that
    /// was left open is not rolled back later but closed with its connection, as it would hold its locks until then.
    /// </summary>
    internal bool TryReset()
    {
        ReadAfter = null;
        CommitPosition = null;
        _deadline = null;
        return IsUsable && _transaction == TransactionStage.None;
    }

    ValueTask IAsyncDisposable.DisposeAsync() => CloseAsync();

    internal async ValueTask CloseAsync()
    {
        try
        {
            // Npgsql must not be disposed under a statement. One that was given up ends when its socket closes, which its cancel request sees to.
            await _work.WaitAsync(CloseLimit, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_work.IsCompleted)
            {
                _ = _work.ContinueWith(static (_, connection) => ((NpgsqlConnection)connection!).Dispose(), _connection, TaskScheduler.Default);
                return;
            }

            await _connection.DisposeAsync().AsTask().WaitAsync(CloseLimit, _time).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException)
        {
            // It was to go anyway.
        }
        finally
        {
            _guard.Dispose();
            _batch.Dispose();
        }
    }

    private async ValueTask<int> RunAsync<TState>(
        NpgsqlBatchCommand command, TState state, Action<NpgsqlDataReader, TState>? row, TimeSpan timeLeft, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        ThrowIfUnusable();
        var limit = Role == ConnectionRole.Analytics ? _options.AnalyticsLimit : _options.StatementLimit;
        if (timeLeft == Timeout.InfiniteTimeSpan || timeLeft > limit)
            timeLeft = limit;
        // Who asks for a sign of life, and leaves, has no use for a connection that gives none.
        var grace = ReferenceEquals(command, _batch.State) ? TimeSpan.Zero : _options.CancelTimeout;
        var started = _time.GetTimestamp();
        for (var mayRepeat = _transaction == TransactionStage.None; ; mayRepeat = false)
        {
            var left = timeLeft - _time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                throw new PostgresFailureException(FailureKind.Timeout, $"{_options.Name}: the deadline had passed before the statement was sent.");

            Compose(command, left);
            _guard.Begin(left, grace, ct);
            var work = ReadAsync(command, state, row);
            try
            {
                var count = work.IsCompleted ? await work.ConfigureAwait(false) : await work.WaitAsync(_guard.Abandoned).ConfigureAwait(false);
                Succeeded();
                return count;
            }
            catch (Exception e)
            {
                _guard.End();
                if (e is PostgresException { SqlState: PostgresFailures.CachedPlanChanged } && !_guard.IsAbandoned)
                {
                    // "cached plan must not change result type": a table was altered. Nothing ran, so outside of a transaction just ask again.
                    command = _commands.Renew(command);
                    _applied = null;
                    if (mayRepeat)
                        continue;
                }

                if (await FailedAsync(e, work, command, ct).ConfigureAwait(false) is { } told)
                    throw told;
                throw;
            }
        }
    }

    /// <summary>Puts into one batch what the statement needs around it.</summary>
    private void Compose(NpgsqlBatchCommand command, TimeSpan left)
    {
        _batch.Clear();
        // Settings that outlive the transaction are only sent outside of one: a rollback would take them back.
        if (!SharesSessions && _transaction is TransactionStage.None or TransactionStage.Begun)
        {
            var settings = PostgresSettings.For(Role, left, _applied?.StatementTimeoutMs ?? 0);
            if (settings != _applied)
                _batch.AddSettings(settings, local: false);
            _applied = settings;
            _transactionTimeoutMs = settings.StatementTimeoutMs;
        }

        if (_transaction == TransactionStage.Begun)
        {
            _batch.AddBegin();
            _transaction = TransactionStage.Open;
            if (SharesSessions)
                _transactionTimeoutMs = 0;
        }

        if (_transaction == TransactionStage.Open || (SharesSessions && _transaction == TransactionStage.None))
        {
            var inForceMs = _transaction == TransactionStage.Open ? _transactionTimeoutMs : 0;
            var settings = PostgresSettings.For(Role, left, inForceMs);
            if (settings.StatementTimeoutMs != inForceMs)
                _batch.AddSettings(settings, local: true);
            _transactionTimeoutMs = settings.StatementTimeoutMs;
        }

        if (ReadAfter is not null)
            _batch.AddPosition();
        var commits = Role == ConnectionRole.Write && _transaction is TransactionStage.None or TransactionStage.Ending;
        _batch.AddStatement(command, withCommitPosition: commits && !ReferenceEquals(command, _batch.State));
    }

    private async Task<int> ReadAsync<TState>(NpgsqlBatchCommand command, TState state, Action<NpgsqlDataReader, TState>? row)
    {
        var ct = _guard.Cancelled;
        var asked = _time.GetTimestamp();
        var count = 0;
        PostgresReplicaBehindException? behind = null;
        ExceptionDispatchInfo? failed = null;
        var reader = await _batch.ExecuteAsync(ct).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            if (_batch.HasSettings)
                await NextResultAsync(reader, ct).ConfigureAwait(false);
            if (_batch.HasPosition)
            {
                await reader.ReadAsync(ct).ConfigureAwait(false);
                behind = Arrived(reader, asked);
                await reader.NextResultAsync(ct).ConfigureAwait(false);
            }

            if (row is not null && behind is null)
            {
                if (reader.FieldCount == 0 || (_batch.HasCommitPosition && PostgresBatch.IsCommitPosition(reader)))
                    throw new InvalidOperationException($"'{command.CommandText}' returns no rows; run it with ExecuteAsync.");
                for (; await NextRowAsync(reader, ct).ConfigureAwait(false); count++)
                {
                    // The caller was let go, and what it handed in may serve somebody else by now.
                    if (!_guard.IsAbandoned && failed is null)
                        failed = Hand(reader, state, row);
                }
            }

            // To the end: what fails at the commit is only told there, and disposing of the reader would swallow it.
            do
            {
                if (_batch.HasCommitPosition && PostgresBatch.IsCommitPosition(reader) && await reader.ReadAsync(ct).ConfigureAwait(false))
                    // Null comes from a replica, to which a pooler may lead in the middle of a lease: what was committed before stays so.
                    CommitPosition = reader.GetFieldValue<NpgsqlLogSequenceNumber?>(0) ?? CommitPosition;
            }
            while (await NextResultAsync(reader, ct).ConfigureAwait(false));
        }

        failed?.Throw();
        if (behind is not null)
            throw behind;
        return row is null ? command.RecordsAffected : count;
    }

    /// <summary>
    /// Reads a result to its end and goes to the next. Where an error ends a result that a barrier separates from the next one, NextResultAsync of Npgsql
    /// 10.0.0 reads that error from its buffer again and again and keeps each, until memory is full (seen: 23 GB); ReadAsync ends.
    /// </summary>
    private async ValueTask<bool> NextResultAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        while (await NextRowAsync(reader, ct).ConfigureAwait(false))
        {
        }

        return await reader.NextResultAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Reads the next row. After an error Npgsql takes all results for read; those behind a barrier would be taken for the next statement's.</summary>
    private async ValueTask<bool> NextRowAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        try
        {
            return await reader.ReadAsync(ct).ConfigureAwait(false);
        }
        catch when (_batch.HasBarrier)
        {
            _broken = true;
            throw;
        }
    }

    /// <summary>
    /// Hands over a row. A failure is returned and not thrown: leaving the reader in the middle would have it consume the rest (<see cref="NextResultAsync"/>).
    /// </summary>
    private static ExceptionDispatchInfo? Hand<TState>(NpgsqlDataReader reader, TState state, Action<NpgsqlDataReader, TState> row)
    {
        try
        {
            row(reader, state);
            return null;
        }
        catch (Exception exception)
        {
            return ExceptionDispatchInfo.Capture(exception);
        }
    }

    private PostgresReplicaBehindException? Arrived(NpgsqlDataReader reader, long asked)
    {
        var state = PostgresBatch.ReadState(reader, Server.State, asked);
        Server.Observe(state);
        if (state.Position < ReadAfter!.Value)
            return new PostgresReplicaBehindException(state.Position, ReadAfter.Value);
        // A position never goes back while the connection lives, so the rest of the lease need not ask.
        ReadAfter = null;
        return null;
    }

    private void Succeeded()
    {
        _guard.End();
        // The answer counts, but a cancel request on its way might hit the next statement.
        if (_guard.IsAbandoned || _guard.CancelRequest is not null)
            _broken = true;
    }

    /// <summary>Settles what is known of the connection after a failure. Returns what to throw instead, or null to let the failure pass.</summary>
    private async ValueTask<Exception?> FailedAsync(Exception failure, Task work, NpgsqlBatchCommand command, CancellationToken ct)
    {
        var committing = _transaction is TransactionStage.None or TransactionStage.Ending;
        if (_transaction == TransactionStage.Open)
            _transaction = TransactionStage.Failed;
        _applied = null;

        if (_guard.IsAbandoned)
        {
            _broken = true;
            _work = work;
            _ = work.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            _guard.RequestCancel();
            if (ct.IsCancellationRequested)
                return Cancelled(Unanswered(FailureKind.Timeout, "did not answer before the caller was let go", failure, command, committing), ct);
            return Unanswered(FailureKind.Timeout, "did not answer before the deadline", failure, command, committing);
        }

        if (_guard.CancelRequest is { } request)
        {
            // Only the server's own word that it stopped the statement, and the end of the request, say that nothing more will come.
            var confirmed = failure is OperationCanceledException { InnerException: PostgresException { SqlState: PostgresFailures.QueryCanceled } };
            if (confirmed)
                await request.WaitAsync(_guard.TimeLeft, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (confirmed && request.IsCompletedSuccessfully)
                _guard.Renew();
            else
                _broken = true;

            // An error rolls back. But behind a statement that asks for its commit's position, that question may be what was stopped, after the commit.
            if (failure is PostgresException { InvariantSeverity: "ERROR" } || (confirmed && !_batch.HasCommitPosition))
                return Cancelled(failure, ct);
            return Cancelled(Unanswered(FailureKind.Timeout, "was told to stop before it answered", failure, command, committing), ct);
        }

        if (_connection.FullState == ConnectionState.Open && failure is not PostgresException { InvariantSeverity: "FATAL" or "PANIC" })
            return null;

        // Npgsql also closes a connection on which the server reported trouble of its own (memory, disk, damage). That is an answer.
        _broken = true;
        if (failure is PostgresException { InvariantSeverity: "ERROR" })
            return null;
        return Unanswered(PostgresFailures.Classify(failure), "closed the connection before it answered", failure, command, committing);
    }

    private static OperationCanceledException Cancelled(Exception inner, CancellationToken ct) => new("The statement was cancelled.", inner, ct);

    private PostgresFailureException Unanswered(FailureKind kind, string what, Exception failure, NpgsqlBatchCommand command, bool committing)
    {
        var unknown = committing && Role is ConnectionRole.Write or ConnectionRole.General;
        return new PostgresFailureException(
            kind, $"{_options.Name} {what} to '{command.CommandText}'." + (unknown ? " Whether a change took place is not known." : ""), failure)
        {
            OutcomeUnknown = unknown,
        };
    }

    private void ThrowIfUnusable()
    {
        if (!IsUsable)
            throw new PostgresFailureException(FailureKind.Connect, $"{_options.Name}: the connection is closed.");
        if (_transaction == TransactionStage.Failed)
            throw new InvalidOperationException("A statement of the transaction failed; dispose of the transaction before the next statement.");
    }

    private sealed class FirstRow<TResult>(Func<NpgsqlDataReader, TResult> read)
    {
        private bool _taken;

        public TResult? Result { get; private set; }

        public void Take(NpgsqlDataReader reader)
        {
            if (_taken)
                return;
            Result = read(reader);
            _taken = true;
        }
    }
}
