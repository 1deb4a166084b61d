using System.Diagnostics;
using System.Globalization;
using EdgeDb.Tests;

namespace EdgeDb.Benchmarks.Pipeline;

/// <summary>
/// A kept answer over HTTP against <see cref="BareKestrel"/> with the same bytes: the two servers, both compiled just in time, take turns round by round;
/// the median of the rounds' ratios counts. Processor time of the server alone is stated beside it: the client shares the machine.
/// </summary>
internal static class HttpBenchmark
{
    private const int Connections = 8;
    private const int Rounds = 21;
    private const int RequestsARound = 8_000;
    private const int WarmUpRequests = 60_000;
    private const double Goal = 0.85;

    public static async Task<bool> RunAsync()
    {
        using var folder = new TemporaryFolder();
        await using var service = await ServiceProcess.StartAsync(folder.File("data"), "--sample", "--zone", "Europe/Berlin");
        var today = TimeProvider.System.GetUtcNow().UtcDateTime;
        var target = string.Create(CultureInfo.InvariantCulture, $"/api/occurrences?from={today:yyyy-MM-dd}&to={today.AddDays(14):yyyy-MM-dd}&zone=Europe/Berlin");
        var body = await service.Http.GetByteArrayAsync(new Uri(target, UriKind.Relative));
        var file = folder.File("answer.json");
        await File.WriteAllBytesAsync(file, body);
        using var bare = Start(file, out var address);
        try
        {
            using var ours = new HttpLoad(service.Address, target, Connections, service.Id);
            using var theirs = new HttpLoad(address, "/answer", Connections, bare.Id);
            await ours.RunAsync(WarmUpRequests);
            await theirs.RunAsync(WarmUpRequests);
            var (speed, cost) = (new List<double>(), new List<double>());
            var (perSecond, own) = (new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                var first = await (round % 2 == 0 ? ours : theirs).RunAsync(RequestsARound);
                var second = await (round % 2 == 0 ? theirs : ours).RunAsync(RequestsARound);
                var (a, b) = round % 2 == 0 ? (first, second) : (second, first);
                speed.Add(a.PerSecond / b.PerSecond);
                cost.Add(b.ServerMicroseconds / a.ServerMicroseconds);
                perSecond.Add(a.PerSecond);
                own.Add(a.ServerMicroseconds);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"kept answer of {body.Length:N0} bytes over HTTP: {Median(speed):0.00} of bare Kestrel's requests a second ({speed.Min():0.00} to {speed.Max():0.00}; {Median(perSecond):N0}/s), {Median(cost):0.00} by processor time of the server ({Median(own):0} µs a request)"));
            return Median(speed) >= Goal;
        }
        finally
        {
            bare.Kill();
        }
    }

    private static Process Start(string file, out Uri address)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(HttpBenchmark).Assembly.Location, "bare-kestrel", file]) { RedirectStandardOutput = true })!;
        var line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The baseline did not start.");
        address = new(line[BareKestrel.ListeningPrefix.Length..]);
        return process;
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
