using System.Collections.Concurrent;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Npgsql;
using NpgsqlTypes;
using Xunit;
using static EdgeDb.Core.Tests.Connections.Postgres.PostgresTestServer;

namespace EdgeDb.Core.Tests.Connections.Postgres;

public sealed class PostgresConnectionTests : IAsyncLifetime
{
    private static readonly PostgresCommand<int> One = new("SELECT 1", static (ref _, _) => { });
    // Longer than any sleep here, so that only what a test does ends one.
    private static readonly TimeSpan StatementLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CancelTimeout = TimeSpan.FromSeconds(10);
    // Before Npgsql, which has a clock of its own, ends a statement that was told to stop.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);

    // Our side's clock stands still until a test moves it; the server has its own.
    private readonly ManualTimeProvider _time = new();
    private Upstreams _servers = null!;
    private PostgresSource _source = null!;
    private PostgresConnection _connection = null!;

    public async ValueTask InitializeAsync()
    {
        _servers = await Upstreams.SharedAsync();
        _source = new PostgresSource(Options(_servers) with { StatementCacheSize = 4, StatementLimit = StatementLimit, CancelTimeout = CancelTimeout }, _time);
        _connection = await _source.OpenAsync(ConnectionRole.General, None);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.CloseAsync(_connection);
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task Values_of_every_common_type_come_back_as_they_went_and_null_stays_null()
    {
        var command = new PostgresCommand<(long Id, int? Count, string? Name, Guid Key, DateTime At, byte[]? Bytes, string? Json, int[] List, bool Flag, double Real)>(
            "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10", static (ref p, v) =>
            {
                p.Add(v.Id);
                p.Add(v.Count);
                p.Add(v.Name);
                p.Add(v.Key);
                p.Add(v.At);
                p.Add(v.Bytes);
                p.AddJson(v.Json);
                p.Add(v.List);
                p.Add(v.Flag);
                p.Add(v.Real);
            });
        var key = Guid.CreateVersion7();
        var at = new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

        // Three times, because the third runs prepared; the second with NULL wherever that can be.
        for (var run = 1; run <= 3; run++)
        {
            var full = run != 2;
            var row = await _connection.FirstAsync(
                command, (long.MaxValue, full ? 7 : null, full ? "Zoë" : null, key, at, full ? [1, 2] : null, full ? """{"a": 1}""" : null, [3, 4], true, 0.5),
                static r => (Id: r.GetInt64(0), Count: r.IsDBNull(1) ? (int?)null : r.GetInt32(1), Name: r.IsDBNull(2) ? null : r.GetString(2), Key: r.GetGuid(3),
                    At: r.GetDateTime(4), Bytes: r.IsDBNull(5) ? null : r.GetFieldValue<byte[]>(5), Json: r.IsDBNull(6) ? null : r.GetString(6),
                    List: r.GetFieldValue<int[]>(7), Flag: r.GetBoolean(8), Real: r.GetDouble(9)), None);

            Assert.Equal((long.MaxValue, full ? 7 : null, full ? "Zoë" : null, key, at), (row.Id, row.Count, row.Name, row.Key, row.At));
            Assert.Equal(full ? [1, 2] : null, row.Bytes);
            Assert.Equal(full ? """{"a": 1}""" : null, row.Json);
            Assert.Equal([3, 4], row.List);
            Assert.Equal((true, 0.5), (row.Flag, row.Real));
        }
    }

    [Fact]
    public async Task A_statement_is_prepared_at_its_second_run_and_stays_so()
    {
        var number = new PostgresCommand<int>("SELECT $1 AS number_once_more", static (ref p, value) => p.Add(value));
        // A bracket, so that the pattern does not find itself.
        var name = new PostgresCommand<int>("SELECT count(*) FROM pg_prepared_statements WHERE statement ~ 'number_[o]nce_more'", static (ref _, _) => { });
        var held = new List<long>();
        for (var run = 1; run <= 4; run++)
        {
            Assert.Equal(run, await _connection.FirstAsync(number, run, static row => row.GetInt32(0), None));
            held.Add(await _connection.FirstAsync(name, 0, static row => row.GetInt64(0), None));
        }

        Assert.Equal([0, 1, 1, 1], held);
    }

    [Fact]
    public async Task Prepared_statements_are_bounded_and_the_oldest_are_deallocated()
    {
        for (var i = 0; i < 40; i++)
        {
            var command = new PostgresCommand<int>($"SELECT {i} + $1", static (ref p, value) => p.Add(value));
            for (var run = 1; run <= 3; run++)
                Assert.Equal(i + run, await _connection.FirstAsync(command, run, static row => row.GetInt32(0), None));
        }

        var prepared = await _connection.FirstAsync(PreparedCount, 0, static row => row.GetInt64(0), None);
        Assert.InRange(prepared, 4, 4 + PostgresBatch.OwnStatements);
    }

    [Fact]
    public async Task The_role_decides_the_settings_and_a_change_of_role_needs_no_new_connection()
    {
        var pid = await _connection.PidAsync();
        Assert.Equal("off", await _connection.SettingAsync("default_transaction_read_only"));
        Assert.True(_source.TryAssign(_connection, ConnectionRole.Read));
        Assert.Equal("on", await _connection.SettingAsync("transaction_read_only"));
        Assert.True(_source.TryAssign(_connection, ConnectionRole.Analytics));
        Assert.Equal("on", await _connection.SettingAsync("transaction_read_only"));
        Assert.Equal(270_000, await _connection.TimeoutMsAsync());
        Assert.True(_source.TryAssign(_connection, ConnectionRole.Write));
        Assert.Equal("off", await _connection.SettingAsync("transaction_read_only"));
        Assert.Equal(pid, await _connection.PidAsync());
    }

    [Fact]
    public async Task A_connection_for_reading_refuses_to_write()
    {
        await CreateTableAsync(_servers, "refused", "id int");
        _source.TryAssign(_connection, ConnectionRole.Read);
        var insert = new PostgresCommand<int>("INSERT INTO refused VALUES ($1)", static (ref p, value) => p.Add(value));

        // At its first use after the change, too: the settings arrive in the same round trip.
        var failure = await Assert.ThrowsAsync<PostgresException>(async () => await _connection.ExecuteAsync(insert, 1, None));
        Assert.Equal(PostgresFailures.ReadOnlyTransaction, failure.SqlState);
    }

    [Theory]
    [InlineData(2000, 1800)]
    [InlineData(20_000, 18_000)]
    public async Task The_server_is_told_to_stop_a_statement_a_little_before_the_callers_deadline(int leftMs, int timeoutMs)
    {
        _connection.TimeLeft = TimeSpan.FromMilliseconds(leftMs);
        Assert.Equal(timeoutMs, await _connection.TimeoutMsAsync());
    }

    [Theory]
    [InlineData(300, 270)]
    [InlineData(40, 30)]
    [InlineData(3, 1)]
    public void However_short_the_time_is_some_of_it_is_left_for_the_answer(int leftMs, int timeoutMs) =>
        Assert.Equal(timeoutMs, PostgresSettings.For(ConnectionRole.Read, TimeSpan.FromMilliseconds(leftMs), 0).StatementTimeoutMs);

    [Fact]
    public void Callers_with_about_the_same_deadline_share_one_setting()
    {
        var inForce = PostgresSettings.For(ConnectionRole.Read, TimeSpan.FromSeconds(2), 0);
        Assert.Equal(new PostgresSettings(1800, true), inForce);
        foreach (var left in new[] { 2000, 2300, 2571 })
            Assert.Equal(1800, PostgresSettings.For(ConnectionRole.Read, TimeSpan.FromMilliseconds(left), inForce.StatementTimeoutMs).StatementTimeoutMs);
        Assert.Equal(1799, PostgresSettings.For(ConnectionRole.Read, TimeSpan.FromMilliseconds(1999), inForce.StatementTimeoutMs).StatementTimeoutMs);
        Assert.Equal(2700, PostgresSettings.For(ConnectionRole.Read, TimeSpan.FromMilliseconds(3000), inForce.StatementTimeoutMs).StatementTimeoutMs);
    }

    [Fact]
    public async Task A_statement_past_its_deadline_is_stopped_by_the_server_and_the_connection_lives_on()
    {
        var pid = await _connection.PidAsync();
        _connection.TimeLeft = TimeSpan.FromSeconds(1);
        var failure = await Assert.ThrowsAsync<PostgresException>(async () => await _connection.ExecuteAsync(Sleep, 30, None));

        Assert.Equal(FailureKind.Timeout, _source.Classify(failure));
        Assert.True(_source.TryReset(_connection));
        Assert.Equal(pid, await _connection.PidAsync());
    }

    [Fact]
    public async Task A_caller_who_gives_up_stops_the_statement_on_the_server_and_the_connection_lives_on()
    {
        var pid = await _connection.PidAsync();
        using var caller = new CancellationTokenSource();
        var running = _connection.ExecuteAsync(Sleep, 30, caller.Token).AsTask();
        await UntilAsync(async () => (long)(await AdminAsync(_servers, $"SELECT count(*) FROM pg_stat_activity WHERE pid = {pid} AND wait_event = 'PgSleep'"))! == 1);
        await caller.CancelAsync();

        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(caller.Token, failure.CancellationToken);
        // The server said that it stopped, so there is no doubt.
        Assert.IsNotType<PostgresFailureException>(failure.InnerException);
        Assert.True(_source.TryReset(_connection));
        for (var i = 0; i < 20; i++)
            Assert.Equal(pid, await _connection.PidAsync());
    }

    [Fact]
    public async Task A_server_that_hangs_holds_no_caller_past_its_deadline_and_the_connection_is_given_up()
    {
        var pid = await _connection.PidAsync();
        await using var frozen = Frozen.Process(pid);
        _connection.TimeLeft = TimeSpan.FromMilliseconds(300);
        var running = _connection.FirstAsync(One, 0, static row => row.GetInt32(0), None).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(299));
        Assert.False(running.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var failure = await Assert.ThrowsAsync<PostgresFailureException>(() => running.WaitAsync(Soon, None));

        Assert.Equal(FailureKind.Timeout, failure.Kind);
        Assert.True(failure.OutcomeUnknown);
        Assert.False(_source.TryReset(_connection));
        Assert.False(_source.IsUsable(_connection));
        // Nor does closing wait for it.
        var closing = _source.CloseAsync(_connection).AsTask();
        _time.Advance(TimeSpan.FromSeconds(1));
        await closing.WaitAsync(Soon, None);
    }

    [Fact]
    public async Task A_caller_who_gives_up_on_a_hanging_server_is_let_go_after_the_cancel_timeout()
    {
        var pid = await _connection.PidAsync();
        await using var frozen = Frozen.Process(pid);
        using var caller = new CancellationTokenSource();
        var running = _connection.ExecuteAsync(One, 0, caller.Token).AsTask();
        await caller.CancelAsync();
        _time.Advance(CancelTimeout - TimeSpan.FromMilliseconds(1));
        Assert.False(running.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Soon, None));

        Assert.True(Assert.IsType<PostgresFailureException>(failure.InnerException).OutcomeUnknown);
        Assert.False(_source.TryReset(_connection));
    }

