using System.Globalization;
using System.Net;
using NodaTime;
using Xunit;

namespace EdgeDb.IntegrationTests;

public sealed class OccurrenceTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly Api _api = fixture.Api;

    [Theory]
    [InlineData(-30)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public async Task A_series_is_the_same_within_and_far_outside_of_the_kept_window(int years)
    {
        var calendar = await _api.AddCalendarAsync($"Years {years}");
        var agenda = new Agenda(Agenda.Monday(Agenda.ThisYear + years, 2, 1));
        await _api.AddEventAsync(
            new { calendarId = calendar, summary = "Choir", start = "1990-01-01T19:00", end = "1990-01-01T20:30", zone = "Europe/Berlin", rrule = "FREQ=WEEKLY;BYDAY=MO,WE" });
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Bin", start = "1990-01-02", allDay = true, rrule = "FREQ=WEEKLY" });
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Once", start = agenda.At(4, "08:00"), zone = "Europe/Berlin" });

        Assert.Equal(
            ["+0 19:00-20:30 Choir", "+1..+2 Bin", "+2 19:00-20:30 Choir", "+4 08:00-09:00 Once"],
            agenda.Lines(await _api.OccurrencesAsync(agenda.Day(0), agenda.Day(7), calendar)));
    }

    [Fact]
    public async Task A_window_across_the_edge_of_the_kept_one_is_answered_as_its_two_halves()
    {
        var calendar = await _api.AddCalendarAsync("Edge");
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Daily", start = "2000-01-01T23:30", end = "2000-01-02T00:30", zone = "Europe/Berlin", rrule = "FREQ=DAILY" });
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Day", start = "2000-01-01", allDay = true, rrule = "FREQ=DAILY" });
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Floating", start = "2000-01-01T00:15", rrule = "FREQ=DAILY" });
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Long", start = "2000-01-03", end = "2000-01-15", allDay = true, rrule = "FREQ=WEEKLY;INTERVAL=2" });
        var household = (await _api.GetAsync("/api/household")).Json;
        foreach (var edge in (string[])[household.Text("windowFrom"), household.Text("windowTo")])
        {
            var at = NodaTime.Text.InstantPattern.General.Parse(edge).Value;
            foreach (var zone in (string[])["Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
            {
                var (before, after) = (at - Duration.FromDays(20), at + Duration.FromDays(20));
                var whole = (await ShownAsync(before, after)).Select(static o => o.GetRawText()).ToList();
                var halves = (await ShownAsync(before, at)).Concat(await ShownAsync(at, after)).Select(static o => o.GetRawText()).Distinct().ToList();

                Assert.True(whole.Count > 120, $"{whole.Count} in {zone}");
                Assert.Equal(whole.Order(StringComparer.Ordinal), halves.Order(StringComparer.Ordinal));
                Assert.Equal(whole.Distinct(), whole);

                Task<List<System.Text.Json.JsonElement>> ShownAsync(Instant from, Instant to) => _api.OccurrencesAsync($"{from}", $"{to}", calendar, zone);
            }
        }
    }

    [Fact]
    public async Task Whole_days_stay_on_their_day_and_floating_times_on_their_clock_in_every_zone()
    {
        var calendar = await _api.AddCalendarAsync("Zones");
        var agenda = Agenda.At(far: false);
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Holiday", start = agenda.Day(0), end = agenda.Day(2), allDay = true });
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Pill", start = agenda.At(0, "08:00"), end = agenda.At(0, "08:05") });
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Call", start = agenda.At(0, "12:00"), zone = "UTC" });

        foreach (var (zone, call) in ((string, string)[])
            [("Europe/Berlin", "+0 13:00-14:00"), ("America/Los_Angeles", "+0 04:00-05:00"), ("Pacific/Kiritimati", "+1 02:00-03:00"), ("Asia/Kathmandu", "+0 17:45-18:45")])
        {
            var there = Agenda.At(far: false, zone);
            var shown = there.Lines(await _api.OccurrencesAsync(agenda.Day(0), agenda.Day(2), calendar, zone));

            Assert.Equal("+0..+2 Holiday", shown[0]);
            Assert.Equal(new[] { "+0 08:00-08:05 Pill", $"{call} Call" }.Order(StringComparer.Ordinal), shown.Skip(1));
        }
        // A day begins at midnight of the zone that was asked for, not of the household's.
        Assert.Equal([], await _api.OccurrencesAsync(agenda.Day(2), agenda.Day(3), calendar, "Pacific/Pago_Pago"));
        Assert.Equal(["Holiday"], (await _api.OccurrencesAsync(agenda.Day(1), agenda.Day(2), calendar, "Pacific/Pago_Pago")).Select(static o => o.Text("summary")));
    }

    [Fact]
    public async Task Without_a_zone_the_households_is_taken()
    {
        var calendar = await _api.AddCalendarAsync("Default zone");
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Floating", start = "2026-03-02T08:00" });

        var answer = (await _api.GetAsync($"/api/occurrences?from=2026-03-02&to=2026-03-03&calendar={calendar}")).Json;

        Assert.Equal(("Europe/Berlin", "2026-03-01T23:00:00Z", "2026-03-02T23:00:00Z"), (answer.Text("zone"), answer.Text("from"), answer.Text("to")));
        Assert.Equal("2026-03-02T07:00:00Z", answer.GetProperty("items")[0].Text("start"));
    }

    [Fact]
    public async Task Both_weeks_of_the_change_of_the_clock_keep_the_wall_clock()
    {
        foreach (var year in (int[])[Agenda.ThisYear + 1, 2051])
        {
            var calendar = await _api.AddCalendarAsync($"Clock {year}");
            await _api.AddEventAsync(new { calendarId = calendar, summary = "School", start = $"{year}-01-01T08:00", end = $"{year}-01-01T08:45", zone = "Europe/Berlin", rrule = "FREQ=DAILY" });
            await _api.AddEventAsync(new { calendarId = calendar, summary = "Night", start = $"{year}-01-01T01:30", end = $"{year}-01-01T03:30", zone = "Europe/Berlin", rrule = "FREQ=DAILY" });
            // A night of two hours is two hours long in these nights too (RFC 5545 §3.8.5.3), so its end is another one on the clock.
            foreach (var (month, end) in ((int, string)[])[(3, "04:30"), (10, "02:30")])
            {
                // The Monday before the last Sunday of the month.
                var agenda = new Agenda(new LocalDate(year, month, 31).With(DateAdjusters.PreviousOrSame(IsoDayOfWeek.Sunday)).PlusDays(-6));
                var shown = await _api.OccurrencesAsync(agenda.Day(5), agenda.Day(8), calendar);

                Assert.Equal(
                    [
                        "+5 01:30-03:30 Night", "+5 08:00-08:45 School", $"+6 01:30-{end} Night", "+6 08:00-08:45 School", "+7 01:30-03:30 Night", "+7 08:00-08:45 School",
                    ],
                    agenda.Lines(shown));
                var sunday = shown.Where(o => o.Text("summary") == "Night").ElementAt(1);
                Assert.Equal(2, (sunday.GetProperty("end").GetDateTimeOffset() - sunday.GetProperty("start").GetDateTimeOffset()).TotalHours);
            }
        }
    }

    [Fact]
    public async Task What_reaches_into_the_window_is_shown_and_what_only_touches_it_is_not()
    {
        var calendar = await _api.AddCalendarAsync("Edges");
        var agenda = Agenda.At(far: false);
        foreach (var (summary, start, end) in ((string, string, string)[])
            [
                ("Ends as it begins", agenda.At(-1, "22:00"), agenda.At(0, "00:00")),
                ("Reaches in", agenda.At(-1, "23:00"), agenda.At(0, "00:01")),
                ("Around", agenda.At(-40, "09:00"), agenda.At(40, "09:00")),
                ("No time at its begin", agenda.At(0, "00:00"), agenda.At(0, "00:00")),
                ("No time within", agenda.At(0, "12:00"), agenda.At(0, "12:00")),
                ("No time at its end", agenda.At(1, "00:00"), agenda.At(1, "00:00")),
                ("Reaches out", agenda.At(0, "23:59"), agenda.At(9, "00:00")),
                ("Begins as it ends", agenda.At(1, "00:00"), agenda.At(1, "01:00")),
            ])
            await _api.AddEventAsync(new { calendarId = calendar, summary, start, end, zone = "Europe/Berlin" });

        Assert.Equal(
            ["Around", "Reaches in", "No time at its begin", "No time within", "Reaches out"],
            (await _api.OccurrencesAsync(agenda.Day(0), agenda.Day(1), calendar)).Select(static o => o.Text("summary")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Long_events_of_a_series_are_found_from_their_middle(bool far)
    {
        var calendar = await _api.AddCalendarAsync("Long");
        var agenda = Agenda.At(far);
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Cruise", start = agenda.Day(0), end = agenda.Day(20), allDay = true, rrule = "FREQ=WEEKLY;INTERVAL=4;COUNT=3" });

        Assert.Equal(["+28..+48 Cruise"], agenda.Lines(await _api.OccurrencesAsync(agenda.Day(40), agenda.Day(41), calendar)));
        Assert.Equal([], agenda.Lines(await _api.OccurrencesAsync(agenda.Day(48), agenda.Day(56), calendar)));
    }

    [Fact]
    public async Task Status_privacy_colour_and_place_are_told_and_cancelled_ones_are_not()
    {
        var calendar = await _api.AddCalendarAsync("Marks");
        var agenda = Agenda.At(far: false);
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Maybe", start = agenda.At(0, "09:00"), status = "tentative", location = "There", color = "teal" });
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Never", start = agenda.At(0, "10:00"), status = "cancelled" });
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Secret", start = agenda.At(0, "11:00"), @private = true });
        var color = (await _api.ListAsync("/api/calendars")).Single(c => c.Text("id") == calendar).Text("color");

        var shown = await _api.OccurrencesAsync(agenda.Day(0), agenda.Day(1), calendar);

        Assert.Equal(
            [("Maybe", "tentative", false, "There", "teal"), ("Secret", "confirmed", true, null, color)],
            shown.Select(static o => (o.Text("summary"), o.Text("status"), o.Flag("private"), o.TextOrNull("location"), o.Text("color"))));
    }

    [Fact]
    public async Task Calendars_and_members_filter()
    {
        var (ada, bob) = (await _api.AddMemberAsync("Ada"), await _api.AddMemberAsync("Bob"));
        var (one, two, both) = (await _api.AddCalendarAsync("One", ada), await _api.AddCalendarAsync("Two", bob), await _api.AddCalendarAsync("Both", ada, bob));
        var nobody = await _api.AddCalendarAsync("Nobody");
        var agenda = Agenda.At(far: false);
        foreach (var (calendar, summary) in new[] { (one, "1"), (two, "2"), (both, "3"), (nobody, "4") })
            await _api.AddEventAsync(new { calendarId = calendar, summary, start = agenda.At(0, "09:00") });

        foreach (var (filter, expected) in ((string, string)[])
            [
                ($"calendar={one}&calendar={nobody}", "14"), ($"member={ada}", "13"), ($"member={ada}&member={bob}", "123"),
                ($"calendar={two}&calendar={both}&member={ada}", "3"), ($"calendar={Guid.NewGuid()}", ""), ($"member={Guid.NewGuid()}", ""),
            ])
        {
            var shown = await _api.ListAsync($"/api/occurrences?from={agenda.Day(0)}&to={agenda.Day(1)}&{filter}");
            Assert.Equal(expected, string.Concat(shown.Select(static o => o.Text("summary")).Order(StringComparer.Ordinal)));
            var next = await _api.GetAsync($"/api/next?count=50&{filter}");
            Assert.Equal(expected, string.Concat(next.Items.Select(static o => o.Text("summary")).Order(StringComparer.Ordinal)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public async Task A_series_too_dense_to_be_kept_is_shown_on_every_day(int years)
    {
        var calendar = await _api.AddCalendarAsync($"Dense {years}");
        var agenda = new Agenda(Agenda.Monday(Agenda.ThisYear + years, 2, 1));
        var id = await _api.AddEventAsync(new { calendarId = calendar, summary = "Hourly", start = "2000-01-01T00:00", end = "2000-01-01T00:10", zone = "UTC", rrule = "FREQ=HOURLY" });

        Assert.Equal(24, (await _api.OccurrencesAsync(agenda.Day(0), agenda.Day(1), calendar, "UTC")).Count);

        var third = (await _api.OccurrencesAsync(agenda.Day(0), agenda.Day(1), calendar, "UTC"))[3].Text("recurrenceId");
        (await _api.DeleteAsync($"/api/events/{id}?scope=this&recurrenceId={third}")).Expect(HttpStatusCode.NoContent);

        Assert.Equal(23, (await _api.OccurrencesAsync(agenda.Day(0), agenda.Day(1), calendar, "UTC")).Count);
        (await _api.DeleteAsync($"/api/events/{id}")).Expect(HttpStatusCode.NoContent);
        Assert.Empty(await _api.OccurrencesAsync(agenda.Day(0), agenda.Day(1), calendar, "UTC"));
    }

    [Fact]
    public async Task What_comes_next_is_another_answer_in_another_zone()
    {
        var tokyo = await _api.GetAsync("/api/next?zone=Asia/Tokyo");

        Assert.Equal(HttpStatusCode.NotModified, (await _api.GetAsync("/api/next?zone=Asia/Tokyo", tokyo.ETag)).Status);
        Assert.Equal(HttpStatusCode.OK, (await _api.GetAsync("/api/next?zone=Europe/Berlin", tokyo.ETag)).Status);
    }

    [Fact]
    public async Task Pages_continue_where_the_one_before_ended_although_events_come_and_go()
    {
        var calendar = await _api.AddCalendarAsync("Pages");
        var agenda = Agenda.At(far: false);
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Daily", start = agenda.At(0, "09:00"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=10" });
        var gone = await _api.AddEventAsync(new { calendarId = calendar, summary = "Gone", start = agenda.At(1, "09:00"), zone = "Europe/Berlin" });
        var address = $"/api/occurrences?from={agenda.Day(0)}&to={agenda.Day(10)}&calendar={calendar}&limit=3";

        var first = await _api.GetAsync(address);
        await _api.DeleteAsync($"/api/events/{gone}");
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Too late", start = agenda.At(0, "08:00"), zone = "Europe/Berlin" });
        await _api.AddEventAsync(new { calendarId = calendar, summary = "In time", start = agenda.At(9, "08:00"), zone = "Europe/Berlin" });
        var seen = agenda.Lines(first.Items);
        for (var next = first.Next; next is not null;)
        {
            var page = await _api.GetAsync($"{address}&cursor={next}");
            seen.AddRange(agenda.Lines(page.Items));
            next = page.Next;
        }

        Assert.Equal(
            [.. Enumerable.Range(0, 10).Select(static d => $"+{d} 09:00-10:00 Daily"), "+1 09:00-10:00 Gone", "+9 08:00-09:00 In time"],
            seen.Order(StringComparer.Ordinal).OrderBy(static line => line.Split(' ')[2]));
    }

    [Fact]
    public async Task An_occurrence_keeps_its_id_in_every_answer()
    {
        var calendar = await _api.AddCalendarAsync("Ids");
        var agenda = Agenda.At(far: false);
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Daily", start = agenda.At(0, "23:30"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=3" });

        var week = (await _api.OccurrencesAsync(agenda.Day(0), agenda.Day(7), calendar)).Select(static o => o.Text("id")).ToList();
        var days = new List<string>();
        for (var day = 0; day < 4; day++)
            days.AddRange((await _api.OccurrencesAsync(agenda.Day(day), agenda.Day(day + 1), calendar)).Select(static o => o.Text("id")));

        Assert.Equal(3, week.Distinct().Count());
        Assert.Equal(week, days.Distinct());
        Assert.Equal(week.Count + 3, days.Count); // Each reaches past midnight.
    }

    [Theory]
    [InlineData("2026-01-01", "2027-02-05", HttpStatusCode.OK)]
    [InlineData("2026-01-01", "2027-02-06", HttpStatusCode.BadRequest)]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", HttpStatusCode.OK)]
    [InlineData("2026-01-01", "2026-01-01", HttpStatusCode.BadRequest)]
    [InlineData("2026-01-02", "2026-01-01", HttpStatusCode.BadRequest)]
    [InlineData("1900-01-01", "1900-02-01", HttpStatusCode.OK)]
    [InlineData("2200-12-01", "2200-12-31", HttpStatusCode.OK)]
    public async Task A_window_is_bounded(string from, string to, HttpStatusCode status)
    {
        var answer = await _api.GetAsync($"/api/occurrences?from={from}&to={to}&zone=UTC");

        Assert.Equal(status, answer.Status);
        if (status != HttpStatusCode.OK)
            Assert.Equal(["to"], answer.Fields);
    }

    [Fact]
    public async Task Next_tells_what_is_running_and_what_comes()
    {
        var calendar = await _api.AddCalendarAsync("Next");
        var now = TimeProvider.System.GetUtcNow();
        foreach (var (summary, start, end) in ((string, int, int)[])
            [("Over", -120, -60), ("Running", -30, 30), ("Soon", 60, 120), ("In a month", 30 * 1440, (30 * 1440) + 60), ("In a year", 390 * 1440, (390 * 1440) + 60), ("Too far", 405 * 1440, (405 * 1440) + 60)])
            await _api.AddEventAsync(new { calendarId = calendar, summary, start = Utc(start), end = Utc(end), zone = "UTC" });

        Assert.Equal(["Running", "Soon", "In a month", "In a year"], await NextAsync(5));
        Assert.Equal(["Running", "Soon"], await NextAsync(2));
        var answer = (await _api.GetAsync("/api/next?count=1&zone=Asia/Tokyo")).Json;
        Assert.Equal("Asia/Tokyo", answer.Text("zone"));
        Assert.InRange((answer.GetProperty("now").GetDateTimeOffset() - now).TotalMinutes, -1, 2);

        string Utc(int minutes) => now.AddMinutes(minutes).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        async Task<IEnumerable<string>> NextAsync(int count) =>
            (await _api.GetAsync($"/api/next?count={count}&calendar={calendar}")).Items.Select(static o => o.Text("summary"));
    }

    [Fact]
    public async Task A_change_of_the_households_zone_moves_floating_times()
    {
        var calendar = await _api.AddCalendarAsync("Zone of the household");
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Floating", start = "2026-03-02T08:00" });
        var address = $"/api/occurrences?from=2026-03-02&to=2026-03-03&calendar={calendar}";
        var before = await _api.GetAsync(address);
        try
        {
            (await _api.PutAsync("/api/household", new { zone = "America/New_York" })).Expect(HttpStatusCode.OK);

            var after = (await _api.GetAsync(address, before.ETag)).Expect(HttpStatusCode.OK);
            Assert.Equal(("2026-03-02T07:00:00Z", "2026-03-02T13:00:00Z"), (before.Items[0].Text("start"), after.Items[0].Text("start")));
        }
        finally
        {
            await _api.PutAsync("/api/household", new { zone = "Europe/Berlin" });
        }
    }
}
