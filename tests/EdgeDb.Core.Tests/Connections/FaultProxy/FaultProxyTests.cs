using System.Diagnostics;
using System.Net.Sockets;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

/// <summary>Each way in which the proxy of the fault tests behaves badly. Upper limits are generous: other tests use the same processors.</summary>
public sealed class FaultProxyTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(150);

    private readonly EchoServer _server = new();
    private readonly FaultProxy _proxy;

    public FaultProxyTests() => _proxy = new FaultProxy("127.0.0.1", _server.Port);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(0, 3)]
    public async Task Bytes_pass_in_order_and_whole(int latencyMilliseconds, int jitterMilliseconds)
    {
        _proxy.ToServer.Latency = TimeSpan.FromMilliseconds(latencyMilliseconds);
        _proxy.ToClient.Jitter = TimeSpan.FromMilliseconds(jitterMilliseconds);
        using var client = await ConnectAsync();
        var sent = new byte[3_000_000];
        new Random(7).NextBytes(sent);

        var sending = SendAndCloseAsync(client, sent);
        var received = await ReceiveToEndAsync(client);
        await sending;

        Assert.True(sent.AsSpan().SequenceEqual(received), "bytes were lost, changed or reordered");
        Assert.Null(Assert.Single(_server.Ends));
    }

    [Fact]
    public async Task Latency_delays_each_direction_and_can_change_while_the_connection_lives()
    {
        using var client = await ConnectAsync();
        var direct = await ShortestRoundTripAsync(client);

        _proxy.SetRoundTrip(TimeSpan.FromMilliseconds(200));
        var slow = await ShortestRoundTripAsync(client);
        _proxy.SetRoundTrip(TimeSpan.Zero);

        Assert.InRange(slow.TotalMilliseconds, 200, 390);
        Assert.True(await ShortestRoundTripAsync(client) < TimeSpan.FromMilliseconds(100));
        Assert.True(direct < TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task Round_trips_are_counted_by_what_was_waited_for()
    {
        _proxy.SetRoundTrip(TimeSpan.FromMilliseconds(800));
        using var client = await ConnectAsync();
        Assert.Equal(0, _proxy.Turns);

        for (var i = 0; i < 5; i++)
            await client.SendAsync(new byte[] { (byte)i }, Ct);
        await ReceiveAsync(client, 5);
        Assert.Equal(1, _proxy.Turns);

        await client.SendAsync(new byte[] { 5 }, Ct);
        await ReceiveAsync(client, 1);
        Assert.Equal(2, _proxy.Turns);
    }

    [Fact]
    public async Task Latency_does_not_lessen_throughput()
    {
        _proxy.SetRoundTrip(TimeSpan.FromMilliseconds(800));
        using var client = await ConnectAsync();
        var start = Stopwatch.GetTimestamp();

        // A sleep for each of them would take 40 s.
        for (var i = 0; i < 100; i++)
            await client.SendAsync(new byte[] { (byte)i }, Ct);
        await ReceiveAsync(client, 100);

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 800, 20_000);
    }

    [Fact]
    public async Task Bytes_do_not_overtake_those_before_them_when_the_latency_ends()
    {
        using var client = await ConnectAsync();
        await EchoAsync(client);
        for (byte i = 0; i < 10; i++)
        {
            _proxy.ToClient.Latency = TimeSpan.FromMilliseconds(i % 2 == 0 ? 50 : 0);
            await client.SendAsync(new byte[] { i }, Ct);
            // Until the answer has reached the proxy, or the next change would hold for it too.
            await UntilAsync(() => _server.BytesSent == i + 2);
        }

        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], await ReceiveAsync(client, 10));
    }

    [Fact]
    public async Task Bandwidth_is_limited_in_each_direction_by_itself()
    {
        _proxy.ToClient.BytesPerSecond = 100_000;
        using var client = await ConnectAsync();
        var start = Stopwatch.GetTimestamp();

        await client.SendAsync(new byte[300_000], Ct);
        await ReceiveAsync(client, 1000);
        var first = Stopwatch.GetElapsedTime(start);
        await ReceiveAsync(client, 299_000);

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 3000, 20_000);
        Assert.True(first < TimeSpan.FromSeconds(2), $"it came in one lump after {first}");
    }

    [Fact]
    public async Task A_half_open_proxy_accepts_and_never_answers_while_older_connections_go_on()
    {
        using var before = await ConnectAsync();
        await EchoAsync(before);
        _proxy.Admission = ProxyAdmission.HalfOpen;
        using var client = await ConnectAsync();

        await client.SendAsync(new byte[] { 1 }, Ct);
        await Assert.ThrowsAsync<TimeoutException>(() => ReceiveAsync(client, 1).WaitAsync(Silence, Ct));
        await EchoAsync(before);
        Assert.Equal(2, _proxy.OpenConnections);
    }

    [Fact]
    public async Task A_blackhole_swallows_established_connections_and_gives_everything_back_when_it_ends()
    {
        using var client = await ConnectAsync();
        await EchoAsync(client);
        _proxy.SetBlackhole(true);

        await client.SendAsync(new byte[] { 1, 2 }, Ct);
        await client.SendAsync(new byte[] { 3 }, Ct);
        var receiving = ReceiveAsync(client, 3);
        await Assert.ThrowsAsync<TimeoutException>(() => receiving.WaitAsync(Silence, Ct));
        _proxy.SetBlackhole(false);

        Assert.Equal([1, 2, 3], await receiving);
    }

    [Fact]
    public async Task A_reset_reaches_both_sides_as_a_reset()
    {
        using var client = await ConnectAsync();
        await EchoAsync(client);

        _proxy.ResetConnections();

        var failure = await Assert.ThrowsAsync<SocketException>(() => ReceiveAsync(client, 1));
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
        await UntilAsync(() => !_server.Ends.IsEmpty);
        Assert.Equal(SocketError.ConnectionReset, Assert.Single(_server.Ends));
        await UntilAsync(() => _proxy.OpenConnections == 0);
    }

    [Fact]
    public async Task New_connections_can_be_reset_or_refused_and_are_served_again_at_the_same_port()
    {
        _proxy.Admission = ProxyAdmission.Reset;
        await Assert.ThrowsAsync<SocketException>(ConnectAndReceiveAsync);

        for (var round = 0; round < 3; round++)
        {
            _proxy.Admission = ProxyAdmission.Refuse;
            var failure = await Assert.ThrowsAsync<SocketException>(ConnectAsync);
            Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);

            _proxy.Admission = ProxyAdmission.Forward;
            using var client = await ConnectAsync();
            await EchoAsync(client);
        }
    }

    [Fact]
    public async Task A_server_that_refuses_shows_as_a_reset()
    {
        await _server.DisposeAsync();

        var failure = await Assert.ThrowsAsync<SocketException>(ConnectAndReceiveAsync);
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
    }

    [Fact]
    public async Task The_end_of_a_connection_can_be_slow()
    {
        _proxy.ToClient.CloseDelay = TimeSpan.FromMilliseconds(200);
        using var client = await ConnectAsync();
        await EchoAsync(client);
        var start = Stopwatch.GetTimestamp();

        client.Shutdown(SocketShutdown.Send);

        Assert.Empty(await ReceiveToEndAsync(client));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 199, 20_000);
    }

    [Fact]
    public async Task Random_faults_come_at_their_rate_and_the_same_seed_repeats_them()
    {
        var first = await FaultyRequestsAsync(seed: 5);

        Assert.Equal(first, await FaultyRequestsAsync(seed: 5));
        Assert.NotEqual(first, await FaultyRequestsAsync(seed: 6));
        Assert.InRange(first.Count, 20, 80);
    }

    [Fact]
    public async Task A_stalled_connection_is_never_answered_and_others_are()
    {
        using var stalled = await ConnectAsync();
        (_proxy.Fault, _proxy.FaultRate) = (ProxyFault.Stall, 1);
        await stalled.SendAsync(new byte[] { 1 }, Ct);
        await Assert.ThrowsAsync<TimeoutException>(() => ReceiveAsync(stalled, 1).WaitAsync(Silence, Ct));
        _proxy.FaultRate = 0;

        using var client = await ConnectAsync();
        await EchoAsync(client);
        await stalled.SendAsync(new byte[] { 2 }, Ct);
        await Assert.ThrowsAsync<TimeoutException>(() => ReceiveAsync(stalled, 1).WaitAsync(Silence, Ct));
    }

    [Fact]
    public async Task Disposal_ends_everything_that_is_under_way()
    {
        _proxy.SetRoundTrip(TimeSpan.FromHours(1));
        using var delayed = await ConnectAsync();
        await delayed.SendAsync(new byte[] { 1 }, Ct);
        _proxy.SetBlackhole(true);
        using var swallowed = await ConnectAsync();
        await swallowed.SendAsync(new byte[] { 1 }, Ct);
        await UntilAsync(() => _proxy.OpenConnections == 2);

        await _proxy.DisposeAsync().AsTask().WaitAsync(Patience, Ct);

        Assert.Equal(0, _proxy.OpenConnections);
        await Assert.ThrowsAsync<SocketException>(() => ReceiveAsync(delayed, 1));
    }

    private async Task<List<int>> FaultyRequestsAsync(int seed)
    {
        await using var proxy = new FaultProxy("127.0.0.1", _server.Port, seed) { FaultRate = 0.1 };
        var faulty = new List<int>();
        Socket? client = null;
        for (var i = 0; i < 500; i++)
        {
            client ??= await ConnectAsync(proxy.Port);
            try
            {
                await EchoAsync(client);
            }
            catch (SocketException)
            {
                faulty.Add(i);
                client.Dispose();
                client = null;
            }
        }
        client?.Dispose();
        return faulty;
    }

    // The reset may come while connecting or after it.
    private async Task ConnectAndReceiveAsync()
    {
        using var client = await ConnectAsync();
        await ReceiveAsync(client, 1);
    }

    private Task<Socket> ConnectAsync() => ConnectAsync(_proxy.Port);

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port, Ct);
        return socket;
    }

    private static async Task EchoAsync(Socket client)
    {
        await client.SendAsync(new byte[] { 42 }, Ct);
        Assert.Equal([42], await ReceiveAsync(client, 1));
    }

    // What a busy machine adds, it hardly adds to all of them.
    private static async Task<TimeSpan> ShortestRoundTripAsync(Socket client)
    {
        var shortest = TimeSpan.MaxValue;
        for (var i = 0; i < 9; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await EchoAsync(client);
            shortest = Stopwatch.GetElapsedTime(start) is var took && took < shortest ? took : shortest;
        }
        return shortest;
    }

    private static async Task SendAndCloseAsync(Socket client, byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += await client.SendAsync(bytes.AsMemory(sent), Ct);
        client.Shutdown(SocketShutdown.Send);
    }

    private static async Task<byte[]> ReceiveAsync(Socket client, int count)
    {
        var bytes = new byte[count];
        for (var received = 0; received < count;)
        {
            var read = await client.ReceiveAsync(bytes.AsMemory(received), Ct).AsTask().WaitAsync(Patience, Ct);
            if (read == 0)
                throw new SocketException((int)SocketError.Shutdown);
            received += read;
        }
        return bytes;
    }

    private static async Task<byte[]> ReceiveToEndAsync(Socket client)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await client.ReceiveAsync(buffer, Ct).AsTask().WaitAsync(Patience, Ct) is > 0 and var read)
            all.Write(buffer, 0, read);
        return all.ToArray();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, "it did not come about");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Ct);
        }
    }
}
