using System.Diagnostics;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

/// <summary>An endpoint over HTTP behind a network that fails.</summary>
public sealed class HttpFaultTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(400);

    // Of those who are to be served, however busy the machine is.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Operation Ask =
        new(QueryShapes.Named("http.ask", QueryClass.Read), ConnectionRole.General, OperationRepeat.Never, Patience);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_request_to_a_host_that_hangs_waits_past_its_deadline_and_traffic_is_back_soon_after()
    {
        await using var server = await WebServer.StartAsync(static context => context.Response.WriteAsync("hello"));
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        using var transport = new HttpTransport(new HttpLimits(), TimeProvider.System);
        await using var endpoint = Endpoint(transport, proxy);
        for (var i = 0; i < 20; i++)
            Assert.Equal(200, await AskAsync(endpoint));

        proxy.Admission = ProxyAdmission.HalfOpen;
        proxy.SetBlackhole(true);
        var longest = TimeSpan.Zero;
        var failures = 0;
        for (var round = 0; round < 5; round++)
        {
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
            {
                var start = Stopwatch.GetTimestamp();
                var failed = await Record.ExceptionAsync(() => AskAsync(endpoint, Deadline).AsTask()) is not null;
                return (Failed: failed, Took: Stopwatch.GetElapsedTime(start));
            }));
            failures += outcomes.Count(static o => o.Failed);
            longest = outcomes.Max(static o => o.Took) is var took && took > longest ? took : longest;
        }

        Assert.Equal(50, failures);
        // Without the deadline it would be that of the call, a minute; ten deadlines are for a machine that runs other tests.
        Assert.True(longest < 10 * Deadline, $"a caller waited {longest.TotalMilliseconds:0} ms");
        Assert.Equal((0, 0), (transport.Statistics.InFlight, transport.Statistics.Waiting));

        // What was established is cut, as by a host that has restarted.
        proxy.Admission = ProxyAdmission.Forward;
        proxy.ResetConnections();
        proxy.SetBlackhole(false);
        var healed = Stopwatch.GetTimestamp();
        while (await Record.ExceptionAsync(() => AskAsync(endpoint, TimeSpan.FromSeconds(5)).AsTask()) is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Ct);
        // Six times what is promised, as the machine runs other tests.
        Assert.True(Stopwatch.GetElapsedTime(healed) < TimeSpan.FromSeconds(30), $"back after {Stopwatch.GetElapsedTime(healed)}");
    }

    [Fact]
    public async Task A_shared_connection_that_died_silently_does_not_take_the_next_requests_along()
    {
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority();
        await File.WriteAllTextAsync(folder.File("ca.pem"), authority.Pem, Ct);
        await using var server = await WebServer.StartAsync(static context => context.Response.WriteAsync("hello"), authority.Certificate);
        await using var proxy = new FaultProxy("127.0.0.1", server.Port) { Fault = ProxyFault.Stall };
        using var transport = new HttpTransport(new HttpLimits(), TimeProvider.System);
        var call = new HttpCall
        {
            Uri = new Uri($"https://localhost:{proxy.Port}/"),
            Trust = new TlsTrust { CaFile = folder.File("ca.pem") },
            Timeout = TimeSpan.FromMilliseconds(700),
        };
        Assert.Equal(new Version(2, 0), (await transport.SendAsync(call with { Timeout = TimeSpan.FromSeconds(20) }, Ct)).Version);

        proxy.FaultRate = 1;
        for (var i = 0; i < 2; i++)
            Assert.Equal(HttpFailure.Timeout, (await Assert.ThrowsAsync<HttpException>(() => transport.SendAsync(call, Ct))).Failure);
        proxy.FaultRate = 0;

        Assert.Equal(200, (await transport.SendAsync(call with { Timeout = TimeSpan.FromSeconds(20) }, Ct)).Status);
        Assert.Equal(2, proxy.AcceptedConnections);
    }

    [Fact]
    public async Task One_percent_of_random_resets_open_no_circuit()
    {
        await using var server = await WebServer.StartAsync(static context => context.Response.WriteAsync("hello"));
        await using var proxy = new FaultProxy("127.0.0.1", server.Port, seed: 11) { FaultRate = 0.01 };
        using var transport = new HttpTransport(new HttpLimits(), TimeProvider.System);
        await using var endpoint = Endpoint(transport, proxy);

        var refused = 0;
        for (var i = 0; i < 1000; i++)
            if (await Record.ExceptionAsync(() => AskAsync(endpoint).AsTask()) is CircuitOpenException)
                refused++;

        Assert.Equal(0, refused);
        Assert.InRange(endpoint.Monitor.Failures(FailureKind.Connect), 1, 30);
    }

    private static ConnectionEndpoint<HttpConnection> Endpoint(HttpTransport transport, FaultProxy proxy) => new(
        new HttpSource("embeddings", new HttpSettings { Address = $"http://127.0.0.1:{proxy.Port}", Timeout = Patience }, transport),
        EndpointKind.Http,
        new EndpointOptions { Pool = HttpSource.PoolOptions(new HttpLimits()) with { AcquireTimeout = Patience } },
        HttpFailures.Advise,
        TimeProvider.System,
        NullLogger.Instance);

    private static ValueTask<int> AskAsync(ConnectionEndpoint<HttpConnection> endpoint, TimeSpan? deadline = null) => endpoint.ExecuteAsync(
        Ask with { Timeout = deadline ?? Patience },
        0,
        static async (connection, _, ct) =>
        {
            var answer = await connection.SendAsync(new HttpCall { Uri = new Uri("ask", UriKind.Relative) }, ct);
            answer.ThrowIfFailed();
            return answer.Status;
        },
        Ct);
}
