using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Tests.Calendars.Recurrence;

/// <summary>
/// RFC 5545 §3.3.10 word for word and as slow as that: every second, minute, hour or day of a span is asked whether each BY part
/// allows it, then periods are grouped and BYSETPOS picks from each. Shares no code with the engine; dates are those of the BCL.
/// </summary>
internal static class NaiveRecurrence
{
    public static List<DateTime> Instances(RecurrenceRule rule, DateTime start, DateTime last)
    {
        var until = rule.Until is { } end ? DateTime.UnixEpoch.AddSeconds(end.LocalSeconds).AddDays(end.IsDate ? 1 : 0).AddSeconds(end.IsDate ? -1 : 0)
            : DateTime.MaxValue;
        // The period of the start counts as a whole for BYSETPOS, and week-years reach into the year before.
        var candidates = Times(rule, start, new DateTime(start.Year, 1, 1).AddDays(-8), last.AddDays(400))
            .GroupBy(time => Period(rule, time))
            .Where(group => (group.Key - Period(rule, start)) % rule.Interval == 0 && group.Key >= Period(rule, start));
        var instances = new List<DateTime>();
        foreach (var group in candidates)
        {
            var set = group.ToList();
            var picked = rule.BySetPosition.Count == 0
                ? set
                : [.. rule.BySetPosition.Select(position => position > 0 ? position - 1 : set.Count + position)
                    .Where(index => index >= 0 && index < set.Count).Distinct().Order().Select(index => set[index])];
            foreach (var time in picked)
            {
                if (time > until || time > last || instances.Count == (rule.Count ?? int.MaxValue))
                    return instances;
                if (time >= start)
                    instances.Add(time);
            }
        }

        return instances;
    }

    private static IEnumerable<DateTime> Times(RecurrenceRule rule, DateTime start, DateTime from, DateTime to)
    {
        if (rule.Frequency < RecurrenceFrequency.Daily && rule.BySetPosition.Count == 0)
            from = start.Date;
        if (rule.Frequency < RecurrenceFrequency.Daily)
            to = to.AddDays(-399);
        for (var day = from.Date; day <= to; day = day.AddDays(1))
        {
            if (!Matches(rule, start, day))
                continue;
            foreach (var hour in Units(rule.ByHour, rule.Frequency < RecurrenceFrequency.Daily, start.Hour, 24))
                foreach (var minute in Units(rule.ByMinute, rule.Frequency < RecurrenceFrequency.Hourly, start.Minute, 60))
                    foreach (var second in Units(rule.BySecond, rule.Frequency < RecurrenceFrequency.Minutely, start.Second, 60))
                        yield return day.AddHours(hour).AddMinutes(minute).AddSeconds(second);
        }
    }

    private static IEnumerable<int> Units(IReadOnlyList<int> by, bool all, int ofStart, int size) =>
        by.Count > 0 ? by.Select(value => Math.Min(value, size - 1)).Distinct() : all ? Enumerable.Range(0, size) : [ofStart];

    private static bool Matches(RecurrenceRule rule, DateTime start, DateTime day)
    {
        var monthLength = DateTime.DaysInMonth(day.Year, day.Month);
        var yearLength = DateTime.IsLeapYear(day.Year) ? 366 : 365;
        var noDays = rule.ByMonthDay.Count == 0 && rule.ByDay.Count == 0 && rule.ByYearDay.Count == 0;
        var coarse = rule.Frequency >= RecurrenceFrequency.Monthly;
        var yearly = rule.Frequency == RecurrenceFrequency.Yearly;

        if (rule.ByMonth.Count > 0 ? !rule.ByMonth.Contains(day.Month)
            : yearly && rule.ByDay.Count == 0 && rule.ByYearDay.Count == 0 && rule.ByWeekNumber.Count == 0 && day.Month != start.Month)
            return false;
        if (rule.ByMonthDay.Count > 0 && !rule.ByMonthDay.Contains(day.Day) && !rule.ByMonthDay.Contains(day.Day - monthLength - 1))
            return false;
        if (rule.ByYearDay.Count > 0 && !rule.ByYearDay.Contains(day.DayOfYear) && !rule.ByYearDay.Contains(day.DayOfYear - yearLength - 1))
            return false;
        if (rule.ByWeekNumber.Count > 0)
        {
            var (_, week, weeks) = Week(rule, day);
            if (!rule.ByWeekNumber.Contains(week) && !rule.ByWeekNumber.Contains(week - weeks - 1))
                return false;
        }

        if (rule.ByDay.Count > 0)
            return rule.ByDay.Any(entry => IsNth(rule, entry, day, monthLength, yearLength));
        return !noDays
            || (rule.ByWeekNumber.Count > 0 || rule.Frequency == RecurrenceFrequency.Weekly ? day.DayOfWeek == start.DayOfWeek
                : !coarse || day.Day == start.Day);
    }

    private static bool IsNth(RecurrenceRule rule, WeekdayNumber entry, DateTime day, int monthLength, int yearLength)
    {
        if ((int)entry.Day % 7 != (int)day.DayOfWeek)
            return false;
        if (entry.Ordinal == 0)
            return true;
        var ofYear = rule.Frequency == RecurrenceFrequency.Yearly && rule.ByMonth.Count == 0;
        var (index, length) = ofYear ? (day.DayOfYear, yearLength) : (day.Day, monthLength);
        return entry.Ordinal == (index - 1) / 7 + 1 || entry.Ordinal == -((length - index) / 7 + 1);
    }

    private static (int Year, int Week, int Weeks) Week(RecurrenceRule rule, DateTime day)
    {
        // The fourth day of a week is in the year that the week belongs to.
        var fourth = WeekStart(rule, day).AddDays(3);
        var lastFourth = WeekStart(rule, new DateTime(fourth.Year, 12, 28)).AddDays(3);
        return (fourth.Year, (fourth.DayOfYear - 1) / 7 + 1, (lastFourth.DayOfYear - 1) / 7 + 1);
    }

    private static DateTime WeekStart(RecurrenceRule rule, DateTime day)
    {
        while ((int)day.DayOfWeek != (int)rule.WeekStart % 7)
            day = day.AddDays(-1);
        return day.Date;
    }

    private static long Period(RecurrenceRule rule, DateTime time) => rule.Frequency switch
    {
        RecurrenceFrequency.Secondly => time.Ticks / TimeSpan.TicksPerSecond,
        RecurrenceFrequency.Minutely => time.Ticks / TimeSpan.TicksPerMinute,
        RecurrenceFrequency.Hourly => time.Ticks / TimeSpan.TicksPerHour,
        RecurrenceFrequency.Daily => time.Ticks / TimeSpan.TicksPerDay,
        RecurrenceFrequency.Weekly => WeekStart(rule, time).Ticks / TimeSpan.TicksPerDay / 7,
        RecurrenceFrequency.Monthly => time.Year * 12 + time.Month,
        _ => rule.ByWeekNumber.Count > 0 ? Week(rule, time).Year : time.Year,
    };
}
