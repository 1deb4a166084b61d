using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>What the tests of emergencies ask the service.</summary>
internal static class Emergency
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Adds an event that takes some room; the status of the answer and what it says of the mode.</summary>
    public static async Task<(HttpStatusCode Status, string? Mode, string Type)> WriteAsync(ServiceProcess service, string calendar, string summary)
    {
        using var response = await service.Http.PostAsJsonAsync(
            new Uri("/api/events", UriKind.Relative), new { calendarId = calendar, summary, description = new string('x', 4000), start = "2026-03-01T10:00" }, Cancellation);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        return (response.StatusCode, Mode(response), body.TryGetProperty("type", out var type) ? type.GetString()! : "");
    }

    /// <summary>Writes until a write is refused, for as long as what the log had room for lasts; those that were acknowledged are added to <paramref name="kept"/>.</summary>
    public static async Task<(HttpStatusCode Status, string? Mode, string Type)> WriteUntilRefusedAsync(ServiceProcess service, string calendar, List<string> kept)
    {
        for (var i = 0; i < 5000; i++)
        {
            var summary = $"Event {kept.Count}";
            var answer = await WriteAsync(service, calendar, summary);
            if (answer.Status != HttpStatusCode.Created)
                return answer;
            kept.Add(summary);
        }

        throw new InvalidOperationException("5,000 writes found room.");
    }

    /// <summary>All events are there, and the answer says what of the mode.</summary>
    public static async Task<string?> ReadAsync(ServiceProcess service, string calendar, IReadOnlyCollection<string> kept)
    {
        var found = await new Api(service).ListAsync($"/api/events?calendar={calendar}");
        Assert.Equal(kept.Order(StringComparer.Ordinal), found.Select(static e => e.Text("summary")).Order(StringComparer.Ordinal));
        using var response = await service.Http.GetAsync(new Uri($"/api/occurrences?from=2026-03-01&to=2026-03-02&calendar={calendar}", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return Mode(response);
    }

    /// <summary>Waits until /health/ready, which answers 200 all the time, tells of an emergency for that reason.</summary>
    public static Task BeginsAsync(ServiceProcess service, string reason) => UntilAsync(
        service, reason, static (ready, reason) => ready.Text("status") == "emergency"
            && ready.GetProperty("emergency").GetProperty("reasons").EnumerateArray().Any(r => r.Text("reason") == reason));

    /// <summary>Waits until it has ended by itself.</summary>
    public static Task EndsAsync(ServiceProcess service) => UntilAsync(
        service, "", static (ready, _) => ready.GetProperty("emergency").ValueKind == JsonValueKind.Null);

    public static async Task<string> MetricsAsync(ServiceProcess service) => await service.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancellation);

    // An emergency lasts half a minute longer than its reason, and the machine may be slow.
    private static async Task UntilAsync(ServiceProcess service, string reason, Func<JsonElement, string, bool> isAsWished)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3), TimeProvider.System);
        while (!isAsWished((await new Api(service).GetAsync("/health/ready")).Expect(HttpStatusCode.OK).Json, reason))
        {
            Assert.False(deadline.IsCancellationRequested, "The mode did not change within three minutes.\n" + service.Output);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Cancellation);
        }
    }

    private static string? Mode(HttpResponseMessage response) => response.Headers.TryGetValues("EdgeDb-Mode", out var values) ? values.Single() : null;
}