    [Fact]
    public async Task A_write_stopped_by_its_caller_is_of_unknown_outcome_and_a_read_is_not()
    {
        foreach (var (role, unknown) in new[] { (ConnectionRole.Write, true), (ConnectionRole.Read, false) })
        {
            Assert.True(_source.TryAssign(_connection, role));
            var pid = await _connection.PidAsync();
            using var caller = new CancellationTokenSource();
            var running = _connection.ExecuteAsync(Sleep, 30, caller.Token).AsTask();
            await UntilAsync(async () => (long)(await AdminAsync(_servers, $"SELECT count(*) FROM pg_stat_activity WHERE pid = {pid} AND wait_event = 'PgSleep'"))! == 1);
            await caller.CancelAsync();

            var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            Assert.Equal(unknown, failure.InnerException is PostgresFailureException { OutcomeUnknown: true });
            Assert.True(_source.TryReset(_connection));
        }
    }

    [Fact]
    public async Task Rows_that_are_read_after_the_caller_was_let_go_are_handed_to_nobody()
    {
        // The lock keeps the answer back until the statement has given its thread free: a row that blocks would otherwise block the test itself.
        await using var holder = new NpgsqlConnection(_servers.PostgresConnectionString(admin: true) + ";Pooling=false");
        await holder.OpenAsync(None);
        await using var hold = new NpgsqlCommand("SELECT pg_advisory_lock(7341)", holder);
        await hold.ExecuteNonQueryAsync(None);
        var many = new PostgresCommand<int>("SELECT generate_series(1, 1000) FROM (SELECT pg_advisory_xact_lock(7341)) held", static (ref _, _) => { });
        using var first = new SemaphoreSlim(0);
        using var letGo = new ManualResetEventSlim();
        using var caller = new CancellationTokenSource();
        var seen = new ConcurrentQueue<int>();
        var running = _connection.QueryAsync(many, 0, (first, letGo, seen), static (row, to) =>
        {
            to.seen.Enqueue(row.GetInt32(0));
            to.first.Release();
            to.letGo.Wait(None);
        }, caller.Token).AsTask();
        hold.CommandText = "SELECT pg_advisory_unlock(7341)";
        await hold.ExecuteNonQueryAsync(None);
        await first.WaitAsync(None);

        await caller.CancelAsync();
        _time.Advance(CancelTimeout);
        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.True(Assert.IsType<PostgresFailureException>(failure.InnerException).OutcomeUnknown);

        letGo.Set();
        // Waits for the statement.
        await _source.CloseAsync(_connection);
        Assert.Equal([1], seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_stopped_in_the_middle_of_its_rows_ends_and_leaves_nothing_to_be_read_on_its_connection(bool wantsRows)
    {
        // Rows wider than the server's buffer, so that the first ones arrive before the statement sleeps. Behind it stands the position of the commit.
        Assert.True(_source.TryAssign(_connection, ConnectionRole.Write));
        var wide = new PostgresCommand<int>(
            "SELECT repeat('x', 20000), CASE WHEN i = 20 THEN pg_sleep(30)::text END FROM generate_series(1, 40) i", static (ref _, _) => { });
        var pid = await _connection.PidAsync();
        using var caller = new CancellationTokenSource();
        var running = wantsRows
            ? _connection.QueryAsync(wide, 0, 0, static (_, _) => { }, caller.Token).AsTask()
            : _connection.ExecuteAsync(wide, 0, caller.Token).AsTask();
        await UntilAsync(async () => (long)(await AdminAsync(_servers, $"SELECT count(*) FROM pg_stat_activity WHERE pid = {pid} AND wait_event = 'PgSleep'"))! == 1);

        await caller.CancelAsync();
        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Contains("was told to stop", failure.InnerException!.Message, StringComparison.Ordinal);
        Assert.False(_source.TryReset(_connection));
    }

    [Fact]
    public async Task A_row_that_its_reader_cannot_take_fails_the_statement_and_leaves_the_connection_in_step()
    {
        Assert.True(_source.TryAssign(_connection, ConnectionRole.Write));
        var many = new PostgresCommand<int>("SELECT generate_series(1, 1000)", static (ref _, _) => { });
        var rows = new List<int>();
        await Assert.ThrowsAsync<FormatException>(async () => await _connection.QueryAsync(many, 0, rows, static (row, rows) =>
        {
            rows.Add(row.GetInt32(0));
            throw new FormatException("Not of this shape.");
        }, None));

        Assert.Equal([1], rows);
        Assert.True(_source.TryReset(_connection));
        Assert.Equal(1, await _connection.FirstAsync(One, 0, static row => row.GetInt32(0), None));
    }

    [Fact]
    public async Task A_deadline_that_has_passed_sends_nothing()
    {
        _connection.TimeLeft = TimeSpan.Zero;
        var failure = await Assert.ThrowsAsync<PostgresFailureException>(async () => await _connection.ExecuteAsync(One, 0, None));
        Assert.Equal((FailureKind.Timeout, false), (failure.Kind, failure.OutcomeUnknown));
        Assert.True(_source.TryReset(_connection));
    }

    [Fact]
    public async Task A_deadline_ends_with_its_lease()
    {
        _connection.TimeLeft = TimeSpan.FromSeconds(2);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(TimeSpan.FromSeconds(1.5), _connection.TimeLeft);
        Assert.True(_source.TryReset(_connection));
        Assert.Equal(Timeout.InfiniteTimeSpan, _connection.TimeLeft);
        Assert.Equal(54_000, await _connection.TimeoutMsAsync());
    }

    [Fact]
    public async Task A_table_that_was_altered_does_not_fail_the_statements_that_were_prepared_before()
    {
        await CreateTableAsync(_servers, "altered", "id int");
        var all = new PostgresCommand<int>("SELECT * FROM altered", static (ref _, _) => { });
        for (var run = 0; run < 3; run++)
            await _connection.QueryAsync(all, 0, 0, static (_, _) => { }, None);
        await AdminAsync(_servers, "ALTER TABLE altered ADD COLUMN name text; INSERT INTO altered VALUES (1, 'x')");

        Assert.Equal("x", await _connection.FirstAsync(all, 0, static row => row.GetString(1), None));
    }

    [Fact]
    public async Task A_callback_that_throws_leaves_the_connection_in_order()
    {
        var many = new PostgresCommand<int>("SELECT generate_series(1, 1000)", static (ref _, _) => { });
        await Assert.ThrowsAsync<FormatException>(async () => await _connection.QueryAsync(many, 0, 0, static (_, _) => throw new FormatException(), None));
        Assert.True(_source.TryReset(_connection));
        Assert.Equal(1000, await _connection.QueryAsync(many, 0, 0, static (_, _) => { }, None));
    }

    [Fact]
    public async Task A_statement_without_rows_that_is_asked_for_rows_says_what_to_call()
    {
        await CreateTableAsync(_servers, "rowless", "id int");
        var insert = new PostgresCommand<int>("INSERT INTO rowless VALUES ($1)", static (ref p, value) => p.Add(value));
        foreach (var role in new[] { ConnectionRole.General, ConnectionRole.Write })
        {
            _source.TryAssign(_connection, role);
            var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () => await _connection.QueryAsync(insert, 1, 0, static (_, _) => { }, None));
            Assert.Contains("run it with ExecuteAsync", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_lost_connection_leaves_a_write_of_unknown_outcome_and_a_read_without_that_doubt()
    {
        foreach (var (role, unknown) in new[] { (ConnectionRole.Write, true), (ConnectionRole.Read, false) })
        {
            var connection = await _source.OpenAsync(role, None);
            var pid = await connection.PidAsync();
            var running = connection.ExecuteAsync(Sleep, 30, None).AsTask();
            await UntilAsync(async () => (long)(await AdminAsync(_servers, $"SELECT count(*) FROM pg_stat_activity WHERE pid = {pid} AND wait_event = 'PgSleep'"))! == 1);
            await AdminAsync(_servers, $"SELECT pg_terminate_backend({pid})");

            var failure = await Assert.ThrowsAsync<PostgresFailureException>(() => running);
            Assert.Equal((FailureKind.Connect, unknown), (_source.Classify(failure), failure.OutcomeUnknown));
            Assert.False(_source.TryReset(connection));
            await _source.CloseAsync(connection);
        }
    }

    [Fact]
    public async Task A_commits_position_is_one_that_the_replica_must_reach_before_it_shows_the_change()
    {
        await CreateTableAsync(_servers, "position", "id int primary key");
        _source.TryAssign(_connection, ConnectionRole.Write);
        await using var replicas = new PostgresSource(Options(_servers, _servers.ReplicaPort), TimeProvider.System);
        var insert = new PostgresCommand<int>("INSERT INTO position VALUES ($1)", static (ref p, value) => p.Add(value));
        var find = new PostgresCommand<int>("SELECT id FROM position WHERE id = $1", static (ref p, value) => p.Add(value));
        var replica = await replicas.OpenAsync(ConnectionRole.Read, None);
        replica.ReadAfter = new NpgsqlLogSequenceNumber(ulong.MaxValue / 2);
        await Assert.ThrowsAsync<PostgresReplicaBehindException>(async () => await replica.FirstAsync(find, 1, static row => row.GetInt32(0), None));
        for (var id = 1; id <= 300; id++)
        {
            await _connection.ExecuteAsync(insert, id, None);
            var position = Assert.NotNull(_connection.CommitPosition);
            replica.ReadAfter = position;
            while (true)
            {
                try
                {
                    Assert.Equal(id, await replica.FirstAsync(find, id, static row => row.GetInt32(0), None));
                    break;
                }
                catch (PostgresReplicaBehindException)
                {
                    // Asked again, as the router would.
                }
            }

            Assert.True(replicas.Server.State!.Value.Position >= position);
        }

        await replicas.CloseAsync(replica);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_commits_position_lies_behind_all_that_the_commit_did(bool inTransaction)
    {
        // Notes the position at the very end of the transaction, when the deferred check runs.
        await CreateTableAsync(_servers, "committed", "id int, at pg_lsn");
        await AdminAsync(_servers, "CREATE OR REPLACE FUNCTION note_commit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE committed SET at = pg_current_wal_insert_lsn() WHERE id = NEW.id; RETURN NULL; END'; " +
            "CREATE CONSTRAINT TRIGGER note_commit AFTER INSERT ON committed DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_commit()");
        _source.TryAssign(_connection, ConnectionRole.Write);
        var insert = new PostgresCommand<int>("INSERT INTO committed (id) VALUES ($1)", static (ref p, id) => p.Add(id));
        var at = new PostgresCommand<int>("SELECT at FROM committed WHERE id = $1", static (ref p, id) => p.Add(id));
        if (inTransaction)
        {
            await using var transaction = _connection.Begin();
            await _connection.ExecuteAsync(insert, 1, None);
            await transaction.CommitAsync(None);
        }
        else
        {
            await _connection.ExecuteAsync(insert, 1, None);
        }

        var position = Assert.NotNull(_connection.CommitPosition);
        Assert.True(position > await _connection.FirstAsync(at, 1, static row => row.GetFieldValue<NpgsqlLogSequenceNumber>(0), None));
    }

    [Fact]
    public async Task Opening_tells_role_timeline_and_position_of_the_server()
    {
        await using var replicas = new PostgresSource(Options(_servers, _servers.ReplicaPort), TimeProvider.System);
        await replicas.CloseAsync(await replicas.OpenAsync(ConnectionRole.Read, None));
        var (primary, replica) = (_source.Server.State!.Value, replicas.Server.State!.Value);

        Assert.Equal((false, 1u), (primary.InRecovery, primary.Timeline));
        Assert.Equal((true, 1u), (replica.InRecovery, replica.Timeline));
        Assert.Equal(primary.SystemIdentifier, replica.SystemIdentifier);
        Assert.True(primary.Position > new NpgsqlLogSequenceNumber(0) && replica.Position > new NpgsqlLogSequenceNumber(0));
    }

    [Theory]
    [InlineData("SET statement_timeout = 0")]
    [InlineData("  begin")]
    [InlineData("LISTEN changes")]
    [InlineData("SELECT pg_advisory_lock(1)")]
    [InlineData("SELECT set_config('a.b', '1', false)")]
    [InlineData("CREATE TEMPORARY TABLE t (a int)")]
    [InlineData("DISCARD ALL")]
    public void A_command_that_would_change_the_session_is_refused(string sql)
    {
        var failure = Assert.Throws<ArgumentException>(() => new PostgresCommand<int>(sql, static (ref _, _) => { }));
        Assert.Contains("changes the session", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT pg_advisory_xact_lock(1)")]
    [InlineData("UPDATE t SET a = 1")]
    [InlineData("SELECT begin_at FROM t")]
    public void Other_commands_are_not(string sql) => Assert.Equal(sql, new PostgresCommand<int>(sql, static (ref _, _) => { }).Sql);

    [Fact]
    public async Task A_command_that_adds_other_types_or_counts_than_before_says_so()
    {
        var command = new PostgresCommand<object>("SELECT $1", static (ref p, value) =>
        {
            if (value is int number)
                p.Add(number);
            else if (value is string text)
                p.Add(text);
        });
        await _connection.FirstAsync(command, 1, static row => row.GetInt32(0), None);
        await Assert.ThrowsAsync<ArgumentException>(async () => await _connection.ExecuteAsync(command, "1", None));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _connection.ExecuteAsync(command, 1L, None));
    }
}
