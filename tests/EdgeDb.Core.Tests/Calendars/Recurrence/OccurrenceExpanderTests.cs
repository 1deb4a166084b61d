using System.Globalization;
using System.Text;
using EdgeDb.Core.Calendars;
using NodaTime;
using Xunit;

namespace EdgeDb.Core.Tests.Calendars.Recurrence;

public class OccurrenceExpanderTests
{
    [Fact]
    public void Nine_o_clock_stays_nine_o_clock_when_the_clocks_change() => Shows(
        """
        DTSTART;TZID=Europe/Berlin:20260322T090000
        DTEND;TZID=Europe/Berlin:20260322T100000
        RRULE:FREQ=WEEKLY;COUNT=2
        """,
        "2026-03-22 08:00 - 09:00Z",
        "2026-03-29 07:00 - 08:00Z");

    [Fact]
    public void A_time_in_the_skipped_hour_keeps_the_offset_from_before() => Shows(
        """
        DTSTART;TZID=Europe/Berlin:20260328T023000
        RRULE:FREQ=DAILY;COUNT=3
        """,
        "2026-03-28 01:30Z",
        "2026-03-29 01:30Z",
        "2026-03-30 00:30Z");

    [Fact]
    public void A_time_in_the_doubled_hour_is_the_first() => Shows(
        """
        DTSTART;TZID=Europe/Berlin:20261024T023000
        RRULE:FREQ=DAILY;COUNT=3
        """,
        "2026-10-24 00:30Z",
        "2026-10-25 00:30Z",
        "2026-10-26 01:30Z");

    [Fact]
    public void Half_hours_over_the_skipped_hour_come_in_order_and_once() => Shows(
        """
        DTSTART;TZID=Europe/Berlin:20260329T013000
        RRULE:FREQ=MINUTELY;INTERVAL=30;COUNT=6
        """,
        "2026-03-29 00:30Z",
        "2026-03-29 01:00Z",
        "2026-03-29 01:30Z",
        "2026-03-29 02:00Z");

    [Fact]
    public void Samoa_has_no_30_December_2011() => Shows(
        """
        DTSTART;TZID=Pacific/Apia:20111229T090000
        RRULE:FREQ=DAILY;COUNT=3
        """,
        "2011-12-29 19:00Z",
        "2011-12-30 19:00Z");

    [Fact]
    public void A_night_shift_lasts_as_long_as_DTEND_says_and_a_day_ends_at_its_hour() => Shows(
        """
        DTSTART;TZID=Europe/Berlin:20260327T220000
        DTEND;TZID=Europe/Berlin:20260328T060000
        RRULE:FREQ=DAILY;COUNT=2
        END:VEVENT
        BEGIN:VEVENT
        UID:midnights
        DTSTART;TZID=Europe/Berlin:20260328T000000
        DTEND;TZID=Europe/Berlin:20260329T000000
        RRULE:FREQ=DAILY;COUNT=2
        """,
        "2026-03-27 21:00 - 2026-03-28 05:00Z",
        "2026-03-28 21:00 - 2026-03-29 05:00Z",
        "2026-03-27 23:00 - 2026-03-28 23:00Z",
        "2026-03-28 23:00 - 2026-03-29 22:00Z");

    [Fact]
    public void Days_of_a_DURATION_are_nominal_and_its_hours_exact() => Shows(
        """
        DTSTART;TZID=Europe/Berlin:20260328T120000
        DURATION:P1D
        RRULE:FREQ=DAILY;COUNT=1
        END:VEVENT
        BEGIN:VEVENT
        UID:exact
        DTSTART;TZID=Europe/Berlin:20260328T120000
        DURATION:PT24H
        """,
        "2026-03-28 11:00 - 2026-03-29 10:00Z",
        "2026-03-28 11:00 - 2026-03-29 11:00Z");

