using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Core.Tests.Connections.Redis;

/// <summary>A server that says hello as Redis does and then whatever a test makes it say: what real ones only do when something is broken.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private Socket? _client;

    public ScriptedServer() => _listener.Start();

    public RedisSettings Settings => new() { Address = string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}") };

    public async Task<RedisConnection> OpenAsync()
    {
        var opening = RedisConnection.OpenAsync(Settings, null, TimeProvider.System, NullLogger.Instance, CancellationToken.None).AsTask();
        _client = await _listener.AcceptSocketAsync(CancellationToken.None);
        await ReceiveAsync("SETNAME");
        await SayAsync("%2\r\n+version\r\n+0\r\n+id\r\n:1\r\n");
        return await opening;
    }

    /// <summary>Returns when a command with this text has come.</summary>
    public async Task ReceiveAsync(string text)
    {
        var received = "";
        var buffer = new byte[1024];
        while (!received.Contains(text, StringComparison.Ordinal))
            received += Encoding.UTF8.GetString(buffer, 0, await _client!.ReceiveAsync(buffer));
    }

    public async Task SayAsync(string text) => await _client!.SendAsync(Encoding.UTF8.GetBytes(text));

    public void Close() => _client!.Dispose();

    public void Dispose()
    {
        _client?.Dispose();
        _listener.Dispose();
    }
}
