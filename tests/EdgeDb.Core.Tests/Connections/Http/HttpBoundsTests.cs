using EdgeDb.Core.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

/// <summary>How many requests and sockets there are at once, counted by the servers that are asked.</summary>
public sealed class HttpBoundsTests
{
    // Of those who are to be served, however busy the machine is.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly HttpLimits Patient = new() { AcquireTimeout = Patience };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_hundred_callers_of_one_host_are_served_thirty_at_once()
    {
        var release = new TaskCompletionSource();
        await using var server = await WebServer.StartAsync(_ => release.Task);
        using var transport = new HttpTransport(Patient, TimeProvider.System);
        var asked = AskTogether(transport, server, 200);
        await UntilAsync(() => server.Running == 30);
        Assert.Equal((30, 170), (transport.Statistics.InFlight, transport.Statistics.Waiting));

        release.SetResult();

        Assert.All(await Task.WhenAll(asked), static answer => Assert.Equal(200, answer.Status));
        Assert.Equal(30, server.MostRunning);
        Assert.InRange(server.Connections, 1, 30);
        Assert.Equal((0, 0), (transport.Statistics.InFlight, transport.Statistics.Waiting));
    }

    [Fact]
    public async Task A_hundred_requests_run_in_all_whatever_the_number_of_hosts()
    {
        using var gate = new SemaphoreSlim(0);
        var running = 0;
        var most = 0;
        var servers = new List<WebServer>();
        for (var i = 0; i < 5; i++)
        {
            servers.Add(await WebServer.StartAsync(async context =>
            {
                var now = Interlocked.Increment(ref running);
                for (var seen = most; now > seen && Interlocked.CompareExchange(ref most, now, seen) != seen; seen = most)
                {
                }

                await gate.WaitAsync(context.RequestAborted);
                Interlocked.Decrement(ref running);
            }));
        }

        using var transport = new HttpTransport(Patient, TimeProvider.System);
        var calls = servers.SelectMany(server => AskTogether(transport, server, 40)).ToList();
        await UntilAsync(() => Volatile.Read(ref running) == 100);
        Assert.Equal((100, 100, 100), (transport.Statistics.InFlight, transport.Statistics.Waiting, transport.Statistics.Sockets));
        gate.Release(200);
        await Task.WhenAll(calls);

        Assert.Equal(100, most);
        Assert.All(servers, static server => Assert.InRange(server.MostRunning, 1, 30));
        foreach (var server in servers)
            await server.DisposeAsync();
    }