    [Theory]
    [InlineData("20260105T090000Z", "UNTIL=20260107T090000Z", 3)]
    [InlineData("20260105T090000Z", "UNTIL=20260107T085959Z", 2)]
    [InlineData("20260105T090000Z", "UNTIL=20260107", 3)]
    [InlineData("TZID=America/New_York:20260105T200000", "UNTIL=20260108T010000Z", 3)]
    [InlineData("TZID=America/New_York:20260105T200000", "UNTIL=20260108T005959Z", 2)]
    [InlineData("TZID=America/New_York:20260105T200000", "UNTIL=20260107", 3)]
    [InlineData("TZID=America/New_York:20260105T200000", "UNTIL=20260107T200000", 3)]
    [InlineData("20260105", "UNTIL=20260107", 3)]
    [InlineData("20260105", "UNTIL=20260107T090000Z", 3)]
    // The last one on the night the clocks go back is at the first 02:30, 00:30 UTC.
    [InlineData("TZID=Europe/Berlin:20261023T023000", "UNTIL=20261025T003000Z", 3)]
    [InlineData("TZID=Europe/Berlin:20261023T023000", "UNTIL=20261025T002959Z", 2)]
    [InlineData("TZID=Europe/Berlin:20260327T023000", "UNTIL=20260329T013000Z", 3)]
    [InlineData("TZID=Europe/Berlin:20260327T023000", "UNTIL=20260329T012959Z", 2)]
    [InlineData("20260105T090000Z", "UNTIL=20260101T000000Z", 0)]
    [InlineData("20260105T090000Z", "COUNT=2;UNTIL=20260109T000000Z", 2)]
    public void UNTIL_is_inclusive_to_the_second_in_any_form(string start, string end, int count) => Assert.Equal(
        count, Expand($"DTSTART{(start.StartsWith('T') ? ';' : ':')}{start}\nRRULE:FREQ=DAILY;{end}\n").Count);

    [Theory]
    [InlineData("EXDATE;TZID=Europe/Berlin:20260106T090000")]
    [InlineData("EXDATE:20260106T080000Z")]
    [InlineData("EXDATE;TZID=America/New_York:20260106T030000")]
    [InlineData("EXDATE:20260106T090000")]
    [InlineData("EXDATE;VALUE=DATE:20260106")]
    [InlineData("EXRULE:FREQ=WEEKLY;BYDAY=TU")]
    public void An_exception_may_be_written_in_any_form(string exception) => Shows(
        $"""
        DTSTART;TZID=Europe/Berlin:20260105T090000
        RRULE:FREQ=DAILY;COUNT=3
        {exception}
        """,
        "2026-01-05 08:00Z",
        "2026-01-07 08:00Z");

    [Theory]
    [InlineData("EXDATE;VALUE=DATE:20260106")]
    [InlineData("EXDATE;TZID=Europe/Berlin:20260106T000000")]
    [InlineData("EXDATE:20260105T230000Z")]
    [InlineData("EXDATE:20260106T000000Z")]
    public void An_exception_of_an_all_day_series_means_its_day(string exception) => Shows(
        $"""
        DTSTART;VALUE=DATE:20260105
        RRULE:FREQ=DAILY;COUNT=3
        {exception}
        """,
        "2026-01-05 - 2026-01-06",
        "2026-01-07 - 2026-01-08");

    [Theory]
    [InlineData("RECURRENCE-ID;TZID=Europe/Berlin:20260106T090000")]
    [InlineData("RECURRENCE-ID:20260106T080000Z")]
    [InlineData("RECURRENCE-ID;TZID=Asia/Tokyo:20260106T170000")]
    [InlineData("RECURRENCE-ID;VALUE=DATE:20260106")]
    [InlineData("RECURRENCE-ID:20260106T090000")]
    public void A_moved_occurrence_is_shown_once_however_it_is_named(string recurrenceId) => Shows(
        $"""
        DTSTART;TZID=Europe/Berlin:20260105T090000
        RRULE:FREQ=DAILY;COUNT=3
        END:VEVENT
        BEGIN:VEVENT
        UID:x
        {recurrenceId}
        DTSTART;TZID=Europe/Berlin:20260120T110000
        """,
        "2026-01-05 08:00Z",
        "2026-01-07 08:00Z",
        "2026-01-20 10:00Z");

