using System.Text;
using EdgeDb.Core.Calendars;
using Xunit;

namespace EdgeDb.Core.Tests.Calendars.Recurrence;

public class CalendarCommandsTests
{
    private const string Feed = """
        BEGIN:VCALENDAR
        BEGIN:VEVENT
        UID:weekly
        SUMMARY:Choir "São" Ä
        DTSTART;TZID=Europe/Berlin:20260323T090000
        DTEND;TZID=Europe/Berlin:20260323T100000
        RRULE:FREQ=WEEKLY;COUNT=3
        END:VEVENT
        BEGIN:VEVENT
        UID:weekly
        SUMMARY:Choir moved
        RECURRENCE-ID;TZID=Europe/Berlin:20260330T090000
        DTSTART;TZID=Europe/Berlin:20260331T180000
        DURATION:PT30M
        END:VEVENT
        BEGIN:VEVENT
        UID:birthday
        SUMMARY:Ada
        DTSTART;VALUE=DATE:20260329
        END:VEVENT
        BEGIN:VEVENT
        UID:floating
        DTSTART:20260329T120000
        DTEND:20260329T123000
        END:VEVENT
        END:VCALENDAR
        """;

    [Fact]
    public void Expanding_prints_the_occurrences_in_order_in_UTC_with_dates_for_all_day_ones()
    {
        using var file = new TemporaryFile(Feed);
        var (code, output, errors) = Run(null, "expand", file.Path, "--from", "2026-03-01", "--to=2026-05-01", "--zone", "Europe/Berlin");
        Assert.Equal("", errors);
        Assert.Equal(0, code);
        Assert.Equal(
            """
            {"uid":"weekly","recurrenceId":"2026-03-23T08:00:00Z","start":"2026-03-23T08:00:00Z","end":"2026-03-23T09:00:00Z","allDay":false,"zone":"Europe/Berlin","summary":"Choir \"São\" Ä"}
            {"uid":"birthday","recurrenceId":null,"start":"2026-03-29","end":"2026-03-30","allDay":true,"zone":null,"summary":"Ada"}
            {"uid":"floating","recurrenceId":null,"start":"2026-03-29T10:00:00Z","end":"2026-03-29T10:30:00Z","allDay":false,"zone":null,"summary":null}
            {"uid":"weekly","recurrenceId":"2026-03-30T07:00:00Z","start":"2026-03-31T16:00:00Z","end":"2026-03-31T16:30:00Z","allDay":false,"zone":"Europe/Berlin","summary":"Choir moved"}
            {"uid":"weekly","recurrenceId":"2026-04-06T07:00:00Z","start":"2026-04-06T07:00:00Z","end":"2026-04-06T08:00:00Z","allDay":false,"zone":"Europe/Berlin","summary":"Choir \"São\" Ä"}

            """.ReplaceLineEndings("\n"),
            output);
    }

