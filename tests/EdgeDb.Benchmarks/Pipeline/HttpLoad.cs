using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeDb.Benchmarks.Pipeline;

/// <summary>Asks one address over kept connections, each request after the answer to the one before, as cheaply as a client can.</summary>
internal sealed class HttpLoad : IDisposable
{
    private readonly List<Socket> _sockets = [];
    private readonly byte[] _request;
    private readonly int _process;

    /// <param name="address">The server.</param>
    /// <param name="target">Path and query.</param>
    /// <param name="connections">How many at once.</param>
    /// <param name="process">The server's process, whose processor time is counted.</param>
    /// <param name="header">A header line more; null for none.</param>
    public HttpLoad(Uri address, string target, int connections, int process, string? header = null)
    {
        _process = process;
        _request = Encoding.ASCII.GetBytes(
            $"GET {target} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: application/json\r\n{(header is null ? "" : header + "\r\n")}\r\n");
        for (var i = 0; i < connections; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(IPAddress.Loopback, address.Port);
            _sockets.Add(socket);
        }
    }

    /// <summary>Requests a second, processor time of the server for one request (µs), and sorted latencies (ms).</summary>
    public async Task<(double PerSecond, double ServerMicroseconds, List<double> Milliseconds)> RunAsync(int requests)
    {
        var before = ProcessorSeconds(_process);
        var clock = Stopwatch.GetTimestamp();
        var latencies = await Task.WhenAll(_sockets.Select(socket => Task.Run(() => AskAsync(socket, requests / _sockets.Count))));
        var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        var all = latencies.SelectMany(static l => l).Order().ToList();
        return (all.Count / seconds, (ProcessorSeconds(_process) - before) / all.Count * 1e6, all);
    }

    public void Dispose() => _sockets.ForEach(static socket => socket.Dispose());

    private async Task<List<double>> AskAsync(Socket socket, int requests)
    {
        var latencies = new List<double>(requests);
        var buffer = new byte[256 * 1024];
        for (var i = 0; i < requests; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            await socket.SendAsync(_request);
            var have = 0;
            int? whole = null;
            while (whole is null || have < whole)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(have));
                if (read == 0)
                    throw new IOException("The server closed the connection.");
                have += read;
                whole ??= Length(buffer.AsSpan(0, have));
            }

            latencies.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        }

        return latencies;
    }

    private static int? Length(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return null;
        if (!answer.StartsWith("HTTP/1.1 200"u8))
            throw new InvalidOperationException(Encoding.ASCII.GetString(answer[..end]));
        var head = answer[..end];
        var length = head[(head.IndexOf("Content-Length: "u8) + 16)..];
        if (length.IndexOf("\r"u8) is >= 0 and var line)
            length = length[..line];
        return end + 4 + int.Parse(length, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static double ProcessorSeconds(int process)
    {
        // utime and stime, fields 14 and 15, in ticks of 10 ms; the name in field 2 may hold spaces.
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }
}
