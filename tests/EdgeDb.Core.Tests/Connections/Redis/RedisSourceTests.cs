using System.Globalization;
using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Redis;

/// <summary>The source behind the real pool, and what it makes of the errors of a real server.</summary>
public sealed class RedisSourceTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Many_leases_share_two_connections_and_a_restart_replaces_them()
    {
        await using var server = await RedisServer.StartAsync();
        await using var pool = new ConnectionPool<RedisConnection>(
            Source(server), new ConnectionPoolOptions { MaxSize = 2, LeasesPerConnection = 100, AcquireTimeout = TimeSpan.FromSeconds(30), OpenTimeout = TimeSpan.FromSeconds(30) }, null, TimeProvider.System, NullLogger.Instance);
        await EchoAllAsync();
        Assert.InRange(await ClientsAsync(), 1, 2);

        await server.KillAsync();
        await Assert.ThrowsAnyAsync<Exception>(EchoAllAsync);
        await server.StartAgainAsync();
        await EchoAllAsync();

        Task EchoAllAsync() => Task.WhenAll(Enumerable.Range(0, 150).Select(async i =>
        {
            using var lease = await pool.AcquireAsync(ConnectionRole.Read, 0, Timeout.InfiniteTimeSpan, None);
            var text = i.ToString(CultureInfo.InvariantCulture);
            Assert.Equal(text, await lease.Connection.ExecuteAsync("ECHO", [text], 0, static (reply, _) => reply.AsText(), None));
        }));

        async Task<int> ClientsAsync()
        {
            using var lease = await pool.AcquireAsync(ConnectionRole.Write, 0, Timeout.InfiniteTimeSpan, None);
            var list = await lease.Connection.ExecuteAsync("CLIENT", ["LIST"], 0, static (reply, _) => reply.AsText(), None);
            return list.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        }
    }

    [Fact]
    public async Task A_check_is_a_ping_and_false_on_a_connection_that_does_not_answer()
    {
        var time = new ManualTimeProvider();
        await using var server = await RedisServer.StartAsync();
        var source = Source(server, time);
        var connection = await source.OpenAsync(ConnectionRole.General, None);
        Assert.True(source.IsUsable(connection) && source.TryReset(connection) && source.TryAssign(connection, ConnectionRole.Analytics));
        Assert.True(await source.CheckAsync(connection, None));

        server.Freeze();
        var check = source.CheckAsync(connection, None).AsTask();
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(await check);
        Assert.True(source.IsUsable(connection));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(source.IsUsable(connection));
        Assert.False(source.TryReset(connection));
        await source.CloseAsync(connection);
    }

    [Fact]
    public async Task A_connection_that_nobody_uses_is_opened_again_when_the_server_ends_it()
    {
        var time = new ManualTimeProvider();
        await using var server = await RedisServer.StartAsync();
        await using var pool = new ConnectionPool<RedisConnection>(
            Source(server, time), new ConnectionPoolOptions { MinIdle = 1, MaxSize = 2, LeasesPerConnection = 100 }, null, time, NullLogger.Instance);
        time.Advance(TimeSpan.Zero);
        await Eventually.IsTrueAsync(() => pool.Statistics.Open == 1, "the connection is open");
        time.Advance(TimeSpan.FromSeconds(2));
        await using (var other = await server.OpenAsync())
            await other.ExecuteAsync("CLIENT", ["KILL", "TYPE", "normal"], 0, static (_, _) => 0, None);
        await Eventually.IsTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.Zero);
                return pool.Statistics is { Opened: 2, Open: 1 };
            },
            "it is open again, though no time has passed");
    }

    [Fact]
    public async Task Errors_of_commands_are_classified_by_whose_fault_they_are()
    {
        await using var server = await RedisServer.StartAsync("--maxmemory", "3mb", "--enable-debug-command", "yes");
        var source = Source(server);
        await using var connection = await server.OpenAsync();
        await connection.SetAsync("text", "x", TimeSpan.FromMinutes(1), false, None);
        await ExpectAsync(FailureKind.Caller, "WRONGTYPE", connection, "LPUSH", "text", "x");
        await ExpectAsync(FailureKind.Caller, "ERR", connection, "GET");
        await ExpectAsync(FailureKind.Caller, "ERR", connection, "NOSUCH");
        await ExpectAsync(FailureKind.Caller, "NOSCRIPT", connection, "EVALSHA", new string('0', 40), "0");
        await ExpectAsync(FailureKind.Caller, "MYCODE", connection, "EVAL", "return redis.error_reply('MYCODE of a script')", "0");
        await connection.ExecuteAsync("CONFIG", ["SET", "maxmemory", "1"], 0, static (_, _) => 0, None);
        await ExpectAsync(FailureKind.Query, "OOM", connection, "SET", "other", "x");
        await connection.ExecuteAsync("CONFIG", ["SET", "maxmemory", "0", "min-replicas-to-write", "1"], 0, static (_, _) => 0, None);
        await ExpectAsync(FailureKind.Query, "NOREPLICAS", connection, "SET", "other", "x");
        await connection.ExecuteAsync("CONFIG", ["SET", "min-replicas-to-write", "0"], 0, static (_, _) => 0, None);

        await connection.ExecuteAsync("REPLICAOF", ["127.0.0.1", "1"], 0, static (_, _) => 0, None);
        await ExpectAsync(FailureKind.Connect, "READONLY", connection, "SET", "other", "x");
        await connection.ExecuteAsync("CONFIG", ["SET", "replica-serve-stale-data", "no"], 0, static (_, _) => 0, None);
        await ExpectAsync(FailureKind.Connect, "MASTERDOWN", connection, "GET", "text");

        async Task ExpectAsync(FailureKind kind, string code, RedisConnection on, string command, params RedisArgument[] arguments)
        {
            var failure = await Assert.ThrowsAsync<RedisException>(() => on.ExecuteAsync(command, arguments, 0, static (_, _) => 0, None).AsTask());
            Assert.Equal((code, kind), (failure.Code, source.Classify(failure)));
        }
    }

    [Fact]
    public async Task A_server_that_runs_a_script_for_too_long_is_overloaded()
    {
        await using var server = await RedisServer.StartAsync("--busy-reply-threshold", "10");
        await using var busy = await server.OpenAsync();
        await using var other = await server.OpenAsync();
        var endless = busy.ExecuteAsync("EVAL", ["while true do end", 0], 0, static (_, _) => 0, None).AsTask();
        RedisException? failure = null;
        while (failure is null)
        {
            try
            {
                await other.GetAsync("key", 0, static (_, _) => 0, None);
            }
            catch (RedisException refused)
            {
                failure = refused;
            }
        }

        Assert.Equal(("BUSY", FailureKind.Overload), (failure.Code, RedisFailures.Classify(failure)));
        // It still says hello; the next step of the handshake is refused.
        var opening = await Assert.ThrowsAsync<RedisException>(() => server.OpenAsync(server.Settings with { Address = server.Settings.Address + "/1" }));
        Assert.Equal((RedisFailure.Connect, FailureKind.Overload), (opening.Failure, RedisFailures.Classify(opening)));
        await other.ExecuteAsync("SCRIPT", ["KILL"], 0, static (_, _) => 0, None);
        await Assert.ThrowsAsync<RedisException>(() => endless);
    }

    [Fact]
    public async Task A_server_that_has_enough_clients_is_overloaded_and_one_that_knows_us_not_is_a_failure_to_connect()
    {
        await using var full = await RedisServer.StartAsync("--maxclients", "1");
        await using var only = await full.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            var failure = await OpenFailureAsync(full);
            Assert.Contains("max number of clients reached", failure.Message, StringComparison.Ordinal);
            Assert.Equal(FailureKind.Overload, RedisFailures.Classify(failure));
        }

        await using var guarded = await RedisServer.StartAsync("--requirepass", "secret");
        Assert.Equal(FailureKind.Connect, RedisFailures.Classify(await OpenFailureAsync(guarded)));
        await guarded.KillAsync();
        Assert.Equal(FailureKind.Connect, RedisFailures.Classify(await OpenFailureAsync(guarded)));
    }

    [Fact]
    public async Task A_server_that_still_loads_its_data_is_overloaded()
    {
        await using var server = await RedisServer.StartAsync("--enable-debug-command", "yes", "--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024");
        await using var connection = await server.OpenAsync();
        for (var i = 0; i < 2000; i++)
            await connection.ExecuteAsync("SET", [string.Create(CultureInfo.InvariantCulture, $"key:{i}"), new byte[100]], 0, static (_, _) => 0, None);
        await using var other = await server.OpenAsync();
        var reload = connection.ExecuteAsync("DEBUG", ["RELOAD"], 0, static (_, _) => 0, None).AsTask();
        RedisException? failure = null;
        while (failure is null && !reload.IsCompleted)
        {
            try
            {
                await other.GetAsync("key:1", 0, static (_, _) => 0, None);
            }
            catch (RedisException loading)
            {
                failure = loading;
            }
        }

        Assert.Equal(("LOADING", FailureKind.Overload), (failure?.Code, RedisFailures.Classify(failure!)));
        await reload;
    }

    [Theory]
    [InlineData("Timeout", FailureKind.Timeout)]
    [InlineData("Busy", FailureKind.Overload)]
    [InlineData("Lost", FailureKind.Connect)]
    [InlineData("Protocol", FailureKind.Connect)]
    [InlineData("TooLarge", FailureKind.Caller)]
    public void Failures_of_the_client_are_classified_too(string failure, FailureKind kind) =>
        Assert.Equal(kind, RedisFailures.Classify(new RedisException(Enum.Parse<RedisFailure>(failure), "")));

    [Fact]
    public void What_a_callers_own_code_throws_is_his() => Assert.Equal(FailureKind.Caller, RedisFailures.Classify(new FormatException()));

    private static RedisSource Source(RedisServer server, TimeProvider? time = null) => new("cache", server.Settings, null, time ?? TimeProvider.System, NullLogger.Instance);

    private static Task<RedisException> OpenFailureAsync(RedisServer server) =>
        Assert.ThrowsAsync<RedisException>(() => server.OpenAsync(server.Settings with { ConnectTimeout = TimeSpan.FromSeconds(5) }));
}
