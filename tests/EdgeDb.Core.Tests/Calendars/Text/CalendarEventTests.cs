using System.Text;
using EdgeDb.Core.Calendars;
using NodaTime;
using Xunit;

namespace EdgeDb.Core.Tests.Calendars.Text;

/// <summary>What the typed views make of components, and what they say about the ones programs got wrong.</summary>
public sealed class CalendarEventTests
{
    private readonly CalendarProblems _problems = new();

    [Fact]
    public void A_complete_event_is_read()
    {
        var read = Event(
            "UID:19970901T130000Z-123401@example.com", "DTSTAMP:19970901T130000Z", "LAST-MODIFIED:19970902T000000Z",
            "DTSTART;TZID=America/New_York:19970903T163000", "DTEND;TZID=America/New_York:19970903T190000", "RRULE:FREQ=DAILY;COUNT=5",
            "EXDATE;TZID=America/New_York:19970904T163000,19970905T163000", "EXDATE;VALUE=DATE:19970906",
            "RDATE;VALUE=PERIOD:19960403T020000Z/19960403T040000Z,19960404T010000Z/PT3H", "SUMMARY:Annual\\, employee\\nreview",
            "DESCRIPTION:d", "LOCATION:l", "URL:https://example.com/a,b", "COLOR:turquoise", "CATEGORIES:BUSINESS,HUMAN\\, RESOURCES", "CATEGORIES:x",
            "CLASS:private", "STATUS:tentative", "SEQUENCE:2", "TRANSP:TRANSPARENT",
            "BEGIN:VALARM", "ACTION:display", "TRIGGER;RELATED=END:-PT30M", "REPEAT:2", "DURATION:PT15M", "END:VALARM",
            "BEGIN:VALARM", "TRIGGER;VALUE=DATE-TIME:19980101T050000Z", "ACTION:AUDIO", "END:VALARM")!;
        Assert.Equal("19970901T130000Z-123401@example.com", read.Uid);
        Assert.Equal((new LocalDateTime(1997, 9, 3, 16, 30), CalendarTimeKind.Zoned, "America/New_York"), (read.Start.Local, read.Start.Kind, read.Start.ZoneId));
        Assert.Equal("19970903T190000", read.End.ToString());
        Assert.Equal("FREQ=DAILY;COUNT=5", Assert.Single(read.Rules).ToString());
        Assert.Equal(["19970904T163000", "19970905T163000", "19970906"], read.ExceptionDates.Select(d => d.ToString()));
        Assert.Equal([CalendarTimeKind.Zoned, CalendarTimeKind.Zoned, CalendarTimeKind.Date], read.ExceptionDates.Select(d => d.Kind));
        Assert.Equal(["19960403T020000Z/19960403T040000Z", "19960404T010000Z/PT3H"], read.RecurrenceDates.Select(d => d.ToString()));
        Assert.Equal(("Annual, employee\nreview", "d", "l", "https://example.com/a,b", "turquoise"), (read.Summary, read.Description, read.Location, read.Url, read.Color));
        Assert.Equal(["BUSINESS", "HUMAN, RESOURCES", "x"], read.Categories);
        Assert.Equal((true, true, EventStatus.Tentative, 2), (read.Private, read.Transparent, read.Status, read.Sequence));
        Assert.Equal((Instant.FromUtc(1997, 9, 1, 13, 0), Instant.FromUtc(1997, 9, 2, 0, 0)), (read.Stamp!.Value, read.LastModified!.Value));
        Assert.Equal(
            [
                new CalendarAlarm("DISPLAY", new CalendarDuration(0, -1800), true, null, 2, new CalendarDuration(0, 900), null),
                new CalendarAlarm("AUDIO", null, false, new CalendarDateTime(883_630_800, CalendarTimeKind.Utc), 0, null, null),
            ],
            read.Alarms);
        Assert.True(read.IsRecurring);
        Assert.Empty(_problems.Items);
    }

