using System.Diagnostics;
using System.Globalization;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>
/// GET of 100 bytes over one connection, by one caller after the other and by many at once, beside what redis-benchmark (C, same machine,
/// same server) reaches: 50 connections without pipelining, and one connection with 64 commands a write.
/// </summary>
internal static class RedisCommands
{
    private const int Keys = 1000;
    private static readonly int[] CallersAtOnce = [1, 8, 64, 512];

    public static async Task RunAsync(int rounds)
    {
        var port = LoopbackPort.Free();
        using var folder = new TemporaryFolder();
        using var server = Start("redis-server", "--port", Text(port), "--bind", "127.0.0.1", "--save", "", "--daemonize", "no", "--dir", folder.Path);
        if (server is null)
        {
            Console.WriteLine("Redis commands: skipped, redis-server is not installed ('scripts/upstreams.sh install').");
            return;
        }

        try
        {
            while (await server.StandardOutput.ReadLineAsync() is { } line && !line.Contains("Ready to accept", StringComparison.Ordinal))
            {
            }

            await MeasureAsync(port, rounds);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static async Task MeasureAsync(int port, int rounds)
    {
        var settings = new RedisSettings { Address = $"redis://127.0.0.1:{port}", CommandTimeout = TimeSpan.FromSeconds(10), SilenceLimit = TimeSpan.FromSeconds(10) };
        await using var connection = await RedisConnection.OpenAsync(settings, null, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        var keys = Enumerable.Range(0, Keys).Select(static i => $"key:{i}").ToArray();
        foreach (var key in keys)
            await connection.SetAsync(key, new byte[100], TimeSpan.FromHours(1), false, CancellationToken.None);

        Console.WriteLine($"Redis GET of 100 bytes over one connection, {rounds} rounds in turn:");
        Console.WriteLine($"{"",-38}{"ops/s",10}{"us/op",9}{"B/op",8}");
        var ours = CallersAtOnce.Select(static _ => new List<(double Rate, double Bytes)>()).ToArray();
        var peers = new List<double>[] { [], [], [] };
        foreach (var callers in CallersAtOnce)
            await RunCallersAsync(connection, keys, callers);
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < CallersAtOnce.Length; i++)
                ours[i].Add(await RunCallersAsync(connection, keys, CallersAtOnce[i]));
            peers[0].Add(await PeerAsync(port, 1, 1));
            peers[1].Add(await PeerAsync(port, 50, 1));
            peers[2].Add(await PeerAsync(port, 1, 64));
        }

        for (var i = 0; i < CallersAtOnce.Length; i++)
            Print(CallersAtOnce[i] == 1 ? "one caller" : $"{CallersAtOnce[i]} callers at once", Median(ours[i], static r => r.Rate), Median(ours[i], static r => r.Bytes));
        Print("redis-benchmark, 1 connection", Median(peers[0], static r => r), null);
        Print("redis-benchmark, 50 connections", Median(peers[1], static r => r), null);
        Print("redis-benchmark, 1 connection, -P 64", Median(peers[2], static r => r), null);
        Console.WriteLine(
            $"  ratio: one caller {Median(ours[0], static r => r.Rate) / Median(peers[0], static r => r):0.00} of redis-benchmark's one connection; " +
            $"64 callers on one connection {Median(ours[2], static r => r.Rate) / Median(peers[1], static r => r):0.00} of its 50 connections");
    }

    /// <summary>Bytes are those of the whole process: callers, read loop and sender.</summary>
    private static async Task<(double Rate, double Bytes)> RunCallersAsync(RedisConnection connection, string[] keys, int callers)
    {
        var each = (callers == 1 ? 20_000 : 200_000) / callers;
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var started = Stopwatch.GetTimestamp();
        if (callers == 1)
            await RunOneAsync(connection, keys, each);
        else
            await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => RunOneAsync(connection, keys, each))));
        var elapsed = Stopwatch.GetElapsedTime(started);
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        return (each * callers / elapsed.TotalSeconds, (double)bytes / (each * callers));
    }

    private static async Task RunOneAsync(RedisConnection connection, string[] keys, int each)
    {
        for (var i = 0; i < each; i++)
        {
            if (await connection.GetAsync(keys[i % keys.Length], 0, static (reply, _) => reply.AsBytes().Length, CancellationToken.None) != 100)
                throw new InvalidOperationException("A value has another length.");
        }
    }

    private static async Task<double> PeerAsync(int port, int connections, int pipeline)
    {
        using var peer = Start(
            "redis-benchmark", "-p", Text(port), "-c", Text(connections), "-P", Text(pipeline), "-n", Text(connections * pipeline == 1 ? 20_000 : 200_000), "--csv",
            "GET", "key:1")!;
        var lines = (await peer.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await peer.WaitForExitAsync();
        return double.Parse(lines[^1].Split(',')[1].Trim('"'), CultureInfo.InvariantCulture);
    }

    private static void Print(string name, double rate, double? bytes) =>
        Console.WriteLine($"{name,-38}{rate,10:0}{1e6 / rate,9:0.00}{(bytes is { } known ? known.ToString("0", CultureInfo.InvariantCulture) : ""),8}");

    private static double Median<T>(List<T> values, Func<T, double> of)
    {
        var sorted = values.Select(of).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static Process? Start(string program, params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
