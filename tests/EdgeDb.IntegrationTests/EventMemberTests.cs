using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Events that name whom they concern, instead of the members of their calendar.</summary>
public sealed class EventMemberTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private const string First = "20260105T080000Z";
    private const string Third = "20260119T080000Z";
    private const string Moved = "20260126T080000Z";

    private readonly Api _api = fixture.Api;

    public static TheoryData<string, string> Edits => new()
    {
        { "PUT", "" },
        { "PUT", "?scope=this&recurrenceId=" + Third },
        { "PUT", "?scope=this&recurrenceId=" + Moved },
        { "PUT", "?scope=following&recurrenceId=" + Third },
        { "PUT", "?scope=following&recurrenceId=" + First },
        { "DELETE", "" },
        { "DELETE", "?scope=this&recurrenceId=" + Moved },
        { "DELETE", "?scope=following&recurrenceId=" + Third },
    };

    [Fact]
    public async Task An_event_concerns_exactly_whom_it_names_and_without_any_its_calendars_members()
    {
        var (ada, ben, calendar) = await HouseAsync();
        var id = await _api.AddEventAsync(Single(calendar, [ben, ada, ben]));

        Assert.Equal(Sorted(ada, ben), (await _api.GetAsync($"/api/events/{id}")).Json.Texts("members"));
        Assert.Equal([Line("2026-01-05", ada, ben)], await ShownAsync(calendar));

        (await _api.PutAsync($"/api/events/{id}", Single(calendar, [ben]))).Expect(HttpStatusCode.OK);
        Assert.Equal([Line("2026-01-05", ben)], await ShownAsync(calendar));

        foreach (var none in new IEnumerable<string>?[] { null, [] })
        {
            (await _api.PutAsync($"/api/events/{id}", Single(calendar, [ben]))).Expect(HttpStatusCode.OK);
            var released = (await _api.PutAsync($"/api/events/{id}", Single(calendar, none))).Expect(HttpStatusCode.OK);
            Assert.Equal(JsonValueKind.Null, released.Json.GetProperty("members").ValueKind);
            Assert.Equal([Line("2026-01-05", ada)], await ShownAsync(calendar));
        }
    }

    [Fact]
    public async Task A_member_who_is_not_there_is_refused_and_so_are_more_than_fifty()
    {
        var (ada, _, calendar) = await HouseAsync();

        foreach (var members in new IEnumerable<string?>[] { [ada, Guid.NewGuid().ToString()], [null], Enumerable.Range(0, 51).Select(_ => ada), [""] })
            Assert.Equal(["members"], (await _api.SendAsync(HttpMethod.Post, "/api/events", JsonContent.Create(Single(calendar, members)))).Expect(HttpStatusCode.BadRequest).Fields);
        Assert.Empty(await _api.ListAsync($"/api/events?calendar={calendar}"));
    }

    [Theory, MemberData(nameof(Edits))]
    public async Task Whatever_an_edit_does_to_them_is_done_once_and_undone_to_the_letter(string method, string query)
    {
        var (ada, ben, calendar) = await HouseAsync();
        var (id, version) = await SeriesAsync(calendar, ada, ben);
        var (text, shown) = (await TextAsync(calendar), await ShownAsync(calendar));
        var (key, address) = (Guid.NewGuid().ToString(), $"/api/events/{id}{query}");
        var body = new { summary = "Changed", start = "2026-01-19T10:00", end = "2026-01-19T11:00", zone = "Europe/Berlin", members = new[] { ben } };

        var made = await SendAsync(method, address, key, body, version);
        var after = await TextAsync(calendar);
        var repeated = await SendAsync(method, address, key, body, version);

        Assert.True((int)made.Status < 300, made.ToString());
        Assert.Equal((made.Status, made.Text), (repeated.Status, repeated.Text));
        Assert.NotEqual(text, after);
        Assert.Equal(after, await TextAsync(calendar));
        (await _api.PostAsync($"/api/edits/{key}/undo")).Expect(HttpStatusCode.OK);
        Assert.Equal(text, await TextAsync(calendar));
        Assert.Equal(shown, await ShownAsync(calendar));
    }

    [Fact]
    public async Task One_occurrence_names_others_than_its_series_and_keeps_them_when_the_series_is_split_and_moved()
    {
        var (ada, ben, calendar) = await HouseAsync();
        var (id, _) = await SeriesAsync(calendar, ada, ben);
        Assert.Equal(
            [Line("2026-01-05", ben), Line("2026-01-12", ben), Line("2026-01-19", ben), Line("2026-01-27", ada, ben), Line("2026-02-02", ben), Line("2026-02-09", ben)],
            await ShownAsync(calendar));
        Assert.Equal([ben], (await _api.GetAsync($"/api/events/{id}?recurrenceId={Third}")).Json.Texts("members"));
        Assert.Equal(Sorted(ada, ben), (await _api.GetAsync($"/api/events/{id}?recurrenceId={Moved}")).Json.Texts("members"));

        // The second half is Ada's; what was changed before in it stays as it was.
        var second = (await _api.PutAsync(
            $"/api/events/{id}?scope=following&recurrenceId={Third}", new { summary = "Choir", start = "2026-01-19T09:00", end = "2026-01-19T10:00", zone = "Europe/Berlin", rrule = "FREQ=WEEKLY;COUNT=6", members = new[] { ada } })).Expect(HttpStatusCode.OK);
        Assert.Equal(
            [Line("2026-01-05", ben), Line("2026-01-12", ben), Line("2026-01-19", ada), Line("2026-01-27", ada, ben), Line("2026-02-02", ada), Line("2026-02-09", ada)],
            await ShownAsync(calendar));

        // A day later, and nobody in particular: the changed occurrence still has its own.
        (await _api.PutAsync($"/api/events/{second.Id}", new { summary = "Choir", start = "2026-01-20T09:00", end = "2026-01-20T10:00", zone = "Europe/Berlin", rrule = "FREQ=WEEKLY;COUNT=4" })).Expect(HttpStatusCode.OK);
        Assert.Equal(
            [Line("2026-01-05", ben), Line("2026-01-12", ben), Line("2026-01-20", ada), Line("2026-01-27", ada, ben), Line("2026-02-03", ada), Line("2026-02-10", ada)],
            await ShownAsync(calendar));
    }

    [Theory]
    [InlineData("FREQ=WEEKLY;COUNT=3", 2026)]
    // Not in the window that is kept expanded, and too dense to be.
    [InlineData("FREQ=WEEKLY;COUNT=3", 2041)]
    [InlineData("FREQ=HOURLY", 2026)]
    public async Task A_filter_by_member_counts_whom_the_event_names(string rule, int year)
    {
        var (ada, ben, calendar) = await HouseAsync();
        var start = string.Create(CultureInfo.InvariantCulture, $"{year}-11-02T09:00");
        foreach (var members in new[] { null, new[] { ben } })
            await _api.AddEventAsync(new { calendarId = calendar, summary = members is null ? "Hers" : "His", start, zone = "UTC", rrule = rule, members });

        var window = string.Create(CultureInfo.InvariantCulture, $"/api/occurrences?from={year}-11-02T00:00:00Z&to={year}-11-03T00:00:00Z&calendar={calendar}");
        Assert.Equal(["Hers"], await TitlesAsync($"{window}&member={ada}"));
        Assert.Equal(["His"], await TitlesAsync($"{window}&member={ben}"));
        Assert.Equal(["Hers", "His"], await TitlesAsync($"{window}&member={ada}&member={ben}"));
        Assert.Empty(await TitlesAsync($"{window.Replace(calendar, await _api.AddCalendarAsync("Empty"), StringComparison.Ordinal)}&member={ben}"));
        Assert.Equal(Sorted(ada, ben), (await _api.ListAsync(window)).SelectMany(static o => o.Texts("members")).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Who_leaves_the_household_is_named_no_more_and_the_last_one_leaves_the_event_to_the_calendars_members()
    {
        var (ada, ben, calendar) = await HouseAsync();
        var mia = await _api.AddMemberAsync("Mia");
        var (both, one) = (await _api.AddEventAsync(Single(calendar, [ben, mia])), await _api.AddEventAsync(Single(calendar, [mia])));
        var before = await _api.GetAsync($"/api/events/{one}");
        var deleted = await _api.AddEventAsync(Single(calendar, [ben, mia]));
        (await _api.DeleteAsync($"/api/events/{deleted}")).Expect(HttpStatusCode.NoContent);

        (await _api.DeleteAsync($"/api/members/{mia}")).Expect(HttpStatusCode.NoContent);

        Assert.Equal([ben], (await _api.GetAsync($"/api/events/{both}")).Json.Texts("members"));
        // Whoever has read it is told that it says something else.
        var after = (await _api.GetAsync($"/api/events/{one}", before.ETag)).Expect(HttpStatusCode.OK);
        Assert.Equal(JsonValueKind.Null, after.Json.GetProperty("members").ValueKind);
        Assert.True(after.Version > before.Version);
        Assert.Equal([ben], (await _api.PostAsync($"/api/events/{deleted}/restore")).Expect(HttpStatusCode.OK).Json.Texts("members"));
        Assert.Equal([ada], (await _api.ListAsync($"/api/occurrences?from=2026-01-01&to=2026-02-28&member={ada}&calendar={calendar}")).Single().Texts("members"));
    }

    [Fact]
    public async Task A_deleted_event_comes_back_with_them_also_into_another_calendar()
    {
        var (ada, ben, calendar) = await HouseAsync();
        var (id, _) = await SeriesAsync(calendar, ada, ben);
        var before = await ShownAsync(calendar);

        (await _api.DeleteAsync($"/api/events/{id}")).Expect(HttpStatusCode.NoContent);
        (await _api.PostAsync($"/api/events/{id}/restore")).Expect(HttpStatusCode.OK);
        Assert.Equal(before, await ShownAsync(calendar));

        (await _api.DeleteAsync($"/api/calendars/{calendar}?events=delete")).Expect(HttpStatusCode.NoContent);
        var other = await _api.AddCalendarAsync("Other");
        (await _api.PostAsync($"/api/events/{id}/restore?calendarId={other}")).Expect(HttpStatusCode.OK);
        Assert.Equal(before, await ShownAsync(other));
    }

    [Fact]
    public async Task Others_read_them_as_attendees_and_what_others_write_names_nobody_here()
    {
        var (ada, ben, calendar) = await HouseAsync();
        var (id, _) = await SeriesAsync(calendar, ada, ben);

        var text = await TextAsync(calendar);
        Assert.Equal((2, 1), (Count(text, $"ATTENDEE;CN=Ben:urn:uuid:{ben}\r\n"), Count(text, $"ATTENDEE;CN=Ada:urn:uuid:{ada}\r\n")));
        Assert.Equal(0, Count(text, "X-EDGEDB"));

        var copy = await _api.AddCalendarAsync("Copy", ada);
        await _api.DeleteAsync($"/api/calendars/{calendar}?events=delete");
        (await _api.ImportAsync(copy, text.Replace("END:VEVENT", $"X-EDGEDB-MEMBER:{ben}\r\nEND:VEVENT", StringComparison.Ordinal))).Expect(HttpStatusCode.OK);

        var imported = (await _api.ListAsync($"/api/events?calendar={copy}")).Single();
        Assert.NotEqual(id, imported.Text("id"));
        Assert.Equal(JsonValueKind.Null, imported.GetProperty("members").ValueKind);
        Assert.All(await ShownAsync(copy), line => Assert.EndsWith(": " + ada, line, StringComparison.Ordinal));

        // Once it names somebody here too, nobody is there twice.
        (await _api.PutAsync(
            $"/api/events/{imported.Text("id")}", new { summary = "Choir", start = "2026-01-05T09:00", end = "2026-01-05T10:00", zone = "Europe/Berlin", rrule = "FREQ=WEEKLY;COUNT=6", members = new[] { ben } })).Expect(HttpStatusCode.OK);
        text = await TextAsync(copy);
        Assert.Equal((3, 0), (Count(text, "urn:uuid:"), Count(text, "X-EDGEDB")));
    }

    private static object Single(string calendar, IEnumerable<string?>? members) =>
        new { calendarId = calendar, summary = "Swim", start = "2026-01-05T09:00", end = "2026-01-05T10:00", zone = "Europe/Berlin", members };

    /// <summary>Two members and a calendar of the first.</summary>
    private async Task<(string Ada, string Ben, string Calendar)> HouseAsync()
    {
        // A household has room for 50.
        if (await _api.ListAsync("/api/members") is { Count: > 40 } many)
            foreach (var member in many)
                await _api.DeleteAsync($"/api/members/{member.Text("id")}");
        var (ada, ben) = (await _api.AddMemberAsync("Ada"), await _api.AddMemberAsync("Ben"));
        return (ada, ben, await _api.AddCalendarAsync("Hers", ada));
    }

    /// <summary>Six weeks that name Ben, of which the fourth was moved by a day and names both.</summary>
    private async Task<(string Id, long Version)> SeriesAsync(string calendar, string ada, string ben)
    {
        var id = await _api.AddEventAsync(
            new { calendarId = calendar, summary = "Choir", start = "2026-01-05T09:00", end = "2026-01-05T10:00", zone = "Europe/Berlin", rrule = "FREQ=WEEKLY;COUNT=6", members = new[] { ben } });
        var changed = (await _api.PutAsync(
            $"/api/events/{id}?scope=this&recurrenceId={Moved}", new { summary = "Choir", start = "2026-01-27T09:00", end = "2026-01-27T10:00", zone = "Europe/Berlin", members = new[] { ada, ben } })).Expect(HttpStatusCode.OK);
        return (id, changed.Version);
    }

    /// <summary>What is shown of the calendar in winter: days and whom they concern.</summary>
    private async Task<List<string>> ShownAsync(string calendar) =>
        [.. (await _api.OccurrencesAsync("2026-01-01", "2026-03-01", calendar)).Select(static o => Line(o.Text("start")[..10], o.Texts("members")))];

    private async Task<IEnumerable<string>> TitlesAsync(string address) => (await _api.ListAsync(address)).Select(static o => o.Text("summary")).Distinct().Order(StringComparer.Ordinal);

    private async Task<string> TextAsync(string calendar) => (await _api.GetAsync($"/calendars/{calendar}.ics")).Expect(HttpStatusCode.OK).Text;

    private Task<Answer> SendAsync(string method, string address, string key, object? body, long? version) => _api.SendAsync(
        new HttpMethod(method), address,
        method == "DELETE" ? null : JsonContent.Create(body),
        ("Idempotency-Key", $"\"{key}\""), version is null ? null : ("If-Match", string.Create(CultureInfo.InvariantCulture, $"\"{version}\"")));

    private static string Line(string day, params IEnumerable<string> members) => $"{day}: {string.Join(' ', members.Order(StringComparer.Ordinal))}";

    private static string[] Sorted(params string[] members) => [.. members.Order(StringComparer.Ordinal)];

    private static int Count(string text, string part) => text.Replace("\r\n ", "", StringComparison.Ordinal).Split(part).Length - 1;
}