    [Fact]
    public void A_moved_occurrence_enters_and_leaves_the_window_with_its_new_time()
    {
        const string Moved = """
            DTSTART:20260105T090000Z
            RRULE:FREQ=DAILY;COUNT=30
            END:VEVENT
            BEGIN:VEVENT
            UID:x
            RECURRENCE-ID:20260106T090000Z
            DTSTART:20260320T090000Z
            """;
        Assert.Equal(["2026-03-20 09:00Z"], Expand(Moved, "2026-03-01", "2026-04-01"));
        Assert.Equal(["2026-01-05 09:00Z"], Expand(Moved, "2026-01-01", "2026-01-07"));
    }

    [Fact]
    public void A_cancelled_occurrence_is_gone() => Shows(
        """
        DTSTART:20260105T090000Z
        RRULE:FREQ=DAILY;COUNT=3
        END:VEVENT
        BEGIN:VEVENT
        UID:x
        RECURRENCE-ID:20260106T090000Z
        DTSTART:20260106T090000Z
        STATUS:CANCELLED
        """,
        "2026-01-05 09:00Z",
        "2026-01-07 09:00Z");

    [Fact]
    public void A_cancelled_series_is_gone_with_its_overrides() => Shows(
        """
        DTSTART:20260105T090000Z
        RRULE:FREQ=DAILY;COUNT=3
        STATUS:CANCELLED
        END:VEVENT
        BEGIN:VEVENT
        UID:x
        RECURRENCE-ID:20260106T090000Z
        DTSTART:20260106T100000Z
        """);

    [Fact]
    public void An_override_without_a_master_and_one_that_fits_no_occurrence_are_shown() => Shows(
        """
        RECURRENCE-ID:20260106T090000Z
        DTSTART:20260106T100000Z
        END:VEVENT
        BEGIN:VEVENT
        UID:y
        DTSTART:20260105T090000Z
        RRULE:FREQ=WEEKLY;COUNT=1
        END:VEVENT
        BEGIN:VEVENT
        UID:y
        RECURRENCE-ID:20260108T090000Z
        DTSTART:20260108T100000Z
        """,
        "2026-01-06 10:00Z",
        "2026-01-05 09:00Z",
        "2026-01-08 10:00Z");

    [Fact]
    public void Of_two_overrides_the_higher_sequence_then_the_later_counts() => Shows(
        """
        DTSTART:20260105T090000Z
        RRULE:FREQ=DAILY;COUNT=2
        END:VEVENT
        BEGIN:VEVENT
        UID:x
        RECURRENCE-ID:20260105T090000Z
        SEQUENCE:2
        DTSTART:20260105T110000Z
        END:VEVENT
        BEGIN:VEVENT
        UID:x
        RECURRENCE-ID:20260105T090000Z
        SEQUENCE:1
        DTSTART:20260105T120000Z
        END:VEVENT
        BEGIN:VEVENT
        UID:x
        RECURRENCE-ID:20260106T090000Z
        DTSTART:20260106T130000Z
        END:VEVENT
        BEGIN:VEVENT
        UID:x
        RECURRENCE-ID:20260106T090000Z
        DTSTART:20260106T140000Z
        """,
        "2026-01-05 11:00Z",
        "2026-01-06 14:00Z");

    [Fact]
    public void This_and_future_moves_all_later_ones_on_the_wall_clock() => Shows(
        """
        DTSTART;TZID=Europe/Berlin:20260323T090000
        DTEND;TZID=Europe/Berlin:20260323T100000
        RRULE:FREQ=WEEKLY;COUNT=4
        END:VEVENT
        BEGIN:VEVENT
        UID:x
        RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260330T090000
        DTSTART;TZID=Europe/Berlin:20260331T113000
        DURATION:PT2H
        END:VEVENT
        BEGIN:VEVENT
        UID:x
        RECURRENCE-ID;TZID=Europe/Berlin:20260406T090000
        DTSTART;TZID=Europe/Berlin:20260406T180000
        """,
        "2026-03-23 08:00 - 09:00Z",
        "2026-03-31 09:30 - 11:30Z",
        "2026-04-06 16:00Z",
        "2026-04-14 09:30 - 11:30Z");

