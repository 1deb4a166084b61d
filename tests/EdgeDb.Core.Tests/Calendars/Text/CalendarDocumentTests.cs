using System.Text;
using EdgeDb.Core.Calendars;
using Xunit;

namespace EdgeDb.Core.Tests.Calendars.Text;

/// <summary>How a file becomes series, zones and to-dos, and what is kept of its text.</summary>
public sealed class CalendarDocumentTests
{
    [Fact]
    public void Events_are_grouped_by_UID_in_the_order_of_the_file()
    {
        var document = Read(
            Event("UID:b", "DTSTART:20260101", "RECURRENCE-ID:20260101"), Event("UID:a", "DTSTART:20260102"), Event("UID:b", "DTSTART:20260101", "RRULE:FREQ=DAILY"),
            Event("UID:b", "DTSTART:20260103", "RECURRENCE-ID:20260102"), Event("UID:c", "DTSTART:20260105", "RECURRENCE-ID:20260105"));
        Assert.Equal(["b 2", "a 0", "c 1"], document.Series.Select(s => $"{s.Uid} {s.Overrides.Count}"));
        Assert.Equal([true, false, false], document.Series.Select(s => s.Master?.IsRecurring == true));
        Assert.Null(document.Series[2].Master);
        Assert.Empty(document.Problems.Items);
    }

    [Fact]
    public void Properties_of_the_calendar_zones_and_to_dos_are_read()
    {
        var document = Read(
            "X-WR-CALNAME:Old name\nNAME:Family\\, all\nX-APPLE-CALENDAR-COLOR:#FF2968FF\nX-WR-TIMEZONE:Europe/Berlin\nMETHOD:publish\nX-PUBLISHED-TTL:PT1H\nREFRESH-INTERVAL;VALUE=DURATION:P1D",
            "BEGIN:VTIMEZONE\nTZID:Z\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE",
            "BEGIN:VTODO\nUID:t\nSUMMARY:Milk\nEND:VTODO");
        Assert.Equal(("Family, all", "#FF2968", "Europe/Berlin", "PUBLISH", new CalendarDuration(1, 0)),
            (document.Name, document.Color, document.ZoneId, document.Method, document.RefreshInterval));
        Assert.Equal("Z", Assert.Single(document.Zones).Id);
        Assert.Equal("Milk", Assert.Single(document.Todos).Summary);
    }

    [Theory]
    [InlineData("SEQUENCE:2", "SEQUENCE:1", "first")]
    [InlineData("SEQUENCE:1", "SEQUENCE:2", "second")]
    [InlineData("DTSTAMP:20260102T000000Z", "DTSTAMP:20260101T000000Z", "first")]
    [InlineData("DTSTAMP:20260101T000000Z", "DTSTAMP:20260102T000000Z", "second")]
    [InlineData("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY", "second")]
    public void Of_two_revisions_the_newest_is_used(string first, string second, string expected)
    {
        var document = Read(Event("UID:1", "DTSTART:20260101", "SUMMARY:first", first), Event("UID:1", "DTSTART:20260101", "SUMMARY:second", second));
        var series = Assert.Single(document.Series);
        Assert.Equal(expected, series.Master!.Summary);
        Assert.Equal("is there in more than one revision; the newest is used", Assert.Single(document.Problems.Items).Reason);
        var text = Encoding.UTF8.GetString(document.TextOf(series));
        Assert.Contains($"SUMMARY:{expected}", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("BEGIN:VEVENT").Length);
    }

