using System.Diagnostics;
using System.Globalization;
using EdgeDb.Tests;

namespace EdgeDb.Benchmarks.Pipeline;

/// <summary>
/// A kept answer over HTTP against <see cref="BareKestrel"/> with the same bytes; both servers are compiled just in time. Processor time of the server alone is stated beside it: the client shares the machine.
/// </summary>
internal static class HttpBenchmark
{
    private const int Connections = 8;
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
            var comparison = await HttpComparison.RunAsync(ours, theirs);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"kept answer of {body.Length:N0} bytes over HTTP: {HttpComparison.Median(comparison.Speed):0.00} of bare Kestrel's requests a second ({comparison.Speed[0]:0.00} to {comparison.Speed[^1]:0.00}; {HttpComparison.Median(comparison.PerSecond):N0}/s), {HttpComparison.Median(comparison.Cost):0.00} by processor time of the server ({HttpComparison.Median(comparison.Microseconds):0} µs a request)"));
            return HttpComparison.Median(comparison.Speed) >= Goal;
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
}
