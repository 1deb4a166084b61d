using System.Net;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Members, calendars and events: what all lists and all changes have in common.</summary>
public sealed class ListTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private static readonly string Unknown = Guid.CreateVersion7().ToString();

    private readonly Api _api = fixture.Api;

    [Fact]
    public async Task A_member_is_added_changed_and_removed()
    {
        var added = (await _api.PostAsync("/api/members", new { name = "  Ada  ", color = "#ABCDEF" })).Expect(HttpStatusCode.Created);
        Assert.Equal(("Ada", "#abcdef", 1L, false), (added.Json.Text("name"), added.Json.Text("color"), added.Version, added.Json.Flag("sample")));

        var renamed = await _api.PutAsync($"/api/members/{added.Id}", new { name = "Ada Lovelace" }, added.Version);
        Assert.Equal(("Ada Lovelace", "#abcdef", 2L), (renamed.Json.Text("name"), renamed.Json.Text("color"), renamed.Version));
        Assert.Contains(await _api.ListAsync("/api/members"), m => m.GetRawText() == renamed.Json.GetRawText());

        (await _api.DeleteAsync($"/api/members/{added.Id}", renamed.Version)).Expect(HttpStatusCode.NoContent);
        Assert.DoesNotContain(await _api.ListAsync("/api/members"), m => m.Text("id") == added.Id);
    }

    [Fact]
    public async Task Removing_a_member_keeps_the_calendar_and_its_events()
    {
        var member = await _api.AddMemberAsync("Gone soon");
        var calendar = await _api.AddCalendarAsync("Stays", member);
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Stays too", start = "2026-03-02", allDay = true });

        (await _api.DeleteAsync($"/api/members/{member}")).Expect(HttpStatusCode.NoContent);

        Assert.Empty((await CalendarAsync(calendar)).Texts("members"));
        var occurrence = Assert.Single(await _api.OccurrencesAsync("2026-03-01", "2026-03-04", calendar));
        Assert.Empty(occurrence.Texts("members"));
    }

    [Fact]
    public async Task A_calendar_is_added_changed_and_removed()
    {
        var (ada, bob) = (await _api.AddMemberAsync("Ada"), await _api.AddMemberAsync("Bob"));
        var added = (await _api.PostAsync("/api/calendars", new { name = "Family", members = new[] { bob, ada, bob } })).Expect(HttpStatusCode.Created);
        Assert.Equal(("Family", "local", 0L), (added.Json.Text("name"), added.Json.Text("kind"), added.Json.Number("eventCount")));
        Assert.Equal(new[] { ada, bob }.Order(), added.Json.Texts("members"));

        var changed = await _api.PutAsync($"/api/calendars/{added.Id}", new { name = "Clan", color = "#00FF00", members = new[] { ada } }, added.Version);
        Assert.Equal(("Clan", "#00ff00", 2L), (changed.Json.Text("name"), changed.Json.Text("color"), changed.Version));
        Assert.Equal([ada], changed.Json.Texts("members"));

        (await _api.DeleteAsync($"/api/calendars/{added.Id}")).Expect(HttpStatusCode.NoContent);
        Assert.DoesNotContain(await _api.ListAsync("/api/calendars"), c => c.Text("id") == added.Id);
    }

    [Fact]
    public async Task A_calendar_with_events_is_removed_only_when_asked_and_its_events_can_be_restored_elsewhere()
    {
        var (calendar, other) = (await _api.AddCalendarAsync("Full"), await _api.AddCalendarAsync("Other"));
        var id = await _api.AddEventAsync(new { calendarId = calendar, summary = "Kept", start = "2026-03-02T10:00" });

        var refused = await _api.DeleteAsync($"/api/calendars/{calendar}");
        Assert.Equal((HttpStatusCode.Conflict, "events"), (refused.Status, refused.Fields.Single()));
        Assert.Equal(HttpStatusCode.Conflict, (await _api.DeleteAsync($"/api/calendars/{calendar}?events=keep")).Status);
        (await _api.DeleteAsync($"/api/calendars/{calendar}?events=delete")).Expect(HttpStatusCode.NoContent);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.GetAsync($"/api/events/{id}")).Status);

        var homeless = await _api.PostAsync($"/api/events/{id}/restore");
        Assert.Equal((HttpStatusCode.BadRequest, "calendarId"), (homeless.Status, homeless.Fields.Single()));
        var restored = (await _api.PostAsync($"/api/events/{id}/restore?calendarId={other}")).Expect(HttpStatusCode.OK);
        Assert.Equal((id, other, "Kept"), (restored.Id, restored.Json.Text("calendarId"), restored.Json.Text("summary")));
    }

    [Fact]
    public async Task An_event_is_added_read_changed_moved_to_another_calendar_removed_and_restored()
    {
        var (first, second) = (await _api.AddCalendarAsync("First"), await _api.AddCalendarAsync("Second"));
        var body = new
        {
            calendarId = first,
            summary = "Dentist",
            description = "Second line\nhas a comma, a semicolon; and a \\",
            location = "Main street 5",
            url = "https://example.org/a?b=c,d;e",
            color = "teal",
            status = "tentative",
            start = "2026-03-02T09:00:00",
            end = "2026-03-02T09:45:00",
            zone = "Europe/Berlin",
            reminders = new[] { new { minutesBefore = 1440 }, new { minutesBefore = 30 } },
            @private = true,
        };
        var added = (await _api.PostAsync("/api/events", body)).Expect(HttpStatusCode.Created);
        Assert.Equal($"/api/events/{added.Id}", added.Headers["Location"]);
        Assert.Equal($"\"{added.Version}\"", added.ETag);
        var read = (await _api.GetAsync(added.Headers["Location"])).Json;
        Assert.Equal(added.Json.GetRawText(), read.GetRawText());
        foreach (var name in (string[])["calendarId", "summary", "description", "location", "url", "color", "status", "start", "end", "zone"])
            Assert.Equal(body.GetType().GetProperty(name)!.GetValue(body), read.Text(name));
        Assert.Equal([30, 1440], read.GetProperty("reminders").EnumerateArray().Select(static r => r.GetProperty("minutesBefore").GetInt32()));
        Assert.True(read.Flag("private") && read.Flag("editable") && !read.Flag("allDay") && !read.Flag("recurring"));

        var moved = (await _api.PutAsync($"/api/events/{added.Id}", new { calendarId = second, summary = "Dentist", start = "2026-03-03T09:00" }, added.Version)).Expect(HttpStatusCode.OK);
        Assert.Equal((second, (string?)null, (string?)null), (moved.Json.Text("calendarId"), moved.Json.TextOrNull("zone"), moved.Json.TextOrNull("description")));
        Assert.Empty(await _api.ListAsync($"/api/events?calendar={first}"));
        Assert.Single(await _api.ListAsync($"/api/events?calendar={second}"));

        (await _api.DeleteAsync($"/api/events/{added.Id}", moved.Version)).Expect(HttpStatusCode.NoContent);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.DeleteAsync($"/api/events/{added.Id}")).Status);
        Assert.Equal(second, (await _api.PostAsync($"/api/events/{added.Id}/restore")).Expect(HttpStatusCode.OK).Json.Text("calendarId"));
        Assert.Equal(HttpStatusCode.NotFound, (await _api.PostAsync($"/api/events/{added.Id}/restore")).Status);
    }

    [Fact]
    public async Task Events_are_found_by_a_part_of_their_title_in_any_case()
    {
        var calendar = await _api.AddCalendarAsync("Search");
        foreach (var summary in (string[])["Übung im Chor", "Chorprobe", "100 % sicher", "Zahnarzt"])
            await _api.AddEventAsync(new { calendarId = calendar, summary, start = "2026-03-02T09:00" });

        foreach (var (text, found) in ((string, string[])[])[("chor", ["Übung im Chor", "Chorprobe"]), ("übung", ["Übung im Chor"]), ("ÜBUNG", ["Übung im Chor"]), ("%", ["100 % sicher"]), ("_", [])])
            Assert.Equal(found, (await _api.ListAsync($"/api/events?calendar={calendar}&q={Uri.EscapeDataString(text)}")).Select(static e => e.Text("summary")));
    }

    [Theory]
    [InlineData("members")]
    [InlineData("calendars")]
    [InlineData("household")]
    public async Task A_change_of_an_old_version_is_refused_and_changes_nothing(string what)
    {
        var address = what == "household" ? "/api/household" : $"/api/{what}/{(await _api.PostAsync($"/api/{what}", new { name = "First" })).Id}";
        var first = await _api.PutAsync(address, new { name = "Second" });
        var second = await _api.PutAsync(address, new { name = "Third" }, first.Version);

        var late = await _api.PutAsync(address, new { name = "Late" }, first.Version);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.PreconditionFailed), (second.Status, late.Status));
        Assert.Equal(["If-Match"], late.Fields);
        Assert.Contains($"{second.Version}", late.Json.Text("detail"), StringComparison.Ordinal);
        if (what != "household")
        {
            Assert.Equal(HttpStatusCode.PreconditionFailed, (await _api.DeleteAsync(address, first.Version)).Status);
            (await _api.DeleteAsync(address, second.Version)).Expect(HttpStatusCode.NoContent);
        }
        Assert.Equal("Third", second.Json.Text("name"));
    }

    [Theory]
    [InlineData("PUT", "/api/members/{0}")]
    [InlineData("DELETE", "/api/members/{0}")]
    [InlineData("PUT", "/api/calendars/{0}")]
    [InlineData("DELETE", "/api/calendars/{0}")]
    [InlineData("GET", "/calendars/{0}.ics")]
    [InlineData("PUT", "/api/feeds/{0}")]
    [InlineData("DELETE", "/api/feeds/{0}")]
    [InlineData("POST", "/api/feeds/{0}/refresh")]
    [InlineData("GET", "/api/feeds/{0}/problems")]
    [InlineData("GET", "/api/events/{0}")]
    [InlineData("PUT", "/api/events/{0}")]
    [InlineData("DELETE", "/api/events/{0}")]
    [InlineData("POST", "/api/events/{0}/restore")]
    public async Task An_unknown_id_is_not_found(string method, string address)
    {
        foreach (var id in (string[])[Unknown, "1", "%27%20OR%201=1--", "..%2f..%2fetc", new string('x', 2000)])
        {
            object? body = method != "PUT" ? null : address.Contains("event", StringComparison.Ordinal) ? new { summary = "x", start = "2026-01-01T10:00" } : new { name = "x" };
            var path = string.Format(System.Globalization.CultureInfo.InvariantCulture, address, id);

            var answer = method switch { "PUT" => await _api.PutAsync(path, body!), "POST" => await _api.PostAsync(path), "DELETE" => await _api.DeleteAsync(path), _ => await _api.GetAsync(path) };

            Assert.True(answer.Status == HttpStatusCode.NotFound && answer.Fields.SequenceEqual(["id"]), $"{id}: {answer}");
        }
    }

    [Theory]
    [InlineData("members")]
    [InlineData("calendars")]
    [InlineData("events")]
    [InlineData("feeds")]
    public async Task Pages_hold_every_item_once_although_items_come_and_go_between_them(string what)
    {
        var calendar = what == "events" ? await _api.AddCalendarAsync("Pages") : "";
        var filter = what == "events" ? $"&calendar={calendar}" : "";
        var own = new List<string>();
        for (var i = 0; i < 7; i++)
            own.Add(await AddAsync());
        var seen = new List<string>();
        string? next = null;
        var step = 0;
        do
        {
            var page = await _api.GetAsync($"/api/{what}?limit=2{filter}{(next is null ? "" : "&cursor=" + next)}");
            Assert.InRange(page.Items.Count, 1, 2);
            seen.AddRange(page.Items.Select(static i => i.Text("id")));
            next = page.Next;
            if (step++ < 2)
            {
                // The item the cursor stands on goes, one that comes later goes, and a new one comes last.
                foreach (var gone in new[] { seen[^1], own[^1] }.Intersect(own).ToList())
                {
                    (await _api.DeleteAsync($"/api/{what}/{gone}")).Expect(HttpStatusCode.NoContent);
                    own.Remove(gone);
                }
                own.Add(await AddAsync());
            }
        }
        while (next is not null);

        Assert.Equal(seen.Distinct(), seen);
        Assert.Equal(seen.Order(StringComparer.Ordinal), seen);
        Assert.Empty(own.Except(seen));

        async Task<string> AddAsync() => what switch
        {
            "events" => await _api.AddEventAsync(new { calendarId = calendar, summary = "Page", start = "2026-03-02T09:00" }),
            "feeds" => (await _api.PostAsync("/api/feeds", new { address = $"http://127.0.0.1:1/{Guid.NewGuid()}" })).Expect(HttpStatusCode.Created).Id,
            _ => (await _api.PostAsync($"/api/{what}", new { name = "Page" })).Expect(HttpStatusCode.Created).Id,
        };
    }

    [Fact]
    public async Task Every_read_answers_304_until_something_it_shows_has_changed()
    {
        var calendar = await _api.AddCalendarAsync("Tags");
        var id = await _api.AddEventAsync(new { calendarId = calendar, summary = "Tag", start = "2026-03-02T09:00" });
        var changesToday = await _api.AddEventAsync(new { calendarId = calendar, summary = "Next", start = $"{Agenda.ThisYear + 1}-03-02T09:00" });
        var feed = (await _api.PostAsync("/api/feeds", new { address = "http://127.0.0.1:1/tags" })).Id;
        await Api.EventuallyAsync(
            "the feed has failed", async () => (await _api.GetAsync("/api/feeds")) is var f && f.Items.All(static i => i.Text("state") == "failing") ? f : null);
        var reads = new Dictionary<string, Func<Task>>
        {
            ["/api/household"] = () => _api.PutAsync("/api/household", new { name = "Tagged" }),
            ["/api/members"] = () => _api.AddMemberAsync("Tag"),
            ["/api/calendars"] = () => _api.PutAsync($"/api/calendars/{calendar}", new { name = "Tagged" }),
            ["/api/feeds"] = () => _api.PutAsync($"/api/feeds/{feed}", new { name = "Tagged" }),
            ["/api/events"] = () => EditAsync("One"),
            [$"/api/events/{id}"] = () => EditAsync("Two"),
            ["/api/occurrences?from=2026-03-01&to=2026-03-04"] = () => EditAsync("Three"),
            [$"/api/next?calendar={calendar}"] = () => _api.PutAsync($"/api/events/{changesToday}", new { summary = "Changed", start = $"{Agenda.ThisYear + 1}-03-02T09:00" }),
            [$"/calendars/{calendar}.ics"] = () => EditAsync("Four"),
        };
        foreach (var (address, change) in reads)
        {
            var first = (await _api.GetAsync(address)).Expect(HttpStatusCode.OK);
            var again = await _api.GetAsync(address, first.ETag);
            Assert.True(again.Status == HttpStatusCode.NotModified && again.Text.Length == 0, $"{address}: {again}");
            Assert.Equal(first.ETag, again.ETag);
            Assert.Equal(HttpStatusCode.NotModified, (await _api.GetAsync(address, $"\"other\", W/{first.ETag}")).Status);
            Assert.Equal(HttpStatusCode.OK, (await _api.GetAsync(address, "\"other\"")).Status);

            await change();

            var changed = await _api.GetAsync(address, first.ETag);
            Assert.True(changed.Status == HttpStatusCode.OK && changed.ETag != first.ETag, $"{address}: {changed}");
        }

        // A change that it does not show leaves it as it is.
        var problems = await _api.GetAsync($"/api/feeds/{feed}/problems");
        await _api.PutAsync($"/api/feeds/{feed}", new { name = "Tagged again" });
        Assert.Equal(HttpStatusCode.NotModified, (await _api.GetAsync($"/api/feeds/{feed}/problems", problems.ETag)).Status);
        var document = await _api.GetAsync("/openapi/v1.json");
        Assert.Equal(HttpStatusCode.NotModified, (await _api.GetAsync("/openapi/v1.json", document.ETag)).Status);

        Task EditAsync(string summary) => _api.PutAsync($"/api/events/{id}", new { summary, start = "2026-03-02T09:00" });
    }

    [Fact]
    public async Task The_answer_to_a_change_can_be_read_back_at_once()
    {
        // The tag of a read must already be another one when the change is acknowledged.
        var member = (await _api.PostAsync("/api/members", new { name = "0" })).Id;
        for (var i = 1; i <= 100; i++)
        {
            var before = await _api.GetAsync("/api/members");
            await _api.PutAsync($"/api/members/{member}", new { name = $"{i}" });
            var after = await _api.GetAsync("/api/members", before.ETag);

            Assert.Equal(HttpStatusCode.OK, after.Status);
            Assert.Equal($"{i}", after.Items.Single(m => m.Text("id") == member).Text("name"));
        }
    }

    [Fact]
    public async Task Two_changes_of_one_version_at_once_are_not_both_accepted()
    {
        var calendar = await _api.AddCalendarAsync("Race");
        var added = await _api.PostAsync("/api/events", new { calendarId = calendar, summary = "Race", start = "2026-03-02T09:00" });

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => _api.PutAsync($"/api/events/{added.Id}", new { summary = $"Winner {i}", start = "2026-03-02T09:00" }, added.Version)));

        var winner = Assert.Single(answers, static a => a.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a != winner), static a => Assert.Equal(HttpStatusCode.PreconditionFailed, a.Status));
        Assert.Equal(winner.Json.Text("summary"), (await _api.GetAsync($"/api/events/{added.Id}")).Json.Text("summary"));
    }

    [Fact]
    public async Task The_household_is_changed_field_by_field()
    {
        var before = (await _api.GetAsync("/api/household")).Json;

        var answer = await _api.PutAsync("/api/household", new { language = "de", weekStart = "sunday" }, before.Number("version"));

        Assert.Equal(("de", "sunday", before.Text("zone"), before.Number("version") + 1),
            (answer.Json.Text("language"), answer.Json.Text("weekStart"), answer.Json.Text("zone"), answer.Version));
        Assert.Equal(answer.Json.GetRawText(), (await _api.GetAsync("/api/household")).Json.GetRawText());
    }

    [Fact]
    public async Task A_member_too_many_is_refused_with_the_limit()
    {
        Answer answer;
        var added = new List<string>();
        while ((answer = await _api.PostAsync("/api/members", new { name = "Crowd" })).Status == HttpStatusCode.Created)
            added.Add(answer.Id);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains("50", answer.Json.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(50, (await _api.ListAsync("/api/members")).Count);
        foreach (var id in added)
            await _api.DeleteAsync($"/api/members/{id}");
    }

    private async Task<System.Text.Json.JsonElement> CalendarAsync(string id) => (await _api.ListAsync("/api/calendars")).Single(c => c.Text("id") == id);
}
