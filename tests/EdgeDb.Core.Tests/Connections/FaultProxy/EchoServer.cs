using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EdgeDb.Core.Tests.Connections;

/// <summary>Sends back what it gets.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _loop;
    private long _bytesSent;

    public EchoServer()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _loop = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>So far, to all.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>How each connection ended: null for an orderly end.</summary>
    public ConcurrentQueue<SocketError?> Ends { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _loop;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = EchoAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task EchoAsync(Socket client)
    {
        using var socket = client;
        socket.NoDelay = true;
        var buffer = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer) is > 0 and var read)
                Interlocked.Add(ref _bytesSent, await socket.SendAsync(buffer.AsMemory(0, read)));
            socket.Shutdown(SocketShutdown.Send);
            Ends.Enqueue(null);
        }
        catch (SocketException exception)
        {
            Ends.Enqueue(exception.SocketErrorCode);
        }
    }
}
