using System.Globalization;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Tests.Connections.Redis;
using EdgeDb.Tests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using NpgsqlTypes;
using Xunit;
using static EdgeDb.Core.Tests.Connections.Postgres.PostgresTestServer;

namespace EdgeDb.Core.Tests.Connections.Faults;

/// <summary>Real servers that end, come back or hang under traffic. Each caller has a key of its own, under which it writes growing numbers.</summary>
public sealed class ServerFaultTests
{
    private const int Callers = 12;

    private static readonly PostgresCommand<(int Key, long Number)> Put =
        new("UPDATE fault_value SET number = greatest(number, $2) WHERE key = $1", static (ref p, row) =>
        {
            p.Add(row.Key);
            p.Add(row.Number);
        });

    private static readonly PostgresCommand<int> Get = new("SELECT number FROM fault_value WHERE key = $1", static (ref p, key) => p.Add(key));

    private static readonly Operation Write = new(Put.Shape, ConnectionRole.Write, OperationRepeat.AfterFailure, Traffic.Deadline / 2);
    private static readonly Operation Read = new(Get.Shape, ConnectionRole.Read, OperationRepeat.AfterFailure, Traffic.Deadline / 2);

    private static readonly Operation SetOperation =
        new(QueryShapes.Named("fault.set", QueryClass.Write), ConnectionRole.Write, OperationRepeat.Never, Traffic.Deadline / 2);

    private static readonly Operation GetOperation =
        new(QueryShapes.Named("fault.get", QueryClass.Read), ConnectionRole.Read, OperationRepeat.AfterFailure, Traffic.Deadline / 2);

    [Fact]
    public async Task When_PostgreSQL_is_killed_and_its_replica_promoted_no_acknowledged_write_is_lost_and_traffic_is_back_within_five_seconds()
    {
        await using var servers = await Upstreams.StartAsync();
        await CreateTableAsync(servers, "fault_value", "key int PRIMARY KEY, number bigint");
        await AdminAsync(servers, $"INSERT INTO fault_value SELECT key, 0 FROM generate_series(0, {Callers - 1}) key");
        // Acknowledged means that the replica has it; else a failover loses what was on its way, whoever asks.
        await AdminAsync(servers, "ALTER SYSTEM SET synchronous_standby_names = '*'");
        await AdminAsync(servers, "SELECT pg_reload_conf()");
        await using var primary = new FaultProxy(servers.Host, servers.PrimaryPort);
        await using var replica = new FaultProxy(servers.Host, servers.ReplicaPort);
        PostgresMember[] members = [Member(servers, "primary", primary), Member(servers, "replica", replica)];
        await using var router = new PostgresRouter(members, new PostgresRouterOptions(), TimeProvider.System, NullLogger.Instance);
        var latest = new (long Sent, long Acknowledged, NpgsqlLogSequenceNumber? Position)[Callers];
        await using (var traffic = new Traffic(Callers, caller => WriteAndReadAsync(router, latest, caller)))
        {
            await traffic.SucceedAsync(200);
            await servers.KillPrimaryAsync();
            await traffic.FailAsync(2 * Callers);
            await servers.PromoteReplicaAsync();
            await traffic.BeBackAsync();
            await traffic.SucceedAsync(200);
            await traffic.EndAsync(members[0].Endpoint, members[1].Endpoint);
        }

        foreach (var (key, value) in latest.Index())
            Assert.InRange((long)(await AdminAsync(servers, $"SELECT number FROM fault_value WHERE key = {key}", servers.ReplicaPort))!, value.Acknowledged, value.Sent);
        Assert.Equal("replica", router.Primary);
        foreach (var member in members)
            await member.Endpoint.DisposeAsync();
    }

    [Fact]
    public async Task When_Redis_is_restarted_nobody_waits_too_long_or_reads_anothers_value_and_traffic_is_back_within_five_seconds()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var endpoint = RedisEndpoint(proxy);
        var life = 0;
        await using var traffic = new Traffic(Callers, caller => SetAndGetAsync(endpoint, caller, () => Volatile.Read(ref life)));
        for (var round = 0; round < 2; round++)
        {
            await traffic.SucceedAsync(500);
            Interlocked.Increment(ref life);
            await server.KillAsync();
            await traffic.FailAsync(2 * Callers);
            await server.StartAgainAsync();
            Interlocked.Increment(ref life);
            await traffic.BeBackAsync();
        }

