using System.Globalization;

namespace EdgeDb.Benchmarks.Service;

/// <summary>
/// The calendars of a family over twenty years: 50,000 events, one in fifty of them a weekly series that ran for a year. The
/// same for every run. A month of it has about 400 occurrences.
/// </summary>
internal static class HouseholdHistory
{
    public const int Events = 50_000;
    private const int Files = 5;
    private const int Years = 20;

    /// <summary>Writes one file a member and returns their paths.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="today">The middle of the history is five years before.</param>
    public static IReadOnlyList<string> Write(string folder, DateTime today)
    {
        var random = new Random(20_260_105);
        var first = today.Date.AddYears(-Years + 3);
        var paths = new List<string>();
        for (var file = 0; file < Files; file++)
        {
            var path = Path.Combine(folder, $"member-{file}.ics");
            using var text = new StreamWriter(path) { NewLine = "\r\n" };
            text.WriteLine("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//EdgeDb//Benchmark//EN");
            for (var i = 0; i < Events / Files; i++)
            {
                var start = first.AddDays(random.Next(Years * 365)).AddHours(random.Next(7, 21)).AddMinutes(15 * random.Next(4));
                text.WriteLine("BEGIN:VEVENT");
                text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"UID:{file}-{i}@history.example"));
                text.WriteLine("DTSTAMP:20260101T000000Z");
                if (i % 10 == 0)
                {
                    text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"DTSTART;VALUE=DATE:{start:yyyyMMdd}"));
                }
                else
                {
                    text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"DTSTART;TZID=Europe/Berlin:{start:yyyyMMdd'T'HHmmss}"));
                    text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"DTEND;TZID=Europe/Berlin:{start.AddHours(1):yyyyMMdd'T'HHmmss}"));
                }
                if (i % 50 == 1)
                    text.WriteLine("RRULE:FREQ=WEEKLY;COUNT=52");
                text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"SUMMARY:Appointment {i} of member {file}"));
                text.WriteLine("LOCATION:Somewhere in town");
                text.WriteLine("END:VEVENT");
            }
            text.WriteLine("END:VCALENDAR");
            paths.Add(path);
        }
        return paths;
    }
}
