using System.Text;
using EdgeDb.Core.Calendars;
using Xunit;

namespace EdgeDb.Core.Tests.Calendars.Text;

/// <summary>
/// Four megabytes made to hurt: work and memory stay proportional to the input. Memory is counted exactly; an algorithm of quadratic time needs
/// hours for them and is stopped by the timeout, which no linear one comes near.
/// </summary>
public sealed class HostileCalendarTests
{
    private const int Size = 4_000_000;
    private const int TimeoutMilliseconds = 60_000;

    // What a byte of input may cost in allocations over the whole of reading, text kept; an honest feed needs 8, fifty thousand
    // events under one UID 21.
    private const long MaxAllocatedPerByte = 24;

    private static readonly Dictionary<string, Func<byte[]>> Inputs = new(StringComparer.Ordinal)
    {
        ["one line without an end"] = () => Repeat("", "x"),
        ["one property without an end"] = () => Repeat("BEGIN:VEVENT\nSUMMARY:", "x"),
        ["folds"] = () => Repeat("BEGIN:VEVENT\nSUMMARY:", "\n x"),
        ["folds of nothing"] = () => Repeat("BEGIN:VEVENT\nSUMMARY:", "\n "),
        ["line feeds"] = () => Repeat("BEGIN:VEVENT\n", "\n"),
        ["carriage returns"] = () => Repeat("BEGIN:VEVENT\n", "\r"),
        ["NULs"] = () => Repeat("BEGIN:VEVENT\nSUMMARY:", "\0"),
        ["bytes that are no UTF-8"] = () => [.. "BEGIN:VEVENT\nSUMMARY:"u8, .. Enumerable.Repeat((byte)0xFF, Size - 21)],
        ["short lines that are no UTF-8"] = () => Repeat("BEGIN:VEVENT\n", "A:\u00FF\n", Encoding.Latin1),
        ["nesting"] = () => Repeat("", "BEGIN:A\n"),
        ["nesting of events"] = () => Repeat("BEGIN:VEVENT\n", "BEGIN:VALARM\n"),
        ["ENDs"] = () => Repeat("BEGIN:VEVENT\n", "END:B\n"),
        ["properties"] = () => Repeat("BEGIN:VEVENT\n", "A:\n"),
        ["properties of the calendar"] = () => Repeat("BEGIN:VCALENDAR\n", "A:\n"),
        ["names"] = () => Numbered("BEGIN:VEVENT\n", "X-{0}:\n"),
        ["orphans"] = () => Repeat("BEGIN:VEVENT\nDESCRIPTION:a\n", "b\n"),
        ["empty parameters"] = () => Repeat("BEGIN:VEVENT\nA", ";"),
        ["bare parameters"] = () => Repeat("BEGIN:VEVENT\nA", ";B", suffix: ":x\n"),
        ["parameter values"] = () => Repeat("BEGIN:VEVENT\nA;B=", ",", suffix: ":x\n"),
        ["quotes that open"] = () => Repeat("BEGIN:VEVENT\nA;B=", "=\"x", suffix: ":x\n"),
        ["quotes that close nothing"] = () => Repeat("BEGIN:VEVENT\nA;B=", "\"x\",", suffix: ":x\n"),
        ["zones with colons"] = () => Repeat("BEGIN:VEVENT\n", "A;TZID=(:x:x:x:x:x:x:x\n"),
        ["carets"] = () => Repeat("BEGIN:VEVENT\nA;B=", "^", suffix: ":x\n"),
        ["backslashes"] = () => Repeat("BEGIN:VEVENT\nDTSTART:20260101\nSUMMARY:", "\\"),
        ["line breaks in texts"] = () => Repeat("BEGIN:VEVENT\nDTSTART:20260101\nSUMMARY:", "\\n"),
        ["categories"] = () => Repeat("BEGIN:VEVENT\nDTSTART:20260101\nCATEGORIES:", "a,"),
        ["lines of categories"] = () => Repeat("BEGIN:VEVENT\nDTSTART:20260101\n", "CATEGORIES:a,a,a,a,a,a,a,a,a,a,a,a,a,a\n"),
        ["excluded dates"] = () => Repeat("BEGIN:VEVENT\nDTSTART:20260101\nEXDATE:", "20260101,"),
        ["empty excluded dates"] = () => Repeat("BEGIN:VEVENT\nDTSTART:20260101\nEXDATE:", ","),
        ["wrong dates"] = () => Repeat("BEGIN:VEVENT\nDTSTART:20260101\n", "RDATE:x,x,x,x,x,x,x,x,x,x,x,x\n"),
        ["lines of dates"] = () => Repeat("BEGIN:VEVENT\nDTSTART:20260101\n", "RDATE:20260101T000000/PT1H,20260101\n"),
        ["rules"] = () => Repeat("BEGIN:VEVENT\nDTSTART:20260101\n", "RRULE:FREQ=DAILY\n"),
        ["parts of a rule"] = () => Repeat("BEGIN:VEVENT\nDTSTART:20260101\nRRULE:FREQ=DAILY;BYDAY=", "MO,"),
        ["alarms"] = () => Repeat("BEGIN:VEVENT\nDTSTART:20260101\n", "BEGIN:VALARM\nTRIGGER:PT1H\nEND:VALARM\n"),
        ["observances"] = () => Repeat("BEGIN:VTIMEZONE\nTZID:x\n", "BEGIN:STANDARD\nDTSTART:20260101T000000\nTZOFFSETTO:+0100\nEND:STANDARD\n"),
        ["events of one UID"] = () => Numbered("", "BEGIN:VEVENT\nUID:1\nDTSTART:20260101\nSUMMARY:{0:000000}\nDESCRIPTION:" + new string('d', 130) + "\nEND:VEVENT\n"),
        ["overrides of one UID"] = () => Numbered("", "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20260101\nSUMMARY:{0:000000}\nDESCRIPTION:" + new string('d', 130) + "\nEND:VEVENT\n"),
        ["calendars"] = () => Repeat("", "BEGIN:VCALENDAR\nEND:VCALENDAR\n"),
        ["UTF-16"] = () => [0xFF, 0xFE, .. Repeat("BEGIN:VEVENT\nSUMMARY:", "ä", Encoding.Unicode)[..(Size - 2)]],
    };

