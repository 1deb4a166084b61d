using System.Net;
using System.Text;
using EdgeDb.Core.Calendars;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Calendars as other programs get them, and files from other programs.</summary>
public sealed class PublishTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly Api _api = fixture.Api;

    [Fact]
    public async Task A_published_calendar_read_back_has_the_same_occurrences()
    {
        var (calendar, copy) = (await _api.AddCalendarAsync("Published; with, signs\\"), await _api.AddCalendarAsync("Copy"));
        var agenda = Agenda.At(far: false);
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Whole day", start = agenda.Day(0), end = agenda.Day(3), allDay = true });
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Floating ☕ " + new string('ä', 100), start = agenda.At(1, "08:00") });
        await _api.AddEventAsync(new { calendarId = calendar, summary = "UTC", start = agenda.At(1, "08:00"), zone = "UTC" });
        await _api.AddEventAsync(new { calendarId = calendar, summary = "New York", start = agenda.At(2, "08:00"), zone = "America/New_York", description = "a,b;c\\d\ne" });
        var series = await _api.AddEventAsync(new { calendarId = calendar, summary = "Series", start = agenda.At(0, "18:00"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=60" });
        await _api.DeleteAsync($"/api/events/{series}?scope=this&recurrenceId={agenda.RecurrenceId(2, "18:00")}");
        await _api.PutAsync($"/api/events/{series}?scope=this&recurrenceId={agenda.RecurrenceId(3, "18:00")}", new { summary = "Moved", start = agenda.At(4, "20:00"), zone = "Europe/Berlin" });

        var published = (await _api.GetAsync($"/calendars/{calendar}.ics")).Expect(HttpStatusCode.OK);
        (await _api.ImportAsync(copy, published.Text)).Expect(HttpStatusCode.OK);

        var own = agenda.Lines(await _api.OccurrencesAsync(agenda.Day(-1), agenda.Day(70), calendar));
        Assert.Equal(59 + 4, own.Count);
        // A copy is one event with its original, so both are asked for on their own.
        await _api.DeleteAsync($"/api/calendars/{calendar}?events=delete");
        Assert.Equal(own, agenda.Lines(await _api.OccurrencesAsync(agenda.Day(-1), agenda.Day(70), copy)));
        var document = await ReadAsync(published.Text);
        Assert.Equal("Published; with, signs\\", document.Name);
        Assert.Empty(document.Problems.Items);
        Assert.Equal(5, document.Series.Count);
        Assert.Equal("a,b;c\\d\ne", document.Series.Single(static s => s.Master!.Summary == "New York").Master!.Description);
    }

    [Fact]
    public async Task Every_TZID_has_its_VTIMEZONE_and_lines_are_folded()
    {
        var calendar = await _api.AddCalendarAsync("Zones");
        foreach (var zone in (string[])["Europe/Berlin", "Asia/Kathmandu", "America/Sao_Paulo"])
            await _api.AddEventAsync(new { calendarId = calendar, summary = "In " + zone + new string('x', 200), start = "2026-03-02T09:00", zone });
        await _api.ImportAsync(
            calendar,
            FeedText.Calendar(
                "BEGIN:VTIMEZONE\r\nTZID:Home made\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0330\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n",
                "BEGIN:VEVENT\r\nUID:home\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Home made:20260302T090000\r\nDTEND;TZID=W. Europe Standard Time:20260302T100000\r\nSUMMARY:At home\r\nEND:VEVENT\r\n"));

        var text = (await _api.GetAsync($"/calendars/{calendar}.ics")).Text;

        var lines = text.Split("\r\n");
        Assert.DoesNotContain(lines, static l => l.Contains('\n', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(l) > 75);
        var unfolded = text.Replace("\r\n ", "", StringComparison.Ordinal).Split("\r\n");
        var used = unfolded.Where(static l => l.Contains(";TZID=", StringComparison.Ordinal)).Select(static l => l.Split(";TZID=")[1].Split(':')[0].Trim('"')).Distinct().Order(StringComparer.Ordinal);
        var defined = unfolded.Where(static l => l.StartsWith("TZID:", StringComparison.Ordinal)).Select(static l => l["TZID:".Length..]).Order(StringComparer.Ordinal);
        Assert.Equal(used, defined);
        Assert.Equal(5, used.Count());
        Assert.Equal("2026-03-02T05:30:00Z", (await _api.OccurrencesAsync("2026-03-02", "2026-03-03", calendar)).Single(static o => o.Text("uid") == "home").Text("start"));
    }

    [Fact]
    public async Task An_event_in_a_zone_of_its_files_own_is_edited_and_moved_without_losing_its_time()
    {
        var (calendar, other) = (await _api.AddCalendarAsync("Own zone"), await _api.AddCalendarAsync("Other"));
        await _api.ImportAsync(
            calendar,
            FeedText.Calendar(
                "BEGIN:VTIMEZONE\r\nTZID:Ship time\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0330\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n",
                "BEGIN:VEVENT\r\nUID:ship\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Ship time:20260302T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=2\r\nSUMMARY:Ship\r\nEND:VEVENT\r\n",
                "BEGIN:VEVENT\r\nUID:office\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=W. Europe Standard Time:20260302T090000\r\nDURATION:PT1H\r\nSUMMARY:Office\r\nEND:VEVENT\r\n"));
        var events = (await _api.ListAsync($"/api/events?calendar={calendar}")).ToDictionary(static e => e.Text("uid"));
        Assert.Equal(("Ship time", "Europe/Berlin"), (events["ship"].Text("zone"), events["office"].Text("zone")));
        var ship = $"/api/events/{events["ship"].Text("id")}";

        (await _api.PutAsync(ship, new { summary = "Ship", start = "2026-03-02T10:00", zone = "Ship time", rrule = "FREQ=DAILY;COUNT=2" })).Expect(HttpStatusCode.OK);
        Assert.Equal(["2026-03-02T06:30:00Z", "2026-03-03T06:30:00Z"], await StartsAsync(calendar));
        (await _api.PutAsync($"{ship}?scope=this&recurrenceId=20260303T063000Z", new { summary = "Ship", start = "2026-03-03T11:00", zone = "Ship time" })).Expect(HttpStatusCode.OK);
        (await _api.PutAsync(ship, new { calendarId = other, summary = "Ship", start = "2026-03-02T10:00", zone = "Ship time", rrule = "FREQ=DAILY;COUNT=2" })).Expect(HttpStatusCode.OK);
        Assert.Equal(["2026-03-02T06:30:00Z", "2026-03-03T07:30:00Z"], await StartsAsync(other));
        Assert.Contains("TZID:Ship time", (await _api.GetAsync($"/calendars/{other}.ics")).Text, StringComparison.Ordinal);

        // In another event it is a zone that nobody knows.
        var foreign = await _api.PutAsync($"/api/events/{events["office"].Text("id")}", new { summary = "Office", start = "2026-03-02T10:00", zone = "Ship time" });
        Assert.Equal((HttpStatusCode.BadRequest, "zone"), (foreign.Status, foreign.Fields.Single()));

        async Task<IEnumerable<string>> StartsAsync(string id) =>
            (await _api.OccurrencesAsync("2026-03-01", "2026-03-08", id)).Where(static o => o.Text("summary") == "Ship").Select(static o => o.Text("start"));
    }

    [Fact]
    public async Task An_event_is_not_moved_or_restored_into_a_calendar_that_holds_its_copy()
    {
        var (one, two) = (await _api.AddCalendarAsync("One"), await _api.AddCalendarAsync("Two"));
        foreach (var calendar in new[] { one, two })
            await _api.ImportAsync(calendar, FeedText.Calendar(FeedText.Event("copy", "Copy", "20260302T090000Z")));
        var id = (await _api.ListAsync($"/api/events?calendar={one}")).Single().Text("id");

        Assert.Equal(HttpStatusCode.Conflict, (await _api.PutAsync($"/api/events/{id}", new { calendarId = two, summary = "Copy", start = "2026-03-02T10:00" })).Status);
        (await _api.DeleteAsync($"/api/events/{id}")).Expect(HttpStatusCode.NoContent);
        Assert.Equal(HttpStatusCode.Conflict, (await _api.PostAsync($"/api/events/{id}/restore?calendarId={two}")).Status);
        (await _api.PostAsync($"/api/events/{id}/restore")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_other_programs_keep_in_an_event_survives_an_edit()
    {
        var calendar = await _api.AddCalendarAsync("Guests");
        await _api.ImportAsync(
            calendar,
            FeedText.Calendar(
                FeedText.Event(
                    "kept", "Before", "20260302T090000Z", "ATTENDEE;CN=\"Ada, Countess\";PARTSTAT=ACCEPTED:mailto:ada@example.org", "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC",
                    "BEGIN:VALARM", "ACTION:EMAIL", "TRIGGER:-P1D", "SUMMARY:Mail", "DESCRIPTION:Mail", "ATTENDEE:mailto:ada@example.org", "END:VALARM")));
        var id = (await _api.ListAsync($"/api/events?calendar={calendar}")).Single().Text("id");

        (await _api.PutAsync($"/api/events/{id}", new { summary = "After", start = "2026-03-02T10:00", zone = "UTC", reminders = new[] { new { minutesBefore = 5 } } })).Expect(HttpStatusCode.OK);

        var text = (await _api.GetAsync($"/calendars/{calendar}.ics")).Text.Replace("\r\n ", "", StringComparison.Ordinal);
        foreach (var kept in (string[])["ATTENDEE;CN=\"Ada, Countess\";PARTSTAT=ACCEPTED:mailto:ada@example.org", "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC", "ACTION:EMAIL", "TRIGGER:-P1D", "SUMMARY:After", "TRIGGER:-PT5M", "SEQUENCE:1"])
            Assert.Contains(kept, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Importing_a_file_again_changes_nothing()
    {
        var calendar = await _api.AddCalendarAsync("Twice");
        var text = FeedText.Calendar(FeedText.Event("a", "One", "20260302T090000Z"), FeedText.Event("b", "Two", "20260303T090000Z", "RRULE:FREQ=DAILY;COUNT=3"));
        (await _api.ImportAsync(calendar, text)).Expect(HttpStatusCode.OK);
        var before = await _api.GetAsync($"/api/events?calendar={calendar}");

        var again = (await _api.ImportAsync(calendar, text)).Expect(HttpStatusCode.OK);

        Assert.Equal(2, again.Json.Number("events"));
        Assert.Equal(before.Text, (await _api.GetAsync($"/api/events?calendar={calendar}")).Text);
    }

    [Fact]
    public async Task An_older_revision_does_not_undo_an_edit_and_a_newer_one_replaces_it()
    {
        var calendar = await _api.AddCalendarAsync("Revisions");
        string Revision(int sequence, string summary) => FeedText.Calendar(FeedText.Event("r", summary, "20260302T090000Z", $"SEQUENCE:{sequence}"));
        await _api.ImportAsync(calendar, Revision(3, "Third"));
        var id = (await _api.ListAsync($"/api/events?calendar={calendar}")).Single().Text("id");
        await _api.PutAsync($"/api/events/{id}", new { summary = "Edited here", start = "2026-03-02T11:00", zone = "UTC" });

        await _api.ImportAsync(calendar, Revision(2, "Second"));
        await _api.ImportAsync(calendar, Revision(3, "Third again"));
        Assert.Equal("Edited here", await SummaryAsync());
        await _api.ImportAsync(calendar, Revision(9, "Ninth"));
        Assert.Equal("Ninth", await SummaryAsync());

        async Task<string> SummaryAsync() => (await _api.GetAsync($"/api/events/{id}")).Expect(HttpStatusCode.OK).Json.Text("summary");
    }

    [Fact]
    public async Task A_file_that_is_no_calendar_is_refused_and_one_with_bad_parts_is_told_them()
    {
        var calendar = await _api.AddCalendarAsync("Bad files");

        foreach (var text in (string[])["", "<html></html>", "BEGIN:VCARD\r\nEND:VCARD\r\n", "\0\0\0\0", "PK\u0003\u0004"])
        {
            var refused = await _api.ImportAsync(calendar, text);
            Assert.True(refused.Status == HttpStatusCode.BadRequest && refused.Fields.SequenceEqual(["body"]), $"'{text}': {refused}");
        }
        var partly = await _api.ImportAsync(calendar, FeedText.Calendar("BEGIN:VEVENT\r\nUID:lost\r\nEND:VEVENT\r\n", FeedText.Event("good", "Good", "20260302T090000Z")));
        Assert.Equal((2L, 1L), (partly.Json.Number("events") + partly.Json.Number("skipped"), partly.Json.Number("skipped")));
        Assert.Equal("lost", partly.Json.GetProperty("problems")[0].TextOrNull("uid"));
        Assert.Equal("Good", (await _api.ListAsync($"/api/events?calendar={calendar}")).Single().Text("summary"));
    }

    [Fact]
    public async Task A_mirror_of_a_feed_takes_no_import_and_no_edit()
    {
        await using var server = new FeedServer(static _ => FeedReply.Ok(FeedText.Calendar(FeedText.Event("theirs", "Theirs", "20260302T090000Z"))));
        var feed = (await _api.PostAsync("/api/feeds", new { address = server.Address + "/a.ics" })).Expect(HttpStatusCode.Created);
        var mirror = feed.Json.Text("calendarId");
        var own = await Api.EventuallyAsync(
            "the feed was read", async () => (await _api.ListAsync($"/api/events?calendar={mirror}")) is [var only] ? only.Text("id") : null);

        Answer[] answers =
        [
            await _api.ImportAsync(mirror, FeedText.Calendar(FeedText.Event("x", "X", "20260302T090000Z"))),
            await _api.PostAsync("/api/events", new { calendarId = mirror, summary = "X", start = "2026-03-02T09:00" }),
            await _api.PutAsync($"/api/events/{own}", new { summary = "X", start = "2026-03-02T09:00" }),
            await _api.DeleteAsync($"/api/events/{own}"),
            await _api.DeleteAsync($"/api/calendars/{mirror}"),
        ];

        Assert.All(answers, static a => Assert.Equal(HttpStatusCode.Conflict, a.Status));
        Assert.Equal("Theirs", (await _api.ListAsync($"/api/events?calendar={mirror}")).Single().Text("summary"));
        await _api.DeleteAsync($"/api/feeds/{feed.Id}");
    }

    private static async Task<CalendarDocument> ReadAsync(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return await CalendarDocument.ReadAsync(stream, cancellationToken: TestContext.Current.CancellationToken);
    }
}