    [Fact]
    public void Different_events_under_one_UID_are_both_kept_and_keep_their_new_UID()
    {
        var body = new[] { Event("UID:1", "DTSTART:20260101", "SUMMARY:a"), Event("UID:1", "DTSTART:20260101", "SUMMARY:b"), Event("UID:1", "DTSTART:20260101", "SUMMARY:b") };
        var document = Read(body);
        Assert.Equal(["a", "b"], document.Series.Select(s => s.Master!.Summary));
        Assert.Equal("1", document.Series[0].Uid);
        Assert.Equal(document.Series.Select(s => s.Uid), Read(body).Series.Select(s => s.Uid));
        Assert.Contains($"UID:{document.Series[1].Uid}", Encoding.UTF8.GetString(document.TextOf(document.Series[1])), StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_of_a_series_has_all_of_its_components_with_what_nobody_understands()
    {
        var document = Read(
            Event("UID:1", "DTSTART:20260101", "RRULE:FREQ=DAILY", "X-ODD;A=\"b;c\":d\\,e"), Event("UID:2", "DTSTART:20260101"),
            Event("UID:1", "DTSTART:20260102", "RECURRENCE-ID:20260102"), "BEGIN:VTIMEZONE\nTZID:Z\nX-LIC:1\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE");
        Assert.Equal(
            "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260101\r\nRRULE:FREQ=DAILY\r\nX-ODD;A=\"b;c\":d\\,e\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260102\r\nRECURRENCE-ID:20260102\r\nEND:VEVENT\r\n",
            Encoding.UTF8.GetString(document.TextOf(document.Series[0])));
        Assert.StartsWith("BEGIN:VTIMEZONE\r\nTZID:Z\r\nX-LIC:1\r\n", Encoding.UTF8.GetString(document.TextOf(document.Zones[0])), StringComparison.Ordinal);
        var again = CalendarDocument.Read(new MemoryStream(document.TextOf(document.Series[0])));
        Assert.Equal("1", Assert.Single(again.Series).Uid);
    }

    [Fact]
    public void A_UID_made_of_the_content_enters_the_text_so_that_edits_keep_it()
    {
        var document = Read(Event("DTSTART:20260101", "SUMMARY:x"));
        Assert.Contains($"UID:{document.Series[0].Uid}\r\n", Encoding.UTF8.GetString(document.TextOf(document.Series[0])), StringComparison.Ordinal);
    }

    [Fact]
    public void One_bad_event_does_not_reject_the_others()
    {
        var document = Read(Event("UID:1", "DTSTART:bad"), Event("UID:2", "DTSTART:20260101", "RRULE:nonsense"), Event("UID:3", "DTSTART:20260101"));
        Assert.Equal(["2", "3"], document.Series.Select(s => s.Uid));
        Assert.Equal([("1", "DTSTART"), ("1", "DTSTART"), ("2", "RRULE")], document.Problems.Items.Select(p => (p.Uid, p.Property)));
    }

    [Theory]
    [InlineData("<html>Sign in</html>", false, false)]
    [InlineData("", false, false)]
    [InlineData("BEGIN:VCALENDAR\nEND:VCALENDAR", true, false)]
    [InlineData("BEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT", true, false)]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\nSUMM", true, true)]
    public async Task A_page_and_a_broken_download_are_told_from_a_calendar(string text, bool isCalendar, bool isTruncated)
    {
        var document = await CalendarDocument.ReadAsync(
            new ChunkedStream(Encoding.UTF8.GetBytes(text), 7), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((isCalendar, isTruncated), (document.IsCalendar, document.IsTruncated));
    }

    [Fact]
    public void Asking_for_a_text_that_was_not_kept_says_so()
    {
        var document = CalendarDocument.Read(new MemoryStream(Encoding.UTF8.GetBytes(Event("UID:1", "DTSTART:20260101"))));
        Assert.Throws<InvalidOperationException>(() => document.TextOf(document.Series[0]));
    }

    private static string Event(params string[] lines) => $"BEGIN:VEVENT\n{string.Join('\n', lines)}\nEND:VEVENT";

    private static CalendarDocument Read(params string[] body) =>
        CalendarDocument.Read(new MemoryStream(Encoding.UTF8.GetBytes($"BEGIN:VCALENDAR\n{string.Join('\n', body)}\nEND:VCALENDAR\n")), keepText: true);
}
