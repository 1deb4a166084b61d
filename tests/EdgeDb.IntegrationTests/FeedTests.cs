using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Feeds of a real HTTP server, read by the real service.</summary>
public sealed class FeedTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>, IAsyncLifetime
{
    private static readonly Agenda Week = Agenda.At(far: false, "UTC");

    private readonly Api _api = fixture.Api;

    private int _added;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Feeds of the next test may hold events with the same UIDs, and copies of an event are shown as one.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var feed in await _api.ListAsync("/api/feeds"))
            await _api.DeleteAsync($"/api/feeds/{feed.Text("id")}");
    }

    private static string Nine(int day) => Week.RecurrenceId(day, "09:00");

    private static string School => FeedText.Calendar(FeedText.Event("school", "School", Nine(0)));

    [Fact]
    public async Task A_feed_shows_its_events_and_takes_the_name_the_calendar_gives_itself()
    {
        await using var server = new FeedServer(
            _ => FeedReply.Ok(FeedText.Calendar("X-WR-CALNAME:Class 4b\r\n", FeedText.Event("a", "Maths", Nine(0)), FeedText.Event("b", "Art", Nine(1)))));
        var feed = await AddAsync(server.Address + "/basic.ics");

        Assert.Equal(("ok", 2, 0), (feed.Text("state"), feed.Number("eventCount"), feed.Number("skippedCount")));
        Assert.Equal("Class 4b", feed.Text("name"));
        Assert.Equal(["+0 09:00-10:00 Maths", "+1 09:00-10:00 Art"], await ShownAsync(feed));
        Assert.False((await OccurrencesAsync(feed))[0].Flag("editable"));
        Assert.Contains("EdgeDb", server.Last.Headers["User-Agent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_a_person_gave_stays()
    {
        await using var server = new FeedServer(_ => FeedReply.Ok(FeedText.Calendar("X-WR-CALNAME:Theirs\r\n")));
        var feed = await AddAsync(server.Address + "/a.ics", name: "Ours");

        Assert.Equal("Ours", (await RefreshAsync(feed)).Text("name"));
    }

    [Fact]
    public async Task A_colour_that_a_person_gave_stays_on_the_feed_and_on_what_it_brings_later()
    {
        var text = School;
        await using var server = new FeedServer(_ => FeedReply.Ok(text));
        var feed = await AddAsync(server.Address + "/a.ics");
        (await _api.PutAsync($"/api/feeds/{feed.Text("id")}", new { color = "#7c3aed" })).Expect(HttpStatusCode.OK);

        text = FeedText.Calendar(FeedText.Event("school", "School", Nine(1), "SEQUENCE:1"), FeedText.Event("trip", "Trip", Nine(2)));
        feed = await RefreshAsync(feed);

        Assert.Equal("#7c3aed", feed.Text("color"));
        Assert.Equal(["#7c3aed", "#7c3aed"], (await OccurrencesAsync(feed)).Select(static o => o.Text("color")));
    }

    [Fact]
    public async Task The_second_request_is_conditional_and_304_keeps_everything()
    {
        await using var server = new FeedServer(
            request => request.Headers.ContainsKey("If-None-Match") ? 304 : FeedReply.Ok(School, ("ETag", "\"v1\""), ("Last-Modified", "Mon, 05 Jan 2026 08:00:00 GMT")));
        var feed = await AddAsync(server.Address + "/a.ics");

        feed = await RefreshAsync(feed);

        Assert.Equal("\"v1\"", server.Last.Headers["If-None-Match"]);
        Assert.Equal("Mon, 05 Jan 2026 08:00:00 GMT", server.Last.Headers["If-Modified-Since"]);
        Assert.Equal(("ok", 2), (feed.Text("state"), server.Requests.Count));
        Assert.Equal(["+0 09:00-10:00 School"], await ShownAsync(feed));
    }

    [Fact]
    public async Task The_validators_of_an_unchanged_body_are_used_next_time()
    {
        var tag = 0;
        await using var server = new FeedServer(_ => FeedReply.Ok(School, ("ETag", $"\"v{++tag}\"")));
        var feed = await AddAsync(server.Address + "/a.ics");

        await RefreshAsync(feed);
        await RefreshAsync(feed);

        Assert.Equal([null, "\"v1\"", "\"v2\""], server.Requests.Select(static r => r.Headers.GetValueOrDefault("If-None-Match")));
    }

    [Fact]
    public async Task Without_validators_the_same_bytes_rewrite_nothing()
    {
        await using var server = new FeedServer(_ => FeedReply.Ok(School));
        var feed = await AddAsync(server.Address + "/a.ics");
        var before = await EventAsync(feed);

        feed = await RefreshAsync(feed);

        Assert.Equal(["Accept", "Accept-Encoding", "Host", "User-Agent"], server.Last.Headers.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(before.GetRawText(), (await EventAsync(feed)).GetRawText());
    }

    [Fact]
    public async Task A_change_of_DTSTAMP_alone_rewrites_nothing()
    {
        var day = 1;
        await using var server = new FeedServer(_ => FeedReply.Ok(School.Replace("DTSTAMP:20260101", $"DTSTAMP:2026010{day++}", StringComparison.Ordinal)));
        var feed = await AddAsync(server.Address + "/a.ics");
        var before = await EventAsync(feed);

        await RefreshAsync(feed);

        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(before.Number("version"), (await EventAsync(feed)).Number("version"));
    }

    [Fact]
    public async Task An_event_moved_in_the_feed_moves_and_one_removed_there_disappears()
    {
        var text = FeedText.Calendar(FeedText.Event("a", "Maths", Nine(0)), FeedText.Event("b", "Art", Nine(1)));
        await using var server = new FeedServer(_ => FeedReply.Ok(text));
        var feed = await AddAsync(server.Address + "/a.ics");
        var id = (await OccurrencesAsync(feed))[0].Text("eventId");

        text = FeedText.Calendar(FeedText.Event("a", "Maths", Nine(3), "SEQUENCE:1"));
        await RefreshAsync(feed);

        Assert.Equal(["+3 09:00-10:00 Maths"], await ShownAsync(feed));
        Assert.Equal(id, (await OccurrencesAsync(feed))[0].Text("eventId"));
    }

    [Fact]
    public async Task A_feed_that_lowers_its_sequence_is_still_followed()
    {
        var text = FeedText.Calendar(FeedText.Event("a", "Maths", Nine(0), "SEQUENCE:5"));
        await using var server = new FeedServer(_ => FeedReply.Ok(text));
        var feed = await AddAsync(server.Address + "/a.ics");

        text = FeedText.Calendar(FeedText.Event("a", "Maths", Nine(2), "SEQUENCE:0"));
        await RefreshAsync(feed);

        Assert.Equal(["+2 09:00-10:00 Maths"], await ShownAsync(feed));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Compressed_answers_are_read(string encoding)
    {
        await using var server = new FeedServer(_ => new FeedReply(200, Compress(encoding, Encoding.UTF8.GetBytes(School)), ("Content-Encoding", encoding)));
        var feed = await AddAsync(server.Address + "/a.ics");

        Assert.Contains(encoding, server.Last.Headers["Accept-Encoding"], StringComparison.Ordinal);
        Assert.Equal(["+0 09:00-10:00 School"], await ShownAsync(feed));
    }

    [Theory]
    [InlineData(5, "ok", null)]
    [InlineData(6, "failing", "too-many-redirects")]
    public async Task Redirects_are_followed_five_times(int count, string state, string? reason)
    {
        await using var server = new FeedServer(
            request => int.Parse(request.Path[1..], System.Globalization.CultureInfo.InvariantCulture) is var at && at == count ? FeedReply.Ok(School) : FeedReply.Redirect($"/{at + 1}"));
        var feed = await AddAsync(server.Address + "/0");

        Assert.Equal((state, reason), (feed.Text("state"), Reason(feed)));
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://localhost/a.ics")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://")]
    [InlineData("")]
    public async Task Redirects_to_anything_but_http_are_refused(string location)
    {
        await using var server = new FeedServer(request => request.Path == "/a.ics" ? FeedReply.Redirect(location) : FeedReply.Ok(School));
        var feed = await AddAsync(server.Address + "/a.ics");

        Assert.Equal(("failing", "bad-redirect"), (feed.Text("state"), Reason(feed)));
    }

    [Fact]
    public async Task More_than_ten_megabytes_are_refused_by_their_announced_size()
    {
        await using var server = new FeedServer(_ => new FeedReply(200, []) { PromisedLength = 11 * 1024 * 1024 });
        var feed = await AddAsync(server.Address + "/a.ics");

        Assert.Equal(("failing", "too-large"), (feed.Text("state"), Reason(feed)));
        Assert.Contains("10 MB", feed.GetProperty("error").Text("detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_compression_bomb_is_refused(string encoding)
    {
        var bomb = Compress(encoding, new byte[100 * 1024 * 1024]);
        Assert.InRange(bomb.Length, 1, 2 * 1024 * 1024);
        await using var server = new FeedServer(_ => new FeedReply(200, bomb, ("Content-Encoding", encoding)));
        var feed = await AddAsync(server.Address + "/a.ics");

        Assert.Equal(("failing", "too-large"), (feed.Text("state"), Reason(feed)));
    }

    [Fact]
    public async Task More_than_fifty_thousand_events_are_refused()
    {
        var text = new StringBuilder("BEGIN:VCALENDAR\r\n");
        for (var i = 0; i <= 50_000; i++)
            text.Append("BEGIN:VEVENT\r\nUID:").Append(i).Append("\r\nDTSTART:20200101\r\nEND:VEVENT\r\n");
        await using var server = new FeedServer(_ => FeedReply.Ok(text.Append("END:VCALENDAR\r\n").ToString()));
        var feed = await AddAsync(server.Address + "/a.ics");

        Assert.Equal(("failing", "too-large"), (feed.Text("state"), Reason(feed)));
        Assert.Equal([], await ShownAsync(feed));
    }

    [Theory]
    [InlineData(404, "http-404")]
    [InlineData(410, "http-410")]
    [InlineData(401, "http-401")]
    [InlineData(429, "http-429")]
    [InlineData(500, "http-500")]
    [InlineData(304, "http-304")]
    public async Task The_last_good_copy_stays_when_the_server_refuses(int status, string reason)
    {
        var fails = false;
        await using var server = new FeedServer(_ => fails ? status : FeedReply.Ok(School));
        var feed = await AddAsync(server.Address + "/a.ics");

        fails = true;
        feed = await RefreshAsync(feed);

        // A 304 that nothing was asked for by means of a validator still says that nothing has changed.
        if (status == 304)
            Assert.Equal("ok", feed.Text("state"));
        else
            Assert.Equal(("failing", reason), (feed.Text("state"), Reason(feed)));
        Assert.Equal(["+0 09:00-10:00 School"], await ShownAsync(feed));
        Assert.Equal(1, feed.Number("eventCount"));

        fails = false;
        feed = await RefreshAsync(feed);
        Assert.Equal(("ok", null), (feed.Text("state"), Reason(feed)));
    }

    [Fact]
    public async Task The_last_good_copy_stays_when_a_sign_in_page_comes_instead()
    {
        var text = School;
        await using var server = new FeedServer(_ => FeedReply.Ok(text));
        var feed = await AddAsync(server.Address + "/a.ics");

        foreach (var (other, reason) in new[] { ("\uFEFF\n<!DOCTYPE html><html><body>Please sign in</body></html>", "web-page"), ("", "not-a-calendar"), ("{\"error\":\"expired\"}", "not-a-calendar") })
        {
            text = other;
            feed = await RefreshAsync(feed);

            Assert.Equal(("failing", reason), (feed.Text("state"), Reason(feed)));
            Assert.Equal(["+0 09:00-10:00 School"], await ShownAsync(feed));
        }
    }

    [Fact]
    public async Task The_last_good_copy_stays_when_the_connection_breaks_off()
    {
        var breaks = false;
        await using var server = new FeedServer(_ => FeedReply.Ok(School) with { PromisedLength = breaks ? 5000 : null });
        var feed = await AddAsync(server.Address + "/a.ics");

        breaks = true;
        feed = await RefreshAsync(feed);

        Assert.Equal("failing", feed.Text("state"));
        Assert.Equal(["+0 09:00-10:00 School"], await ShownAsync(feed));
    }

    [Fact]
    public async Task A_calendar_that_ends_too_early_removes_nothing()
    {
        var text = FeedText.Calendar(FeedText.Event("a", "Maths", Nine(0)), FeedText.Event("b", "Art", Nine(1)));
        await using var server = new FeedServer(_ => FeedReply.Ok(text));
        var feed = await AddAsync(server.Address + "/a.ics");

        text = text[..text.IndexOf("BEGIN:VEVENT\r\nUID:b", StringComparison.Ordinal)];
        feed = await RefreshAsync(feed);

        Assert.Equal(["+0 09:00-10:00 Maths", "+1 09:00-10:00 Art"], await ShownAsync(feed));
        Assert.Equal(("failing", "broken-off", 2), (feed.Text("state"), Reason(feed), feed.Number("eventCount")));
        Assert.Contains(await ProblemsAsync(feed), static p => p.Text("reason").Contains("breaks off", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failures_back_off_further_each_time_and_success_ends_it()
    {
        var fails = true;
        await using var server = new FeedServer(_ => fails ? 500 : FeedReply.Ok(School));
        var feed = await AddAsync(server.Address + "/a.ics");
        var pauses = new List<double> { Pause(feed) };
        for (var i = 0; i < 3; i++)
            pauses.Add(Pause(feed = await RefreshAsync(feed)));

        // 1, 2, 4 and 8 minutes, each 20 % more or less.
        foreach (var (pause, minutes) in pauses.Zip([1, 2, 4, 8]))
            Assert.InRange(pause, (minutes * 48) - 1, (minutes * 72) + 1);
        fails = false;
        Assert.InRange(Pause(await RefreshAsync(feed)), 30 * 54, 30 * 66);
    }

    [Fact]
    public async Task Retry_After_is_honoured_when_it_is_longer()
    {
        await using var server = new FeedServer(_ => new FeedReply(503, [], ("Retry-After", "7200")));

        Assert.InRange(Pause(await AddAsync(server.Address + "/a.ics")), 7199, 7201);
    }

    [Fact]
    public async Task A_running_service_takes_a_new_interval_for_every_reading_from_then_on()
    {
        await using var server = new FeedServer(_ => FeedReply.Ok(School));
        var feed = await AddAsync(server.Address + "/a.ics");
        Assert.InRange(Pause(feed), 30 * 54 - 1, 30 * 66 + 1);

        (await _api.PutAsync("/api/config/feedInterval", new { value = "10" })).Expect(HttpStatusCode.OK);
        try
        {
            Assert.InRange(Pause(await RefreshAsync(feed)), 10 * 54 - 1, 10 * 66 + 1);
        }
        finally
        {
            (await _api.DeleteAsync("/api/config/feedInterval")).Expect(HttpStatusCode.OK);
        }

        Assert.InRange(Pause(await RefreshAsync(feed)), 30 * 54 - 1, 30 * 66 + 1);
    }

    [Fact]
    public async Task While_a_feed_is_read_the_job_shows_how_far_it_is()
    {
        using var asked = new ManualResetEventSlim();
        await using var server = new FeedServer(_ =>
        {
            asked.Wait();
            return FeedReply.Ok(School);
        });
        var added = (await _api.PostAsync("/api/feeds", new { address = server.Address + "/a.ics" })).Expect(HttpStatusCode.Created);
        try
        {
            var work = await Api.EventuallyAsync("the feed is being read", async () => (await _api.GetAsync("/api/work")) is var read && Feeds(read).Text("state") == "running" ? read : null);
            Assert.Equal((0, 1), (Feeds(work).Number("done"), Feeds(work).Number("total")));
        }
        finally
        {
            asked.Set();
        }

        await SettledAsync(added.Id, static feed => feed.TextOrNull("lastAttemptAt") is not null);

        static JsonElement Feeds(Answer work) => work.Items.Single(static job => job.Text("kind") == "feeds");
    }

    [Fact]
    public async Task The_interval_a_calendar_asks_for_is_kept_also_while_nothing_changes()
    {
        await using var server = new FeedServer(
            static request => request.Headers.ContainsKey("If-None-Match")
                ? 304
                : FeedReply.Ok(FeedText.Calendar("REFRESH-INTERVAL;VALUE=DURATION:PT12H\r\n"), ("ETag", "\"v1\"")));
        var feed = await AddAsync(server.Address + "/a.ics");

        Assert.InRange(Pause(feed), 12 * 3600 * 0.9 - 1, 12 * 3600 * 1.1 + 1);
        Assert.InRange(Pause(await RefreshAsync(feed)), 12 * 3600 * 0.9 - 1, 12 * 3600 * 1.1 + 1);
    }

    [Fact]
    public async Task One_bad_event_rejects_neither_the_feed_nor_its_neighbours()
    {
        var text = FeedText.Calendar(
            FeedText.Event("good-1", "First", Nine(0)),
            "BEGIN:VEVENT\r\nUID:no-start\r\nSUMMARY:Lost\r\nEND:VEVENT\r\n",
            FeedText.Event("odd-rule", "Odd rule", Nine(1), "RRULE:FREQ=SOMETIMES"),
            "THIS IS NOT A LINE\r\n",
            FeedText.Event("bad-date", "Bad exception", Nine(2), "EXDATE:20269999T000000Z"),
            FeedText.Event("good-2", "Last", Nine(3)));
        await using var server = new FeedServer(_ => FeedReply.Ok(text));
        var feed = await AddAsync(server.Address + "/a.ics");

        Assert.Equal(
            ["+0 09:00-10:00 First", "+1 09:00-10:00 Odd rule", "+2 09:00-10:00 Bad exception", "+3 09:00-10:00 Last"], await ShownAsync(feed));
        var problems = await ProblemsAsync(feed);
        var lines = text.Split("\r\n");
        Assert.Equal(problems.Count, feed.Number("skippedCount"));
        Assert.Contains(problems, p => p.TextOrNull("uid") == "no-start" && p.Text("property") == "DTSTART");
        Assert.Contains(problems, p => p.TextOrNull("uid") == "odd-rule" && p.Text("property") == "RRULE" && lines[p.Number("line") - 1] == "RRULE:FREQ=SOMETIMES");
        Assert.Contains(problems, p => lines[p.Number("line") - 1] == "THIS IS NOT A LINE");
        Assert.Contains(problems, p => p.TextOrNull("uid") == "bad-date" && p.Text("property") == "EXDATE");
        Assert.All(problems, static p => Assert.NotEmpty(p.Text("reason")));
    }

    [Fact]
    public async Task Problems_are_listed_page_by_page()
    {
        var text = FeedText.Calendar([.. Enumerable.Range(0, 25).Select(static i => $"BEGIN:VEVENT\r\nUID:lost-{i:00}\r\nEND:VEVENT\r\n")]);
        await using var server = new FeedServer(_ => FeedReply.Ok(text));
        var feed = await AddAsync(server.Address + "/a.ics");

        var all = await _api.ListAsync($"/api/feeds/{feed.Text("id")}/problems", limit: 10);

        Assert.Equal(Enumerable.Range(0, 25).Select(static i => $"lost-{i:00}"), all.Select(static p => p.TextOrNull("uid")));
        Assert.Equal(25, (await _api.GetAsync($"/api/feeds/{feed.Text("id")}/problems?limit=1")).Json.Number("total"));
    }

    [Fact]
    public async Task The_same_event_in_two_feeds_appears_once_with_both_members()
    {
        var (ada, bob) = (await _api.AddMemberAsync("Ada"), await _api.AddMemberAsync("Bob"));
        var shared = FeedText.Event("shared@example.org", "Dinner", Nine(0));
        await using var server = new FeedServer(request => FeedReply.Ok(FeedText.Calendar(shared, FeedText.Event($"own-{request.Path}", $"Own {request.Path}", Nine(1)))));
        var first = await AddAsync(server.Address + "/ada", members: [ada]);
        var second = await AddAsync(server.Address + "/bob", members: [bob]);

        var both = await _api.ListAsync($"/api/occurrences?from={Week.Day(0)}&to={Week.Day(1)}&zone=UTC&calendar={first.Text("calendarId")}&calendar={second.Text("calendarId")}");

        var dinner = Assert.Single(both);
        Assert.Equal(new[] { ada, bob }.Order(), dinner.Texts("members").Order());
        Assert.Equal(new[] { first.Text("calendarId"), second.Text("calendarId") }.Order(), dinner.Texts("calendars").Order());
        foreach (var member in (string[])[ada, bob])
            Assert.Contains(await _api.ListAsync($"/api/occurrences?from={Week.Day(0)}&to={Week.Day(1)}&zone=UTC&member={member}"), o => o.Text("id") == dinner.Text("id"));

        // Whichever copy was shown, the other one steps forward.
        (await _api.DeleteAsync($"/api/feeds/{first.Text("id")}")).Expect(HttpStatusCode.NoContent);
        Assert.Equal(["+0 09:00-10:00 Dinner", "+1 09:00-10:00 Own /bob"], await ShownAsync(second));
        Assert.Equal([bob], (await OccurrencesAsync(second))[0].Texts("members"));
        (await _api.DeleteAsync($"/api/feeds/{second.Text("id")}")).Expect(HttpStatusCode.NoContent);
        Assert.Empty(await _api.ListAsync($"/api/occurrences?from={Week.Day(0)}&to={Week.Day(1)}&zone=UTC&member={bob}"));
    }

    [Fact]
    public async Task A_newer_copy_of_a_shared_event_is_the_one_shown()
    {
        await using var server = new FeedServer(
            static request => FeedReply.Ok(
                FeedText.Calendar(request.Path == "/new" ? FeedText.Event("moved", "Moved", Nine(2), "SEQUENCE:1") : FeedText.Event("moved", "Moved", Nine(0)))));
        var old = await AddAsync(server.Address + "/old");
        var fresh = await AddAsync(server.Address + "/new");

        Assert.Equal(["+2 09:00-10:00 Moved"], await ShownAsync(old));
        Assert.Equal(["+2 09:00-10:00 Moved"], await ShownAsync(fresh));
    }

    [Fact]
    public async Task Unrelated_events_of_a_careless_generator_with_one_UID_are_both_shown()
    {
        await using var server = new FeedServer(
            static request => FeedReply.Ok(FeedText.Calendar(request.Path == "/a" ? FeedText.Event("1", "Swimming", Nine(0)) : FeedText.Event("1", "Chess", Nine(1)))));
        var first = await AddAsync(server.Address + "/a");
        var second = await AddAsync(server.Address + "/b");

        Assert.Equal(["+0 09:00-10:00 Swimming"], await ShownAsync(first));
        Assert.Equal(["+1 09:00-10:00 Chess"], await ShownAsync(second));
    }

    [Fact]
    public async Task An_address_is_a_feed_once()
    {
        await using var server = new FeedServer(static _ => FeedReply.Ok(School));
        await AddAsync(server.Address + "/a.ics");

        var again = await _api.PostAsync("/api/feeds", new { address = server.Address + "/a.ics" });

        Assert.Equal((HttpStatusCode.Conflict, "address"), (again.Status, again.Fields.Single()));
    }

    [Theory]
    [InlineData("/calendar/ical/family%40group.calendar.google.com/private-0123456789abcdef/basic.ics", "private-0123456789abcdef")]
    [InlineData("/feed.ics?token=s3cr3t-t0k3n&user=ada", "s3cr3t-t0k3n")]
    [InlineData("/AbCdEfGhIjKlMnOp/cal.ics", "AbCdEfGhIjKlMnOp")]
    [InlineData("/correcthorsebattery.ics", "correcthorsebattery")]
    [InlineData("/s/hunter", "hunter")]
    public async Task The_secret_of_an_address_is_in_no_answer_and_no_log(string path, string secret)
    {
        // The port is closed, the page is missing and the redirect fails: every error is written without the address.
        await using var server = new FeedServer(request => request.Path.StartsWith(path, StringComparison.Ordinal) ? FeedReply.Redirect(request.Path + "x") : 404);
        var feeds = new List<JsonElement>
        {
            await AddAsync(server.Address + path),
            await AddAsync($"http://someone:{secret}@localhost:{server.Port}/pub/{_added++}"),
            await AddAsync("http://127.0.0.1:1" + path),
            await AddAsync($"webcal://localhost:{server.Port}{path}"),
        };
        var twice = await _api.PostAsync("/api/feeds", new { address = server.Address + path });

        var texts = new List<string> { twice.Text, (await _api.GetAsync("/api/feeds")).Text, (await _api.GetAsync("/api/calendars")).Text, (await _api.GetAsync("/health/ready")).Text };
        foreach (var feed in feeds)
        {
            texts.Add(feed.GetRawText());
            texts.Add((await _api.PutAsync($"/api/feeds/{feed.Text("id")}", new { color = "#000000" })).Text);
            texts.Add((await _api.GetAsync($"/api/feeds/{feed.Text("id")}/problems")).Text);
            texts.Add((await _api.GetAsync($"/calendars/{feed.Text("calendarId")}.ics")).Text);
        }
        texts.Add(_api.Service.Output);
        Assert.All(texts, text => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_webcal_address_falls_back_to_http()
    {
        await using var server = new FeedServer(static _ => FeedReply.Ok(School));
        var feed = await AddAsync($"webcal://localhost:{server.Port}/a.ics");

        Assert.Equal("ok", feed.Text("state"));
        Assert.StartsWith("webcal://localhost", feed.Text("address"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Removing_a_feed_while_it_is_read_leaves_nothing_behind()
    {
        using var hold = new ManualResetEventSlim();
        await using var server = new FeedServer(
            _ =>
            {
                hold.Wait(TimeSpan.FromSeconds(20));
                return FeedReply.Ok(School);
            });
        var added = (await _api.PostAsync("/api/feeds", new { address = server.Address + "/slow.ics" })).Expect(HttpStatusCode.Created);
        await Api.EventuallyAsync("the request has arrived", () => Task.FromResult(server.Requests.IsEmpty ? null : server));
        Assert.Equal("refreshing", (await FeedAsync(added.Id)).Text("state"));

        (await _api.DeleteAsync($"/api/feeds/{added.Id}")).Expect(HttpStatusCode.NoContent);
        hold.Set();

        // The next feed is read after it, so its answer has been dealt with by then.
        await using var other = new FeedServer(static _ => FeedReply.Ok(FeedText.Calendar(FeedText.Event("other", "Other", Nine(4)))));
        await AddAsync(other.Address + "/a.ics");
        Assert.DoesNotContain(await _api.ListAsync("/api/calendars"), c => c.Text("id") == added.Json.Text("calendarId"));
        Assert.DoesNotContain(await _api.ListAsync("/api/feeds"), f => f.Text("id") == added.Id);
    }

    [Fact]
    public async Task A_body_that_broke_off_is_asked_for_again_without_its_validators()
    {
        var whole = FeedText.Calendar(FeedText.Event("a", "Maths", Nine(0)), FeedText.Event("b", "Art", Nine(1)));
        var text = whole[..whole.IndexOf("BEGIN:VEVENT\r\nUID:b", StringComparison.Ordinal)];
        await using var server = new FeedServer(request => request.Headers.ContainsKey("If-None-Match") ? 304 : FeedReply.Ok(text, ("ETag", "\"v1\"")));
        var feed = await AddAsync(server.Address + "/a.ics");

        text = whole;
        feed = await RefreshAsync(feed);

        Assert.Equal(["+0 09:00-10:00 Maths", "+1 09:00-10:00 Art"], await ShownAsync(feed));
    }

    [Fact]
    public async Task Events_follow_the_zone_their_calendar_defines_when_it_changes()
    {
        var offset = "+0200";
        await using var server = new FeedServer(
            _ => FeedReply.Ok(
                FeedText.Calendar(
                    $"BEGIN:VTIMEZONE\r\nTZID:Club time\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:{offset}\r\nTZOFFSETTO:{offset}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n",
                    FeedText.Event("a", "Training", Nine(0)).Replace("DTSTART:", "DTSTART;TZID=Club time:", StringComparison.Ordinal).Replace("0000Z\r\nDURATION", "0000\r\nDURATION", StringComparison.Ordinal))));
        var feed = await AddAsync(server.Address + "/a.ics");
        Assert.Equal(["+0 07:00-08:00 Training"], await ShownAsync(feed));

        offset = "+0500";
        feed = await RefreshAsync(feed);

        Assert.Equal(["+0 04:00-05:00 Training"], await ShownAsync(feed));
    }

    [Fact]
    public async Task An_event_beyond_the_years_that_can_be_shown_is_listed_as_skipped_and_hurts_nobody()
    {
        await using var server = new FeedServer(
            _ => FeedReply.Ok(
                FeedText.Calendar(
                    FeedText.Event("long", "Long", Nine(0)).Replace("DURATION:PT1H", "DURATION:P500000W", StringComparison.Ordinal),
                    FeedText.Event("last", "Last", "20270101T000000Z").Replace("DTSTART:20270101T000000Z\r\nDURATION:PT1H", "DTSTART;VALUE=DATE:99991231", StringComparison.Ordinal),
                    FeedText.Event("a", "Maths", Nine(1)))));
        var feed = await AddAsync(server.Address + "/a.ics");

        Assert.Equal(["+1 09:00-10:00 Maths"], await ShownAsync(feed));
        Assert.Equal(3, (await _api.ListAsync($"/api/events?calendar={feed.Text("calendarId")}")).Count);
        Assert.Contains(await ProblemsAsync(feed), static p => p.TextOrNull("uid") == "long" && p.Text("reason").Contains("9999", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_given_while_the_feed_is_read_stays()
    {
        using var hold = new ManualResetEventSlim();
        await using var server = new FeedServer(
            _ =>
            {
                hold.Wait(TimeSpan.FromSeconds(20));
                return FeedReply.Ok(FeedText.Calendar("X-WR-CALNAME:Theirs\r\n", FeedText.Event("a", "Maths", Nine(0))));
            });
        var added = (await _api.PostAsync("/api/feeds", new { address = server.Address + "/a.ics" })).Expect(HttpStatusCode.Created);
        await Api.EventuallyAsync("the request has arrived", () => Task.FromResult(server.Requests.IsEmpty ? null : server));

        (await _api.PutAsync($"/api/feeds/{added.Id}", new { name = "Ours" })).Expect(HttpStatusCode.OK);
        hold.Set();

        Assert.Equal("Ours", (await SettledAsync(added.Id, static f => f.TextOrNull("lastAttemptAt") is not null)).Text("name"));
    }

    private async Task<JsonElement> AddAsync(string address, string? name = null, string[]? members = null)
    {
        var added = (await _api.PostAsync("/api/feeds", new { address, name, members })).Expect(HttpStatusCode.Created);
        Assert.Contains(added.Json.Text("state"), (string[])["new", "refreshing"]);
        return await SettledAsync(added.Id, static feed => feed.TextOrNull("lastAttemptAt") is not null);
    }

    /// <summary>Reads the feed again and waits until that is done.</summary>
    private async Task<JsonElement> RefreshAsync(JsonElement feed)
    {
        var asked = (await _api.PostAsync($"/api/feeds/{feed.Text("id")}/refresh")).Expect(HttpStatusCode.Accepted).Json.Text("nextAttemptAt");
        return await SettledAsync(feed.Text("id"), f => f.Text("nextAttemptAt") != asked);
    }

    private async Task<JsonElement> SettledAsync(string id, Func<JsonElement, bool> isDone)
    {
        var answer = await Api.EventuallyAsync(
            "the feed was read",
            async () => (await _api.GetAsync("/api/feeds?limit=500")) is var feeds
                && feeds.Items.Any(f => f.Text("id") == id && f.Text("state") != "refreshing" && isDone(f)) ? feeds : null);
        return answer.Items.Single(f => f.Text("id") == id);
    }

    private async Task<JsonElement> FeedAsync(string id) => (await _api.ListAsync("/api/feeds")).Single(f => f.Text("id") == id);

    private Task<List<JsonElement>> ProblemsAsync(JsonElement feed) => _api.ListAsync($"/api/feeds/{feed.Text("id")}/problems");

    private Task<List<JsonElement>> OccurrencesAsync(JsonElement feed) =>
        _api.OccurrencesAsync(Week.Day(-7), Week.Day(21), feed.Text("calendarId"), "UTC");

    private async Task<List<string>> ShownAsync(JsonElement feed) => Week.Lines(await OccurrencesAsync(feed));

    private async Task<JsonElement> EventAsync(JsonElement feed) => (await _api.ListAsync($"/api/events?calendar={feed.Text("calendarId")}")).Single();

    private static string? Reason(JsonElement feed) => feed.GetProperty("error") is { ValueKind: JsonValueKind.Object } error ? error.Text("reason") : null;

    /// <summary>Seconds between the last attempt and the next.</summary>
    private static double Pause(JsonElement feed) =>
        (feed.GetProperty("nextAttemptAt").GetDateTimeOffset() - feed.GetProperty("lastAttemptAt").GetDateTimeOffset()).TotalSeconds;

    private static byte[] Compress(string encoding, byte[] content)
    {
        using var output = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(output, CompressionLevel.Fastest),
            "br" => new BrotliStream(output, CompressionLevel.Fastest),
            _ => new ZLibStream(output, CompressionLevel.Fastest),
        })
            stream.Write(content);
        return output.ToArray();
    }
}
