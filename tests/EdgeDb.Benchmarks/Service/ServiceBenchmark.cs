using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using EdgeDb.Tests;

namespace EdgeDb.Benchmarks.Service;

/// <summary>
/// The native service over a household's history: start, memory and the latency of a month, on loopback, by a client that
/// shares the machine with it.
/// </summary>
internal static class ServiceBenchmark
{
    private const int Starts = 9;
    private const int Rounds = 5;
    private const int RequestsARound = 2_000;
    private const int LoadRequests = 20_000;
    private const int LoadConnections = 8;
    private const int Handshakes = 100;

    // Two of the service's looks for what can be given back.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(25);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var binary = Environment.GetEnvironmentVariable("EDGEDB_BINARY");
        if (arguments.Length > 0 || string.IsNullOrEmpty(binary))
        {
            await Console.Error.WriteLineAsync("usage: EDGEDB_BINARY=FILE bench service");
            return 2;
        }
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        Console.WriteLine($"executable                     {new FileInfo(binary).Length / 1e6,8:0.0} MB");

        var files = HouseholdHistory.Write(folder.Path, TimeProvider.System.GetUtcNow().UtcDateTime);
        var watch = Stopwatch.StartNew();
        foreach (var file in files)
        {
            var (exit, output, errors) = await ServiceProcess.RunAsync(["import", file, "--data", data]);
            if (exit != 0)
                throw new InvalidOperationException(output + errors);
        }
        Console.WriteLine($"import of {HouseholdHistory.Events:N0} events       {watch.Elapsed.TotalSeconds,8:0.0} s   ({files.Count} files, durable writes)");

