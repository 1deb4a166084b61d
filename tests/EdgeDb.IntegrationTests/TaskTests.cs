using System.Net;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Lists over HTTP, as browsers and other programs use them.</summary>
public sealed class TaskTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly Api _api = fixture.Api;

    [Fact]
    public async Task A_shopping_list_is_filled_ticked_cleared_and_brought_back()
    {
        var list = await ListAsync("Shopping");
        var (milk, bread) = (await AddAsync(list, "Milk"), await AddAsync(list, "Bread"));
        var shown = (await _api.GetAsync($"/api/tasks?calendar={list}")).Items;
        Assert.Equal(["Milk", "Bread"], shown.Select(static t => t.Text("summary")));
        Assert.True(shown[0].Flag("editable") && shown[0].Flag("tickable") && !shown[0].Flag("done"));

        var ticked = (await _api.PostAsync($"/api/tasks/{milk}/done", new { due = (string?)null })).Expect(HttpStatusCode.OK).Json;
        Assert.True(ticked.Flag("done"));
        Assert.NotNull(ticked.TextOrNull("doneAt"));
        Assert.Equal([bread], (await _api.ListAsync($"/api/tasks?calendar={list}&open=true")).Select(static t => t.Text("id")));

        var cleared = (await _api.DeleteAsync($"/api/tasks?calendar={list}&done=true")).Expect(HttpStatusCode.OK).Json;
        Assert.Equal([milk], cleared.Texts("ids"));
        Assert.Equal([bread], (await _api.ListAsync($"/api/tasks?calendar={list}")).Select(static t => t.Text("id")));
        (await _api.PostAsync($"/api/tasks/{milk}/restore")).Expect(HttpStatusCode.OK);
        Assert.Equal([milk, bread], (await _api.ListAsync($"/api/tasks?calendar={list}", limit: 1)).Select(static t => t.Text("id")));
    }

    [Fact]
    public async Task A_chore_that_two_people_tick_at_once_is_done_once()
    {
        var list = await ListAsync("Chores");
        var cat = await AddAsync(list, "Feed the cat", "2050-01-05", "FREQ=DAILY;COUNT=10");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _api.PostAsync($"/api/tasks/{cat}/done", new { due = "2050-01-05" })));

        Assert.All(answers, static a => Assert.Equal(("2050-01-06", "FREQ=DAILY;COUNT=9"), (a.Json.Text("due"), a.Json.Text("rrule"))));
        Assert.Single((await _api.GetAsync($"/api/tasks/{cat}/done")).Items);
        // The queue of a phone that was offline, sent again.
        var late = (await _api.PostAsync($"/api/tasks/{cat}/done", new { due = "2050-01-05" })).Json;
        Assert.Equal("2050-01-06", late.Text("due"));
        Assert.Equal("2050-01-05", (await _api.DeleteAsync($"/api/tasks/{cat}/done?due=2050-01-05")).Json.Text("due"));
        Assert.Equal("FREQ=DAILY;COUNT=10", (await _api.GetAsync($"/api/tasks/{cat}")).Json.Text("rrule"));
    }

    [Fact]
    public async Task An_edit_on_what_was_ticked_meanwhile_is_refused_with_its_version()
    {
        var list = await ListAsync("Versions");
        var cat = await AddAsync(list, "Feed the cat", "2050-01-05", "FREQ=DAILY");
        var seen = await _api.GetAsync($"/api/tasks/{cat}");
        Assert.Equal($"\"{seen.Version}\"", seen.ETag);
        await _api.PostAsync($"/api/tasks/{cat}/done", new { due = "2050-01-05" });

        var body = new { summary = "Feed both cats", due = "2050-01-05", allDay = true, rrule = "FREQ=DAILY" };
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _api.PutAsync($"/api/tasks/{cat}", body, seen.Version)).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _api.DeleteAsync($"/api/tasks/{cat}", seen.Version)).Status);
        (await _api.PutAsync($"/api/tasks/{cat}", body, (await _api.GetAsync($"/api/tasks/{cat}")).Version)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Kept_answers_and_the_stream_follow_every_change()
    {
        var (list, other) = (await ListAsync("Followed"), await ListAsync("Other"));
        var task = await AddAsync(list, "Milk");
        var elsewhere = await _api.GetAsync($"/api/tasks?calendar={other}");
        using var stream = await ChangeReader.OpenAsync(_api.Service.Address);
        string? before = null;
        foreach (var change in (Func<Task<Answer>>[])
            [
                () => _api.PostAsync($"/api/tasks/{task}/done", new { }), () => _api.DeleteAsync($"/api/tasks/{task}/done"),
                () => _api.PutAsync($"/api/tasks/{task}", new { summary = "Oat milk" }), () => _api.DeleteAsync($"/api/tasks/{task}"), () => _api.PostAsync($"/api/tasks/{task}/restore"),
            ])
        {
            Assert.True((int)(await change()).Status < 300);
            var now = await _api.GetAsync($"/api/tasks?calendar={list}");
            Assert.NotEqual(before, now.ETag);
            before = now.ETag;
            Assert.Equal(HttpStatusCode.NotModified, (await _api.GetAsync($"/api/tasks?calendar={list}", before)).Status);
            await stream.NextAsync("tasks");
        }

        Assert.Equal(HttpStatusCode.NotModified, (await _api.GetAsync($"/api/tasks?calendar={other}", elsewhere.ETag)).Status);
    }

    [Fact]
    public async Task A_list_is_published_with_order_and_members_and_imported_again()
    {
        var member = await _api.AddMemberAsync("Ada");
        var list = await ListAsync("Published");
        foreach (var name in (string[])["a", "b", "c"])
            await AddAsync(list, name, memberId: name == "b" ? member : null);
        var ids = (await _api.ListAsync($"/api/tasks?calendar={list}")).ConvertAll(static t => t.Text("id"));
        await _api.PostAsync($"/api/tasks/{ids[2]}/move", new { after = (string?)null });
        var text = (await _api.GetAsync($"/calendars/{list}.ics")).Expect(HttpStatusCode.OK).Text;
        Assert.Contains("BEGIN:VTODO", text, StringComparison.Ordinal);

        var copy = await ListAsync("Copy");
        var imported = (await _api.ImportAsync(copy, text)).Expect(HttpStatusCode.OK).Json;

        Assert.Equal((3, 0), (imported.Number("events"), imported.Number("skipped")));
        var back = await _api.ListAsync($"/api/tasks?calendar={copy}");
        Assert.Equal(["c", "a", "b"], back.Select(static t => t.Text("summary")));
        Assert.Equal([null, null, member], back.Select(static t => t.TextOrNull("memberId")));
        // Events go elsewhere, and tasks do not go into calendars of events: both are said.
        Assert.Equal(1, (await _api.ImportAsync(copy, FeedText.Calendar(FeedText.Event("e", "Event", "20260302T090000Z")))).Json.Number("skipped"));
        Assert.Equal(1, (await _api.ImportAsync(await _api.AddCalendarAsync("Events"), text)).Json.Number("skipped"));
        Assert.Equal(HttpStatusCode.BadRequest, (await _api.PostAsync("/api/events", new { calendarId = list, summary = "x", start = "2026-01-05T09:00" })).Status);
    }

    [Fact]
    public async Task A_list_with_tasks_asks_before_it_goes_and_they_can_go_elsewhere()
    {
        var (list, other) = (await ListAsync("Leaving"), await ListAsync("Staying"));
        var task = await AddAsync(list, "Milk");

        Assert.Equal(HttpStatusCode.Conflict, (await _api.DeleteAsync($"/api/calendars/{list}")).Status);
        (await _api.DeleteAsync($"/api/calendars/{list}?events=delete")).Expect(HttpStatusCode.NoContent);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.GetAsync($"/api/tasks/{task}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _api.PostAsync($"/api/tasks/{task}/restore")).Status);
        (await _api.PostAsync($"/api/tasks/{task}/restore?calendarId={other}")).Expect(HttpStatusCode.OK);
        Assert.Equal(other, (await _api.GetAsync($"/api/tasks/{task}")).Json.Text("calendarId"));
    }

    [Fact]
    public async Task What_a_calendar_holds_is_said_and_never_changes()
    {
        var list = await ListAsync("Kind");
        Assert.Equal("tasks", (await _api.ListAsync("/api/calendars")).Single(c => c.Text("id") == list).Text("holds"));

        Assert.Equal(["holds"], (await _api.PutAsync($"/api/calendars/{list}", new { holds = "events" })).Fields);
        Assert.Equal(["holds"], (await _api.PostAsync("/api/calendars", new { name = "x", holds = "cats" })).Fields);
        Assert.Equal("events", (await _api.PostAsync("/api/calendars", new { name = "Plain" })).Json.Text("holds"));
    }

    [Fact]
    public async Task A_notice_is_shown_until_it_is_taken_down_or_expires()
    {
        var expiresAt = TimeProvider.System.GetUtcNow().AddDays(3).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var notice = (await _api.PostAsync("/api/notices", new { text = "Grandma comes", expiresAt })).Expect(HttpStatusCode.Created);
        Assert.Equal(expiresAt, notice.Json.Text("expiresAt"));
        Assert.Contains(await _api.ListAsync("/api/notices"), n => n.Text("id") == notice.Id);

        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _api.PutAsync($"/api/notices/{notice.Id}", new { text = "x" }, 7)).Status);
        (await _api.DeleteAsync($"/api/notices/{notice.Id}", 1)).Expect(HttpStatusCode.NoContent);
        Assert.DoesNotContain(await _api.ListAsync("/api/notices"), n => n.Text("id") == notice.Id);
        (await _api.PostAsync($"/api/notices/{notice.Id}/restore")).Expect(HttpStatusCode.OK);
        Assert.Contains(await _api.ListAsync("/api/notices"), n => n.Text("id") == notice.Id);
        Assert.Equal(["expiresAt"], (await _api.PostAsync("/api/notices", new { text = "x", expiresAt = "2020-01-01T00:00:00Z" })).Fields);
    }

    [Fact]
    public async Task How_times_and_weeks_are_shown_is_the_households_and_stays()
    {
        var before = (await _api.GetAsync("/api/household")).Json;
        Assert.Equal(("auto", false), (before.Text("clock"), before.Flag("weekNumbers")));

        await _api.PutAsync("/api/household", new { clock = "12h", weekNumbers = true });
        await _api.PutAsync("/api/household", new { weekStart = "sunday" });

        var after = (await _api.GetAsync("/api/household")).Json;
        Assert.Equal(("12h", true), (after.Text("clock"), after.Flag("weekNumbers")));
        Assert.Equal(["clock"], (await _api.PutAsync("/api/household", new { clock = "13h" })).Fields);
    }

    private async Task<string> ListAsync(string name) => (await _api.PostAsync("/api/calendars", new { name, holds = "tasks" })).Expect(HttpStatusCode.Created).Id;

    private async Task<string> AddAsync(string list, string summary, string? due = null, string? rrule = null, string? memberId = null) =>
        (await _api.PostAsync("/api/tasks", new { calendarId = list, summary, due, allDay = due is not null, rrule, memberId })).Expect(HttpStatusCode.Created).Id;
}
