using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace EdgeDb.Core.Connections;

/// <summary>
/// The one batch of a connection: the caller's statement and what goes around it, in one round trip. Its own statements are prepared like the
/// callers'. Order: settings, BEGIN, position of the replica, the statement, position of the commit.
/// </summary>
internal sealed class PostgresBatch : IDisposable
{
    /// <summary>Statements of this class that a connection keeps prepared.</summary>
    public const int OwnStatements = 8;

    private const string SettingsSql = "SELECT set_config('statement_timeout', $1, false), set_config('default_transaction_read_only', $2, false)";

    // transaction_read_only, because the default was read when the transaction began; it can be switched on but not off again.
    private const string LocalSettingsSql =
        "SELECT set_config('statement_timeout', $1, true), CASE $2 WHEN 'on' THEN set_config('transaction_read_only', $2, true) END";

    // The timeline of a primary is in the name of the file it writes; pg_control_checkpoint() shows a promotion only after the next checkpoint.
    private const string PositionColumns =
        "pg_is_in_recovery(), CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END, " +
        "CASE WHEN pg_is_in_recovery() THEN NULL ELSE substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) END";

    private const string PositionSql = "SELECT " + PositionColumns;

    private const string CommitPositionColumn = "edgedb_commit_position";

    // A replica refuses to name a position of writing, and the write before has failed there anyway: NULL, so that its error is the one told.
    private const string CommitPositionSql =
        "SELECT CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_wal_insert_lsn() END AS " + CommitPositionColumn;

    private const string StateSql = "SELECT " + PositionColumns + ", " +
        "(SELECT system_identifier FROM pg_control_system()), (SELECT min_recovery_end_timeline FROM pg_control_recovery())";

    private readonly NpgsqlBatch _batch;
    private readonly NpgsqlBatchCommand _settings = WithSettings(SettingsSql);
    private readonly NpgsqlBatchCommand _localSettings = WithSettings(LocalSettingsSql);
    private readonly NpgsqlBatchCommand _begin = new("BEGIN");
    private readonly NpgsqlBatchCommand _position = new(PositionSql);
    private readonly NpgsqlBatchCommand _commitPosition = new(CommitPositionSql);

    public PostgresBatch(NpgsqlConnection connection)
    {
        _batch = new NpgsqlBatch(connection);
        // A barrier ends the implicit transaction. Without it the new default for reading would not hold for the statement that follows, and a
        // failing statement would take the settings back.
        _settings.AppendErrorBarrier = true;
    }

    public NpgsqlBatchCommand Commit { get; } = new("COMMIT");

    public NpgsqlBatchCommand Rollback { get; } = new("ROLLBACK");

    /// <summary>Read with <see cref="ReadState"/>.</summary>
    public NpgsqlBatchCommand State { get; } = new(StateSql);

    public bool HasSettings { get; private set; }

    public bool HasPosition { get; private set; }

    public bool HasCommitPosition { get; private set; }

    /// <summary>Behind a barrier the server goes on after an error.</summary>
    public bool HasBarrier { get; private set; }

    public void Clear()
    {
        _batch.BatchCommands.Clear();
        HasSettings = HasPosition = HasCommitPosition = HasBarrier = false;
    }

    /// <param name="settings">What shall hold.</param>
    /// <param name="local">For this transaction only, an implicit one included: gone with it, whatever becomes of it.</param>
    public void AddSettings(PostgresSettings settings, bool local)
    {
        var command = local ? _localSettings : _settings;
        ((NpgsqlParameter<string>)command.Parameters[0]).TypedValue = settings.StatementTimeoutMs.ToString(CultureInfo.InvariantCulture);
        ((NpgsqlParameter<string>)command.Parameters[1]).TypedValue = settings.ReadOnly ? "on" : "off";
        _batch.BatchCommands.Add(command);
        HasSettings = true;
        HasBarrier |= !local;
    }

    public void AddBegin() => _batch.BatchCommands.Add(_begin);

    public void AddPosition()
    {
        _batch.BatchCommands.Add(_position);
        HasPosition = true;
    }

    /// <param name="command">The caller's statement.</param>
    /// <param name="withCommitPosition">
    /// Asks for the position after the barrier that commits. Asked before the commit, it would lie before the commit's own record, and a replica
    /// could reach it without having the change.
    /// </param>
    public void AddStatement(NpgsqlBatchCommand command, bool withCommitPosition)
    {
        command.AppendErrorBarrier = withCommitPosition;
        _batch.BatchCommands.Add(command);
        if (!withCommitPosition)
            return;
        _batch.BatchCommands.Add(_commitPosition);
        HasCommitPosition = HasBarrier = true;
    }

    public void Dispose() => _batch.Dispose();

    public Task<NpgsqlDataReader> ExecuteAsync(CancellationToken ct) => _batch.ExecuteReaderAsync(ct);

    public static bool IsCommitPosition(NpgsqlDataReader reader) => reader.FieldCount == 1 && reader.GetName(0) == CommitPositionColumn;

    /// <param name="reader">At a row of <see cref="State"/>, or of the position that <see cref="AddPosition"/> asks for.</param>
    /// <param name="known">What does not change on an open connection.</param>
    /// <param name="asked">When the batch was sent.</param>
    public static PostgresServerState ReadState(NpgsqlDataReader reader, PostgresServerState? known, long asked)
    {
        var isWhole = reader.FieldCount > 3;
        return new(
            reader.GetBoolean(0),
            isWhole ? reader.GetInt64(3) : known?.SystemIdentifier ?? 0,
            !reader.IsDBNull(2) ? uint.Parse(reader.GetString(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                : isWhole ? (uint)reader.GetInt32(4) : known?.Timeline ?? 0,
            // NULL on a replica that streams but has not replayed anything since its start.
            reader.IsDBNull(1) ? default : reader.GetFieldValue<NpgsqlLogSequenceNumber>(1),
            asked);
    }

    private static NpgsqlBatchCommand WithSettings(string sql) => new(sql) { Parameters = { new NpgsqlParameter<string>(), new NpgsqlParameter<string>() } };
}
