using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EdgeDb.IntegrationTests;

/// <summary>What the server sends back.</summary>
internal sealed record FeedReply(int Status, byte[] Body, params (string Name, string Value)[] Headers)
{
    /// <summary>Body bytes promised; the connection ends after those that there are.</summary>
    public long? PromisedLength { get; init; }

    /// <summary>Accepts the request and never answers.</summary>
    public bool Silent { get; init; }

    /// <summary>Sends what there is and then nothing, without ending the connection.</summary>
    public bool KeepsOpen { get; init; }

    public static FeedReply Ok(string text, params (string, string)[] headers) => new(200, Encoding.UTF8.GetBytes(text), headers);

    public static FeedReply Redirect(string location) => new(302, [], ("Location", location));

    public static implicit operator FeedReply(int status) => new(status, []);
}

/// <summary>One request as it arrived.</summary>
internal sealed record FeedRequest(string Path, IReadOnlyDictionary<string, string> Headers);

/// <summary>A real HTTP/1.1 server on loopback, or on a socket that it is given, near enough to the socket to answer as badly as the internet does.</summary>
internal sealed class FeedServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2? _certificate;
    private readonly Func<FeedRequest, FeedReply> _reply;
    private readonly Task _loop;

    public FeedServer(Func<FeedRequest, FeedReply> reply, X509Certificate2? certificate = null, TcpListener? listener = null)
    {
        _listener = listener ?? new(IPAddress.Loopback, 0);
        _reply = reply;
        _certificate = certificate;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _loop = AcceptAsync();
    }

    public int Port { get; }

    public string Address => $"{(_certificate is null ? "http" : "https")}://localhost:{Port}";

    /// <summary>Every request so far.</summary>
    public ConcurrentQueue<FeedRequest> Requests { get; } = new();

    public FeedRequest Last => Requests.Last();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Disposed, maybe between two connections: then it "is not listening".
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using var connection = client;
            await using Stream stream = _certificate is null ? client.GetStream() : await SecureAsync(client);
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            if (await reader.ReadLineAsync(_stop.Token) is not { } line)
                return;
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
                headers[header[..header.IndexOf(':', StringComparison.Ordinal)]] = header[(header.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            var request = new FeedRequest(line.Split(' ')[1], headers);
            Requests.Enqueue(request);
            var reply = _reply(request);
            if (reply.Silent)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
                return;
            }

            var head = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {reply.Status} Status\r\nConnection: close\r\n"));
            foreach (var (name, value) in reply.Headers)
                head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
            if (reply.Status != 304)
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {reply.PromisedLength ?? reply.Body.Length}\r\n");
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), _stop.Token);
            await stream.WriteAsync(reply.Body, _stop.Token);
            await stream.FlushAsync(_stop.Token);
            if (reply.KeepsOpen)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            // The client left, as it may.
        }
    }

    private async Task<SslStream> SecureAsync(TcpClient client)
    {
        var secure = new SslStream(client.GetStream());
        await secure.AuthenticateAsServerAsync(_certificate!);
        return secure;
    }
}
