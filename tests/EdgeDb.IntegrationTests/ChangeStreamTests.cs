using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace EdgeDb.IntegrationTests;

public sealed class ChangeStreamTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private const int MaxStreams = 64;

    private readonly Api _api = fixture.Api;

    [Fact]
    public async Task A_stream_greets_with_the_version_and_how_soon_to_come_back()
    {
        using var stream = await ChangeReader.OpenAsync(_api.Service.Address);

        Assert.Equal("text/event-stream; charset=utf-8", stream.ContentType);
        Assert.Equal(["retry: 2000", "id", "event: hello", "data: {}"], stream.Greeting.Select(static l => l.StartsWith("id: ", StringComparison.Ordinal) ? "id" : l));
    }

    [Fact]
    public async Task An_edit_reaches_two_clients_at_once()
    {
        using var first = await ChangeReader.OpenAsync(_api.Service.Address);
        using var second = await ChangeReader.OpenAsync(_api.Service.Address);
        var calendar = await _api.AddCalendarAsync("Stream");
        await first.NextAsync("calendars");
        await second.NextAsync("calendars");

        var clock = Stopwatch.StartNew();
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Now", start = "2026-03-02T09:00" });
        var told = await Task.WhenAll(first.NextAsync("occurrences"), second.NextAsync("occurrences"));

        // And not with the next sign of life, which comes every 20 s.
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
        Assert.Equal(told[0].Number("version"), told[1].Number("version"));
        // Whoever has been told sees it.
        Assert.Contains(await _api.OccurrencesAsync("2026-03-02", "2026-03-03", calendar), static o => o.Text("summary") == "Now");
    }

    [Theory]
    [InlineData("members")]
    [InlineData("calendars")]
    [InlineData("feeds")]
    [InlineData("household")]
    public async Task Each_kind_of_change_names_its_topic(string topic)
    {
        using var stream = await ChangeReader.OpenAsync(_api.Service.Address);

        _ = topic switch
        {
            "members" => await _api.PostAsync("/api/members", new { name = "Told" }),
            "calendars" => await _api.PostAsync("/api/calendars", new { name = "Told" }),
            "feeds" => await _api.PostAsync("/api/feeds", new { address = "http://127.0.0.1:1/told" }),
            _ => await _api.PutAsync("/api/household", new { name = "Told" }),
        };

        Assert.Contains(topic, (await stream.NextAsync(topic)).Texts("topics"));
    }

    [Fact]
    public async Task Versions_only_rise_and_the_last_change_is_told()
    {
        using var stream = await ChangeReader.OpenAsync(_api.Service.Address);
        var calendar = await _api.AddCalendarAsync("Many");
        var last = "";
        for (var i = 0; i < 50; i++)
            last = await _api.AddEventAsync(new { calendarId = calendar, summary = $"{i}", start = "2026-03-02T09:00" });

        // Fifty commits may be told in fewer messages; after the last of them the reader knows everything.
        long version = 0;
        while (!(await _api.ListAsync($"/api/events?calendar={calendar}")).Any(e => e.Text("id") == last) || version == 0)
        {
            var next = (await stream.NextAsync()).Number("version");
            Assert.True(next > version, $"{next} after {version}");
            version = next;
        }
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_up_nobody_and_is_told_everything_later()
    {
        using var slow = await OpenSilentlyAsync();
        using var quick = await ChangeReader.OpenAsync(_api.Service.Address);

        // Whoever is held up waits until the client of HTTP gives up.
        for (var i = 0; i < 200; i++)
            await _api.PutAsync("/api/household", new { name = $"Busy {i}" });
        var told = await quick.NextAsync("household");

        Assert.True(told.Number("version") > 0);
        // What the slow one finds when it reads at last ends with the newest version.
        await _api.AddMemberAsync("Last");
        var text = new StringBuilder();
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90), TimeProvider.System);
        while (!text.ToString().Contains("\"members\"", StringComparison.Ordinal))
            text.Append(Encoding.UTF8.GetString(buffer, 0, await slow.GetStream().ReadAsync(buffer, limit.Token)));
    }

    [Fact]
    public async Task A_client_that_comes_back_is_greeted_with_a_version_that_is_not_older()
    {
        long before;
        using (var stream = await ChangeReader.OpenAsync(_api.Service.Address))
        {
            await _api.AddMemberAsync("One");
            before = (await stream.NextAsync("members")).Number("version");
        }
        await _api.AddMemberAsync("While away");

        using var again = await ChangeReader.OpenAsync(_api.Service.Address);

        var greeted = long.Parse(again.Greeting.Single(static l => l.StartsWith("id: ", StringComparison.Ordinal))[4..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(greeted > before, $"{greeted} after {before}");
    }

    [Fact]
    public async Task A_stream_too_many_is_refused_and_a_closed_one_makes_room()
    {
        var open = new List<ChangeReader>();
        try
        {
            while (open.Count < MaxStreams)
                open.Add(await ChangeReader.OpenAsync(_api.Service.Address));
            using var refused = await _api.Service.Http.GetAsync(new Uri("/api/changes", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
            Assert.Contains("64", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            // Everything else is still answered.
            (await _api.GetAsync("/api/members")).Expect(HttpStatusCode.OK);

            open[0].Dispose();
            open[0] = await ChangeReader.OpenAsync(_api.Service.Address);
        }
        finally
        {
            foreach (var stream in open)
                stream.Dispose();
        }
    }

    [Fact]
    public async Task A_quiet_stream_is_kept_alive_with_a_comment()
    {
        // Once a client was greeted there was room, and there is for another one.
        (await ChangeReader.OpenAsync(_api.Service.Address)).Dispose();
        using var client = await OpenSilentlyAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120), TimeProvider.System);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains(": keep-alive\n\n", StringComparison.Ordinal))
        {
            var read = await client.GetStream().ReadAsync(buffer, limit.Token);
            Assert.True(read > 0, $"The stream ended: {text}");
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
    }

    private async Task<TcpClient> OpenSilentlyAsync()
    {
        var client = new TcpClient { ReceiveBufferSize = 1024 };
        await client.ConnectAsync(_api.Service.Address.Host, _api.Service.Address.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /api/changes HTTP/1.1\r\nHost: {_api.Service.Address.Authority}\r\n\r\n"), TestContext.Current.CancellationToken);
        return client;
    }
}
