using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>HTTP/2 as no client library speaks it.</summary>
public sealed class Http2Tests : IAsyncLifetime
{
    private const int EnhanceYourCalm = 0xb;

    private readonly TemporaryFolder _folder = new();
    private SecureService _service = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private enum Frame : byte
    {
        Headers = 1,
        Reset = 3,
        Settings = 4,
        GoAway = 7,
        Continuation = 9,
    }

    public async ValueTask InitializeAsync() => _service = await SecureService.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Streams_that_are_opened_and_reset_at_once_harm_their_own_connection_at_most()
    {
        await using var stream = await ConnectAsync();
        var reading = ReadToGoAwayAsync(stream);
        try
        {
            for (var id = 1; id < 40_000; id += 2)
            {
                await WriteAsync(stream, Frame.Headers, 0x5, id, Request);
                await WriteAsync(stream, Frame.Reset, 0, id, [0, 0, 0, 8]);
            }
        }
        catch (IOException)
        {
            // The server has closed it while we were writing.
        }

        // One that keeps up need not mind; and what it said may be lost with the connection.
        await stream.DisposeAsync();
        Assert.True(await reading is null or EnhanceYourCalm);
        await LivesAsync();
    }

    [Fact]
    public async Task Headers_without_end_are_refused()
    {
        await using var stream = await ConnectAsync();
        var reading = ReadToGoAwayAsync(stream);
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            await WriteAsync(stream, Frame.Headers, 0x1, 1, Request);
            // A literal header without indexing, 100 bytes each, in frames that never say that they are the last.
            byte[] header = [0x00, 1, (byte)'x', 96, .. Enumerable.Repeat((byte)'y', 96)];
            while (true)
                await WriteAsync(stream, Frame.Continuation, 0, 1, header);
        });
        await reading;
        await LivesAsync();
    }

    [Fact]
    public async Task Headers_larger_than_allowed_are_refused_with_a_status_or_an_end_of_the_stream()
    {
        using var authority = await _service.TrustAsync();
        using var client = SecureService.Client(authority, $"https://localhost:{_service.Port}", HttpVersion.Version20);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/members") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("X-Long", new string('x', 20_000));

        try
        {
            using var answer = await client.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, answer.StatusCode);
        }
        catch (HttpRequestException)
        {
            // The connection was ended instead, which is as good.
        }

        await LivesAsync();
    }

    [Fact]
    public async Task Bytes_that_are_no_TLS_are_no_error()
    {
        foreach (var bytes in (byte[][])["GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), [0x16, 3, 1, 0xff, 0xff, 1, 2, 3], [.. Enumerable.Repeat((byte)0, 5000)]])
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _service.Port, Cancellation);
            var stream = client.GetStream();
            try
            {
                await stream.WriteAsync(bytes, Cancellation);
                client.Client.Shutdown(SocketShutdown.Send);
                while (await stream.ReadAsync(new byte[4096], Cancellation) > 0)
                {
                    // An alert, or nothing.
                }
            }
            catch (Exception reset) when (reset is IOException or SocketException)
            {
                // As good as an end.
            }
        }

        await LivesAsync();
        Assert.DoesNotContain(" fail: ", _service.Service.Output, StringComparison.Ordinal);
    }

    // From the static table of HPACK: GET, https, /; and the authority as a literal.
    private static byte[] Request => [0x82, 0x87, 0x84, 0x01, 9, .. "localhost"u8];

    private async Task LivesAsync()
    {
        using var authority = await _service.TrustAsync();
        using var client = SecureService.Client(authority, $"https://localhost:{_service.Port}", HttpVersion.Version20);
        Assert.Equal("live", await client.GetStringAsync(new Uri("/health/live", UriKind.Relative), Cancellation));
    }

    private async Task<SslStream> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _service.Port, Cancellation);
        var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, static (_, shown, _, _) => shown is not null);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [SslApplicationProtocol.Http2] }, Cancellation);
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), Cancellation);
        await WriteAsync(stream, Frame.Settings, 0, 0, []);
        await WriteAsync(stream, Frame.Settings, 1, 0, []);
        return stream;
    }

    private static async Task WriteAsync(Stream stream, Frame frame, byte flags, int id, byte[] payload)
    {
        var bytes = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, payload.Length << 8);
        (bytes[3], bytes[4]) = ((byte)frame, flags);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(5), id);
        payload.CopyTo(bytes, 9);
        await stream.WriteAsync(bytes, Cancellation);
    }

    /// <summary>The reason of the server's farewell; null when the connection ended without one.</summary>
    private static async Task<int?> ReadToGoAwayAsync(Stream stream)
    {
        try
        {
            var head = new byte[9];
            while (true)
            {
                await stream.ReadExactlyAsync(head, Cancellation);
                var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >> 8];
                await stream.ReadExactlyAsync(payload, Cancellation);
                if (head[3] == (byte)Frame.GoAway)
                    return BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(4));
            }
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException)
        {
            return null;
        }
    }
}
