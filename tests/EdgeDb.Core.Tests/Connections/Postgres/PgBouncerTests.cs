using System.Collections.Concurrent;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Npgsql;
using Xunit;
using static EdgeDb.Core.Tests.Connections.Postgres.PostgresTestServer;

namespace EdgeDb.Core.Tests.Connections.Postgres;

/// <summary>Through a real pgbouncer in transaction mode that shares five sessions of the server among all clients.</summary>
public sealed class PgBouncerTests
{
    private const int Sessions = 5;
    private const int Clients = 40;
    private const int RoundsPerClient = 60;

    private static readonly PostgresCommand<(int Client, int Round)> Insert =
        new("INSERT INTO shared_sessions (client, round) VALUES ($1, $2)", static (ref p, v) =>
        {
            p.Add(v.Client);
            p.Add(v.Round);
        });

    private static readonly PostgresCommand<int> Own = new("SELECT count(*), pg_backend_pid() FROM shared_sessions WHERE client = $1", static (ref p, id) => p.Add(id));

    private static readonly PostgresCommand<int> Inherited = new(
        "SELECT current_setting('transaction_read_only'), (SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'), " +
        "(SELECT count(*) FROM pg_prepared_statements)", static (ref _, _) => { });

    [Fact]
    public async Task Many_clients_over_few_sessions_meet_no_lost_statement_and_no_setting_of_another()
    {
        var servers = await Upstreams.SharedAsync();
        await CreateTableAsync(servers, "shared_sessions", "client int, round int");
        // On a clock that stands still nobody is late, and a deadline has exactly one timeout.
        await using var source = new PostgresSource(PgBouncerOptions(servers) with { StatementLimit = TimeSpan.FromMinutes(10) }, new ManualTimeProvider());
        var pids = new ConcurrentDictionary<int, bool>();

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
        {
            var connection = await source.OpenAsync(ConnectionRole.General, None);
            var random = new Random(client);
            var written = 0;
            for (var round = 0; round < RoundsPerClient; round++)
            {
                var role = (ConnectionRole)random.Next(4);
                var left = TimeSpan.FromSeconds(random.Next(20, 90));
                Assert.True(source.TryAssign(connection, role));
                connection.TimeLeft = left;
                switch (random.Next(4))
                {
                    case 0 when role is ConnectionRole.Write or ConnectionRole.General:
                        await connection.ExecuteAsync(Insert, (client, round), None);
                        written++;
                        break;
                    case 1 when role is ConnectionRole.Write or ConnectionRole.General:
                        await using (var transaction = connection.Begin())
                        {
                            await connection.ExecuteAsync(Insert, (client, round), None);
                            if (round % 2 == 0)
                            {
                                await transaction.CommitAsync(None);
                                written++;
                            }
                        }

                        break;
                    case 2:
                        var seen = await connection.FirstAsync(
                            Inherited, 0, static row => (ReadOnly: row.GetString(0), TimeoutMs: row.GetInt32(1), Prepared: row.GetInt64(2)), None);
                        Assert.Equal(role is ConnectionRole.Read or ConnectionRole.Analytics ? "on" : "off", seen.ReadOnly);
                        Assert.Equal(left.TotalMilliseconds * 0.9, seen.TimeoutMs);
                        Assert.Equal(0, seen.Prepared);
                        break;
                    default:
                        var (count, pid) = await connection.FirstAsync(Own, client, static row => (row.GetInt64(0), row.GetInt32(1)), None);
                        Assert.Equal(written, count);
                        pids.TryAdd(pid, true);
                        break;
                }

                Assert.True(source.TryReset(connection));
            }

            await source.CloseAsync(connection);
        }));

        Assert.InRange(pids.Count, 2, Sessions);
        foreach (var left in await SessionsAsync(servers))
            Assert.Equal("0|off|off|0", left);
    }

    [Fact]
    public async Task A_statement_past_its_deadline_is_stopped_and_the_session_is_free_for_others()
    {
        var servers = await Upstreams.SharedAsync();
        // Our own clock stands still: only the server can stop it.
        await using var source = new PostgresSource(PgBouncerOptions(servers), new ManualTimeProvider());
        var connection = await source.OpenAsync(ConnectionRole.Read, None);
        for (var i = 0; i < Sessions + 1; i++)
        {
            connection.TimeLeft = TimeSpan.FromSeconds(1);
            var failure = await Assert.ThrowsAsync<PostgresException>(async () => await connection.ExecuteAsync(Sleep, 30, None));
            Assert.Equal(FailureKind.Timeout, source.Classify(failure));
            Assert.True(source.TryReset(connection));
        }

        await source.CloseAsync(connection);
    }

    [Fact]
    public async Task A_caller_who_gives_up_stops_the_statement_behind_the_pooler()
    {
        var servers = await Upstreams.SharedAsync();
        await using var source = new PostgresSource(PgBouncerOptions(servers), TimeProvider.System);
        var connection = await source.OpenAsync(ConnectionRole.Read, None);
        using var caller = new CancellationTokenSource();
        var marked = new PostgresCommand<int>("SELECT pg_sleep(30) /* given up */", static (ref _, _) => { });
        var running = connection.ExecuteAsync(marked, 0, caller.Token).AsTask();
        await UntilAsync(async () => await RunningAsync(servers) == 1);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await UntilAsync(async () => await RunningAsync(servers) == 0);
        await source.CloseAsync(connection);

        static async Task<long> RunningAsync(Upstreams servers) =>
            (long)(await AdminAsync(servers, "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%given ' || 'up%' AND pid <> pg_backend_pid()"))!;
    }

    /// <summary>What a client that sets nothing finds in each of the sessions: one transaction held open in every one of them.</summary>
    private static async Task<List<string>> SessionsAsync(Upstreams servers)
    {
        var held = new List<NpgsqlConnection>();
        var found = new List<string>();
        for (var i = 0; i < Sessions; i++)
        {
            var client = new NpgsqlConnection(servers.PostgresConnectionString(servers.PgBouncerPort) + ";Pooling=false");
            held.Add(client);
            await client.OpenAsync();
            await client.BeginTransactionAsync();
            await using var command = new NpgsqlCommand(
                "SELECT current_setting('statement_timeout') || '|' || current_setting('default_transaction_read_only') || '|' || current_setting('transaction_read_only') " +
                "|| '|' || (SELECT count(*) FROM pg_prepared_statements)", client);
            found.Add((string)(await command.ExecuteScalarAsync())!);
        }

        foreach (var client in held)
            await client.DisposeAsync();
        return found;
    }
}
