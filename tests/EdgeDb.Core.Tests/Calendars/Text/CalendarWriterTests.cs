using System.Text;
using EdgeDb.Core.Calendars;
using NodaTime;
using Xunit;

namespace EdgeDb.Core.Tests.Calendars.Text;

/// <summary>What is written, to the octet, and what an edit leaves alone.</summary>
public sealed class CalendarWriterTests
{
    [Fact]
    public void Lines_are_folded_at_75_octets_and_never_within_a_character()
    {
        var text = Written(new CalendarProperty("SUMMARY", [], new string('ä', 60) + "🧀" + new string('x', 80)));
        foreach (var line in text.Split("\r\n"))
            Assert.InRange(Encoding.UTF8.GetByteCount(line), 0, 75);
        Assert.DoesNotContain('\uFFFD', text);
        Assert.Equal(Encoding.UTF8.GetByteCount("SUMMARY:" + new string('ä', 33)), Encoding.UTF8.GetByteCount(text.Split("\r\n")[0]));
    }

    [Theory]
    [InlineData(75, 1)]
    [InlineData(76, 2)]
    [InlineData(149, 2)]
    [InlineData(150, 3)]
    public void A_line_has_75_octets_and_its_continuations_74_beside_the_blank(int octets, int lines) =>
        Assert.Equal(lines, Written(new CalendarProperty("X", [], new string('v', octets - 2))).Split("\r\n").Length - 1);

    [Theory]
    [InlineData("plain", "CN=plain")]
    [InlineData("Doe, Jane", "CN=\"Doe, Jane\"")]
    [InlineData("a:b;c", "CN=\"a:b;c\"")]
    [InlineData("George Herman \"Babe\" Ruth", "CN=George Herman ^'Babe^' Ruth")]
    [InlineData("two\nlines\r\nthree^", "CN=two^nlines^nthree^^")]
    [InlineData(" padded", "CN=\" padded\"")]
    [InlineData("", "CN=")]
    public void Parameter_values_are_quoted_and_encoded_where_needed(string value, string expected) =>
        Assert.Equal($"ATTENDEE;{expected}:mailto:x\r\n", Written(new CalendarProperty("ATTENDEE", [new CalendarParameter("CN", value)], "mailto:x")));

    [Fact]
    public void Several_values_and_bare_names_of_parameters_are_written() =>
        Assert.Equal("A;M=a,\"b,c\";R:v\r\n", Written(new CalendarProperty("A", [new CalendarParameter("M", ["a", "b,c"]), new CalendarParameter("R", [])], "v")));

    [Fact]
    public void A_line_break_in_a_raw_value_cannot_begin_a_line_of_its_own() =>
        Assert.Equal("SUMMARY:a\\nEND:VEVENT\\nb\r\n", Written(new CalendarProperty("SUMMARY", [], "a\r\nEND:VEVENT\n\0b")));

    [Fact]
    public void An_edit_changes_what_it_names_and_nothing_else()
    {
        const string before = """
            BEGIN:VEVENT
            UID:1
            X-UNKNOWN;X-P=1:a\,b
            SUMMARY;LANGUAGE=en:Old
            DTSTART:20260105T090000Z
            DURATION:PT1H
            ATTENDEE;CN="Doe, Jane":mailto:jane@example.com
            SEQUENCE:3
            SUMMARY;LANGUAGE=de:Alt
            EXDATE:20260106T090000Z
            BEGIN:VALARM
            TRIGGER:-PT5M
            END:VALARM
            END:VEVENT

            """;
        const string after = """
            BEGIN:VEVENT
            UID:1
            X-UNKNOWN;X-P=1:a\,b
            SUMMARY:New\, better
            DTSTART;TZID=Europe/Berlin:20260105T100000
            ATTENDEE;CN="Doe, Jane":mailto:jane@example.com
            SEQUENCE:4
            EXDATE:20260106T090000Z
            DTEND;TZID=Europe/Berlin:20260105T110000
            RRULE:FREQ=DAILY
            EXDATE;VALUE=DATE:20260107
            CATEGORIES:a\,b,c
            DTSTAMP:20260101T000000Z
            LAST-MODIFIED:20260101T000000Z
            BEGIN:VALARM
            TRIGGER:-PT5M
            END:VALARM
            END:VEVENT

            """;
        using var reader = new CalendarReader(new MemoryStream(Encoding.UTF8.GetBytes(before)), new CalendarProblems());
        var editor = new CalendarEventEditor(reader.Read()!);
        editor.SetText("SUMMARY", "New, better");
        editor.SetTime("DTSTART", Time("20260105T100000", "Europe/Berlin"));
        editor.SetEnd(Time("20260105T110000", "Europe/Berlin"));
        editor.SetRule(RecurrenceRule.Parse("FREQ=DAILY"));
        editor.AddExceptionDate(Time("20260107", null));
        editor.AddExceptionDate(Time("20260107", null));
        editor.SetCategories(["a,b", "c"]);
        editor.SetText("LOCATION", null);
        editor.MarkRevised(Instant.FromUtc(2026, 1, 1, 0, 0));
        Assert.Equal(after.ReplaceLineEndings("\r\n"), Encoding.UTF8.GetString(CalendarWriter.ToUtf8(editor.Component)));
    }

    [Fact]
    public void A_new_event_can_be_read_back()
    {
        var editor = CalendarEventEditor.Create("1", Time("20260105", null), Instant.FromUtc(2026, 1, 1, 12, 0));
        var problems = new CalendarProblems();
        var read = CalendarEvent.From(editor.Component, problems)!;
        Assert.Equal(("1", "20260105", Instant.FromUtc(2026, 1, 1, 12, 0)), (read.Uid, read.Start.ToString(), read.Stamp!.Value));
        Assert.Empty(problems.Items);
    }

    private static CalendarDateTime Time(string text, string? zone) =>
        CalendarDateTime.TryParse(text, zone, out var value, out var reason) ? value : throw new FormatException(reason);

    private static string Written(CalendarProperty property)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        new CalendarWriter(output).Write(property);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
