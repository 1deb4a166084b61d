using System.Diagnostics;
using EdgeDb.Core.Calendars;

namespace EdgeDb.Benchmarks.Calendar;

/// <summary>The parts of an expansion in this process: where the time goes, what is allocated, and what distance from DTSTART costs.</summary>
internal static class ExpansionCosts
{
    private static readonly string[] Rules =
    [
        "FREQ=SECONDLY;INTERVAL=3600", "FREQ=MINUTELY;INTERVAL=60", "FREQ=HOURLY", "FREQ=DAILY", "FREQ=DAILY;COUNT=100000",
        "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=100000", "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=10000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=YEARLY", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
    ];

    public static void Print(string file)
    {
        PrintParts(file);
        PrintDistance();
    }

    private static void PrintParts(string file)
    {
        var bytes = File.ReadAllBytes(file);
        long from = Seconds(CalendarGenerator.From), to = Seconds(CalendarGenerator.To);
        var found = new List<Occurrence>(300_000);
        double read = double.MaxValue, expand = double.MaxValue;
        long readBytes = 0, expandBytes = 0;
        for (var round = 0; round < 10; round++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.StartNew();
            var calendar = ExpandableCalendar.Read(new MemoryStream(bytes), new CalendarProblems());
            read = Math.Min(read, clock.Elapsed.TotalMilliseconds);
            readBytes = GC.GetAllocatedBytesForCurrentThread() - allocated;

            var expander = new OccurrenceExpander(calendar.Zones);
            found.Clear();
            clock.Restart();
            foreach (var series in calendar.Series)
                expander.Expand(series, from, to, int.MaxValue, found);
            expand = Math.Min(expand, clock.Elapsed.TotalMilliseconds);

            // Rules and zones are prepared the first time; what an occurrence itself allocates shows the second.
            found.Clear();
            allocated = GC.GetAllocatedBytesForCurrentThread();
            foreach (var series in calendar.Series)
                expander.Expand(series, from, to, int.MaxValue, found);
            expandBytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
        }

        Console.WriteLine();
        Console.WriteLine($"Parts in this process, best of 10: reading {bytes.Length / 1e6:0.0} MB {read:0} ms ({readBytes / 1e6:0.0} MB allocated), "
            + $"expanding {found.Count} occurrences {expand:0.0} ms = {expand * 1e6 / found.Count:0} ns each ({(double)expandBytes / found.Count:0.00} bytes allocated each)");
    }

    private static void PrintDistance()
    {
        Console.WriteLine();
        Console.WriteLine("One week (a year from MONTHLY on) of a series in Europe/Berlin that began in 1990, µs a window:");
        Console.WriteLine($"{"",-52}{"1990",8}{"2025",8}{"2055",8}{"far/near",10}");
        var zones = new CalendarZones();
        var expander = new OccurrenceExpander(zones);
        foreach (var text in Rules)
        {
            var rule = RecurrenceRule.Parse(text);
            var series = new EventSeries(
                new CalendarEvent
                {
                    Uid = "x",
                    Start = new CalendarDateTime(Seconds(new DateTime(1990, 1, 1, 9, 0, 0)), CalendarTimeKind.Zoned, "Europe/Berlin"),
                    Rules = [rule],
                },
                []);
            var near = Window(1990);
            var middle = Window(2025);
            var far = Window(2055);
            Console.WriteLine($"{text,-52}{near,8:0.00}{middle,8:0.00}{far,8:0.00}{far / near,10:0.0}");

            double Window(int year)
            {
                var from = Seconds(new DateTime(year, 5, 5));
                var to = from + (rule.Frequency < RecurrenceFrequency.Monthly ? 7 : 365) * 86_400;
                var found = new List<Occurrence>(1000);
                var best = double.MaxValue;
                for (var round = 0; round < 20; round++)
                {
                    var clock = Stopwatch.StartNew();
                    for (var i = 0; i < 500; i++)
                    {
                        found.Clear();
                        expander.Expand(series, from, to, int.MaxValue, found);
                    }

                    best = Math.Min(best, clock.Elapsed.TotalMicroseconds / 500);
                }

                return best;
            }
        }
    }

    private static long Seconds(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;
}
