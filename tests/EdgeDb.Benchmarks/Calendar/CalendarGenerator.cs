using System.Globalization;

namespace EdgeDb.Benchmarks.Calendar;

/// <summary>
/// Writes the calendar file of the benchmark, always the same for a size: as a household's program would export it, with
/// Europe/Berlin and its VTIMEZONE, one event in five recurring in one of six ways.
/// </summary>
internal static class CalendarGenerator
{
    /// <summary>First and one past the last day of the window that is expanded.</summary>
    public static readonly DateTime From = new(2025, 1, 1);

    public static readonly DateTime To = new(2027, 1, 1);

    // Rule, and its share of a hundred recurring events. Starts match their rules: programs differ in what they do with one that does not.
    private static readonly (string Rule, int Share, DayOfWeek? Day)[] Ways =
    [
        ("FREQ=DAILY;INTERVAL=2", 18, null),
        ("FREQ=WEEKLY;BYDAY=TU,TH", 17, DayOfWeek.Tuesday),
        ("FREQ=WEEKLY", 17, null),
        ("FREQ=MONTHLY;BYDAY=2TU", 16, null),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", 16, null),
        ("FREQ=YEARLY", 16, null),
    ];

    public static void Write(string path, int events)
    {
        using var text = new StreamWriter(path) { NewLine = "\r\n" };
        text.WriteLine("BEGIN:VCALENDAR");
        text.WriteLine("VERSION:2.0");
        text.WriteLine("PRODID:-//EdgeDb//Benchmark//EN");
        foreach (var line in Zone.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            text.WriteLine(line);
        var random = new Random(20260105);
        for (var i = 0; i < events; i++)
            WriteEvent(text, i, random);
        text.WriteLine("END:VCALENDAR");
    }

    private static void WriteEvent(StreamWriter text, int number, Random random)
    {
        var way = number % 5 == 0 ? Way(number / 5 % 100) : default;
        // Recurring ones began in the years before the window, single ones lie in it.
        var day = way.Rule is null ? From.AddDays(random.Next((To - From).Days)) : Start(way, From.AddDays(-random.Next(1, 1500)));
        var start = day.AddHours(random.Next(6, 21)).AddMinutes(random.Next(4) * 15);
        var end = start.AddMinutes(15 * random.Next(1, 9));
        text.WriteLine("BEGIN:VEVENT");
        Property("UID", $"{number:000000}-{random.Next():x8}@household.example");
        Property("DTSTAMP", "20250101T120000Z");
        Property("CREATED", "20240701T093000Z");
        Property("LAST-MODIFIED", "20241231T180000Z");
        Property("DTSTART;TZID=Europe/Berlin", Local(start));
        Property("DTEND;TZID=Europe/Berlin", Local(end));
        if (way.Rule is not null)
            Property("RRULE", way.Rule);
        Property("SUMMARY", $"Appointment {number} with a title of usual length");
        Property("LOCATION", $"Main Street {random.Next(1, 200)}\\, Springfield");
        text.WriteLine("DESCRIPTION:A few words on what this is about\\, as people write them into");
        text.WriteLine("  their calendars\\nand a second line with what to bring.");
        Property("SEQUENCE", "0");
        Property("STATUS", "CONFIRMED");
        Property("TRANSP", "OPAQUE");
        text.WriteLine("END:VEVENT");

        void Property(string name, string value) => text.WriteLine($"{name}:{value}");
    }

    private static (string Rule, int Share, DayOfWeek? Day) Way(int percent)
    {
        foreach (var way in Ways)
        {
            if (percent < way.Share)
                return way;
            percent -= way.Share;
        }

        throw new InvalidOperationException("The shares do not make a hundred.");
    }

    private static DateTime Start((string Rule, int Share, DayOfWeek? Day) way, DateTime day)
    {
        if (way.Rule.EndsWith("=-1", StringComparison.Ordinal))
            return new DateTime(day.Year, day.Month, DateTime.DaysInMonth(day.Year, day.Month));
        if (way.Rule.EndsWith("2TU", StringComparison.Ordinal))
            day = new DateTime(day.Year, day.Month, 8);
        else if (way.Rule == "FREQ=YEARLY" && day is { Month: 2, Day: 29 })
            day = day.AddDays(1);
        while (way.Rule.EndsWith("2TU", StringComparison.Ordinal) ? day.DayOfWeek != DayOfWeek.Tuesday : way.Day is { } wanted && day.DayOfWeek != wanted)
            day = day.AddDays(1);
        return day;
    }

    private static string Local(DateTime time) => time.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);

    private const string Zone = """
        BEGIN:VTIMEZONE
        TZID:Europe/Berlin
        BEGIN:DAYLIGHT
        TZOFFSETFROM:+0100
        TZOFFSETTO:+0200
        TZNAME:CEST
        DTSTART:19810329T020000
        RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
        END:DAYLIGHT
        BEGIN:STANDARD
        TZOFFSETFROM:+0200
        TZOFFSETTO:+0100
        TZNAME:CET
        DTSTART:19961027T030000
        RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
        END:STANDARD
        END:VTIMEZONE
        """;
}