    [Fact]
    public void A_window_finds_what_this_and_future_moved_into_it()
    {
        const string Moved = """
            DTSTART:20260105T090000Z
            RRULE:FREQ=MONTHLY;COUNT=12
            END:VEVENT
            BEGIN:VEVENT
            UID:x
            RECURRENCE-ID;RANGE=THISANDFUTURE:20260205T090000Z
            DTSTART:20260225T090000Z
            """;
        Assert.Equal(["2026-06-25 09:00Z"], Expand(Moved, "2026-06-20", "2026-07-01"));
        Assert.Equal([], Expand(Moved, "2026-06-01", "2026-06-20"));
    }

    [Fact]
    public void This_and_future_from_a_time_that_is_no_occurrence_is_shown_too() => Shows(
        """
        DTSTART:20260105T090000Z
        RRULE:FREQ=WEEKLY;COUNT=3
        END:VEVENT
        BEGIN:VEVENT
        UID:x
        RECURRENCE-ID;RANGE=THISANDFUTURE:20260114T090000Z
        DTSTART:20260114T100000Z
        """,
        "2026-01-05 09:00Z",
        "2026-01-12 09:00Z",
        "2026-01-14 10:00Z",
        "2026-01-19 10:00Z");

    [Fact]
    public void An_override_of_one_goes_before_this_and_future_from_the_same_one() => Shows(
        """
        DTSTART:20260105T090000Z
        RRULE:FREQ=WEEKLY;COUNT=3
        END:VEVENT
        BEGIN:VEVENT
        UID:x
        RECURRENCE-ID:20260112T090000Z
        DTSTART:20260112T200000Z
        END:VEVENT
        BEGIN:VEVENT
        UID:x
        RECURRENCE-ID;RANGE=THISANDFUTURE:20260112T090000Z
        SEQUENCE:1
        DTSTART:20260112T100000Z
        END:VEVENT
        BEGIN:VEVENT
        UID:x
        RECURRENCE-ID;RANGE=THISANDFUTURE:20260112T090000Z
        DTSTART:20260112T110000Z
        """,
        "2026-01-05 09:00Z",
        "2026-01-12 20:00Z",
        "2026-01-19 10:00Z");

    [Fact]
    public void This_and_future_twice_and_cancelled_in_the_end() => Shows(
        """
        DTSTART:20260105T090000Z
        RRULE:FREQ=WEEKLY;COUNT=6
        END:VEVENT
        BEGIN:VEVENT
        UID:x
        RECURRENCE-ID;RANGE=THISANDFUTURE:20260126T090000Z
        DTSTART:20260126T090000Z
        STATUS:CANCELLED
        END:VEVENT
        BEGIN:VEVENT
        UID:x
        RECURRENCE-ID;RANGE=THISANDFUTURE:20260112T090000Z
        DTSTART:20260112T110000Z
        """,
        "2026-01-05 09:00Z",
        "2026-01-12 11:00Z",
        "2026-01-19 11:00Z");

    [Fact]
    public void Each_of_ten_thousand_overrides_is_shown_once()
    {
        var text = new StringBuilder("DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY\n");
        for (var day = new DateTime(2026, 1, 5); day < new DateTime(2053, 1, 1); day = day.AddDays(1))
        {
            text.Append("END:VEVENT\nBEGIN:VEVENT\nUID:x\nRECURRENCE-ID");
            text.Append(day.Day % 2 == 0 ? ";RANGE=THISANDFUTURE" : "");
            text.Append(CultureInfo.InvariantCulture, $":{day:yyyyMMdd}T090000Z\nDTSTART:{day:yyyyMMdd}T100000Z\n");
        }

        var calendar = Read(text.ToString());
        var found = new List<Occurrence>();
        new OccurrenceExpander(calendar.Zones).Expand(calendar.Series[0], Seconds("2026-01-01"), Seconds("2053-01-01"), 100_000, found);
        Assert.Equal(calendar.Series[0].Overrides.Count, found.Count);
        Assert.All(found, item => Assert.Equal(10, item.Start / 3600 % 24));
    }

