using System.Globalization;
using System.Text;
using EdgeDb.Tests;

namespace EdgeDb.Benchmarks.Pipeline;

/// <summary>What it costs to know who asks: a kept answer for somebody who signed in, against the same for anybody in a household without accounts.</summary>
internal static class AccessBenchmark
{
    private const int Connections = 8;
    private const double Goal = 0.9;

    public static async Task<bool> RunAsync()
    {
        using var folder = new TemporaryFolder();
        await using var open = await ServiceProcess.StartAsync(folder.File("open"), "--sample", "--zone", "Europe/Berlin");
        await using var claimed = await ServiceProcess.StartAsync(folder.File("claimed"), "--sample", "--zone", "Europe/Berlin");
        using var owner = new StringContent("""{"name":"Ada","password":"correct horse battery"}""", Encoding.UTF8, "application/json");
        using var answer = await claimed.Http.PostAsync(new Uri("/api/setup", UriKind.Relative), owner);
        answer.EnsureSuccessStatusCode();
        var cookie = answer.Headers.GetValues("Set-Cookie").First().Split(';')[0];
        var today = TimeProvider.System.GetUtcNow().UtcDateTime;
        var target = string.Create(CultureInfo.InvariantCulture, $"/api/occurrences?from={today:yyyy-MM-dd}&to={today.AddDays(14):yyyy-MM-dd}&zone=Europe/Berlin");
        using var signedIn = new HttpLoad(claimed.Address, target, Connections, claimed.Id, $"Cookie: {cookie}");
        using var anybody = new HttpLoad(open.Address, target, Connections, open.Id);

        var comparison = await HttpComparison.RunAsync(signedIn, anybody);

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"kept answer for who signed in: {HttpComparison.Median(comparison.Speed):0.00} of the requests a second of anybody ({comparison.Speed[0]:0.00} to {comparison.Speed[^1]:0.00}; {HttpComparison.Median(comparison.PerSecond):N0}/s), {HttpComparison.Median(comparison.Cost):0.00} by processor time of the server"));
        return HttpComparison.Median(comparison.Speed) >= Goal;
    }
}
