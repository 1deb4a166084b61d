using System.Net;
using Xunit;

namespace EdgeDb.IntegrationTests;

public sealed class ReminderTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly Api _api = fixture.Api;

    [Fact]
    public async Task A_reminder_shows_its_occurrence_as_the_list_of_occurrences_does()
    {
        var member = await _api.AddMemberAsync("Ada");
        var calendar = await _api.AddCalendarAsync("Choir", member);
        await _api.AddEventAsync(
            new
            {
                calendarId = calendar, summary = "Choir", location = "Church", start = "2031-03-03T19:00", end = "2031-03-03T20:30", zone = "Europe/Berlin", rrule = "FREQ=WEEKLY;COUNT=3",
                reminders = new[] { new { minutesBefore = 10 }, new { minutesBefore = 1440 } },
            });

        var answer = await _api.GetAsync("/api/reminders?from=2031-03-09&to=2031-03-11&zone=Europe/Berlin");

        Assert.Equal(["2031-03-09T18:00:00Z", "2031-03-10T17:50:00Z"], answer.Items.Select(static r => r.Text("at")));
        Assert.All(answer.Items, static r => Assert.Equal("2031-03-10T19:30:00Z", r.Text("until")));
        var occurrence = (await _api.OccurrencesAsync("2031-03-10", "2031-03-11", calendar)).Single();
        Assert.All(answer.Items, r => Assert.Equal(occurrence.GetRawText(), r.GetProperty("occurrence").GetRawText()));
        Assert.Equal(2, answer.Items.Select(static r => r.Text("id")).Distinct().Count());
    }

    [Fact]
    public async Task What_is_moved_is_another_reminder_and_what_is_called_otherwise_is_the_same()
    {
        var calendar = await _api.AddCalendarAsync("Moved");
        var id = await AddAsync(calendar, "2032-03-01T09:00");
        var before = Assert.Single(await RingsAsync("2032-03-01", "2032-03-02"));
        var tag = (await _api.GetAsync(Address("2032-03-01", "2032-03-02"))).ETag;

        await ChangeAsync("Renamed", "2032-03-01T09:00");
        var renamed = await _api.GetAsync(Address("2032-03-01", "2032-03-02"));
        Assert.NotEqual(tag, renamed.ETag);
        Assert.Equal((before, "Renamed"), (renamed.Items.Single().Text("id"), renamed.Items.Single().GetProperty("occurrence").Text("summary")));

        await ChangeAsync("Renamed", "2032-03-01T09:30");
        Assert.NotEqual(before, Assert.Single(await RingsAsync("2032-03-01", "2032-03-02")));

        async Task ChangeAsync(string summary, string start) =>
            (await _api.PutAsync($"/api/events/{id}", new { summary, start, zone = "UTC", reminders = new[] { new { minutesBefore = 15 } } })).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_unchanged_answer_is_not_sent_again()
    {
        await AddAsync(await _api.AddCalendarAsync("Again"), "2033-03-01T09:00");
        var first = await _api.GetAsync(Address("2033-03-01", "2033-03-02"));

        var again = await _api.SendAsync(HttpMethod.Get, Address("2033-03-01", "2033-03-02"), null, ("If-None-Match", first.ETag!));

        Assert.Equal(HttpStatusCode.NotModified, again.Status);
    }

    [Fact]
    public async Task What_a_subscribed_calendar_wants_to_ring_does_not_and_its_copy_in_ours_does()
    {
        const string Event = "BEGIN:VEVENT\r\nUID:trip\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20340301T090000Z\r\nDURATION:PT1H\r\nSUMMARY:Trip\r\n"
            + "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT{0}M\r\nEND:VALARM\r\nEND:VEVENT\r\n";
        await using var server = new FeedServer(static _ => FeedReply.Ok(FeedText.Calendar(string.Format(null, Event, 10), "BEGIN:VEVENT\r\nUID:test\r\nDTSTART:20340301T120000Z\r\nSUMMARY:Test\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:PT0S\r\nEND:VALARM\r\nEND:VEVENT\r\n")));
        (await _api.PostAsync("/api/feeds", new { address = server.Address })).Expect(HttpStatusCode.Created);
        await Api.EventuallyAsync("the feed is read", async () => (await _api.GetAsync("/api/occurrences?from=2034-03-01&to=2034-03-02")).Items.Count == 2 ? "" : null);

        Assert.Empty(await RingsAsync("2034-02-20", "2034-03-05"));

        await _api.ImportAsync(await _api.AddCalendarAsync("Ours"), "BEGIN:VCALENDAR\r\n" + string.Format(null, Event, 45) + "END:VCALENDAR\r\n");
        var ours = (await _api.GetAsync(Address("2034-02-20", "2034-03-05"))).Items.Single();
        Assert.Equal(("2034-03-01T08:15:00Z", 2), (ours.Text("at"), ours.GetProperty("occurrence").Texts("calendars").Count));
    }

    [Fact]
    public async Task A_task_rings_as_the_task_that_its_list_shows()
    {
        var list = (await _api.PostAsync("/api/calendars", new { name = "Chores", holds = "tasks" })).Expect(HttpStatusCode.Created).Id;
        var task = (await _api.PostAsync(
            "/api/tasks", new { calendarId = list, summary = "Bins", due = "2035-03-01T18:00", zone = "UTC", reminders = new[] { new { minutesBefore = 30 } } })).Expect(HttpStatusCode.Created).Id;

        var rings = (await _api.GetAsync(Address("2035-03-01", "2035-03-02"))).Items.Single();
        Assert.Equal(("2035-03-01T17:30:00Z", "2035-03-02T00:00:00Z"), (rings.Text("at"), rings.Text("until")));
        Assert.Equal((await _api.GetAsync($"/api/tasks/{task}")).Text, rings.GetProperty("task").GetRawText());

        (await _api.PostAsync($"/api/tasks/{task}/done", new { due = "2035-03-01T18:00:00" })).Expect(HttpStatusCode.OK);
        Assert.Empty(await RingsAsync("2035-03-01", "2035-03-02"));
    }

    [Theory]
    [InlineData("from=2036-03-01&to=2036-03-01", "to")]
    [InlineData("from=2036-03-01&to=2036-04-02", "to")]
    [InlineData("from=2036-03-01", "to")]
    [InlineData("from=2036-03-01&to=2036-03-02&limit=1001", "limit")]
    [InlineData("from=2036-03-01&to=2036-03-02&lasting=soon", "lasting")]
    public async Task A_range_that_cannot_be_answered_is_refused_by_name(string query, string field)
    {
        var answer = (await _api.GetAsync("/api/reminders?" + query)).Expect(HttpStatusCode.BadRequest);

        Assert.Contains(field, answer.Fields);
    }

    private static string Address(string from, string to) => $"/api/reminders?from={from}&to={to}&zone=UTC";

    private async Task<List<string>> RingsAsync(string from, string to) => [.. (await _api.GetAsync(Address(from, to))).Items.Select(static r => r.Text("id"))];

    private Task<string> AddAsync(string calendar, string start) =>
        _api.AddEventAsync(new { calendarId = calendar, summary = "Swim", start, zone = "UTC", reminders = new[] { new { minutesBefore = 15 } } });
}
