using EdgeDb.Core.Calendars;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeDb.Core.Tests.Calendars.Recurrence;

/// <summary>Random rules that are legal, with starts near years whose edges hurt.</summary>
internal static class RandomRules
{
    private static readonly string[] Frequencies = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
    private static readonly string[] Weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

    public static Gen<(RecurrenceRule Rule, DateTime Start)> Rules =>
        from seed in Gen.Choose(0, int.MaxValue - 1)
        let made = Make(new System.Random(seed))
        where made.Rule is not null
        select (made.Rule!, made.Start);

    /// <summary>How much time shows enough instances of a frequency without making the naive walk slow.</summary>
    public static TimeSpan Span(RecurrenceRule rule) => TimeSpan.FromDays(rule.Frequency switch
    {
        RecurrenceFrequency.Secondly => 1,
        RecurrenceFrequency.Minutely => 4,
        RecurrenceFrequency.Hourly => 60,
        RecurrenceFrequency.Daily => 900,
        RecurrenceFrequency.Weekly => 1500,
        RecurrenceFrequency.Monthly => 3000,
        _ => 9000,
    });

    public static CalendarDateTime Start(DateTime start) => new(Seconds(start), CalendarTimeKind.Floating);

    public static long Seconds(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;

    public static DateTime Time(long seconds) => new(DateTime.UnixEpoch.Ticks + seconds * TimeSpan.TicksPerSecond);

    private static (RecurrenceRule? Rule, DateTime Start) Make(System.Random random)
    {
        var start = new DateTime(random.Next(1995, 2033), 1, 1).AddDays(random.Next(366));
        // The edges of years and of February.
        if (random.Next(3) == 0)
            start = new DateTime(start.Year, random.Next(2) == 0 ? 12 : 1, 1).AddDays(random.Next(31));
        start = start.AddHours(random.Next(24)).AddMinutes(random.Next(4) * 15).AddSeconds(random.Next(2) * 30);

        var frequency = random.Next(7);
        var parts = new List<string> { "FREQ=" + Frequencies[frequency] };
        Maybe(2, () => "INTERVAL=" + random.Next(1, frequency < 3 ? 200 : 5));
        Maybe(3, () => "WKST=" + Weekdays[random.Next(7)]);
        Maybe(3, () => "BYMONTH=" + List(1, 12, false));
        Maybe(4, () => "BYMONTHDAY=" + List(1, 31, true));
        Maybe(6, () => "BYYEARDAY=" + List(1, 366, true));
        if (frequency == 6 && random.Next(4) == 0)
        {
            parts.RemoveAll(part => part.StartsWith("INTERVAL", StringComparison.Ordinal));
            parts.Add("BYWEEKNO=" + List(1, 53, true));
        }

        Maybe(3, () => "BYDAY=" + string.Join(',', Enumerable.Range(0, random.Next(1, 5)).Select(_ =>
            (frequency >= 5 && random.Next(3) == 0 ? random.Next(2) == 0 ? random.Next(1, 6) : -random.Next(1, 6) : 0) switch
            {
                0 => "",
                var ordinal => $"{ordinal}",
            } + Weekdays[random.Next(7)])));
        Maybe(4, () => "BYHOUR=" + List(0, 23, false));
        Maybe(5, () => "BYMINUTE=" + List(0, 59, false));
        Maybe(6, () => "BYSECOND=" + List(0, 59, false));
        Maybe(4, () => "BYSETPOS=" + List(1, 6, true));
        Maybe(4, () => "COUNT=" + random.Next(1, 60));
        Maybe(5, () => "UNTIL=" + start.AddDays(random.Next(800)).ToString(random.Next(2) == 0 ? "yyyyMMdd" : "yyyyMMdd'T'HHmmss", null));
        return (RecurrenceRule.TryParse(string.Join(';', parts), out var rule, out _) ? rule : null, start);

        void Maybe(int oneIn, Func<string> part)
        {
            if (random.Next(oneIn) == 0)
                parts.Add(part());
        }

        string List(int least, int most, bool signed) => string.Join(',', Enumerable.Range(0, random.Next(1, 5)).Select(_ =>
            random.Next(least, most + 1) * (signed && random.Next(2) == 0 ? -1 : 1)));
    }
}
