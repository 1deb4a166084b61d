using System.Globalization;
using System.Net;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>What somebody is shown of an address before it becomes a feed.</summary>
public sealed class FeedPreviewTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly Api _api = fixture.Api;

    [Fact]
    public async Task A_calendar_is_shown_with_its_name_its_size_what_comes_next_and_what_would_be_skipped_and_nothing_is_kept()
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        string At(int hours) => now.AddHours(hours).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var tomorrow = now.Date.AddDays(3);
        await using var server = new FeedServer(_ => FeedReply.Ok(FeedText.Calendar(
            "X-WR-CALNAME:School\r\n",
            FeedText.Event("past", "Past", At(-72)),
            FeedText.Event("later", "Later", At(24 * 40), "LOCATION:Hall"),
            FeedText.Event("often", "Often", At(-48), "RRULE:FREQ=HOURLY;COUNT=51"),
            $"BEGIN:VEVENT\r\nUID:day\r\nDTSTART;VALUE=DATE:{tomorrow:yyyyMMdd}\r\nSUMMARY:Day off\r\nEND:VEVENT\r\n",
            "BEGIN:VEVENT\r\nUID:broken\r\nDTSTART:someday\r\nEND:VEVENT\r\n")));
        var before = (await _api.GetAsync("/api/feeds")).Text;

        var preview = (await _api.PostAsync("/api/feeds/preview", new { address = server.Address + "/a.ics" })).Expect(HttpStatusCode.OK).Json;

        Assert.Equal("School", preview.Text("name"));
        Assert.Equal(4, preview.Number("events"));
        Assert.True(preview.Flag("whole"));
        var next = preview.GetProperty("next").EnumerateArray().ToList();
        Assert.Equal(["Often", "Often", "Often", "Day off", "Later"], next.Select(static o => o.Text("summary")));
        Assert.Equal((tomorrow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), true), (next[3].Text("start"), next[3].Flag("allDay")));
        Assert.Equal("Hall", next[4].Text("location"));
        Assert.Equal(preview.GetProperty("problems").GetArrayLength(), preview.Number("skippedCount"));
        Assert.Contains(preview.GetProperty("problems").EnumerateArray(), static problem => problem.Text("property") == "DTSTART");
        Assert.Equal(before, (await _api.GetAsync("/api/feeds")).Text);
    }

    [Theory]
    [InlineData("<html><body>Please sign in</body></html>", "feed-web-page")]
    [InlineData("{}", "feed-not-a-calendar")]
    public async Task What_is_no_calendar_is_refused_with_the_reason(string text, string type)
    {
        await using var server = new FeedServer(_ => FeedReply.Ok(text));

        var answer = (await _api.PostAsync("/api/feeds/preview", new { address = server.Address })).Expect(HttpStatusCode.UnprocessableEntity);

        Assert.Equal("urn:edgedb:problem:" + type, answer.Json.Text("type"));
        Assert.Equal(["address"], answer.Fields);
    }

    [Fact]
    public async Task A_calendar_that_breaks_off_is_shown_as_far_as_it_came()
    {
        await using var server = new FeedServer(static _ => FeedReply.Ok("BEGIN:VCALENDAR\r\n" + FeedText.Event("a", "Maths", "20270201T090000Z")));

        var preview = (await _api.PostAsync("/api/feeds/preview", new { address = server.Address.Replace("http:", "webcal:", StringComparison.Ordinal) })).Expect(HttpStatusCode.OK).Json;

        Assert.Equal((1, false), (preview.Number("events"), preview.Flag("whole")));
    }

    [Fact]
    public async Task It_leads_nowhere_that_a_feed_may_not_lead_and_not_endlessly_often()
    {
        using var folder = new TemporaryFolder();
        await using var server = new FeedServer(static _ => FeedReply.Ok(FeedText.Calendar()));
        await using var service = await ServiceProcess.StartAsync(folder.File("data"), "--listen", "0.0.0.0");
        var api = new Api(service);

        Answer answer;
        var asked = 0;
        do
        {
            answer = await api.PostAsync("/api/feeds/preview", new { address = server.Address });
            if (answer.Status != HttpStatusCode.TooManyRequests)
                Assert.Equal("urn:edgedb:problem:feed-not-public", answer.Expect(HttpStatusCode.UnprocessableEntity).Json.Text("type"));
        }
        while (answer.Status != HttpStatusCode.TooManyRequests && ++asked < 10_000);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.Status);
        Assert.True(int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture) >= 1);
        Assert.Empty(server.Requests);
    }
}
