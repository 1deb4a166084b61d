using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>
/// Kills the service at random moments while eight clients write, and looks for every write it had acknowledged. Ten rounds
/// here; <c>scripts/soak.sh kill</c> runs two hundred.
/// </summary>
public sealed class PowerCutTests(ITestOutputHelper output)
{
    private const int Clients = 8;
    private const int DefaultRounds = 10;
    private const int LongestRoundMilliseconds = 600;

    [Fact]
    public async Task No_acknowledged_write_is_lost_when_the_service_is_killed()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("EDGEDB_KILL_ROUNDS") ?? DefaultRounds.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var random = new Random(20_261_121);
        using var folder = new TemporaryFolder();
        var acknowledged = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        string? calendar = null;

        for (var round = 0; round < rounds; round++)
        {
            await using var service = await ServiceProcess.StartAsync(folder.Path);
            calendar ??= await AddCalendarAsync(service);
            await RequireAsync(service, acknowledged, round);
            using var stop = new CancellationTokenSource();
            var clients = Enumerable.Range(0, Clients).Select(client => WriteAsync(service, calendar, round, client, acknowledged, stop.Token)).ToList();

            // The moment is what is random here; nothing waits for it to be long enough.
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(LongestRoundMilliseconds)), TimeProvider.System, TestContext.Current.CancellationToken);
            await service.KillAsync();
            await stop.CancelAsync();
            await Task.WhenAll(clients);

            var (exit, report, errors) = await ServiceProcess.RunAsync(["check", "--data", folder.Path]);
            Assert.True(exit == 0, $"Round {round}: {report}{errors}");
        }

        await using var last = await ServiceProcess.StartAsync(folder.Path);
        await RequireAsync(last, acknowledged, rounds);
        output.WriteLine($"{rounds} kills, {acknowledged.Count} acknowledged events, none lost");
        Assert.NotEmpty(acknowledged);
    }

    private static async Task WriteAsync(
        ServiceProcess service, string calendar, int round, int client, ConcurrentDictionary<string, string> acknowledged, CancellationToken stop)
    {
        try
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var summary = string.Create(CultureInfo.InvariantCulture, $"round {round} client {client} write {i}");
                var day = string.Create(CultureInfo.InvariantCulture, $"2026-{1 + (i % 12):00}-{1 + (client * 3):00}");
                var added = await SendAsync(
                    service, HttpMethod.Post, "/api/events",
                    new { calendarId = calendar, summary, start = day, allDay = true, rrule = i % 5 == 0 ? "FREQ=WEEKLY;COUNT=10" : null }, stop);
                var id = added.GetProperty("id").GetString()!;
                acknowledged[id] = summary;
                if (i % 3 != 0)
                    continue;

                // While an edit is under way either text is right; afterwards only the new one is.
                acknowledged[id] = summary + "|edited";
                await SendAsync(service, HttpMethod.Put, $"/api/events/{id}", new { summary = summary + " edited", start = day, allDay = true }, stop);
                acknowledged[id] = summary + " edited";
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            // The power is off.
        }
    }

    private static async Task<JsonElement> SendAsync(ServiceProcess service, HttpMethod method, string path, object body, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var response = await service.Http.SendAsync(request, stop);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(stop);
    }

    private static async Task<string> AddCalendarAsync(ServiceProcess service) =>
        (await SendAsync(service, HttpMethod.Post, "/api/calendars", new { name = "Kitchen" }, TestContext.Current.CancellationToken)).GetProperty("id").GetString()!;

    private static async Task RequireAsync(ServiceProcess service, ConcurrentDictionary<string, string> acknowledged, int round)
    {
        var stored = new Dictionary<string, string>(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            var page = await service.Http.GetFromJsonAsync<JsonElement>(
                new Uri($"/api/events?limit=500{(cursor is null ? "" : "&cursor=" + cursor)}", UriKind.Relative), TestContext.Current.CancellationToken);
            foreach (var item in page.GetProperty("items").EnumerateArray())
                stored.Add(item.GetProperty("id").GetString()!, item.GetProperty("summary").GetString()!);
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);

        foreach (var (id, summary) in acknowledged)
        {
            Assert.True(stored.TryGetValue(id, out var found), $"Before round {round}: '{summary}' was acknowledged and is gone.");
            var expected = summary.EndsWith("|edited", StringComparison.Ordinal)
                ? new[] { summary[..^"|edited".Length], summary[..^"|edited".Length] + " edited" }
                : [summary];
            Assert.Contains(found, expected);
        }
    }
}
