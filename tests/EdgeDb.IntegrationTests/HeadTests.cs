using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>HEAD, with which calendar programs ask whether there is something new.</summary>
public sealed class HeadTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly Api _api = fixture.Api;

    [Fact]
    public async Task HEAD_answers_the_headers_of_GET_wherever_GET_is_served()
    {
        var calendar = await _api.AddCalendarAsync("Head");
        var id = await _api.AddEventAsync(new { calendarId = calendar, summary = "Here", start = "2026-03-02T10:00", zone = "Europe/Berlin" });
        foreach (var address in (string[])
            [
                "/api/household", "/api/members", "/api/calendars", "/api/feeds", "/api/events", $"/api/events/{id}", $"/calendars/{calendar}.ics",
                "/api/occurrences?from=2026-03-01&to=2026-03-08", "/api/next", "/health/live", "/health/ready", "/metrics", "/api/connections", "/api/connections/sqlite", "/api/connections/tuner", "/openapi/v1.json",
                "/api/nowhere", $"/api/events/{Guid.NewGuid()}", "/api/members?limit=0", $"/api/events/{id}/restore",
            ])
        {
            var (get, head) = (await _api.GetAsync(address), await HeadAsync(address));
            Assert.Equal((address, get.Status, get.ETag, get.Headers.GetValueOrDefault("Content-Type")), (address, head.Status, head.ETag, head.Headers.GetValueOrDefault("Content-Type")));
            Assert.Equal(get.Headers.GetValueOrDefault("Allow"), head.Headers.GetValueOrDefault("Allow"));
            Assert.Equal("", head.Text);
        }
    }

    [Fact]
    public async Task HEAD_of_what_is_at_hand_already_answers_304()
    {
        var calendar = await _api.AddCalendarAsync("Same");
        foreach (var address in (string[])["/api/members", $"/calendars/{calendar}.ics"])
            Assert.Equal(HttpStatusCode.NotModified, (await HeadAsync(address, (await HeadAsync(address)).ETag)).Status);
    }

    [Fact]
    public async Task HEAD_of_the_change_stream_ends()
    {
        var answer = await HeadAsync("/api/changes").WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, "text/event-stream; charset=utf-8"), (answer.Status, answer.Headers["Content-Type"]));
    }

    [Fact]
    public async Task Nothing_of_a_body_follows_the_headers_on_the_wire()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_api.Service.Address.Host, _api.Service.Address.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes("HEAD /api/household HTTP/1.1\r\nHost: localhost\r\n\r\nHEAD /api/nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken);

        var answers = (await new StreamReader(client.GetStream()).ReadToEndAsync(TestContext.Current.CancellationToken)).Split("\r\n\r\n");

        Assert.Equal(3, answers.Length);
        Assert.StartsWith("HTTP/1.1 200 ", answers[0], StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404 ", answers[1], StringComparison.Ordinal);
        Assert.Equal("", answers[2]);
    }

    private Task<Answer> HeadAsync(string address, string? ifNoneMatch = null) =>
        _api.SendAsync(HttpMethod.Head, address, null, ifNoneMatch is null ? null : ("If-None-Match", ifNoneMatch));
}
