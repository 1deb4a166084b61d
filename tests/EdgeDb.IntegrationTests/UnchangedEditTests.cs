using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>An event of another program that is read and sent back: only what a person changed may differ.</summary>
public sealed class UnchangedEditTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private static readonly string[] Editable =
        ["summary", "description", "location", "url", "color", "status", "start", "end", "allDay", "zone", "rrule", "reminders", "private"];

    private readonly Api _api = fixture.Api;

    public static TheoryData<string> Events =>
    [
        // A flight: it lands on another clock.
        "DTSTART;TZID=Europe/Berlin:20260302T100000\nDTEND;TZID=America/New_York:20260302T130000\nSUMMARY;LANGUAGE=en:Flight",
        "DTSTART;TZID=Europe/Berlin:20260302T100000\nDTEND:20260302T110000Z\nSUMMARY:Call",
        "DTSTART;TZID=Europe/Berlin:20260302T100000\nDURATION:PT45M\nSUMMARY:Short",
        "DTSTART;TZID=W. Europe Standard Time:20260302T100000\nDTEND;TZID=W. Europe Standard Time:20260302T110000\nSUMMARY:Office",
        "DTSTART;VALUE=DATE:18990102\nRRULE:FREQ=YEARLY\nSUMMARY:Great-grandmother",
        "DTSTART;TZID=Europe/Berlin:20260302T100000\nDTEND;TZID=America/New_York:20260302T050000\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;TZID=Europe/Berlin:20260309T100000\nSUMMARY:Weekly",
        "DTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20280302\nSUMMARY:Two years",
        "DTSTART:20260302T100000Z\nURL:message:%3Cabc@example.org%3E\nSTATUS:CONFIRMED\nCLASS:CONFIDENTIAL\nCOLOR:DarkTeal\nSUMMARY:  From a mail ",
        "DTSTART:20260302T100000Z\nSUMMARY:Loud\n"
            + "BEGIN:VALARM\nACTION:AUDIO\nTRIGGER:-PT15M\nATTACH;VALUE=URI:ftp://example.org/bell.aud\nREPEAT:4\nDURATION:PT5M\nEND:VALARM\n"
            + "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-P90D\nDESCRIPTION:Long before\nEND:VALARM",
    ];

    [Theory, MemberData(nameof(Events))]
    public async Task Sending_back_what_was_read_changes_nothing(string lines)
    {
        var (calendar, id) = await ImportAsync(lines);
        var before = await TextAsync(calendar);
        var read = (await _api.GetAsync($"/api/events/{id}")).Expect(HttpStatusCode.OK);

        var answer = (await _api.PutAsync($"/api/events/{id}", Sent(read.Json))).Expect(HttpStatusCode.OK);

        Assert.Equal(before, await TextAsync(calendar));
        foreach (var name in Editable)
            Assert.Equal(read.Json.GetProperty(name).GetRawText(), answer.Json.GetProperty(name).GetRawText());
    }

    [Theory, MemberData(nameof(Events))]
    public async Task Another_title_changes_the_title_alone(string lines)
    {
        var (calendar, id) = await ImportAsync(lines);
        var before = await TextAsync(calendar);
        var body = Sent((await _api.GetAsync($"/api/events/{id}")).Json);
        body["summary"] = "Renamed";

        (await _api.PutAsync($"/api/events/{id}", body)).Expect(HttpStatusCode.OK);

        var after = await TextAsync(calendar);
        Assert.Equal(before.Where(static l => !l.StartsWith("SUMMARY", StringComparison.Ordinal)), after.Where(static l => !l.StartsWith("SUMMARY", StringComparison.Ordinal)));
        Assert.Contains("SUMMARY:Renamed", after);
    }

    [Fact]
    public async Task The_end_is_shown_on_the_clock_of_the_start()
    {
        var (_, id) = await ImportAsync("DTSTART;TZID=Europe/Berlin:20260302T100000\nDTEND;TZID=America/New_York:20260302T130000\nSUMMARY:Flight");

        var read = (await _api.GetAsync($"/api/events/{id}")).Json;

        Assert.Equal(("2026-03-02T10:00:00", "2026-03-02T19:00:00", "Europe/Berlin"), (read.Text("start"), read.Text("end"), read.Text("zone")));
    }

    [Fact]
    public async Task A_reminder_that_is_added_leaves_the_others_as_they_are()
    {
        var (calendar, id) = await ImportAsync("DTSTART:20260302T100000Z\nSUMMARY:Loud\nBEGIN:VALARM\nACTION:AUDIO\nTRIGGER:-PT15M\nREPEAT:4\nDURATION:PT5M\nEND:VALARM");
        var body = Sent((await _api.GetAsync($"/api/events/{id}")).Json);
        body["reminders"]!.AsArray().Add(new JsonObject { ["minutesBefore"] = 60 });

        (await _api.PutAsync($"/api/events/{id}", body)).Expect(HttpStatusCode.OK);

        var after = await TextAsync(calendar);
        Assert.Contains("ACTION:AUDIO", after);
        Assert.Contains("REPEAT:4", after);
        Assert.Contains("TRIGGER:-PT60M", after);
    }

    [Fact]
    public async Task What_is_entered_anew_is_held_to_the_rules()
    {
        var (_, id) = await ImportAsync("DTSTART:20260302T100000Z\nURL:message:%3Cabc@example.org%3E\nSUMMARY:Mail");
        foreach (var (name, value) in ((string, JsonNode)[])[("url", "message:other"), ("start", "1899-01-02T10:00:00"), ("color", "DarkTeal"), ("reminders", new JsonArray(new JsonObject { ["minutesBefore"] = 90_000 }))])
        {
            var body = Sent((await _api.GetAsync($"/api/events/{id}")).Json);
            body[name] = value;
            var answer = await _api.PutAsync($"/api/events/{id}", body);
            Assert.Equal((HttpStatusCode.BadRequest, name), (answer.Status, answer.Fields.Single()));
        }
    }

    private async Task<(string Calendar, string Id)> ImportAsync(string lines)
    {
        var calendar = await _api.AddCalendarAsync("Imported");
        var text = $"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\nBEGIN:VEVENT\nUID:{Guid.NewGuid()}\nDTSTAMP:20260101T000000Z\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n";
        (await _api.ImportAsync(calendar, text.Replace("\n", "\r\n", StringComparison.Ordinal))).Expect(HttpStatusCode.OK);
        return (calendar, (await _api.ListAsync($"/api/events?calendar={calendar}")).Single().Text("id"));
    }

    /// <summary>The lines of the calendar's export that say more than that there was an edit.</summary>
    private async Task<List<string>> TextAsync(string calendar) =>
        [.. (await _api.GetAsync($"/calendars/{calendar}.ics")).Expect(HttpStatusCode.OK).Text.Split("\r\n").Where(
            static l => !l.StartsWith("SEQUENCE", StringComparison.Ordinal) && !l.StartsWith("DTSTAMP", StringComparison.Ordinal) && !l.StartsWith("LAST-MODIFIED", StringComparison.Ordinal))];

    private static JsonObject Sent(JsonElement read)
    {
        var body = new JsonObject();
        foreach (var name in Editable)
            body[name] = JsonNode.Parse(read.GetProperty(name).GetRawText());
        return body;
    }
}