    [Theory]
    // start; end or duration; end read; duration read; problem
    [InlineData("DTSTART;VALUE=DATE:20260105", "DTEND;VALUE=DATE:20260107", "20260107", null, null)]
    [InlineData("DTSTART:20260105", "DTEND:20260105", null, null, null)]
    [InlineData("DTSTART:20260105", "DTEND:20260104", null, null, "is before the start; it was dropped")]
    [InlineData("DTSTART;VALUE=DATE:20260105T000000", "DTEND;VALUE=DATE:20260106T000000", "20260106", null, null)]
    [InlineData("DTSTART:20260105", "DTEND:20260105T170000Z", "20260106", null, "has a time although the start is a date; the day it falls on is the last")]
    [InlineData("DTSTART:20260105", "DTEND:20260106T000000Z", "20260106", null, "has a time although the start is a date; the day it falls on is the last")]
    [InlineData("DTSTART:20260105", "DURATION:PT24H", null, "P1D", null)]
    [InlineData("DTSTART:20260105", "DURATION:PT25H", null, "P2D", "has a time of day although the start is a date; it was rounded up to whole days")]
    [InlineData("DTSTART:20260105T090000", "DTEND:20260105T090000", "20260105T090000", null, null)]
    [InlineData("DTSTART:20260105T090000", "DTEND:20260105T080000", null, null, "is before the start; it was dropped")]
    [InlineData("DTSTART:20260105T090000", "DTEND;VALUE=DATE:20260106", "20260106T000000", null, "is a date although the start has a time; its midnight was taken")]
    [InlineData("DTSTART:20260105T090000", "DTEND;VALUE=DATE:20260105", "20260105T090000", null, "is the date of the start; it was dropped")]
    [InlineData("DTSTART;TZID=Europe/Berlin:20260105T090000", "DTEND:20260105T100000", "20260105T100000", null, null)]
    [InlineData("DTSTART;TZID=Europe/Berlin:20260105T090000", "DTEND:20260105T083000Z", "20260105T083000Z", null, null)]
    [InlineData("DTSTART:20260105T090000Z", "DURATION:-PT1H", null, null, "is negative; it was dropped")]
    [InlineData("DTSTART:20260105T090000Z", "DTEND:soon", null, null, "\"soon\" is not a date or date-time")]
    [InlineData("DTSTART:20260105T090000Z", "DTEND:20260105T100000Z\nDURATION:PT2H", "20260105T100000Z", null, "stands beside DTEND, which is used")]
    public void Start_end_and_duration_are_made_to_agree(string start, string end, string? expectedEnd, string? expectedDuration, string? problem)
    {
        var read = Event("UID:1", start, end)!;
        Assert.Equal((expectedEnd, expectedDuration), (read.End?.ToString(), read.Duration?.ToString()));
        Assert.Equal(problem is null ? [] : [problem], _problems.Items.Select(p => p.Reason));
    }

    [Fact]
    public void An_end_without_a_zone_takes_the_one_of_the_start() =>
        Assert.Equal("Europe/Berlin", Event("UID:1", "DTSTART;TZID=Europe/Berlin:20260105T090000", "DTEND:20260105T100000")!.End!.Value.ZoneId);

    [Theory]
    [InlineData("RECURRENCE-ID:20260105T090000Z\nSTATUS:CANCELLED", "20260105T090000Z", 0)]
    [InlineData("RECURRENCE-ID:20260105T090000Z", "20260105T090000Z", 1)]
    [InlineData("DTEND:20260105T090000Z", "20260105T090000Z", 1)]
    [InlineData("DTSTART:never\nDTEND:20260105T090000Z", "20260105T090000Z", 2)]
    [InlineData("SUMMARY:x", null, 1)]
    [InlineData("DTSTART:20261301T000000", null, 2)]
    public void A_missing_start_is_taken_from_elsewhere_or_the_event_is_skipped(string lines, string? start, int problems)
    {
        Assert.Equal(start, Event("UID:1", lines)?.Start.ToString());
        Assert.Equal(problems, _problems.Count);
    }

