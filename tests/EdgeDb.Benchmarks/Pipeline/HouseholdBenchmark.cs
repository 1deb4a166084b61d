using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeDb.Benchmarks.Service;
using EdgeDb.Tests;

namespace EdgeDb.Benchmarks.Pipeline;

/// <summary>
/// A household's day through the service with the pipeline and with the kill switch: eight screens that look at today, the week and the month, ask what
/// is next and open events, and now and then somebody writes. Both services have the same 50,000 events, and take turns round by round.
/// </summary>
internal static class HouseholdBenchmark
{
    private const int Screens = 8;
    private const int Rounds = 7;
    private const int RequestsAScreen = 400;
    private const int WriteEvery = 40;

    public static async Task<bool> RunAsync()
    {
        using var folder = new TemporaryFolder();
        var files = HouseholdHistory.Write(folder.Path, TimeProvider.System.GetUtcNow().UtcDateTime);
        var (with, without) = (folder.File("with"), folder.File("without"));
        foreach (var data in new[] { with, without })
            foreach (var file in files)
                if (await ServiceProcess.RunAsync(["import", file, "--data", data]) is (not 0, _, var errors))
                    throw new InvalidOperationException(errors);
        await using var on = await ServiceProcess.StartAsync(with, "--zone", "Europe/Berlin");
        await using var off = await ServiceProcess.StartAsync(without, [("EDGEDB__FEATURES__OFF", "true")], "--zone", "Europe/Berlin");
        var (onScreens, offScreens) = (await ScreensAsync(on), await ScreensAsync(off));
        await RoundAsync(onScreens);
        await RoundAsync(offScreens);

        var (results, baseline) = (new List<Result>(), new List<Result>());
        var reads = (On: await ReadsAsync(on), Off: await ReadsAsync(off));
        for (var round = 0; round < Rounds; round++)
        {
            results.Add(await RoundAsync(onScreens));
            baseline.Add(await RoundAsync(offScreens));
        }

        var executed = (On: await ReadsAsync(on) - reads.On, Off: await ReadsAsync(off) - reads.Off);
        Print("pipeline on", results, executed.On);
        Print("kill switch", baseline, executed.Off);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"throughput {Median(results, static r => r.PerSecond) / Median(baseline, static r => r.PerSecond):0.0} times, p95 {Median(baseline, static r => r.P95) / Median(results, static r => r.P95):0.0} times shorter, {1 - ((double)executed.On / executed.Off):0.0 %} of the reads of the file saved"));
        return executed.On < executed.Off;
    }

    private static void Print(string name, List<Result> rounds, long reads) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{name}: {Median(rounds, static r => r.PerSecond),7:N0} requests/s, p50 {Median(rounds, static r => r.P50),6:0.00} ms, p95 {Median(rounds, static r => r.P95),6:0.00} ms, p99 {Median(rounds, static r => r.P99),6:0.00} ms; {reads:N0} reads of the file"));

    private static double Median(List<Result> rounds, Func<Result, double> value)
    {
        var sorted = rounds.Select(value).Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>Reads of the file since the start, as the service counts them.</summary>
    private static async Task<long> ReadsAsync(ServiceProcess service)
    {
        using var list = JsonDocument.Parse(await service.Http.GetStringAsync(new Uri("/api/connections/sqlite", UriKind.Relative)));
        return list.RootElement.GetProperty("pool").GetProperty("acquired").GetInt64();
    }

    private static async Task<List<Screen>> ScreensAsync(ServiceProcess service)
    {
        using var calendars = JsonDocument.Parse(await service.Http.GetStringAsync(new Uri("/api/calendars", UriKind.Relative)));
        var ids = calendars.RootElement.GetProperty("items").EnumerateArray().Where(static c => c.GetProperty("kind").GetString() == "local").Select(static c => c.GetProperty("id").GetString()!).ToList();
        using var events = JsonDocument.Parse(await service.Http.GetStringAsync(new Uri("/api/events?limit=50", UriKind.Relative)));
        var some = events.RootElement.GetProperty("items").EnumerateArray().Select(static e => e.GetProperty("id").GetString()!).ToList();
        return Enumerable.Range(0, Screens).Select(i => new Screen(service, ids, some, i)).ToList();
    }

    private static async Task<Result> RoundAsync(List<Screen> screens)
    {
        var clock = System.Diagnostics.Stopwatch.GetTimestamp();
        var times = (await Task.WhenAll(screens.Select(static s => Task.Run(s.LookAsync)))).SelectMany(static t => t).Order().ToList();
        return new(times.Count / System.Diagnostics.Stopwatch.GetElapsedTime(clock).TotalSeconds, times[times.Count / 2], times[times.Count * 95 / 100], times[times.Count * 99 / 100]);
    }

    private sealed record Result(double PerSecond, double P50, double P95, double P99);

    private sealed class Screen(ServiceProcess service, List<string> calendars, List<string> events, int number)
    {
        private readonly Random _random = new(number);

        public async Task<List<double>> LookAsync()
        {
            var times = new List<double>(RequestsAScreen);
            for (var i = 0; i < RequestsAScreen; i++)
            {
                var clock = System.Diagnostics.Stopwatch.GetTimestamp();
                if (i % WriteEvery == WriteEvery - 1)
                    await WriteAsync();
                else
                    await service.Http.GetByteArrayAsync(new Uri(Address(), UriKind.Relative));
                times.Add(System.Diagnostics.Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
            }

            return times;
        }

        private string Address()
        {
            var today = TimeProvider.System.GetUtcNow().UtcDateTime.Date;
            var monday = today.AddDays(-(((int)today.DayOfWeek + 6) % 7));
            var month = new DateTime(today.Year, today.Month, 1).AddMonths(_random.Next(4) == 0 ? _random.Next(-2, 4) : 0);
            return _random.Next(10) switch
            {
                < 3 => Window(today, today.AddDays(14)),
                < 5 => Window(monday, monday.AddDays(7)),
                < 7 => Window(month, month.AddMonths(1)),
                7 => "/api/next",
                8 => "/api/calendars",
                _ => $"/api/events/{events[_random.Next(events.Count)]}",
            };
        }

        private async Task WriteAsync()
        {
            var day = TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(_random.Next(28));
            using var body = new StringContent(
                string.Create(CultureInfo.InvariantCulture, $$"""{"calendarId":"{{calendars[_random.Next(calendars.Count)]}}","summary":"New","start":"{{day:yyyy-MM-dd}}T17:00"}"""),
                Encoding.UTF8, "application/json");
            using var response = await service.Http.PostAsync(new Uri("/api/events", UriKind.Relative), body);
            response.EnsureSuccessStatusCode();
        }

        private static string Window(DateTime from, DateTime to) =>
            string.Create(CultureInfo.InvariantCulture, $"/api/occurrences?from={from:yyyy-MM-dd}&to={to:yyyy-MM-dd}&zone=Europe/Berlin");
    }
}