        await MeasureStartAsync(binary, folder.File("empty"), "start to first 200, new data   ");
        await MeasureStartAsync(binary, data, "start to first 200, 50k events ");
        await MeasureMemoryAsync(folder.File("idle"));
        await MeasureSecureMemoryAsync(folder.File("secure"));
        await MeasureMonthsAsync(data);
        return 0;
    }

    private static async Task MeasureStartAsync(string binary, string data, string title)
    {
        var times = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            var port = LoopbackPort.Free();
            var clock = Stopwatch.GetTimestamp();
            using var process = Process.Start(
                new ProcessStartInfo(binary, ["serve", "--port", port.ToString(CultureInfo.InvariantCulture), "--data", data]) { RedirectStandardOutput = true })!;
            await FirstAnswerAsync(port);
            times.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
            using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
                await kill.WaitForExitAsync();
            await process.WaitForExitAsync();
        }
        times.Sort();
        Console.WriteLine($"{title}{times[Starts / 2],8:0} ms  (median of {Starts}, best {times[0]:0})");
    }

    private static async Task MeasureMemoryAsync(string data)
    {
        // The second start: the first one creates the database and the sample, which no later one does.
        await using (var first = await ServiceProcess.StartAsync(data, "--sample", "--zone", "Europe/Berlin"))
            await first.StopAsync();
        await using var service = await ServiceProcess.StartAsync(data);
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
        var idle = ResidentMegabytes(service.Id);
        await LoadAsync(service, LoadRequests);
        Console.WriteLine($"resident memory, idle          {idle,8:0.0} MB");
        Console.WriteLine($"  after {LoadRequests:N0} requests        {ResidentMegabytes(service.Id),8:0.0} MB");
    }

    /// <summary>What accounts and https cost: a household with an owner, whose first handshake loads OpenSSL and its list of authorities.</summary>
    private static async Task MeasureSecureMemoryAsync(string data)
    {
        await using (var first = await ServiceProcess.StartAsync(data, "--tls", "on"))
        {
            using var owner = new StringContent("{\"name\":\"Ana\",\"password\":\"correct horse battery\"}", System.Text.Encoding.UTF8, "application/json");
            (await first.Http.PostAsync(new Uri("/api/setup", UriKind.Relative), owner)).EnsureSuccessStatusCode();
            await HandshakesAsync(first, 1);
            await first.StopAsync();
        }

        await using var service = await ServiceProcess.StartAsync(data, "--tls", "on");
        await Task.Delay(Settled, TimeProvider.System);
        Console.WriteLine($"resident memory, with an owner {ResidentMegabytes(service.Id),8:0.0} MB");
        await HandshakesAsync(service, 1);
        await Task.Delay(Settled, TimeProvider.System);
        Console.WriteLine($"  after a handshake            {ResidentMegabytes(service.Id),8:0.0} MB");
        await HandshakesAsync(service, Handshakes);
        Console.WriteLine($"  after {Handshakes} more               {ResidentMegabytes(service.Id),8:0.0} MB");
        await Task.Delay(Settled, TimeProvider.System);
        Console.WriteLine($"  and idle again               {ResidentMegabytes(service.Id),8:0.0} MB");
    }

    private static async Task HandshakesAsync(ServiceProcess service, int count)
    {
        const string Prefix = "EdgeDb answers https on ";
        var port = new Uri(service.Output.Split('\n').Single(static line => line.StartsWith(Prefix, StringComparison.Ordinal))[Prefix.Length..]).Port;
        for (var i = 0; i < count; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            await using var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, static (_, shown, _, _) => shown is not null);
            await stream.AuthenticateAsClientAsync("localhost");
            await stream.WriteAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
            while (await stream.ReadAsync(new byte[512]) > 0)
            {
            }
        }
    }

    private static async Task MeasureMonthsAsync(string data)
    {
        // Without the pipeline: each month is read from the file.
        await using (var plain = await ServiceProcess.StartAsync(data, [("EDGEDB__FEATURES__OFF", "true")]))
            await MeasureMonthsAsync(plain, "GET a month, read");
        await using var service = await ServiceProcess.StartAsync(data);
        await MeasureMonthsAsync(service, "GET a month, kept");
        var random = new Random(1);
        var today = TimeProvider.System.GetUtcNow().UtcDateTime;
        var (outside, _) = await TimeAsync(service, 200, () => Month(today.AddMonths(-random.Next(24, 120))));
        Console.WriteLine($"GET a month, years ago     p50 {outside[outside.Count / 2],8:0.00} ms  (series expanded on demand)");
        Console.WriteLine($"resident memory, 50k events    {ResidentMegabytes(service.Id),8:0.0} MB");
    }

    private static async Task MeasureMonthsAsync(ServiceProcess service, string title)
    {
        var random = new Random(1);
        var today = TimeProvider.System.GetUtcNow().UtcDateTime;
        await TimeAsync(service, 200, () => Month(today.AddMonths(random.Next(-10, 20))));
        var fifty = new List<double>();
        var ninetyNine = new List<double>();
        long bytes = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var (times, received) = await TimeAsync(service, RequestsARound, () => Month(today.AddMonths(random.Next(-10, 20))));
            fifty.Add(times[times.Count / 2]);
            ninetyNine.Add(times[times.Count * 99 / 100]);
            bytes = received / RequestsARound;
        }
        fifty.Sort();
        ninetyNine.Sort();
        Console.WriteLine($"{title,-27}p50 {fifty[Rounds / 2],8:0.00} ms");
        Console.WriteLine($"                           p99 {ninetyNine[Rounds / 2],8:0.00} ms  (median of {Rounds} rounds of {RequestsARound}, {bytes / 1024} KiB each)");
    }

    private static async Task<(List<double> Sorted, long Bytes)> TimeAsync(ServiceProcess service, int requests, Func<string> path)
    {
        var times = new List<double>(requests);
        long bytes = 0;
        for (var i = 0; i < requests; i++)
        {
            var target = new Uri(path(), UriKind.Relative);
            var clock = Stopwatch.GetTimestamp();
            bytes += (await service.Http.GetByteArrayAsync(target)).Length;
            times.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        }
        times.Sort();
        return (times, bytes);
    }

    private static async Task LoadAsync(ServiceProcess service, int requests)
    {
        var today = TimeProvider.System.GetUtcNow().UtcDateTime;
        await Task.WhenAll(
            Enumerable.Range(0, LoadConnections).Select(
                async worker =>
                {
                    var random = new Random(worker);
                    for (var i = 0; i < requests / LoadConnections; i++)
                        await service.Http.GetByteArrayAsync(new Uri(Month(today.AddMonths(random.Next(-10, 20))), UriKind.Relative));
                }));
    }

    private static string Month(DateTime day)
    {
        var first = new DateTime(day.Year, day.Month, 1);
        return string.Create(CultureInfo.InvariantCulture, $"/api/occurrences?from={first:yyyy-MM-dd}&to={first.AddMonths(1):yyyy-MM-dd}&zone=Europe/Berlin");
    }

    private static double ResidentMegabytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(static l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
    }

    // Raw sockets: the first request of an HttpClient takes longer than the service needs to start.
    private static async Task FirstAnswerAsync(int port)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port);
                var stream = client.GetStream();
                await stream.WriteAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
                var buffer = new byte[512];
                if (await stream.ReadAsync(buffer) > 12 && buffer.AsSpan(0, 12).SequenceEqual("HTTP/1.1 200"u8))
                    return;
            }
            catch (Exception exception) when (exception is SocketException or IOException)
            {
                await Task.Yield();
            }
        }
    }
}
