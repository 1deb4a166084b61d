using EdgeDb.Core.Connections;
using EdgeDb.Core.Tests.Connections.Redis;
using EdgeDb.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static EdgeDb.Core.Tests.Connections.Postgres.PostgresTestServer;

namespace EdgeDb.Core.Tests.Connections.Faults;

/// <summary>A network that loses one request in a hundred. That is no sick server, and no circuit may open.</summary>
public sealed class RandomFaultTests
{
    private const int Callers = 10;
    private const int Requests = 3000;
    private const double Rate = 0.01;

    private static readonly PostgresCommand<long> Echo = new("SELECT $1::bigint", static (ref p, number) => p.Add(number));
    private static readonly Operation EchoOperation = new(Echo.Shape, ConnectionRole.Read, OperationRepeat.AfterFailure, Traffic.Deadline);

    [Fact]
    public async Task One_percent_of_random_resets_open_no_circuit_of_PostgreSQL()
    {
        var servers = await Upstreams.SharedAsync();
        await using var proxy = new FaultProxy(servers.Host, servers.PrimaryPort, seed: 5);
        var source = new PostgresSource(Options(servers, proxy.Port), TimeProvider.System);
        await using var endpoint = new ConnectionEndpoint<PostgresConnection>(
            source, EndpointKind.Postgres, new EndpointOptions(), PostgresFailures.Advise, TimeProvider.System, NullLogger.Instance);
        var next = 0L;
        await using var traffic = new Traffic(Callers, async _ =>
        {
            var number = Interlocked.Increment(ref next);
            Assert.Equal(number, await endpoint.ExecuteAsync(
                EchoOperation, number, static (connection, number, ct) => connection.FirstAsync(Echo, number, static row => row.GetInt64(0), ct), CancellationToken.None));
        });
        await StaysClosedAsync(traffic, proxy, endpoint);
    }

    [Fact]
    public async Task One_percent_of_random_resets_open_no_circuit_of_Redis()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port, seed: 5);
        await using var endpoint = ServerFaultTests.RedisEndpoint(proxy);
        await using var traffic = new Traffic(Callers, caller => ServerFaultTests.SetAndGetAsync(endpoint, caller, static () => 0));
        await StaysClosedAsync(traffic, proxy, endpoint);
    }

    private static async Task StaysClosedAsync(Traffic traffic, FaultProxy proxy, IConnectionEndpoint endpoint)
    {
        await traffic.SucceedAsync(100);
        proxy.FaultRate = Rate;
        await traffic.SucceedAsync(Requests);
        proxy.FaultRate = 0;
        await traffic.EndAsync(endpoint);
        Assert.True(endpoint.Monitor.Failures(FailureKind.Connect) > 5, "The network has lost hardly anything.");
        var circuit = endpoint.Resilience!.Breaker.Snapshot();
        Assert.True(circuit is { TimesOpened: 0, Refused: 0 }, circuit.Reason);
    }
}