    [Fact]
    public void What_cannot_be_understood_is_reported_with_its_place_and_the_rest_is_read()
    {
        var read = Event(
            "SUMMARY:s", "UID:7", "DTSTART:20260105T090000Z", "RRULE:FREQ=FORTNIGHTLY", "EXDATE:20260106T090000Z,,garbage;20260107T090000Z", "RDATE:",
            "SEQUENCE:high", "DTSTAMP:now", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:later", "END:VALARM")!;
        Assert.Equal("s", read.Summary);
        Assert.Empty(read.Rules);
        Assert.Empty(read.RecurrenceDates);
        Assert.Equal(["20260106T090000Z", "20260107T090000Z"], read.ExceptionDates.Select(d => d.ToString()));
        Assert.Empty(read.Alarms);
        Assert.Equal(["RRULE 5", "EXDATE 6", "SEQUENCE 8", "DTSTAMP 9", "TRIGGER 12"], _problems.Items.Select(p => $"{p.Property} {p.Line}"));
        Assert.All(_problems.Items, p => Assert.Equal("7", p.Uid));
    }

    [Fact]
    public void A_missing_UID_is_stable_over_downloads_and_differs_between_events()
    {
        var first = Event("DTSTAMP:20260101T000000Z", "DTSTART:20260105", "SUMMARY:a")!.Uid;
        Assert.Equal(first, Event("UID: ", "DTSTAMP:20260202T000000Z", "DTSTART:20260105", "SUMMARY:a")!.Uid);
        Assert.NotEqual(first, Event("DTSTART:20260105", "SUMMARY:b")!.Uid);
    }

    [Fact]
    public void A_to_do_is_read()
    {
        var component = Component("VTODO", "UID:1", "DTSTART;VALUE=DATE:20260101", "DUE;VALUE=DATE:20260110", "COMPLETED:20260109T100000Z", "PRIORITY:3", "PERCENT-COMPLETE:100", "SUMMARY:Tax");
        var todo = CalendarTodo.From(component, _problems);
        Assert.Equal(("20260101", "20260110", TodoStatus.Completed, 3, 100, "Tax"), (todo.Start.ToString(), todo.Due.ToString(), todo.Status, todo.Priority, todo.PercentComplete, todo.Summary));
        Assert.Equal(TodoStatus.NeedsAction, CalendarTodo.From(Component("VTODO", "UID:2"), _problems).Status);
        Assert.Empty(_problems.Items);
    }

    [Fact]
    public void A_time_zone_is_read()
    {
        var zone = CalendarTimeZoneDefinition.From(
            Component("VTIMEZONE", "TZID:W. Europe Standard Time", "X-LIC-LOCATION:Europe/Berlin", "BEGIN:STANDARD", "DTSTART:16010101T030000", "TZOFFSETFROM:+0200",
                "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "TZNAME:CET", "END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:19810329T010000Z", "TZOFFSETFROM:+0100",
                "TZOFFSETTO:+0200", "RDATE:19820328T020000,19830327T020000", "END:DAYLIGHT", "BEGIN:DAYLIGHT", "DTSTART:19810329T020000", "END:DAYLIGHT"),
            _problems)!;
        Assert.Equal(("W. Europe Standard Time", "Europe/Berlin", 2), (zone.Id, zone.Location, zone.Observances.Count));
        var standard = zone.Observances[0];
        Assert.Equal((false, 7200, 3600, "CET", "16010101T030000"), (standard.IsDaylight, standard.OffsetFromSeconds, standard.OffsetToSeconds, standard.Abbreviation, standard.Start.ToString()));
        Assert.Equal("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", Assert.Single(standard.Rules).ToString());
        var daylight = zone.Observances[1];
        Assert.Equal((true, "19810329T020000", null), (daylight.IsDaylight, daylight.Start.ToString(), daylight.Abbreviation));
        Assert.Equal(["19820328T020000", "19830327T020000"], daylight.RecurrenceDates.Select(d => d.ToString()));
        Assert.Equal("TZOFFSETTO", Assert.Single(_problems.Items).Property);
    }

    [Theory]
    [InlineData("99991231T235959", "-1800", "+1800")]
    [InlineData("00010101T000000", "+1800", "-1800")]
    [InlineData("00010101T000000Z", "-1800", "+1800")]
    [InlineData("99991231T235959Z", "+1800", "-1800")]
    public void A_time_zone_at_the_ends_of_the_calendar_is_still_one(string start, string from, string to)
    {
        var zone = CalendarTimeZoneDefinition.From(
            Component("VTIMEZONE", "TZID:x", "BEGIN:DAYLIGHT", $"DTSTART:{start}", $"TZOFFSETFROM:{from}", $"TZOFFSETTO:{to}", "RRULE:FREQ=YEARLY", "END:DAYLIGHT"), _problems)!;
        Assert.InRange(DefinedTimeZone.From(zone).GetUtcOffset(Instant.FromUtc(2026, 1, 1, 0, 0)).Seconds, -CalendarOffset.MaxSeconds, CalendarOffset.MaxSeconds);
    }

    [Fact]
    public void An_all_day_event_cannot_end_after_the_last_day_of_the_calendar() =>
        Assert.Null(Event("UID:1", "DTSTART:99991231", "DTEND:99991231T170000Z")!.End);

    [Theory]
    [InlineData("a\\nb\\Nc", "a\nb\nc")]
    [InlineData("a\\, b\\; c\\\\d", "a, b; c\\d")]
    [InlineData("10\\:30 \\\"x\\\"", "10:30 \"x\"")]
    [InlineData("a\\r\\nb", "a\nb")]
    [InlineData("C:\\temp\\", "C:\\temp\\")]
    [InlineData("\\\\n", "\\n")]
    public void Escapes_of_text_are_resolved(string raw, string text) => Assert.Equal(text, CalendarText.Unescape(raw));

    [Fact]
    public void Text_is_escaped() => Assert.Equal("a\\nb\\nc\\nd\\, e\\; f\\\\g:h", CalendarText.Escape("a\nb\r\nc\rd, e; f\\g:\0h"));

    private CalendarEvent? Event(params string[] lines) => CalendarEvent.From(Component("VEVENT", lines), _problems);

    private CalendarComponent Component(string name, params string[] lines)
    {
        using var reader = new CalendarReader(new MemoryStream(Encoding.UTF8.GetBytes($"BEGIN:{name}\n{string.Join('\n', lines)}\nEND:{name}\n")), _problems);
        return reader.Read()!;
    }
}