    [Theory]
    [InlineData("2026-03-29", "2026-03-30", "Europe/Berlin", "birthday floating")]
    // The day of the birthday begins in Auckland eleven hours before it does in Berlin, and ends there too.
    [InlineData("2026-03-28T11:00:00Z", "2026-03-28T12:00:00Z", "Pacific/Auckland", "birthday")]
    [InlineData("2026-03-29T12:00:00Z", "2026-03-29T13:00:00Z", "Pacific/Auckland", "")]
    [InlineData("2026-03-23T08:30:00Z", "2026-03-23T08:31:00Z", "UTC", "weekly")]
    [InlineData("2026-03-23T09:00:00Z", "2026-03-23T09:31:00Z", "UTC", "")]
    public void A_window_holds_what_overlaps_it_in_the_zone_it_is_seen_from(string from, string to, string zone, string uids)
    {
        using var file = new TemporaryFile(Feed);
        var (_, output, _) = Run(null, "expand", file.Path, "--from", from, "--to", to, "--zone", zone);
        Assert.Equal(uids, string.Join(' ', output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('"')[3])));
    }

    [Fact]
    public void A_long_window_gives_what_its_parts_give()
    {
        var feed = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x\nDTSTART:20260101T230000Z\nDURATION:P40D\nRRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR\n";
        using var file = new TemporaryFile(feed);
        var (_, output, _) = Run(null, "expand", file.Path, "--from", "2026-03-01", "--to", "2028-03-01", "--zone", "UTC");
        var starts = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("\"start\":\"")[1][..10]).ToList();
        // The first that still lasts on 1 March began on 20 January.
        Assert.Equal("2026-01-20", starts[0]);
        Assert.Equal("2028-02-29", starts[^1]);
        Assert.Equal(771, starts.Count);
        Assert.Equal(starts.Count, starts.Distinct().Count());
    }

    [Fact]
    public void A_window_of_all_years_ends_with_what_is_in_it()
    {
        var feed = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:once\nDTSTART:18150618T110000Z\nEND:VEVENT\n"
            + "BEGIN:VEVENT\nUID:yearly\nDTSTART;VALUE=DATE:20000229\nRRULE:FREQ=YEARLY\nEND:VEVENT\n"
            + "BEGIN:VEVENT\nUID:many\nDTSTART:40000101T000000Z\nRRULE:FREQ=MINUTELY;COUNT=100000\nEND:VEVENT\nEND:VCALENDAR\n";
        using var file = new TemporaryFile(feed);
        var (code, output, errors) = Run(null, "expand", file.Path, "--from", "0001-01-01", "--to", "9999-12-31", "--zone", "UTC");
        Assert.Equal((0, ""), (code, errors));
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1, lines.Count(line => line.Contains("\"once\"", StringComparison.Ordinal)));
        // Every fourth year from 2000 to 9996, less the 60 that a century takes.
        Assert.Equal(2000 - 60, lines.Count(line => line.Contains("\"yearly\"", StringComparison.Ordinal)));
        Assert.Equal(100_000, lines.Count(line => line.Contains("\"many\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("2026-03-28T09:00:00", null, "2026-03-28T09:00:00 2026-03-29T09:00:00 2026-03-30T09:00:00")]
    [InlineData("20260328T090000", "Europe/Berlin", "2026-03-28T08:00:00Z 2026-03-29T07:00:00Z 2026-03-30T07:00:00Z")]
    [InlineData("20260328T090000Z", "Europe/Berlin", "2026-03-28T09:00:00Z 2026-03-29T09:00:00Z 2026-03-30T09:00:00Z")]
    [InlineData("2026-03-28", "Europe/Berlin", "2026-03-28 2026-03-29 2026-03-30")]
    public void A_rule_prints_local_times_or_UTC_where_there_is_a_zone(string start, string? zone, string expected)
    {
        string[] arguments = ["rrule", "RRULE:FREQ=DAILY", "--dtstart", start, "--limit", "3", .. zone is null ? (string[])[] : ["--zone", zone]];
        var (code, output, _) = Run(null, arguments);
        Assert.Equal(0, code);
        Assert.Equal(expected, string.Join(' ', output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('"')[3])));
    }

    [Theory]
    [InlineData("--from 2026-01-03 --to 2026-01-05", "2026-01-03T09:00:00 2026-01-04T09:00:00")]
    [InlineData("--from 2026-01-03T09:00:00 --to 2026-01-04T09:00:00", "2026-01-03T09:00:00")]
    [InlineData("--zone Asia/Tokyo --from 2026-01-03T00:00:00Z --to 2026-01-04T00:00:01Z", "2026-01-03T00:00:00Z 2026-01-04T00:00:00Z")]
    public void A_rules_window_begins_inclusive_and_ends_exclusive(string options, string expected)
    {
        var (_, output, _) = Run(null, ["rrule", "FREQ=DAILY", "--dtstart", "2026-01-01T09:00:00", .. options.Split(' ')]);
        Assert.Equal(expected, string.Join(' ', output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('"')[3])));
    }

    [Fact]
    public void A_rule_without_end_stops_by_itself_and_an_impossible_one_ends()
    {
        Assert.Equal(RulePrinter.DefaultEndlessLimit, Run(null, "rrule", "FREQ=SECONDLY", "--dtstart", "20260101T000000").Output.Count(c => c == '\n'));
        Assert.Equal("", Run(null, "rrule", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "--dtstart", "20260101").Output);
    }

    [Theory]
    [InlineData("")]
    [InlineData("contract")]
    [InlineData("expand")]
    [InlineData("expand nowhere.ics --from 2026-01-01 --to 2026-02-01 --zone UTC")]
    [InlineData("expand nowhere.ics --from 2026-01-01 --to 2026-02-01")]
    [InlineData("expand nowhere.ics --from yesterday --to 2026-02-01 --zone UTC")]
    [InlineData("expand nowhere.ics --from 2026-02-01 --to 2026-01-01 --zone UTC")]
    [InlineData("expand nowhere.ics --from 2026-02-01 --to 2026-01-01 --zone Mars/Olympus")]
    [InlineData("expand a.ics b.ics --from 2026-02-01 --to 2026-03-01 --zone UTC")]
    [InlineData("expand --limit 3")]
    [InlineData("rrule")]
    [InlineData("rrule FREQ=DAILY")]
    [InlineData("rrule FREQ=DAILY --dtstart")]
    [InlineData("rrule FREQ=NEVER --dtstart 20260101")]
    [InlineData("rrule FREQ=DAILY --dtstart 20261301")]
    [InlineData("rrule FREQ=DAILY --dtstart 20260101 --limit 0")]
    [InlineData("rrule FREQ=DAILY --dtstart 20260101 --limit many")]
    [InlineData("rrule FREQ=DAILY --dtstart 20260101 --zone \0")]
    [InlineData("rrule FREQ=DAILY --dtstart 20260101 --colour red")]
    [InlineData("rrule FREQ=DAILY --dtstart 20260101 --from 20270101 --to 20260101")]
    public void Bad_input_exits_2_with_one_line_and_no_output(string arguments)
    {
        var (code, output, errors) = Run(null, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.Equal(1, errors.Count(c => c == '\n'));
        Assert.StartsWith("edgedb calendar", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_calendar_is_refused()
    {
        using var file = new TemporaryFile("<html>not found</html>");
        var (code, output, errors) = Run(null, "expand", file.Path, "--from", "2026-01-01", "--to", "2026-02-01", "--zone", "UTC");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("not an iCalendar file", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_are_answered_one_by_one_and_a_bad_one_does_not_stop_the_others()
    {
        var requests = """
            {"id":1,"rule":"FREQ=DAILY","dtstart":"20260101","limit":2}

            {"id":"b","rule":"FREQ=DAILY;INTERVAL=0","dtstart":"20260101"}
            not json
            {"id":"c","rule":"FREQ=DAILY","dtstart":"20260101","colour":"red"}
            {"rule":"FREQ=DAILY;COUNT=1","dtstart":"20260101T090000","zone":"Europe/Berlin"}
            """;
        var (code, output, errors) = Run(requests, "rrule", "--stdin");
        Assert.Equal(
            """
            {"id":1,"start":"2026-01-01"}
            {"id":1,"start":"2026-01-02"}
            {"id":"b","error":"rule: INTERVAL=0 is not a whole number from 1 to 2147483647"}
            {"error":"the request is not valid JSON"}
            {"id":"c","error":"\"colour\" is not a property of a request"}
            {"start":"2026-01-01T08:00:00Z"}

            """.ReplaceLineEndings("\n"),
            output);
        Assert.Equal(2, code);
        Assert.Contains("3 of 5 requests", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_can_carry_the_calendar_and_options_fill_in_what_it_leaves_out()
    {
        var feed = "BEGIN:VCALENDAR\\nBEGIN:VEVENT\\nUID:a\\nDTSTART:20260105T090000\\nEND:VEVENT\\nEND:VCALENDAR\\n";
        var (code, output, _) = Run(
            $$"""{"ics":"{{feed}}","zone":"Europe/Berlin"}""", "expand", "--stdin", "--from", "2026-01-01", "--to", "2026-02-01", "--zone", "UTC");
        Assert.Equal(0, code);
        Assert.Contains("2026-01-05T08:00:00Z", output, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Errors) Run(string? input, params string[] arguments)
    {
        using var output = new MemoryStream();
        using var errors = new StringWriter { NewLine = "\n" };
        var code = CalendarCommands.Run(arguments, new MemoryStream(Encoding.UTF8.GetBytes(input ?? "")), output, errors);
        return (code, Encoding.UTF8.GetString(output.ToArray()), errors.ToString());
    }

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(string text) => File.WriteAllText(Path, text);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