        await traffic.SucceedAsync(500);
        await traffic.EndAsync(endpoint);
    }

    [Fact]
    public async Task A_host_that_hangs_gets_no_storm_of_retries_over_HTTP_and_traffic_is_back_within_five_seconds()
    {
        await using var server = await WebServer.StartAsync(static context => context.Response.WriteAsync(context.Request.Path.Value![1..]));
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        using var transport = new HttpTransport(new HttpLimits(), TimeProvider.System);
        var source = new HttpSource("feeds", new HttpSettings { Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{proxy.Port}") }, transport);
        await using var endpoint = new ConnectionEndpoint<HttpConnection>(
            source, EndpointKind.Http, new EndpointOptions { Pool = HttpSource.PoolOptions(new HttpLimits()) }, HttpFailures.Advise, TimeProvider.System, NullLogger.Instance);
        var ask = new Operation(QueryShapes.Named("fault.ask", QueryClass.Read), ConnectionRole.General, OperationRepeat.AfterFailure, Traffic.Deadline);
        var next = 0;
        await using var traffic = new Traffic(Callers, async _ =>
        {
            var question = Interlocked.Increment(ref next).ToString(CultureInfo.InvariantCulture);
            var answer = await endpoint.ExecuteAsync(
                ask,
                question,
                static async (connection, question, ct) =>
                {
                    var answer = await connection.SendAsync(new HttpCall { Uri = new Uri(question, UriKind.Relative) }, ct);
                    answer.ThrowIfFailed();
                    return answer.Body;
                },
                CancellationToken.None);
            Assert.Equal(question, System.Text.Encoding.ASCII.GetString(answer));
        });
        await traffic.SucceedAsync(300);
        proxy.Admission = ProxyAdmission.HalfOpen;
        proxy.ResetConnections();
        await traffic.FailAsync(2 * Callers);
        proxy.Admission = ProxyAdmission.Forward;
        proxy.ResetConnections();
        await traffic.BeBackAsync();
        await traffic.SucceedAsync(300);
        await traffic.EndAsync(endpoint);
    }

    internal static ConnectionEndpoint<RedisConnection> RedisEndpoint(FaultProxy proxy) => new(
        new RedisSource("cache", new RedisSettings { Address = string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{proxy.Port}") }, null, TimeProvider.System, NullLogger.Instance),
        EndpointKind.Redis,
        new EndpointOptions { Pool = new ConnectionPoolOptions { MaxSize = 2, LeasesPerConnection = 100 } },
        null,
        TimeProvider.System,
        NullLogger.Instance);

    /// <summary>Sets the caller's key to a new value and reads it; throws when the answer is neither that nor, had the server lost its data meanwhile, nothing.</summary>
    /// <param name="endpoint">Redis.</param>
    /// <param name="caller">Whose key.</param>
    /// <param name="life">Changes when the server loses its data.</param>
    internal static async Task SetAndGetAsync(ConnectionEndpoint<RedisConnection> endpoint, int caller, Func<int> life)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"fault:{caller}");
        var value = Guid.NewGuid().ToString();
        var before = life();
        var set = await endpoint.ExecuteAsync(
            SetOperation, (key, value), static (connection, pair, ct) => connection.SetAsync(pair.key, pair.value, TimeSpan.FromMinutes(10), false, ct), CancellationToken.None);
        Assert.True(set);
        var read = await endpoint.ExecuteAsync(
            GetOperation, key, static (connection, key, ct) => connection.GetAsync(key, 0, static (reply, _) => reply.IsNull ? null : reply.AsText(), ct), CancellationToken.None);
        if (read is not null || life() == before)
            Assert.Equal(value, read);
    }

    private static async Task WriteAndReadAsync(
        PostgresRouter router, (long Sent, long Acknowledged, NpgsqlLogSequenceNumber? Position)[] latest, int caller)
    {
        var number = ++latest[caller].Sent;
        var written = await router.WriteAsync(
            Write, (caller, number), static (connection, row, ct) => connection.ExecuteAsync(Put, row, ct), CancellationToken.None);
        latest[caller].Acknowledged = number;
        var position = latest[caller].Position = written.Position ?? latest[caller].Position;
        var read = await router.ReadAsync(
            Read, position, caller, static (connection, key, ct) => connection.FirstAsync(Get, key, static row => row.GetInt64(0), ct), CancellationToken.None);
        if (!read.MayBeOld)
            Assert.Equal(number, read.Value);
        Assert.InRange(read.Value, 0, number);
    }

    private static PostgresMember Member(Upstreams servers, string name, FaultProxy proxy)
    {
        var source = new PostgresSource(Options(servers, proxy.Port) with { Name = name }, TimeProvider.System);
        return new(source, new ConnectionEndpoint<PostgresConnection>(source, EndpointKind.Postgres, new EndpointOptions(), PostgresFailures.Advise, TimeProvider.System, NullLogger.Instance));
    }
}
