using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EdgeDb.Tests;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>
/// What the test proxy itself adds to a round trip, and how near its delays are to those it was asked for: with both a figure measured
/// "over a 5 ms link" can be judged.
/// </summary>
internal static class LinkCosts
{
    private const int RoundTrips = 400;

    public static async Task RunAsync(int rounds)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var serving = ServeAsync(listener);
        await using var proxy = new FaultProxy("127.0.0.1", port);
        using var direct = await ConnectAsync(port);
        using var through = await ConnectAsync(proxy.Port);

        var links = new (string Name, Socket Socket, TimeSpan RoundTrip)[]
        {
            ("direct", direct, TimeSpan.Zero),
            ("proxy without a delay", through, TimeSpan.Zero),
            ("proxy, 1 ms", through, TimeSpan.FromMilliseconds(1)),
            ("proxy, 5 ms", through, TimeSpan.FromMilliseconds(5)),
        };
        var times = links.Select(static _ => new List<double>()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < links.Length; i++)
            {
                proxy.SetRoundTrip(links[i].RoundTrip);
                await MeasureAsync(links[i].Socket, round == 0 ? [] : times[i]);
            }
        }

        Console.WriteLine($"A round trip of 100 bytes over loopback, {rounds - 1} rounds of {RoundTrips} in turn, microseconds:");
        Console.WriteLine($"{"",-38}{"median",10}{"p99",10}{"too much",10}");
        for (var i = 0; i < links.Length; i++)
        {
            times[i].Sort();
            var median = times[i][times[i].Count / 2];
            Console.WriteLine($"{links[i].Name,-38}{median,10:F0}{times[i][times[i].Count * 99 / 100],10:F0}{median - links[i].RoundTrip.TotalMicroseconds,10:F0}");
        }

        direct.Dispose();
        through.Dispose();
        listener.Stop();
        await serving;
    }

    private static async Task MeasureAsync(Socket socket, List<double> microseconds)
    {
        var buffer = new byte[100];
        for (var i = 0; i < RoundTrips; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await socket.SendAsync(buffer);
            await socket.ReceiveAsync(buffer);
            microseconds.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }

    private static async Task ServeAsync(TcpListener listener)
    {
        try
        {
            while (true)
                _ = EchoAsync(await listener.AcceptSocketAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private static async Task EchoAsync(Socket client)
    {
        using var socket = client;
        socket.NoDelay = true;
        var buffer = new byte[100];
        try
        {
            while (await socket.ReceiveAsync(buffer) is > 0 and var read)
                await socket.SendAsync(buffer.AsMemory(0, read));
        }
        catch (SocketException)
        {
            // Its other end was cut.
        }
    }
}
