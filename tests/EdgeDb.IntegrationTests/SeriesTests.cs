using System.Globalization;
using System.Net;
using System.Text.Json;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>
/// Edits of series, each within the window the service keeps expanded and far outside of it, where it expands on demand:
/// both must show the same.
/// </summary>
public sealed class SeriesTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly Api _api = fixture.Api;

    private sealed record Series(Agenda Agenda, string Calendar, string Id);

    public static TheoryData<bool> NearAndFar => [false, true];

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Moving_one_occurrence_shows_it_once_and_leaves_the_others(bool far)
    {
        var series = await DailyAsync(far, "COUNT=4");

        await PutAsync(series, "this", series.Agenda.RecurrenceId(1, "09:00"), new { summary = "Stand-up", start = series.Agenda.At(1, "14:00"), end = series.Agenda.At(1, "14:30"), zone = "Europe/Berlin" });

        Assert.Equal(["+0 09:00-09:30 Stand-up", "+1 14:00-14:30 Stand-up", "+2 09:00-09:30 Stand-up", "+3 09:00-09:30 Stand-up"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task An_occurrence_moved_to_another_week_is_found_there_only(bool far)
    {
        var series = await DailyAsync(far, "COUNT=4");

        await PutAsync(series, "this", series.Agenda.RecurrenceId(1, "09:00"), new { summary = "Late", start = series.Agenda.At(20, "14:00"), zone = "Europe/Berlin" });

        Assert.Equal(["+20 14:00-15:00 Late"], await ShownAsync(series, 19, 22));
        Assert.Equal([], await ShownAsync(series, 1, 2));
        Assert.Equal(4, (await ShownAsync(series)).Count);
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task An_occurrence_edited_twice_keeps_its_identity(bool far)
    {
        var series = await DailyAsync(far, "COUNT=3");
        var id = series.Agenda.RecurrenceId(1, "09:00");

        await PutAsync(series, "this", id, new { summary = "First", start = series.Agenda.At(1, "14:00"), zone = "Europe/Berlin" });
        await PutAsync(series, "this", id, new { summary = "Second", start = series.Agenda.At(2, "16:00"), zone = "Europe/Berlin" });

        Assert.Equal(["+0 09:00-09:30 Stand-up", "+2 09:00-09:30 Stand-up", "+2 16:00-17:00 Second"], await ShownAsync(series));
        var moved = (await OccurrencesAsync(series)).Single(static o => o.Text("summary") == "Second");
        Assert.Equal(id, moved.Text("recurrenceId"));
        Assert.Equal("Second", (await _api.GetAsync($"/api/events/{series.Id}?recurrenceId={id}")).Json.Text("summary"));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Deleting_one_occurrence_leaves_the_others(bool far)
    {
        var series = await DailyAsync(far, "COUNT=3");

        await DeleteAsync(series, "this", series.Agenda.RecurrenceId(1, "09:00"));

        Assert.Equal(["+0 09:00-09:30 Stand-up", "+2 09:00-09:30 Stand-up"], await ShownAsync(series));
        Assert.Equal([series.Agenda.At(1, "09:00")], (await EventAsync(series)).Texts("exdates"));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Deleting_a_moved_occurrence_does_not_bring_its_original_back(bool far)
    {
        var series = await DailyAsync(far, "COUNT=3");
        var id = series.Agenda.RecurrenceId(1, "09:00");
        await PutAsync(series, "this", id, new { summary = "Moved", start = series.Agenda.At(1, "14:00"), zone = "Europe/Berlin" });

        await DeleteAsync(series, "this", id);

        Assert.Equal(["+0 09:00-09:30 Stand-up", "+2 09:00-09:30 Stand-up"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task A_deleted_or_unknown_occurrence_cannot_be_edited(bool far)
    {
        var series = await DailyAsync(far, "COUNT=3");
        await DeleteAsync(series, "this", series.Agenda.RecurrenceId(1, "09:00"));
        var before = await ShownAsync(series);

        foreach (var id in (string[])[series.Agenda.RecurrenceId(1, "09:00"), series.Agenda.RecurrenceId(1, "10:00"), series.Agenda.RecurrenceId(9, "09:00")])
        {
            foreach (var scope in (string[])["this", "following"])
            {
                var change = await _api.PutAsync($"/api/events/{series.Id}?scope={scope}&recurrenceId={id}", new { summary = "X", start = series.Agenda.At(1, "12:00") });
                var delete = await _api.DeleteAsync($"/api/events/{series.Id}?scope={scope}&recurrenceId={id}");
                Assert.Equal((HttpStatusCode.NotFound, "recurrenceId"), (change.Status, change.Fields.Single()));
                Assert.Equal((HttpStatusCode.NotFound, "recurrenceId"), (delete.Status, delete.Fields.Single()));
            }
        }
        Assert.Equal(before, await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Changing_the_text_of_all_keeps_what_was_done_to_single_occurrences(bool far)
    {
        var series = await DailyAsync(far, "COUNT=5");
        await ExceptionsAsync(series);

        await PutAsync(series, "all", null, new { summary = "Daily", start = series.Agenda.At(0, "09:00"), end = series.Agenda.At(0, "09:30"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=5" });

        Assert.Equal(["+0 09:00-09:30 Daily", "+2 15:00-16:00 Moved", "+3 09:00-09:30 Daily", "+4 09:00-09:30 Daily"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Moving_all_takes_exceptions_and_changed_occurrences_along(bool far)
    {
        var series = await DailyAsync(far, "COUNT=5");
        await ExceptionsAsync(series);
        await PutAsync(series, "this", series.Agenda.RecurrenceId(3, "09:00"), new { summary = "Renamed", start = series.Agenda.At(3, "09:00"), end = series.Agenda.At(3, "09:30"), zone = "Europe/Berlin" });

        await PutAsync(series, "all", null, new { summary = "Stand-up", start = series.Agenda.At(0, "10:00"), end = series.Agenda.At(0, "10:30"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=5" });

        Assert.Equal(
            ["+0 10:00-10:30 Stand-up", "+2 15:00-16:00 Moved", "+3 10:00-10:30 Renamed", "+4 10:00-10:30 Stand-up"], await ShownAsync(series));
        // The exceptions still belong to their occurrences: a second edit finds them.
        Assert.Equal("Moved", (await _api.GetAsync($"/api/events/{series.Id}?recurrenceId={series.Agenda.RecurrenceId(2, "10:00")}")).Json.Text("summary"));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Moving_all_to_another_day_takes_exceptions_along(bool far)
    {
        var series = await DailyAsync(far, "COUNT=5");
        await ExceptionsAsync(series);

        await PutAsync(series, "all", null, new { summary = "Stand-up", start = series.Agenda.At(7, "09:00"), end = series.Agenda.At(7, "09:30"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=5" });

        Assert.Equal(["+2 15:00-16:00 Moved", "+7 09:00-09:30 Stand-up", "+10 09:00-09:30 Stand-up", "+11 09:00-09:30 Stand-up"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Moving_all_later_does_not_lose_the_last_occurrence_before_UNTIL(bool far)
    {
        var agenda = Agenda.At(far);
        var until = agenda.RecurrenceId(3, "09:00");
        var series = await DailyAsync(far, $"UNTIL={until}");
        Assert.Equal(4, (await ShownAsync(series)).Count);

        await PutAsync(series, "all", null, new { summary = "Stand-up", start = agenda.At(0, "10:00"), end = agenda.At(0, "10:30"), zone = "Europe/Berlin", rrule = $"FREQ=DAILY;UNTIL={until}" });

        Assert.Equal(["+0 10:00-10:30 Stand-up", "+1 10:00-10:30 Stand-up", "+2 10:00-10:30 Stand-up", "+3 10:00-10:30 Stand-up"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Changing_the_rule_drops_exceptions_that_no_longer_belong(bool far)
    {
        var series = await DailyAsync(far, "COUNT=5");
        await ExceptionsAsync(series);

        await PutAsync(series, "all", null, new { summary = "Weekly", start = series.Agenda.At(0, "09:00"), end = series.Agenda.At(0, "09:30"), zone = "Europe/Berlin", rrule = "FREQ=WEEKLY;COUNT=3" });

        Assert.Equal(["+0 09:00-09:30 Weekly", "+7 09:00-09:30 Weekly", "+14 09:00-09:30 Weekly"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Removing_the_rule_leaves_a_single_event(bool far)
    {
        var series = await DailyAsync(far, "COUNT=5");
        await ExceptionsAsync(series);

        await PutAsync(series, "all", null, new { summary = "Once", start = series.Agenda.At(0, "09:00"), end = series.Agenda.At(0, "09:30"), zone = "Europe/Berlin" });

        Assert.Equal(["+0 09:00-09:30 Once"], await ShownAsync(series));
        Assert.False((await EventAsync(series)).Flag("recurring"));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Giving_a_single_event_a_rule_makes_it_a_series(bool far)
    {
        var agenda = Agenda.At(far);
        var calendar = await _api.AddCalendarAsync("Rule");
        var id = await _api.AddEventAsync(new { calendarId = calendar, summary = "Once", start = agenda.At(0, "09:00"), zone = "Europe/Berlin" });
        var series = new Series(agenda, calendar, id);

        await PutAsync(series, "all", null, new { summary = "Often", start = agenda.At(0, "09:00"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;INTERVAL=2;COUNT=2" });

        Assert.Equal(["+0 09:00-10:00 Often", "+2 09:00-10:00 Often"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Moving_an_occurrence_and_the_following_keeps_the_total_of_a_counted_series(bool far)
    {
        var series = await DailyAsync(far, "COUNT=5");

        var second = await PutAsync(series, "following", series.Agenda.RecurrenceId(2, "09:00"),
            new { summary = "Later", start = series.Agenda.At(2, "11:00"), end = series.Agenda.At(2, "11:30"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=5" });

        Assert.NotEqual(series.Id, second.Id);
        Assert.Equal(
            ["+0 09:00-09:30 Stand-up", "+1 09:00-09:30 Stand-up", "+2 11:00-11:30 Later", "+3 11:00-11:30 Later", "+4 11:00-11:30 Later"],
            await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Splitting_a_counted_series_counts_its_deleted_occurrences_too(bool far)
    {
        var series = await DailyAsync(far, "COUNT=5");
        await DeleteAsync(series, "this", series.Agenda.RecurrenceId(1, "09:00"));

        await PutAsync(series, "following", series.Agenda.RecurrenceId(3, "09:00"),
            new { summary = "Later", start = series.Agenda.At(3, "11:00"), end = series.Agenda.At(3, "11:30"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=5" });

        Assert.Equal(["+0 09:00-09:30 Stand-up", "+2 09:00-09:30 Stand-up", "+3 11:00-11:30 Later", "+4 11:00-11:30 Later"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Splitting_takes_later_exceptions_to_the_second_half_and_leaves_earlier_ones(bool far)
    {
        var series = await DailyAsync(far, "COUNT=8");
        foreach (var day in (int[])[1, 5])
            await DeleteAsync(series, "this", series.Agenda.RecurrenceId(day, "09:00"));
        foreach (var day in (int[])[2, 6])
            await PutAsync(series, "this", series.Agenda.RecurrenceId(day, "09:00"), new { summary = "Moved", start = series.Agenda.At(day, "15:00"), zone = "Europe/Berlin" });

        var second = await PutAsync(series, "following", series.Agenda.RecurrenceId(4, "09:00"),
            new { summary = "Later", start = series.Agenda.At(4, "10:00"), end = series.Agenda.At(4, "10:30"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=8" });

        Assert.Equal(
            [
                "+0 09:00-09:30 Stand-up", "+2 15:00-16:00 Moved", "+3 09:00-09:30 Stand-up",
                "+4 10:00-10:30 Later", "+6 15:00-16:00 Moved", "+7 10:00-10:30 Later",
            ],
            await ShownAsync(series));
        Assert.Equal([series.Agenda.At(1, "09:00")], (await EventAsync(series)).Texts("exdates"));
        Assert.Equal([series.Agenda.At(5, "10:00")], second.Json.Texts("exdates"));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Splitting_at_the_first_occurrence_changes_the_whole_series(bool far)
    {
        var series = await DailyAsync(far, "COUNT=3");

        var answer = await PutAsync(series, "following", series.Agenda.RecurrenceId(0, "09:00"),
            new { summary = "All", start = series.Agenda.At(0, "10:00"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=3" });

        Assert.Equal(series.Id, answer.Id);
        Assert.Equal(["+0 10:00-11:00 All", "+1 10:00-11:00 All", "+2 10:00-11:00 All"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Splitting_where_everything_earlier_was_deleted_leaves_no_empty_series(bool far)
    {
        var series = await DailyAsync(far, "COUNT=4");
        await DeleteAsync(series, "this", series.Agenda.RecurrenceId(0, "09:00"));
        await DeleteAsync(series, "this", series.Agenda.RecurrenceId(2, "09:00"));

        await PutAsync(series, "following", series.Agenda.RecurrenceId(1, "09:00"),
            new { summary = "Rest", start = series.Agenda.At(1, "10:00"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=4" });

        Assert.Equal(["+1 10:00-11:00 Rest", "+3 10:00-11:00 Rest"], await ShownAsync(series));
        Assert.Single(await _api.ListAsync($"/api/events?calendar={series.Calendar}"));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task A_new_rule_for_the_following_leaves_the_earlier_ones(bool far)
    {
        var series = await DailyAsync(far, "COUNT=30");

        await PutAsync(series, "following", series.Agenda.RecurrenceId(2, "09:00"),
            new { summary = "Weekly", start = series.Agenda.At(2, "09:00"), zone = "Europe/Berlin", rrule = "FREQ=WEEKLY;COUNT=2" });

        Assert.Equal(["+0 09:00-09:30 Stand-up", "+1 09:00-09:30 Stand-up", "+2 09:00-10:00 Weekly", "+9 09:00-10:00 Weekly"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task An_endless_series_can_be_split_and_each_half_edited(bool far)
    {
        var series = await DailyAsync(far, "INTERVAL=2");

        var second = await PutAsync(series, "following", series.Agenda.RecurrenceId(4, "09:00"),
            new { summary = "Second", start = series.Agenda.At(4, "18:00"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;INTERVAL=2" });
        await DeleteAsync(series with { Id = second.Id }, "following", series.Agenda.RecurrenceId(10, "18:00"));

        Assert.Equal(
            ["+0 09:00-09:30 Stand-up", "+2 09:00-09:30 Stand-up", "+4 18:00-19:00 Second", "+6 18:00-19:00 Second", "+8 18:00-19:00 Second"],
            await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Deleting_an_occurrence_and_the_following_ends_the_series(bool far)
    {
        var series = await DailyAsync(far, "COUNT=5");
        await PutAsync(series, "this", series.Agenda.RecurrenceId(4, "09:00"), new { summary = "Moved", start = series.Agenda.At(1, "20:00"), zone = "Europe/Berlin" });

        await DeleteAsync(series, "following", series.Agenda.RecurrenceId(2, "09:00"));

        // The moved one was the fifth: it goes, although it had been moved to before the cut.
        Assert.Equal(["+0 09:00-09:30 Stand-up", "+1 09:00-09:30 Stand-up"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Deleting_everything_from_the_first_occurrence_deletes_the_event_and_it_can_be_restored(bool far)
    {
        var series = await DailyAsync(far, "COUNT=5");
        await ExceptionsAsync(series);
        var before = await ShownAsync(series);

        await DeleteAsync(series, "following", series.Agenda.RecurrenceId(0, "09:00"));
        Assert.Equal([], await ShownAsync(series));
        Assert.Equal(HttpStatusCode.NotFound, (await _api.GetAsync($"/api/events/{series.Id}")).Status);
        (await _api.PostAsync($"/api/events/{series.Id}/restore")).Expect(HttpStatusCode.OK);

        Assert.Equal(before, await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Deleting_every_single_occurrence_deletes_the_event(bool far)
    {
        var series = await DailyAsync(far, "COUNT=2");

        await DeleteAsync(series, "this", series.Agenda.RecurrenceId(1, "09:00"));
        await DeleteAsync(series, "this", series.Agenda.RecurrenceId(0, "09:00"));

        Assert.Equal([], await ShownAsync(series));
        Assert.Equal(HttpStatusCode.NotFound, (await _api.GetAsync($"/api/events/{series.Id}")).Status);
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task A_whole_day_series_is_edited_by_days(bool far)
    {
        var agenda = Agenda.At(far);
        var calendar = await _api.AddCalendarAsync("Days");
        var id = await _api.AddEventAsync(new { calendarId = calendar, summary = "Bin", start = agenda.Day(0), allDay = true, rrule = "FREQ=WEEKLY;COUNT=5" });
        var series = new Series(agenda, calendar, id);

        await PutAsync(series, "this", agenda.RecurrenceDay(7), new { summary = "Bin (holiday)", start = agenda.Day(8), allDay = true });
        await DeleteAsync(series, "this", agenda.RecurrenceDay(14));
        await PutAsync(series, "following", agenda.RecurrenceDay(21), new { summary = "Bin", start = agenda.Day(22), allDay = true, rrule = "FREQ=WEEKLY;COUNT=5" });

        Assert.Equal(["+0..+1 Bin", "+8..+9 Bin (holiday)", "+22..+23 Bin", "+29..+30 Bin"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task A_timed_series_can_become_one_of_whole_days_and_back(bool far)
    {
        var series = await DailyAsync(far, "COUNT=3");
        await DeleteAsync(series, "this", series.Agenda.RecurrenceId(1, "09:00"));

        await PutAsync(series, "all", null, new { summary = "Days", start = series.Agenda.Day(0), allDay = true, rrule = "FREQ=DAILY;COUNT=3" });
        Assert.Equal(["+0..+1 Days", "+2..+3 Days"], await ShownAsync(series));

        await PutAsync(series, "all", null, new { summary = "Times", start = series.Agenda.At(0, "08:00"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=3" });
        Assert.Equal(["+0 08:00-09:00 Times", "+2 08:00-09:00 Times"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task A_series_in_another_zone_keeps_its_own_wall_clock_across_both_changes_of_the_clock(bool far)
    {
        // New York changes on the second Sunday of March, Berlin on the last: two weeks of five hours instead of six.
        var year = far ? 2051 : Agenda.ThisYear + 1;
        var agenda = new Agenda(Agenda.Monday(year, 3, 1));
        var newYork = new Agenda(Agenda.Monday(year, 3, 1), "America/New_York");
        var calendar = await _api.AddCalendarAsync("Overseas");
        var id = await _api.AddEventAsync(
            new { calendarId = calendar, summary = "Call", start = agenda.At(0, "09:00"), end = agenda.At(0, "09:30"), zone = "America/New_York", rrule = "FREQ=WEEKLY;COUNT=6" });
        var series = new Series(agenda, calendar, id);
        var inNewYork = newYork.Lines(await OccurrencesAsync(series));

        await PutAsync(series, "this", newYork.RecurrenceId(14, "09:00"), new { summary = "Call (early)", start = agenda.At(14, "08:00"), end = agenda.At(14, "08:30"), zone = "America/New_York" });
        await PutAsync(series, "following", newYork.RecurrenceId(28, "09:00"),
            new { summary = "Call", start = agenda.At(28, "10:00"), end = agenda.At(28, "10:30"), zone = "America/New_York", rrule = "FREQ=WEEKLY;COUNT=6" });

        Assert.Equal([.. Enumerable.Range(0, 6).Select(static week => $"+{week * 7} 09:00-09:30 Call")], inNewYork);
        Assert.Equal(
            [
                "+0 09:00-09:30 Call", "+7 09:00-09:30 Call", "+14 08:00-08:30 Call (early)", "+21 09:00-09:30 Call", "+28 10:00-10:30 Call", "+35 10:00-10:30 Call",
            ],
            newYork.Lines(await OccurrencesAsync(series)));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Changing_the_zone_of_a_series_keeps_its_exceptions(bool far)
    {
        var series = await DailyAsync(far, "COUNT=3");
        await DeleteAsync(series, "this", series.Agenda.RecurrenceId(1, "09:00"));

        await PutAsync(series, "all", null, new { summary = "London", start = series.Agenda.At(0, "09:00"), zone = "Europe/London", rrule = "FREQ=DAILY;COUNT=3" });

        Assert.Equal(["+0 10:00-11:00 London", "+2 10:00-11:00 London"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Moving_a_weekly_series_to_another_weekday_moves_its_rule(bool far)
    {
        var agenda = Agenda.At(far);
        var calendar = await _api.AddCalendarAsync("Weekdays");
        var id = await _api.AddEventAsync(new { calendarId = calendar, summary = "Choir", start = agenda.At(0, "19:00"), zone = "Europe/Berlin", rrule = "FREQ=WEEKLY;BYDAY=MO;COUNT=3" });
        var series = new Series(agenda, calendar, id);

        await PutAsync(series, "all", null, new { summary = "Choir", start = agenda.At(1, "19:00"), zone = "Europe/Berlin", rrule = "FREQ=WEEKLY;BYDAY=MO;COUNT=3" });

        Assert.Equal(["+1 19:00-20:00 Choir", "+8 19:00-20:00 Choir", "+15 19:00-20:00 Choir"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Additional_dates_of_an_imported_series_move_along_and_are_split(bool far)
    {
        var agenda = Agenda.At(far);
        var calendar = await _api.AddCalendarAsync("Additional dates");
        var day = agenda.RecurrenceDay;
        (await _api.ImportAsync(
            calendar,
            $"""
            BEGIN:VCALENDAR
            VERSION:2.0
            BEGIN:VEVENT
            UID:extra-{far}
            DTSTAMP:20200101T000000Z
            DTSTART;TZID=Europe/Berlin:{day(0)}T090000
            DURATION:PT30M
            RRULE:FREQ=DAILY;COUNT=3
            RDATE;TZID=Europe/Berlin:{day(5)}T120000,{day(6)}T120000
            SUMMARY:Course
            END:VEVENT
            END:VCALENDAR

            """.ReplaceLineEndings("\r\n"))).Expect(HttpStatusCode.OK);
        var series = new Series(agenda, calendar, (await _api.ListAsync($"/api/events?calendar={calendar}")).Single().Text("id"));
        Assert.Equal(["+0 09:00-09:30 Course", "+1 09:00-09:30 Course", "+2 09:00-09:30 Course", "+5 12:00-12:30 Course", "+6 12:00-12:30 Course"], await ShownAsync(series));

        await PutAsync(series, "all", null, new { summary = "Course", start = agenda.At(0, "10:00"), end = agenda.At(0, "10:30"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=3" });
        Assert.Equal(["+0 10:00-10:30 Course", "+1 10:00-10:30 Course", "+2 10:00-10:30 Course", "+5 13:00-13:30 Course", "+6 13:00-13:30 Course"], await ShownAsync(series));

        await DeleteAsync(series, "following", agenda.RecurrenceId(6, "13:00"));
        Assert.Equal(["+0 10:00-10:30 Course", "+1 10:00-10:30 Course", "+2 10:00-10:30 Course", "+5 13:00-13:30 Course"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task Editing_the_following_from_a_changed_occurrence_replaces_what_was_done_to_it(bool far)
    {
        var series = await DailyAsync(far, "COUNT=4");
        await PutAsync(series, "this", series.Agenda.RecurrenceId(2, "09:00"), new { summary = "Moved", start = series.Agenda.At(2, "20:00"), zone = "Europe/Berlin" });

        await PutAsync(series, "following", series.Agenda.RecurrenceId(2, "09:00"),
            new { summary = "Later", start = series.Agenda.At(2, "11:00"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=4" });

        Assert.Equal(["+0 09:00-09:30 Stand-up", "+1 09:00-09:30 Stand-up", "+2 11:00-12:00 Later", "+3 11:00-12:00 Later"], await ShownAsync(series));
    }

    [Theory, MemberData(nameof(NearAndFar))]
    public async Task An_imported_change_of_all_later_occurrences_still_applies_after_the_series_has_moved(bool far)
    {
        var agenda = Agenda.At(far);
        var calendar = await _api.AddCalendarAsync("This and future");
        var day = agenda.RecurrenceDay;
        (await _api.ImportAsync(
            calendar,
            FeedText.Calendar(
                $"BEGIN:VEVENT\r\nUID:range-{far}\r\nDTSTAMP:20200101T000000Z\r\nDTSTART;TZID=Europe/Berlin:{day(0)}T090000\r\nDURATION:PT30M\r\nRRULE:FREQ=DAILY;COUNT=4\r\nSUMMARY:Course\r\nEND:VEVENT\r\n",
                $"BEGIN:VEVENT\r\nUID:range-{far}\r\nDTSTAMP:20200101T000000Z\r\nRECURRENCE-ID;TZID=Europe/Berlin;RANGE=THISANDFUTURE:{day(2)}T090000\r\n"
                + $"DTSTART;TZID=Europe/Berlin:{day(2)}T140000\r\nDURATION:PT30M\r\nSUMMARY:Late course\r\nEND:VEVENT\r\n"))).Expect(HttpStatusCode.OK);
        var series = new Series(agenda, calendar, (await _api.ListAsync($"/api/events?calendar={calendar}")).Single().Text("id"));
        Assert.Equal(["+0 09:00-09:30 Course", "+1 09:00-09:30 Course", "+2 14:00-14:30 Late course", "+3 14:00-14:30 Late course"], await ShownAsync(series));

        await PutAsync(series, "all", null, new { summary = "Course", start = agenda.At(0, "10:00"), end = agenda.At(0, "10:30"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=4" });

        var shown = await ShownAsync(series);
        Assert.Equal(["+0 10:00-10:30 Course", "+1 10:00-10:30 Course", "+2 14:00-14:30 Late course"], shown.Take(3));
        Assert.EndsWith("Late course", shown[3], StringComparison.Ordinal);
        Assert.Equal(4, shown.Count);
    }

    [Fact]
    public async Task An_edit_of_an_old_version_is_refused_and_changes_nothing()
    {
        var series = await DailyAsync(far: false, "COUNT=3");
        var version = (await EventAsync(series)).Number("version");
        await PutAsync(series, "all", null, new { summary = "New", start = series.Agenda.At(0, "09:00"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=3" });
        var before = await ShownAsync(series);

        var put = await _api.PutAsync($"/api/events/{series.Id}", new { summary = "Old", start = series.Agenda.At(0, "09:00") }, version);
        var delete = await _api.DeleteAsync($"/api/events/{series.Id}?scope=this&recurrenceId={series.Agenda.RecurrenceId(0, "09:00")}", version);

        Assert.Equal([HttpStatusCode.PreconditionFailed, HttpStatusCode.PreconditionFailed], [put.Status, delete.Status]);
        Assert.Equal(before, await ShownAsync(series));
    }

    [Fact]
    public async Task A_single_event_has_no_other_occurrence_to_edit_or_delete()
    {
        var agenda = Agenda.At(far: false);
        var calendar = await _api.AddCalendarAsync("Single");
        var id = await _api.AddEventAsync(new { calendarId = calendar, summary = "Once", start = agenda.At(0, "09:00"), zone = "Europe/Berlin" });

        foreach (var scope in (string[])["this", "following"])
        {
            var address = $"/api/events/{id}?scope={scope}&recurrenceId={agenda.RecurrenceId(1, "09:00")}";
            Assert.Equal(HttpStatusCode.NotFound, (await _api.PutAsync(address, new { summary = "X", start = agenda.At(0, "09:00") })).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await _api.DeleteAsync(address)).Status);
        }
        Assert.Equal("Once", (await _api.GetAsync($"/api/events/{id}")).Json.Text("summary"));
        (await _api.DeleteAsync($"/api/events/{id}?scope=this&recurrenceId={agenda.RecurrenceId(0, "09:00")}")).Expect(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task The_tag_of_an_event_or_occurrence_that_was_read_guards_its_change()
    {
        var series = await DailyAsync(false, "COUNT=3");
        foreach (var query in (string[])["", $"?recurrenceId={series.Agenda.RecurrenceId(1, "09:00")}"])
        {
            var address = $"/api/events/{series.Id}{query}";
            var read = (await _api.GetAsync(address)).Expect(HttpStatusCode.OK);
            Assert.Equal($"\"{read.Version}\"", read.ETag);
            Assert.Equal(HttpStatusCode.NotModified, (await _api.GetAsync(address, read.ETag)).Status);

            var body = new { summary = "Changed", start = series.Agenda.At(0, "09:00"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=3" };
            (await _api.PutAsync($"/api/events/{series.Id}", body, long.Parse(read.ETag!.Trim('"'), CultureInfo.InvariantCulture))).Expect(HttpStatusCode.OK);
            Assert.Equal(HttpStatusCode.PreconditionFailed, (await _api.PutAsync($"/api/events/{series.Id}", body, read.Version)).Status);
            Assert.Equal(HttpStatusCode.OK, (await _api.GetAsync(address, read.ETag)).Status);
        }
    }

    [Fact]
    public async Task Deleting_the_only_occurrence_does_not_delete_those_that_are_added_meanwhile()
    {
        for (var round = 0; round < 25; round++)
        {
            var series = await DailyAsync(false, "COUNT=1");
            var grown = new { summary = "More", start = series.Agenda.At(0, "09:00"), end = series.Agenda.At(0, "09:30"), zone = "Europe/Berlin", rrule = "FREQ=DAILY;COUNT=3" };

            var change = _api.PutAsync($"/api/events/{series.Id}", grown);
            var delete = _api.DeleteAsync($"/api/events/{series.Id}?scope=this&recurrenceId={series.Agenda.RecurrenceId(0, "09:00")}");

            // Both can only have been done when the change came first, and then the delete meant one of three.
            if ((await change).Status == HttpStatusCode.OK && (await delete).Status == HttpStatusCode.NoContent)
                Assert.Equal(["+1 09:00-09:30 More", "+2 09:00-09:30 More"], await ShownAsync(series));
            else
                Assert.Contains((await delete).Status, (HttpStatusCode[])[HttpStatusCode.NoContent, HttpStatusCode.PreconditionFailed]);
        }
    }

    private async Task<Series> DailyAsync(bool far, string ruleParts)
    {
        var agenda = Agenda.At(far);
        var calendar = await _api.AddCalendarAsync("Series");
        var id = await _api.AddEventAsync(
            new { calendarId = calendar, summary = "Stand-up", start = agenda.At(0, "09:00"), end = agenda.At(0, "09:30"), zone = "Europe/Berlin", rrule = $"FREQ=DAILY;{ruleParts}" });
        return new(agenda, calendar, id);
    }

    /// <summary>Deletes the second occurrence and moves the third to the afternoon.</summary>
    private async Task ExceptionsAsync(Series series)
    {
        await DeleteAsync(series, "this", series.Agenda.RecurrenceId(1, "09:00"));
        await PutAsync(series, "this", series.Agenda.RecurrenceId(2, "09:00"), new { summary = "Moved", start = series.Agenda.At(2, "15:00"), zone = "Europe/Berlin" });
    }

    private async Task<Answer> PutAsync(Series series, string scope, string? recurrenceId, object body) =>
        (await _api.PutAsync($"/api/events/{series.Id}?scope={scope}{(recurrenceId is null ? "" : "&recurrenceId=" + recurrenceId)}", body)).Expect(HttpStatusCode.OK);

    private async Task DeleteAsync(Series series, string scope, string recurrenceId) =>
        (await _api.DeleteAsync($"/api/events/{series.Id}?scope={scope}&recurrenceId={recurrenceId}")).Expect(HttpStatusCode.NoContent);

    private async Task<JsonElement> EventAsync(Series series) => (await _api.GetAsync($"/api/events/{series.Id}")).Expect(HttpStatusCode.OK).Json;

    private Task<List<JsonElement>> OccurrencesAsync(Series series, int from = -7, int to = 60) =>
        _api.OccurrencesAsync(series.Agenda.Day(from), series.Agenda.Day(to), series.Calendar);

    private async Task<List<string>> ShownAsync(Series series, int from = -7, int to = 60) =>
        series.Agenda.Lines(await OccurrencesAsync(series, from, to));
}
