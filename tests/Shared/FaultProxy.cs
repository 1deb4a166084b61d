using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EdgeDb.Tests;

/// <summary>What becomes of a new connection.</summary>
internal enum ProxyAdmission
{
    /// <summary>It is passed on.</summary>
    Forward,

    /// <summary>Accepted, read and never answered, as by a host that hangs. Ends with the proxy, a reset or the client.</summary>
    HalfOpen,

    /// <summary>Accepted and reset.</summary>
    Reset,

    /// <summary>Refused by the kernel: nobody listens.</summary>
    Refuse,
}

/// <summary>What a random fault does to the connection it hits.</summary>
internal enum ProxyFault
{
    /// <summary>Cuts it with a RST.</summary>
    Reset,

    /// <summary>Nothing that the client sends is passed on any more, and nobody is told.</summary>
    Stall,
}

/// <summary>
/// A TCP proxy on loopback in front of a real server, that behaves as badly as a network does. Everything can change while it runs.
/// It knows bytes only, so TLS passes through. A server that refuses shows as a connection that is reset after it was accepted.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly IPEndPoint _target;
    private readonly Random _random;
    private readonly Socket _holder;
    private readonly ConcurrentDictionary<FaultProxyConnection, Task> _connections = new();
    private readonly ConcurrentDictionary<Socket, Task> _halfOpen = new();
    private readonly Lock _gate = new();
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;
    private ProxyAdmission _admission;
    private long _accepted;
    private long _turns;
    private bool _disposed;

    /// <summary>Listens on a free port of 127.0.0.1 at once.</summary>
    /// <param name="host">IP address of the server.</param>
    /// <param name="port">Of the server.</param>
    /// <param name="seed">Of jitter and random faults.</param>
    public FaultProxy(string host, int port, int seed = 1)
    {
        _target = new IPEndPoint(IPAddress.Parse(host), port);
        _random = new Random(seed);
        ToServer = new(this);
        ToClient = new(this);
        // Never listens; keeps the port from being given to somebody else while connections are refused.
        _holder = NewSocket();
        _holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)_holder.LocalEndPoint!).Port;
        Listen();
    }

    /// <summary>Where clients connect to, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>From client to server.</summary>
    public FaultProxyDirection ToServer { get; }

    /// <summary>From server to client.</summary>
    public FaultProxyDirection ToClient { get; }

    /// <summary>What becomes of new connections; those that are established stay as they are.</summary>
    public ProxyAdmission Admission
    {
        get => _admission;
        set
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                _admission = value;
                if (value == ProxyAdmission.Refuse)
                    StopListening();
                else if (_listener is null)
                    Listen();
            }
        }
    }

    /// <summary>Chance from 0 to 1 that <see cref="Fault"/> hits, for each piece of bytes from a client: about each request of a protocol that asks and waits.</summary>
    public double FaultRate { get; set; }

    /// <summary>What hits then.</summary>
    public ProxyFault Fault { get; set; }

    /// <summary>Connections passed on or held half open now.</summary>
    public int OpenConnections => _connections.Count + _halfOpen.Count;

    /// <summary>Connections accepted so far.</summary>
    public long AcceptedConnections => Interlocked.Read(ref _accepted);

    /// <summary>How often a client has begun to send since it was answered last, over all connections: the round trips that it takes. However slow the machine, what it sends without waiting is one.</summary>
    public long Turns => Interlocked.Read(ref _turns);

    /// <summary>Half of a round trip in each direction.</summary>
    public void SetRoundTrip(TimeSpan time) => ToServer.Latency = ToClient.Latency = time / 2;

    /// <summary>No byte arrives in either direction, or all again.</summary>
    public void SetBlackhole(bool on) => ToServer.IsBlackholed = ToClient.IsBlackholed = on;

    /// <summary>Cuts every connection there is with a RST to both sides.</summary>
    public void ResetConnections()
    {
        foreach (var connection in _connections.Keys)
            connection.Reset();
        foreach (var client in _halfOpen.Keys)
            client.Close(0);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposed = true;
            StopListening();
        }
        await _accepting;
        ResetConnections();
        await Task.WhenAll(_connections.Values.Concat(_halfOpen.Values));
        _holder.Dispose();
    }

    internal void CountTurn() => Interlocked.Increment(ref _turns);

    internal bool NextIsFaulty() => FaultRate > 0 && NextRandom() < FaultRate;

    internal double NextRandom()
    {
        lock (_random)
            return _random.NextDouble();
    }

    // Two sockets of one port: only those that both allow it may share one.
    private static Socket NewSocket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        return socket;
    }

    private void Listen()
    {
        _listener = NewSocket();
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _listener.Listen(512);
        _accepting = AcceptAsync(_listener, _accepting);
    }

    private void StopListening()
    {
        _listener?.Dispose();
        _listener = null;
    }

    private async Task AcceptAsync(Socket listener, Task before)
    {
        await before;
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }
            Interlocked.Increment(ref _accepted);
            client.NoDelay = true;
            if (Admission == ProxyAdmission.Forward)
                _ = ForwardAsync(client);
            else if (Admission == ProxyAdmission.HalfOpen)
                Track(_halfOpen, client, () => SwallowAsync(client));
            else
                client.Close(0);
        }
    }

    private async Task ForwardAsync(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await server.ConnectAsync(_target);
        }
        catch (SocketException)
        {
            client.Close(0);
            server.Dispose();
            return;
        }
        var connection = new FaultProxyConnection(this, client, server);
        Track(_connections, connection, connection.RunAsync);
        if (_disposed)
            connection.Reset();
    }

    private static async Task SwallowAsync(Socket client)
    {
        var buffer = new byte[4096];
        try
        {
            while (await client.ReceiveAsync(buffer) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
        client.Dispose();
    }

    private static void Track<TKey>(ConcurrentDictionary<TKey, Task> tasks, TKey key, Func<Task> run)
        where TKey : class
    {
        // Added before it runs: whoever has got an answer through it may reset it at once.
        var ended = new TaskCompletionSource();
        tasks[key] = ended.Task;
        run().ContinueWith(
            task =>
            {
                tasks.TryRemove(key, out var _);
                ended.SetFromTask(task);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
