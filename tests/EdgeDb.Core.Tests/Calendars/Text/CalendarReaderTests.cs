using System.Text;
using EdgeDb.Core.Calendars;
using Xunit;

namespace EdgeDb.Core.Tests.Calendars.Text;

/// <summary>How content lines and components are read, well written or not.</summary>
public sealed class CalendarReaderTests
{
    private readonly CalendarProblems _problems = new();

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\r\r\n")]
    [InlineData("\n\n")]
    public void Any_line_end_ends_a_line_and_folds_are_joined(string lineEnd)
    {
        var component = Assert.Single(Read(string.Join(lineEnd,
            "BEGIN:VCALENDAR", "BEGIN:VEVENT", "DESCRIPTION:This is a lo", " ng description", "\t that exists on a long line.", "SUMMARY:x",
            "END:VEVENT", "END:VCALENDAR", "")));
        Assert.Equal(
            ["DESCRIPTION=This is a long description that exists on a long line.", "SUMMARY=x"],
            component.Properties.Select(p => $"{p.Name}={p.RawValue}"));
        Assert.Empty(_problems.Items);
    }

    [Fact]
    public void A_fold_may_split_a_character()
    {
        var bytes = Encoding.UTF8.GetBytes("BEGIN:VEVENT\r\nSUMMARY:Käse\r\nEND:VEVENT\r\n").ToList();
        bytes.InsertRange(bytes.IndexOf(0xC3) + 1, "\r\n "u8.ToArray());
        Assert.Equal("Käse", Assert.Single(Read(bytes.ToArray())).Property("SUMMARY")!.RawValue);
        Assert.Empty(_problems.Items);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void The_result_does_not_depend_on_how_the_stream_is_cut(int chunk)
    {
        var bytes = Encoding.UTF8.GetBytes("\uFEFFBEGIN:VCALENDAR\r\nX-WR-CALNAME:Fa\r\n milie\r\n\r\nBEGIN:VEVENT\r\nSUMMARY:Käse\n kuchen\rUID:1\r\r\nEND:VEVENT\r\nEND:VCALENDAR");
        using var reader = new CalendarReader(new ChunkedStream(bytes, chunk), _problems);
        var component = reader.Read()!;
        Assert.Equal(["SUMMARY=Käsekuchen", "UID=1"], component.Properties.Select(p => $"{p.Name}={p.RawValue}"));
        Assert.Null(reader.Read());
        Assert.Equal("Familie", Assert.Single(reader.CalendarProperties).RawValue);
        Assert.False(reader.IsTruncated);
        Assert.Empty(_problems.Items);
    }

    [Fact]
    public async Task Reading_asynchronously_gives_the_same()
    {
        using var reader = new CalendarReader(new ChunkedStream("BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nBEGIN:VTODO\r\nUID:2\r\nEND:VTODO"u8.ToArray(), 5), _problems);
        Assert.Equal("VEVENT", (await reader.ReadAsync(TestContext.Current.CancellationToken))!.Name);
        Assert.Equal("VTODO", (await reader.ReadAsync(TestContext.Current.CancellationToken))!.Name);
        Assert.Null(await reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Null(await reader.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", false)]
    [InlineData("utf-8", true)]
    public void The_encoding_is_recognised(string name, bool mark)
    {
        var encoding = Encoding.GetEncoding(name);
        var text = "BEGIN:VEVENT\r\nSUMMARY:Käse 🧀\r\nEND:VEVENT\r\n";
        byte[] bytes = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];
        using var reader = new CalendarReader(new ChunkedStream(bytes, 3), _problems);
        Assert.Equal("Käse 🧀", reader.Read()!.Property("SUMMARY")!.RawValue);
        Assert.Empty(_problems.Items);
    }

    [Fact]
    public void A_line_that_is_not_UTF8_is_read_as_Windows_1252_and_the_others_are_not_touched()
    {
        var bytes = "BEGIN:VEVENT\nSUMMARY:K\xE4se \x80 5\nLOCATION:K\xC3\xA4se\nEND:VEVENT\n".Select(c => (byte)c).ToArray();
        var component = Assert.Single(Read(bytes));
        Assert.Equal("Käse € 5", component.Property("SUMMARY")!.RawValue);
        Assert.Equal("Käse", component.Property("LOCATION")!.RawValue);
        Assert.Equal((2, "is not UTF-8; it was read as Windows-1252"), (Assert.Single(_problems.Items).Line, _problems.Items[0].Reason));
    }

    [Fact]
    public void NUL_bytes_are_dropped()
    {
        Assert.Equal("ab", Assert.Single(Read("BEGIN:VEVENT\nSUMMARY:a\0b\nEND:VEVENT")).Property("SUMMARY")!.RawValue);
        Assert.Equal("has NUL bytes; they were dropped", Assert.Single(_problems.Items).Reason);
    }

    [Fact]
    public void Parameters_are_decoded_and_keep_their_order()
    {
        var property = Assert.Single(Read(
            "BEGIN:VEVENT\nATTENDEE;CN=\"Doe, Jane; Dr.\";X-Note=a^nb^^c^'d^x;MEMBER=\"mailto:a@x\",\"mailto:b@x\";RSVP;X-E=;;ROLE=CHAIR:mailto:jane@example.com\nEND:VEVENT"))
            .Properties[0];
        Assert.Equal("mailto:jane@example.com", property.RawValue);
        Assert.Equal(
            ["CN=[Doe, Jane; Dr.]", "X-NOTE=[a\nb^c\"d^x]", "MEMBER=[mailto:a@x][mailto:b@x]", "RSVP=", "X-E=[]", "ROLE=[CHAIR]"],
            property.Parameters.Select(p => $"{p.Name}={string.Concat(p.Values.Select(v => $"[{v}]"))}"));
        Assert.Equal("Doe, Jane; Dr.", property.Parameter("cn"));
        Assert.Empty(_problems.Items);
    }

    [Theory]
    [InlineData("DTSTART;TZID=(UTC+01:00) Berlin, Rome:20260105T090000", "(UTC+01:00) Berlin, Rome", "20260105T090000")]
    [InlineData("DTSTART;TZID=\"(GMT +01:00)\":20111028T160000", "(GMT +01:00)", "20111028T160000")]
    [InlineData("DTSTART;TZID=Europe/Berlin:20260105T090000", "Europe/Berlin", "20260105T090000")]
    [InlineData("DTSTART;TZID=Europe/Berlin:2026-01-05T09:00:00", "Europe/Berlin", "2026-01-05T09:00:00")]
    public void A_zone_name_with_an_unquoted_colon_is_told_from_the_date(string line, string zone, string value)
    {
        var property = Assert.Single(Read($"BEGIN:VEVENT\n{line}\nEND:VEVENT")).Properties[0];
        Assert.Equal((zone, value), (property.Parameter("TZID"), property.RawValue));
    }

    [Theory]
    [InlineData("ATTENDEE;X-RESPONSE-COMMENT=\"he said \"no\" to me\":mailto:a@example.com", "he said \"no\" to me")]
    [InlineData("ATTENDEE;X-RESPONSE-COMMENT=5\" pipe:mailto:a@example.com", "5\" pipe")]
    public void A_literal_quote_in_a_parameter_does_not_lose_the_value(string line, string comment)
    {
        var property = Assert.Single(Read($"BEGIN:VEVENT\n{line}\nEND:VEVENT")).Properties[0];
        Assert.Equal((comment, "mailto:a@example.com"), (property.Parameter("X-RESPONSE-COMMENT"), property.RawValue));
    }

    [Fact]
    public void A_text_whose_line_breaks_were_not_escaped_is_kept_whole()
    {
        var component = Assert.Single(Read("BEGIN:VEVENT\nLOCATION:123 Main St\\, Suite 100\\,\nAlbuquerque\\, NM 87101\nMeeting ID: 12 34\nUID:1\nEND:VEVENT"));
        Assert.Equal("123 Main St, Suite 100,\nAlbuquerque, NM 87101\nMeeting ID: 12 34", CalendarText.Unescape(component.Property("LOCATION")!.RawValue));
        Assert.Equal("1", component.Property("UID")!.RawValue);
        Assert.Equal([3, 4], _problems.Items.Select(p => p.Line));
    }

    [Fact]
    public void Headers_pages_and_comments_around_the_calendar_are_reported_and_skipped()
    {
        var component = Assert.Single(Read("Content-Type: text/calendar\n\n<!-- Copyright (C) Somebody -->\nBEGIN: VCALENDAR\nBEGIN: VEVENT \nUID:1\nEND: VEVENT\nEND: VCALENDAR\n--boundary--\n"));
        Assert.Equal("1", component.Property("UID")!.RawValue);
        Assert.Equal([1, 3, 9], _problems.Items.Select(p => p.Line));
    }

    [Fact]
    public void A_page_that_is_no_calendar_is_told_from_an_empty_calendar()
    {
        using var page = new CalendarReader(new MemoryStream("<!DOCTYPE html>\n<title>Sign in</title>"u8.ToArray()), _problems);
        Assert.Null(page.Read());
        using var empty = new CalendarReader(new MemoryStream("BEGIN:VCALENDAR\nEND:VCALENDAR"u8.ToArray()), _problems);
        Assert.Null(empty.Read());
        Assert.Equal((0, 1), (page.CalendarCount, empty.CalendarCount));
    }

    [Theory]
    [InlineData("BEGIN:VEVENT\nUID:1\nBEGIN:VEVENT\nUID:2\nEND:VEVENT", "1,2")]
    [InlineData("BEGIN:VEVENT\nUID:1\nBEGIN:VALARM\nEND:VEVENT\nBEGIN:VEVENT\nUID:2\nEND:VEVENT", "1,2")]
    [InlineData("BEGIN:VEVENT\nUID:1\nEND:VTODO\nEND:VEVENT\nBEGIN:VEVENT\nUID:2\nEND:VEVENT", "1,2")]
    [InlineData("BEGIN:VEVENT\nUID:1\nEND:VCALENDAR\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:2\nEND:VEVENT", "1,2")]
    [InlineData("BEGIN:VEVENT\nUID:1\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:2\nEND:VEVENT\nEND:VCALENDAR", "1,2")]
    [InlineData("END:VALARM\nBEGIN:\nBEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VEVENT\nBEGIN:VEVENT\nUID:2", "1,2")]
    public void Missing_and_wrong_ENDs_lose_no_event(string body, string uids)
    {
        Assert.Equal(uids, string.Join(',', Read($"BEGIN:VCALENDAR\n{body}\nEND:VCALENDAR\n").Select(c => c.Property("UID")!.RawValue)));
        Assert.NotEmpty(_problems.Items);
    }

    [Fact]
    public void A_stream_that_breaks_off_says_so()
    {
        using var reader = new CalendarReader(new MemoryStream("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1"u8.ToArray()), _problems);
        Assert.Equal("1", reader.Read()!.Property("UID")!.RawValue);
        Assert.Null(reader.Read());
        Assert.True(reader.IsTruncated);
    }

    [Fact]
    public void Nested_components_and_line_numbers_are_kept()
    {
        var component = Assert.Single(Read("BEGIN:VCALENDAR\r\nbegin:vevent\r\nUID:1\r\nDESCRIPTION:a\r\n b\r\n\r\nSUMMARY:c\r\nBEGIN:VALARM\r\nACTION:AUDIO\r\nEND:VALARM\r\nend:vevent\r\nEND:VCALENDAR\r\n"));
        Assert.Equal(("VEVENT", 2), (component.Name, component.Line));
        Assert.Equal([3, 4, 7], component.Properties.Select(p => p.Line));
        var alarm = Assert.Single(component.Components);
        Assert.Equal(("VALARM", 8, "AUDIO"), (alarm.Name, alarm.Line, alarm.Property("ACTION")!.RawValue));
        Assert.Empty(_problems.Items);
    }

    [Fact]
    public void Too_deep_nesting_is_skipped_and_what_follows_is_read()
    {
        var limits = new CalendarReaderLimits { MaxDepth = 3 };
        var deep = string.Concat(Enumerable.Repeat("BEGIN:X-A\n", 10)) + "UID:no\n" + string.Concat(Enumerable.Repeat("END:X-A\n", 10));
        var components = Read(Encoding.UTF8.GetBytes($"BEGIN:VEVENT\nUID:1\n{deep}SUMMARY:s\nEND:VEVENT\nBEGIN:VEVENT\nUID:2\nEND:VEVENT\n"), limits);
        Assert.Equal(["1", "2"], components.Select(c => c.Property("UID")!.RawValue));
        Assert.Equal("s", components[0].Property("SUMMARY")!.RawValue);
        Assert.Equal("is nested deeper than 3; it was skipped", Assert.Single(_problems.Items).Reason);
    }

    [Fact]
    public void More_bytes_or_components_than_allowed_end_reading_with_the_name_of_the_limit()
    {
        var bytes = Assert.Throws<CalendarLimitException>(() => Read(new byte[1001], new CalendarReaderLimits { MaxBytes = 1000 }));
        Assert.Equal(("MaxBytes", 1000L), (bytes.Limit, bytes.Value));
        Assert.Contains("MaxBytes", bytes.Message, StringComparison.Ordinal);
        var events = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("BEGIN:VEVENT\nEND:VEVENT\n", 3)));
        var components = Assert.Throws<CalendarLimitException>(() => Read(events, new CalendarReaderLimits { MaxComponents = 2 }));
        Assert.Equal(("MaxComponents", 2L), (components.Limit, components.Value));
        Assert.Equal(3, Read(events, new CalendarReaderLimits { MaxComponents = 3, MaxBytes = events.Length }).Count);
    }

    [Fact]
    public void Other_limits_drop_the_excess_and_report_it()
    {
        var limits = new CalendarReaderLimits { MaxProperties = 2, MaxParameters = 2, MaxLineBytes = 20 };
        var component = Assert.Single(Read("BEGIN:VEVENT\nA;B=1;C=1;D=1:2\nSUMMARY:0123456789abcdefg\nUID:3\nX:4\nEND:VEVENT"u8.ToArray(), limits));
        Assert.Equal(["A=2", "SUMMARY=0123456789ab"], component.Properties.Select(p => $"{p.Name}={p.RawValue}"));
        Assert.Equal(2, component.Properties[0].Parameters.Count);
        Assert.Equal(3, _problems.Count);
    }

    private List<CalendarComponent> Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private List<CalendarComponent> Read(byte[] bytes, CalendarReaderLimits? limits = null)
    {
        using var reader = new CalendarReader(new MemoryStream(bytes), _problems, limits);
        var components = new List<CalendarComponent>();
        while (reader.Read() is { } component)
            components.Add(component);
        return components;
    }
}
