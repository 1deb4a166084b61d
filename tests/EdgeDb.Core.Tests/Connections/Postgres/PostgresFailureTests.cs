using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Npgsql;
using Xunit;
using static EdgeDb.Core.Tests.Connections.Postgres.PostgresTestServer;

namespace EdgeDb.Core.Tests.Connections.Postgres;

/// <summary>What real failures of real servers are taken for.</summary>
public sealed class PostgresFailureTests
{
    [Theory]
    [InlineData("SELECT 1/0", "22012", FailureKind.Caller)]
    [InlineData("SELECT 'x'::int", "22P02", FailureKind.Caller)]
    [InlineData("INSERT INTO fails VALUES (1)", "23505", FailureKind.Caller)]
    [InlineData("INSERT INTO fails VALUES (NULL)", "23502", FailureKind.Caller)]
    [InlineData("SELEC 1", "42601", FailureKind.Caller)]
    [InlineData("SELECT * FROM nowhere", "42P01", FailureKind.Caller)]
    [InlineData("SELECT pg_read_file('/etc/hostname')", "42501", FailureKind.Caller)]
    [InlineData("SELECT (SELECT generate_series(1, 2))", "21000", FailureKind.Caller)]
    [InlineData("DO $$ BEGIN RAISE 'refused'; END $$", "P0001", FailureKind.Caller)]
    [InlineData("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$", "40001", FailureKind.Query)]
    [InlineData("DO $$ BEGIN RAISE SQLSTATE '53200'; END $$", "53200", FailureKind.Query)]
    [InlineData("DO $$ BEGIN RAISE SQLSTATE '53300'; END $$", "53300", FailureKind.Overload)]
    [InlineData("DO $$ BEGIN RAISE SQLSTATE '58030'; END $$", "58030", FailureKind.Query)]
    [InlineData("DO $$ BEGIN RAISE SQLSTATE 'XX000'; END $$", "XX000", FailureKind.Query)]
    [InlineData("DO $$ BEGIN RAISE SQLSTATE '57P03'; END $$", "57P03", FailureKind.Connect)]
    [InlineData("SELECT pg_sleep(30)", "57014", FailureKind.Timeout)]
    [InlineData("SELECT pg_terminate_backend(pg_backend_pid())", "57P01", FailureKind.Connect)]
    public async Task A_failure_of_a_statement_is_what_its_code_says(string sql, string sqlState, FailureKind kind)
    {
        var servers = await Upstreams.SharedAsync();
        // Our own clock stands still: only the server ends a statement.
        await using var source = new PostgresSource(Options(servers), new ManualTimeProvider());
        await AdminAsync(servers, "DO $$ BEGIN CREATE TABLE IF NOT EXISTS fails (id int PRIMARY KEY); EXCEPTION WHEN unique_violation THEN NULL; END $$; INSERT INTO fails VALUES (1) ON CONFLICT DO NOTHING; " +
            $"GRANT ALL ON fails TO {servers.PostgresUser}");
        var connection = await source.OpenAsync(ConnectionRole.General, None);
        connection.TimeLeft = TimeSpan.FromSeconds(3);
        var failure = await Assert.ThrowsAnyAsync<Exception>(
            async () => await connection.ExecuteAsync(new PostgresCommand<int>(sql, static (ref _, _) => { }), 0, None));

        Assert.Equal(sqlState, Assert.IsType<PostgresException>(failure as PostgresException ?? failure.InnerException).SqlState);
        Assert.Equal(kind, source.Classify(failure));
        Assert.Equal(kind is FailureKind.Caller or FailureKind.Timeout || sqlState == "40001", source.TryReset(connection));
        await source.CloseAsync(connection);
    }

