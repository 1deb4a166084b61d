using System.Globalization;
using System.Net;
using System.Text.Json;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Edits that are named by whoever makes them: asked for twice they are made once, and taken back nothing of them is left.</summary>
public sealed class EventEditTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private const string First = "20260105T080000Z";
    private const string Third = "20260119T080000Z";

    private readonly Api _api = fixture.Api;

    public static TheoryData<string, string> Edits => new()
    {
        { "PUT", "" },
        { "PUT", "?scope=this&recurrenceId=" + Third },
        { "PUT", "?scope=following&recurrenceId=" + Third },
        { "PUT", "?scope=following&recurrenceId=" + First },
        { "DELETE", "" },
        { "DELETE", "?scope=this&recurrenceId=" + Third },
        { "DELETE", "?scope=following&recurrenceId=" + Third },
        { "DELETE", "?scope=following&recurrenceId=" + First },
    };

    [Theory, MemberData(nameof(Edits))]
    public async Task An_edit_that_is_asked_for_twice_is_made_once_and_can_be_undone_to_the_letter(string method, string query)
    {
        var (calendar, id, version) = await SeriesAsync();
        var before = await TextAsync(calendar);
        var (key, address) = (Key(), $"/api/events/{id}{query}");

        var made = await SendAsync(method, address, key, Changed, version);
        var after = await TextAsync(calendar);
        // The version that it expects is no longer there: only the key says that it was this very edit.
        var repeated = await SendAsync(method, address, key, Changed, version);

        Assert.True((int)made.Status < 300, made.ToString());
        Assert.Equal((made.Status, made.Text, made.ETag), (repeated.Status, repeated.Text, repeated.ETag));
        Assert.NotEqual(before, after);
        Assert.Equal(after, await TextAsync(calendar));

        var undone = (await _api.PostAsync($"/api/edits/{key}/undo")).Expect(HttpStatusCode.OK);
        Assert.Equal(before, await TextAsync(calendar));
        Assert.Equal(id, undone.Id);
        Assert.True(undone.Version > version, "A version would name two states.");
        var again = (await _api.PostAsync($"/api/edits/{key}/undo")).Expect(HttpStatusCode.OK);
        Assert.Equal(undone.Version, again.Version);
    }

    [Fact]
    public async Task An_event_that_is_added_twice_by_one_key_is_there_once_and_goes_when_that_is_undone()
    {
        var calendar = await _api.AddCalendarAsync("Twice");
        var (key, body) = (Key(), new { calendarId = calendar, summary = "Once", start = "2026-01-05T09:00", zone = "Europe/Berlin" });

        // At the same time, too: the second may come before the first is written.
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync("POST", "/api/events", key, body, null)));
        var again = await SendAsync("POST", "/api/events", key, body, null);

        Assert.Single(answers.Append(again).Select(static a => a.Id).Distinct());
        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.Single(await _api.ListAsync($"/api/events?calendar={calendar}"));
        Assert.Equal(HttpStatusCode.NoContent, (await _api.PostAsync($"/api/edits/{key}/undo")).Status);
        Assert.Empty(await _api.ListAsync($"/api/events?calendar={calendar}"));
    }

    [Fact]
    public async Task An_addition_that_is_asked_for_again_after_somebody_has_removed_it_stays_removed()
    {
        var calendar = await _api.AddCalendarAsync("Gone");
        var (key, body) = (Key(), new { calendarId = calendar, summary = "Gone", start = "2026-01-05T09:00" });
        var id = (await SendAsync("POST", "/api/events", key, body, null)).Expect(HttpStatusCode.Created).Id;
        (await _api.DeleteAsync($"/api/events/{id}")).Expect(HttpStatusCode.NoContent);

        (await SendAsync("POST", "/api/events", key, body, null)).Expect(HttpStatusCode.NoContent);

        Assert.Empty(await _api.ListAsync($"/api/events?calendar={calendar}"));
    }

    [Theory, MemberData(nameof(Edits))]
    public async Task What_somebody_has_edited_since_is_not_undone(string method, string query)
    {
        var (calendar, id, version) = await SeriesAsync();
        var key = Key();
        await SendAsync(method, $"/api/events/{id}{query}", key, Changed, version);
        // Somebody brings back what is gone, or renames what is there; of a split series the second half.
        if ((await _api.ListAsync($"/api/events?calendar={calendar}")).LastOrDefault() is { ValueKind: JsonValueKind.Object } left)
            (await _api.PutAsync($"/api/events/{left.Text("id")}", new { summary = "Theirs", start = left.Text("start"), zone = "Europe/Berlin" })).Expect(HttpStatusCode.OK);
        else
            (await _api.PostAsync($"/api/events/{id}/restore")).Expect(HttpStatusCode.OK);
        var before = await TextAsync(calendar);

        var refused = await _api.PostAsync($"/api/edits/{key}/undo");

        Assert.Contains(refused.Status, (HttpStatusCode[])[HttpStatusCode.PreconditionFailed, HttpStatusCode.NotFound]);
        Assert.Equal(before, await TextAsync(calendar));
    }

    [Fact]
    public async Task A_deletion_is_not_undone_to_what_a_later_one_deleted()
    {
        var (calendar, id, version) = await SeriesAsync();
        var key = Key();
        await SendAsync("DELETE", $"/api/events/{id}", key, null, version);
        await _api.PostAsync($"/api/events/{id}/restore");
        await _api.DeleteAsync($"/api/events/{id}");

        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _api.PostAsync($"/api/edits/{key}/undo")).Status);
        Assert.Empty(await _api.ListAsync($"/api/events?calendar={calendar}"));
    }

    [Fact]
    public async Task An_event_that_moved_to_another_calendar_moves_back()
    {
        var (calendar, id, version) = await SeriesAsync();
        var (other, key, before) = (await _api.AddCalendarAsync("Other"), Key(), await TextAsync(calendar));
        await SendAsync("PUT", $"/api/events/{id}", key, new { calendarId = other, summary = "Choir", start = "2026-01-05T09:00", zone = "Europe/Berlin", rrule = "FREQ=WEEKLY;COUNT=6" }, version);

        (await _api.PostAsync($"/api/edits/{key}/undo")).Expect(HttpStatusCode.OK);

        Assert.Equal(before, await TextAsync(calendar));
        Assert.Empty(await _api.ListAsync($"/api/events?calendar={other}"));
    }

    [Fact]
    public async Task A_restored_event_has_another_version_than_it_ever_had()
    {
        var (_, id, version) = await SeriesAsync();
        await _api.DeleteAsync($"/api/events/{id}");

        Assert.True((await _api.PostAsync($"/api/events/{id}/restore")).Version > version);
    }

    [Fact]
    public async Task A_key_is_good_for_one_request_and_is_a_UUID_in_quotes()
    {
        var (_, id, version) = await SeriesAsync();
        var key = Key();
        (await SendAsync("PUT", $"/api/events/{id}", key, Changed, version)).Expect(HttpStatusCode.OK);

        foreach (var (method, address) in ((string, string)[])[("POST", "/api/events"), ("PUT", $"/api/events/{id}?scope=this&recurrenceId={Third}"), ("DELETE", $"/api/events/{id}")])
        {
            var other = await SendAsync(method, address, key, new { calendarId = Guid.NewGuid(), summary = "Other", start = "2026-01-05T09:00" }, null);
            Assert.Equal((HttpStatusCode.Conflict, "Idempotency-Key"), (other.Status, other.Fields.Single()));
        }
        foreach (var header in (string[])[Guid.NewGuid().ToString(), "\"\"", "\"x\"", "\"", $"\"{Guid.NewGuid():N}\"", $"\"{Guid.NewGuid()}\", \"{Guid.NewGuid()}\"", "<script>"])
        {
            var bad = await _api.SendAsync(HttpMethod.Delete, $"/api/events/{id}", null, ("Idempotency-Key", header));
            Assert.Equal((HttpStatusCode.BadRequest, "Idempotency-Key"), (bad.Status, bad.Fields.Single()));
        }
    }

    private static object Changed => new { summary = "Changed", start = "2026-01-19T10:00", end = "2026-01-19T11:00", zone = "Europe/Berlin" };

    private static string Key() => Guid.NewGuid().ToString();

    private Task<Answer> SendAsync(string method, string address, string key, object? body, long? version) => _api.SendAsync(
        new HttpMethod(method), address,
        method == "DELETE" ? null : System.Net.Http.Json.JsonContent.Create(body),
        ("Idempotency-Key", $"\"{key}\""), version is null ? null : ("If-Match", string.Create(CultureInfo.InvariantCulture, $"\"{version}\"")));

    /// <summary>A weekly series with an exception, a changed occurrence, and what only other programs know.</summary>
    private async Task<(string Calendar, string Id, long Version)> SeriesAsync()
    {
        var calendar = await _api.AddCalendarAsync("Edits");
        var text = $"""
            BEGIN:VCALENDAR
            VERSION:2.0
            PRODID:-//x//y//EN
            BEGIN:VEVENT
            UID:{Guid.NewGuid()}
            DTSTAMP:20260101T000000Z
            DTSTART;TZID=Europe/Berlin:20260105T090000
            DTEND;TZID=Europe/Berlin:20260105T100000
            RRULE:FREQ=WEEKLY;COUNT=6
            EXDATE;TZID=Europe/Berlin:20260112T090000
            SUMMARY;LANGUAGE=en:Choir
            X-ROOM:Upstairs
            END:VEVENT
            END:VCALENDAR

            """;
        (await _api.ImportAsync(calendar, text.ReplaceLineEndings("\r\n"))).Expect(HttpStatusCode.OK);
        var id = (await _api.ListAsync($"/api/events?calendar={calendar}")).Single().Text("id");
        var changed = await _api.PutAsync(
            $"/api/events/{id}?scope=this&recurrenceId=20260126T080000Z", new { summary = "Moved", start = "2026-01-27T18:00", zone = "Europe/Berlin" });
        return (calendar, id, changed.Version);
    }

    private async Task<string> TextAsync(string calendar) => (await _api.GetAsync($"/calendars/{calendar}.ics")).Expect(HttpStatusCode.OK).Text;
}