    public static TheoryData<string> Names() => [.. Inputs.Keys];

    [Theory(Timeout = TimeoutMilliseconds)]
    [MemberData(nameof(Names))]
    public async Task Four_megabytes_cost_no_more_than_their_size_times_a_constant(string name)
    {
        var input = Inputs[name]();
        Assert.InRange(input.Length, Size / 2, Size);
        var allocated = await Task.Run(() => Allocated(input), TestContext.Current.CancellationToken);
        Assert.InRange(allocated, 0, MaxAllocatedPerByte * Size);
    }

    [Fact]
    public void Events_beyond_the_limit_end_reading_instead_of_filling_memory() =>
        Assert.Throws<CalendarLimitException>(() => Allocated(Repeat("", "BEGIN:VEVENT\nEND:VEVENT\n")));

    private static long Allocated(byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var document = CalendarDocument.Read(new MemoryStream(input), keepText: true);
        foreach (var series in document.Series)
            document.TextOf(series);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static byte[] Repeat(string prefix, string unit, Encoding? encoding = null, string suffix = "")
    {
        encoding ??= Encoding.UTF8;
        var room = Size - encoding.GetByteCount(prefix) - encoding.GetByteCount(suffix);
        var count = room / encoding.GetByteCount(unit);
        // Whole lines, not one megabyte of a line that is cut: a list in one line is repeated as often as it fits into the limit.
        if (suffix.Length > 0)
        {
            var line = prefix[(prefix.IndexOf('\n', StringComparison.Ordinal) + 1)..] + string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length)) + suffix;
            return encoding.GetBytes(prefix[..(prefix.IndexOf('\n', StringComparison.Ordinal) + 1)] + string.Concat(Enumerable.Repeat(line, 3)));
        }
        return encoding.GetBytes(prefix + string.Concat(Enumerable.Repeat(unit, count)));
    }

    private static byte[] Numbered(string prefix, string format)
    {
        var text = new StringBuilder(prefix);
        for (var i = 0; text.Length < Size - (2 * format.Length) && i < 1_000_000; i++)
            text.AppendFormat(System.Globalization.CultureInfo.InvariantCulture, format, i);
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