    [Fact]
    public async Task A_check_of_a_connection_that_hangs_ends_with_its_caller()
    {
        var servers = await Upstreams.SharedAsync();
        await using var proxy = new FaultProxy(servers.Host, servers.PrimaryPort);
        // The clock stands still for us; Npgsql, which has its own, would need 10 s to give up by itself.
        var time = new ManualTimeProvider();
        var options = Options(servers, proxy.Port) with { ConnectTimeout = TimeSpan.FromSeconds(60), CancelTimeout = TimeSpan.FromSeconds(10) };
        await using var source = new PostgresSource(options, time);
        var connection = await source.OpenAsync(ConnectionRole.General, None);
        proxy.SetBlackhole(true);
        using var leaving = new CancellationTokenSource();
        var check = source.CheckAsync(connection, leaving.Token).AsTask();
        await leaving.CancelAsync();
        // No time for the server to confirm that it stopped.
        time.Advance(TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => check.WaitAsync(TimeSpan.FromSeconds(8), None));
        proxy.SetBlackhole(false);
        await source.CloseAsync(connection);
    }

    [Fact]
    public async Task Deadlock_and_refused_lock_are_told_apart()
    {
        var servers = await Upstreams.SharedAsync();
        await CreateTableAsync(servers, "locks", "id int primary key");
        await AdminAsync(servers, "INSERT INTO locks VALUES (1), (2)");
        await using var source = new PostgresSource(Options(servers), TimeProvider.System);
        var (one, two) = (await source.OpenAsync(ConnectionRole.Write, None), await source.OpenAsync(ConnectionRole.Write, None));
        var take = new PostgresCommand<int>("SELECT id FROM locks WHERE id = $1 FOR UPDATE", static (ref p, id) => p.Add(id));
        var takeNow = new PostgresCommand<int>("SELECT id FROM locks WHERE id = $1 FOR UPDATE NOWAIT", static (ref p, id) => p.Add(id));
        await using (one.Begin())
        await using (two.Begin())
        {
            await one.ExecuteAsync(take, 1, None);
            await two.ExecuteAsync(take, 2, None);
            var failures = await Task.WhenAll(FailureAsync(one, take, 2), FailureAsync(two, take, 1));
            var deadlock = Assert.Single(failures, static failure => failure is not null)!;
            Assert.Equal((PostgresFailures.DeadlockDetected, FailureKind.Query), (deadlock.SqlState, source.Classify(deadlock)));
            Assert.True(PostgresFailures.Advise(deadlock, FailureKind.Query)!.Value.IsAllowed);
        }

        await using (one.Begin())
        {
            await one.ExecuteAsync(take, 1, None);
            var refused = (await FailureAsync(two, takeNow, 1))!;
            Assert.Equal(("55P03", FailureKind.Query), (refused.SqlState, source.Classify(refused)));
            Assert.Null(PostgresFailures.Advise(refused, FailureKind.Query));
        }

        await source.CloseAsync(one);
        await source.CloseAsync(two);

        // As a caller would, the one that survives goes on and ends its transaction, so that the other's failure is not followed by a second.
        static async Task<PostgresException?> FailureAsync(PostgresConnection connection, PostgresCommand<int> command, int id)
        {
            try
            {
                await connection.ExecuteAsync(command, id, None);
                return null;
            }
            catch (PostgresException e)
            {
                return e;
            }
        }
    }

    [Fact]
    public async Task A_write_at_a_replica_fails_as_one_operation_and_not_as_the_endpoint()
    {
        var servers = await Upstreams.SharedAsync();
        await using var source = new PostgresSource(Options(servers, servers.ReplicaPort), TimeProvider.System);
        var connection = await source.OpenAsync(ConnectionRole.Write, None);
        var create = new PostgresCommand<int>("CREATE TABLE never (id int)", static (ref _, _) => { });
        var failure = await Assert.ThrowsAsync<PostgresException>(async () => await connection.ExecuteAsync(create, 0, None));
        Assert.Equal((PostgresFailures.ReadOnlyTransaction, FailureKind.Query), (failure.SqlState, source.Classify(failure)));
        await source.CloseAsync(connection);
    }

    [Fact]
    public async Task A_wrong_password_names_the_settings_to_check_and_shows_no_secret() =>
        await RefusedAsync(static servers => Options(servers) with { Password = "hunter2-wrong" }, FailureKind.Connect, "Check Username, Password");

    [Fact]
    public async Task An_unknown_database_names_the_setting_to_check() =>
        await RefusedAsync(static servers => Options(servers) with { Database = "atlantis" }, FailureKind.Connect, "\"atlantis\" does not exist. Check Database.");