    [Fact]
    public async Task A_host_that_hangs_holds_up_only_its_own_callers()
    {
        await using var hanging = await WebServer.StartAsync(static context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var healthy = await WebServer.StartAsync(static context => context.Response.WriteAsync("hello"));
        using var transport = new HttpTransport(new HttpLimits(), TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var stuck = Enumerable.Range(0, 100).Select(_ => transport.SendAsync(new HttpCall { Uri = hanging.Address }, stop.Token)).ToList();
        await UntilAsync(() => hanging.Running == 30);

        for (var i = 0; i < 50; i++)
            await transport.SendAsync(new HttpCall { Uri = healthy.Address }, Ct);

        Assert.Equal((30, 70), (transport.Statistics.InFlight, transport.Statistics.Waiting));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(stuck));
        Assert.Equal((0, 0), (transport.Statistics.InFlight, transport.Statistics.Waiting));
    }

    [Fact]
    public async Task Idle_sockets_of_one_host_are_closed_when_another_needs_them()
    {
        using var gate = new SemaphoreSlim(0);
        await using var first = await WebServer.StartAsync(context => gate.WaitAsync(context.RequestAborted));
        await using var second = await WebServer.StartAsync(context => gate.WaitAsync(context.RequestAborted));
        using var transport = new HttpTransport(Patient with { MaxConnections = 6, MaxConnectionsPerHost = 6 }, TimeProvider.System);
        var asked = AskTogether(transport, first, 6);
        await UntilAsync(() => first.Running == 6);
        gate.Release(6);
        await Task.WhenAll(asked);
        await UntilAsync(() => transport.Statistics.InFlight == 0);
        Assert.Equal(6, first.Connections);

        asked = AskTogether(transport, second, 6);
        await UntilAsync(() => second.Running == 6);
        gate.Release(6);
        await Task.WhenAll(asked);

        await UntilAsync(() => first.Connections == 0);
        Assert.InRange(transport.Statistics.Sockets, 1, 6);
    }

    [Fact]
    public async Task A_caller_that_starves_for_a_socket_gets_that_of_the_next_host_that_falls_idle()
    {
        var release = new TaskCompletionSource();
        await using var busy = await WebServer.StartAsync(_ => release.Task);
        await using var other = await WebServer.StartAsync(static context => context.Response.WriteAsync("hello"));
        using var transport = new HttpTransport(Patient with { MaxConnections = 2, MaxConnectionsPerHost = 2 }, TimeProvider.System);
        var calls = AskTogether(transport, busy, 2);
        await UntilAsync(() => busy.Running == 2);
        // Both requests that may run do, so this one waits for a place first and, once it has that, for a socket.
        var waiting = transport.SendAsync(new HttpCall { Uri = other.Address, Timeout = Patience }, Ct);
        Assert.False(waiting.IsCompleted);

        release.SetResult();

        Assert.Equal(200, (await waiting).Status);
        await Task.WhenAll(calls);
        Assert.InRange(transport.Statistics.Sockets, 1, 2);
    }

    [Fact]
    public async Task A_full_queue_fails_at_once_and_says_what_to_change()
    {
        await using var server = await WebServer.StartAsync(static context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        using var transport = new HttpTransport(new HttpLimits { MaxConnectionsPerHost = 1, QueueCapacity = 1, AcquireTimeout = TimeSpan.FromMinutes(1) }, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var stuck = Enumerable.Range(0, 2).Select(_ => transport.SendAsync(new HttpCall { Uri = server.Address }, stop.Token)).ToList();

        var failure = await Assert.ThrowsAsync<PoolBusyException>(() => transport.SendAsync(new HttpCall { Uri = server.Address }, Ct));

        Assert.Contains($"No request to localhost:{server.Port} can begin: 1 callers wait already, which is QueueCapacity", failure.Message, StringComparison.Ordinal);
        Assert.Contains("MaxConnectionsPerHost is 1", failure.Message, StringComparison.Ordinal);
        Assert.Equal((TimeSpan.Zero, FailureKind.Caller), (failure.Waited, HttpFailures.Classify(failure)));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(stuck));
    }

    [Fact]
    public async Task Waiting_ends_at_its_own_limit_and_leaves_no_place_behind()
    {
        await using var server = await WebServer.StartAsync(static context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        var clock = new ManualTimeProvider();
        using var transport = new HttpTransport(new HttpLimits { MaxConnectionsPerHost = 1, AcquireTimeout = TimeSpan.FromSeconds(2) }, clock);
        using var stop = new CancellationTokenSource();
        var stuck = transport.SendAsync(new HttpCall { Uri = server.Address }, stop.Token);
        var late = transport.SendAsync(new HttpCall { Uri = server.Address }, Ct);
        await UntilAsync(() => transport.Statistics.Waiting == 1);

        clock.Advance(TimeSpan.FromSeconds(2));

        var failure = await Assert.ThrowsAsync<PoolBusyException>(() => late);
        Assert.Contains("AcquireTimeout", failure.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(2), failure.Waited);
        Assert.Equal((1, 0), (transport.Statistics.InFlight, transport.Statistics.Waiting));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stuck);
        Assert.Equal(0, transport.Statistics.InFlight);
    }

    [Fact]
    public async Task A_pool_of_the_source_serves_all_callers_over_its_one_connection()
    {
        var release = new TaskCompletionSource();
        await using var server = await WebServer.StartAsync(context => context.Request.Path == "/healthz" ? Task.CompletedTask : release.Task);
        using var transport = new HttpTransport(Patient, TimeProvider.System);
        var settings = new HttpSettings { Address = server.Address.ToString(), HealthPath = "healthz", Timeout = Patience };
        var source = new HttpSource("embeddings", settings, transport);
        await using var pool = new ConnectionPool<HttpConnection>(
            source, HttpSource.PoolOptions(Patient) with { AcquireTimeout = Patience }, null, TimeProvider.System, NullLogger.Instance);

        var asked = Enumerable.Range(0, 200).Select(async _ =>
        {
            using var lease = await pool.AcquireAsync(ConnectionRole.General, 0, Timeout.InfiniteTimeSpan, Ct);
            (await lease.Connection.SendAsync(new HttpCall { Uri = new Uri("embed", UriKind.Relative) }, Ct)).ThrowIfFailed();
        }).ToList();
        await UntilAsync(() => server.Running == 30);
        release.SetResult();
        await Task.WhenAll(asked);

        Assert.Equal(201, server.Requests);
        Assert.Equal(30, server.MostRunning);
    }

    [Fact]
    public async Task Opening_fails_when_the_endpoint_is_not_well()
    {
        await using var server = await WebServer.StartAsync(static context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        using var transport = new HttpTransport(new HttpLimits(), TimeProvider.System);
        var settings = new HttpSettings { Address = server.Address.ToString(), HealthPath = "healthz" };
        var source = new HttpSource("embeddings", settings, transport);

        var failure = await Assert.ThrowsAsync<HttpException>(() => source.OpenAsync(ConnectionRole.General, Ct).AsTask());

        Assert.Equal(FailureKind.Overload, source.Classify(failure));
        Assert.False(await source.CheckAsync(new HttpConnection(transport, settings), Ct));
    }

    [Fact]
    public async Task Without_a_path_of_health_any_answer_is_a_sign_of_life()
    {
        var status = 404;
        await using var server = await WebServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        using var transport = new HttpTransport(new HttpLimits(), TimeProvider.System);
        var source = new HttpSource("embeddings", new HttpSettings { Address = server.Address.ToString() }, transport);

        var connection = await source.OpenAsync(ConnectionRole.General, Ct);
        Assert.True(await source.CheckAsync(connection, Ct));
        status = 500;
        Assert.False(await source.CheckAsync(connection, Ct));
        await server.DisposeAsync();
        await Assert.ThrowsAsync<HttpException>(() => source.OpenAsync(ConnectionRole.General, Ct).AsTask());
    }

    private static List<Task<HttpAnswer>> AskTogether(HttpTransport transport, WebServer server, int callers) =>
        [.. Enumerable.Range(0, callers).Select(_ => transport.SendAsync(new HttpCall { Uri = server.Address, Timeout = Patience }, Ct))];

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Ct);
    }
}