    [Fact]
    public void Dates_are_added_once_with_their_own_ends_and_the_start_counts_without_a_rule() => Shows(
        """
        DTSTART:20260105T090000Z
        DTEND:20260105T100000Z
        RDATE:20260109T090000Z,20260107T090000Z,20260105T090000Z
        RDATE;VALUE=PERIOD:20260108T090000Z/20260108T120000Z,20260110T090000Z/PT30M
        """,
        "2026-01-05 09:00 - 10:00Z",
        "2026-01-07 09:00 - 10:00Z",
        "2026-01-08 09:00 - 12:00Z",
        "2026-01-09 09:00 - 10:00Z",
        "2026-01-10 09:00 - 09:30Z");

    [Fact]
    public void Two_rules_are_one_set() => Shows(
        """
        DTSTART:20260105T090000Z
        RRULE:FREQ=DAILY;COUNT=3
        RRULE:FREQ=DAILY;INTERVAL=2;COUNT=3
        """,
        "2026-01-05 09:00Z",
        "2026-01-06 09:00Z",
        "2026-01-07 09:00Z",
        "2026-01-09 09:00Z");

    [Fact]
    public void A_start_outside_of_its_rule_is_shown_and_does_not_count() => Shows(
        """
        DTSTART;TZID=Europe/Berlin:20240530T200000
        RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=WE
        """,
        "2024-05-30 18:00Z",
        "2024-06-05 18:00Z",
        "2024-06-12 18:00Z",
        "2024-06-19 18:00Z");

    [Theory]
    [InlineData("DTSTART:20260105T090000Z\nDTEND:20260105T100000Z", "2026-01-05T10:00", "2026-01-06T00:00", 0)]
    [InlineData("DTSTART:20260105T090000Z\nDTEND:20260105T100000Z", "2026-01-05T09:59", "2026-01-06T00:00", 1)]
    [InlineData("DTSTART:20260105T090000Z\nDTEND:20260105T100000Z", "2026-01-05T00:00", "2026-01-05T09:00", 0)]
    [InlineData("DTSTART:20260105T090000Z\nDTEND:20260105T100000Z", "2026-01-05T00:00", "2026-01-05T09:01", 1)]
    [InlineData("DTSTART:20260105T090000Z", "2026-01-05T09:00", "2026-01-05T10:00", 1)]
    [InlineData("DTSTART:20260105T090000Z", "2026-01-05T08:00", "2026-01-05T09:00", 0)]
    [InlineData("DTSTART;VALUE=DATE:20260105", "2026-01-05T23:59", "2026-01-06T00:00", 1)]
    [InlineData("DTSTART;VALUE=DATE:20260105", "2026-01-06T00:00", "2026-01-07T00:00", 0)]
    [InlineData("DTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:20260105", "2026-01-05T12:00", "2026-01-05T13:00", 1)]
    [InlineData("DTSTART;VALUE=DATE:20260105\nDURATION:P3D", "2026-01-07T12:00", "2026-01-07T13:00", 1)]
    [InlineData("DTSTART:20260105T090000Z\nDTEND:20260105T080000Z", "2026-01-05T09:00", "2026-01-05T10:00", 1)]
    public void Windows_are_half_open(string times, string from, string to, int count) => Assert.Equal(count, Expand(times, from, to).Count);

    [Fact]
    public void A_limit_is_kept_and_told()
    {
        var calendar = Read("DTSTART:20260105T090000Z\nRRULE:FREQ=SECONDLY\n");
        var found = new List<Occurrence>();
        Assert.False(new OccurrenceExpander(calendar.Zones).Expand(calendar.Series[0], long.MinValue, long.MaxValue, 10, found));
        Assert.Equal(10, found.Count);
    }