    [Fact]
    public async Task A_server_without_room_is_overloaded_and_not_gone()
    {
        var servers = await Upstreams.SharedAsync();
        await AdminAsync(servers, "DO $$ BEGIN CREATE ROLE crowded LOGIN PASSWORD 'crowded-pw' CONNECTION LIMIT 0; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
        await RefusedAsync(static servers => Options(servers) with { Username = "crowded", Password = "crowded-pw" }, FailureKind.Overload, "Lower the pool's maximum");
    }

    [Fact]
    public async Task A_port_where_nothing_listens_is_unreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await RefusedAsync(servers => Options(servers, port), FailureKind.Connect, "refused");
    }

    [Fact]
    public async Task A_server_that_accepts_and_says_nothing_is_given_up_after_the_connect_timeout()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        // Npgsql waits for the answer about TLS by its own clock alone, in whole seconds: ours is ahead by 900 ms.
        await RefusedAsync(servers => Options(servers, port) with { ConnectTimeout = TimeSpan.FromMilliseconds(100) }, FailureKind.Connect, "not ready within 100 ms (ConnectTimeout)");
    }

    [Fact]
    public async Task A_server_without_TLS_is_never_talked_to_in_plain_text()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var received = Task.Run(async () =>
        {
            // PostgreSQL's answer to the request for TLS when it has none.
            using var client = await listener.AcceptSocketAsync();
            var buffer = new byte[64];
            var request = await client.ReceiveAsync(buffer);
            await client.SendAsync("N"u8.ToArray());
            return request + await client.ReceiveAsync(buffer);
        });
        await RefusedAsync(servers => Options(servers, port), FailureKind.Connect, "does not speak TLS");
        Assert.Equal(8, await received);
    }

    [Fact]
    public async Task A_server_whose_authority_is_another_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=another authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await File.WriteAllTextAsync(folder.File("ca.crt"), authority.ExportCertificatePem(), None);
        await RefusedAsync(servers => Options(servers) with { CaFile = folder.File("ca.crt") }, FailureKind.Connect, "Check that CaFile signed the server's certificate");
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused() =>
        // Loopback, but not an address the certificate is made out to.
        await RefusedAsync(static servers => Options(servers) with { Host = "127.0.0.2" }, FailureKind.Connect, "");

    [Fact]
    public async Task Opening_that_the_caller_gives_up_is_a_cancellation()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var servers = await Upstreams.SharedAsync();
        // Also how long it lasts where the cancellation meets Npgsql in its wait for the answer about TLS.
        var options = Options(servers, ((IPEndPoint)listener.LocalEndpoint).Port) with { ConnectTimeout = TimeSpan.FromSeconds(3) };
        await using var source = new PostgresSource(options, TimeProvider.System);
        using var caller = new CancellationTokenSource();
        var opening = source.OpenAsync(ConnectionRole.Read, caller.Token).AsTask();
        await caller.CancelAsync();
        Assert.Equal(caller.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening)).CancellationToken);
    }

    [Fact]
    public void Every_row_of_the_table_is_a_code_or_a_class_and_says_why() => Assert.All(PostgresFailures.Table, static row =>
    {
        Assert.True(row.Code.Length is 2 or 5);
        Assert.EndsWith(".", row.Reason, StringComparison.Ordinal);
    });

    [Fact]
    public void A_code_that_nobody_knows_counts_against_its_operation_only() => Assert.Equal(FailureKind.Query, PostgresFailures.Classify("HV000"));

    private static async Task RefusedAsync(Func<Upstreams, PostgresOptions> options, FailureKind kind, string advice)
    {
        var servers = await Upstreams.SharedAsync();
        var wrong = options(servers);
        await using var source = new PostgresSource(wrong, TimeProvider.System);
        var failure = await Assert.ThrowsAsync<PostgresFailureException>(async () => await source.OpenAsync(ConnectionRole.Read, None));
        Assert.Equal(kind, source.Classify(failure));
        Assert.Contains(advice, failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{wrong.Host}:{wrong.Port}", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong.Password.Value, failure.ToString(), StringComparison.Ordinal);
    }
}