    [Fact]
    public void Expanding_again_allocates_nothing()
    {
        var calendar = Read(
            """
            DTSTART;TZID=Europe/Berlin:20200105T090000
            DURATION:PT1H
            RRULE:FREQ=WEEKLY;BYDAY=SU,MO
            RDATE;TZID=Europe/Berlin:20260107T090000
            EXDATE;TZID=Europe/Berlin:20260111T090000
            END:VEVENT
            BEGIN:VEVENT
            UID:x
            RECURRENCE-ID;TZID=Europe/Berlin:20260118T090000
            DTSTART;TZID=Europe/Berlin:20260119T090000
            """);
        var expander = new OccurrenceExpander(calendar.Zones);
        var found = new List<Occurrence>();
        long from = Seconds("2026-01-01"), to = Seconds("2027-01-01");
        expander.Expand(calendar.Series[0], from, to, 1000, found);
        Assert.Equal(104, found.Count);
        found.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();
        expander.Expand(calendar.Series[0], from, to, 1000, found);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void An_unknown_zone_is_floating_and_told()
    {
        var problems = new CalendarProblems();
        var calendar = Read("DTSTART;TZID=Middle-earth/Bree:20260105T090000\nRRULE:FREQ=DAILY;COUNT=2\n", problems);
        var found = new List<Occurrence>();
        new OccurrenceExpander(calendar.Zones).Expand(calendar.Series[0], long.MinValue, long.MaxValue, 10, found);
        Assert.All(found, item => Assert.Equal(OccurrenceKind.Floating, item.Kind));
        Assert.Contains("Middle-earth/Bree", Assert.Single(problems.Items).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DTSTART:20260105T090000Z\nDTEND:20260105T100000Z", "2026-01-05T09:00", "2026-01-05T10:00")]
    [InlineData("DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY;COUNT=10", "2026-01-05T09:00", "2026-01-14T09:00")]
    [InlineData("DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY;UNTIL=20260114T090000Z", "2026-01-05T09:00", "2026-01-14T09:00")]
    [InlineData("DTSTART:20260105T090000Z\nRDATE:20260201T090000Z", "2026-01-05T09:00", "2026-02-01T09:00")]
    [InlineData("DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY", "2026-01-05T09:00", null)]
    [InlineData("DTSTART:20260105T090000Z\nRRULE:FREQ=SECONDLY;COUNT=1000000", "2026-01-05T09:00", null)]
    public void Bounds_hold_every_occurrence_and_little_more(string times, string first, string? last)
    {
        var calendar = Read(times + "\n");
        var bounds = SeriesBounds.Of(calendar.Series[0], calendar.Zones);
        Assert.InRange(Seconds(first) - bounds.FirstStart, 0, 86_400 * 2);
        Assert.Equal(last is null, bounds.LastEnd is null);
        if (last is not null)
            Assert.InRange(bounds.LastEnd!.Value - Seconds(last), 0, 86_400 * 3);
    }

    private static void Shows(string component, params string[] expected) => Assert.Equal(expected, Expand(component));

    private static List<string> Expand(string component, string from = "1990-01-01", string to = "2050-01-01")
    {
        var calendar = Read(component);
        var expander = new OccurrenceExpander(calendar.Zones);
        var found = new List<Occurrence>();
        foreach (var series in calendar.Series)
            Assert.True(expander.Expand(series, Seconds(from), Seconds(to), 1000, found));
        return found.ConvertAll(Text);
    }

    private static ExpandableCalendar Read(string component, CalendarProblems? problems = null) => ExpandableCalendar.Read(
        new MemoryStream(Encoding.UTF8.GetBytes($"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x\n{component}\nEND:VEVENT\nEND:VCALENDAR\n")),
        problems ?? new CalendarProblems());

    private static long Seconds(string time) => CalendarDateTime.TryParse(time, zoneId: null, out var value, out var reason)
        ? value.LocalSeconds : throw new FormatException(reason);

    private static string Text(Occurrence item)
    {
        var start = Instant.FromUnixTimeSeconds(item.Start).InUtc().LocalDateTime;
        var end = Instant.FromUnixTimeSeconds(item.End).InUtc().LocalDateTime;
        var pattern = item.Kind == OccurrenceKind.AllDay ? "uuuu-MM-dd" : "uuuu-MM-dd HH:mm";
        var suffix = item.Kind == OccurrenceKind.Timed ? "Z" : "";
        return start.ToString(pattern, CultureInfo.InvariantCulture)
            + (end == start ? "" : " - " + end.ToString(
                end.Date == start.Date ? "HH:mm" : pattern, CultureInfo.InvariantCulture)) + suffix;
    }
}
