using EdgeDb.Core.Calendars;
using NodaTime;

namespace EdgeDb.Core.Household;

/// <summary>
/// What a rule says about the start goes along when the series is moved: a choir on Mondays that is moved to a Tuesday meets
/// on Tuesdays, and a birthday on the 5th becomes one on the 6th. A part that says more than its start does (every weekday,
/// the 1st and the 15th) stays as it is, except that the days of a weekly rule turn together.
/// </summary>
internal static class RuleShift
{
    private const long SecondsPerDay = CivilDate.SecondsPerDay;

    /// <param name="rule">The rule of the series as it was.</param>
    /// <param name="from">Its start, wall-clock seconds.</param>
    /// <param name="to">The new start, wall-clock seconds.</param>
    /// <param name="until">The rule's end on the new clock; null without.</param>
    public static RecurrenceRule Apply(RecurrenceRule rule, long from, long to, CalendarDateTime? until)
    {
        var (oldStart, newStart) = (Local(from), Local(to));
        var days = CivilDate.FloorDiv(to, SecondsPerDay) - CivilDate.FloorDiv(from, SecondsPerDay);
        var isWeekly = rule.Frequency == RecurrenceFrequency.Weekly;
        var shifted = new RecurrenceRule
        {
            Frequency = rule.Frequency,
            Interval = rule.Interval,
            Count = rule.Count,
            Until = until,
            WeekStart = rule.WeekStart,
            BySecond = Follow(rule.BySecond, oldStart.Second, newStart.Second),
            ByMinute = Follow(rule.ByMinute, oldStart.Minute, newStart.Minute),
            ByHour = Follow(rule.ByHour, oldStart.Hour, newStart.Hour),
            ByDay = isWeekly ? [.. rule.ByDay.Select(day => Turn(day, days))] : Follow(rule.ByDay, oldStart.Date, newStart.Date),
            ByMonthDay = FollowDay(rule.ByMonthDay, oldStart.Date, newStart.Date),
            ByYearDay = Follow(rule.ByYearDay, oldStart.DayOfYear, newStart.DayOfYear),
            ByWeekNumber = rule.ByWeekNumber,
            ByMonth = Follow(rule.ByMonth, oldStart.Month, newStart.Month),
            BySetPosition = rule.BySetPosition,
        };
        // Parsed again, because lists of a rule are sorted.
        return RecurrenceRule.Parse(shifted.ToString());
    }

    private static IReadOnlyList<int> Follow(IReadOnlyList<int> part, int from, int to) => part is [var only] && only == from ? [to] : part;

    private static IReadOnlyList<int> FollowDay(IReadOnlyList<int> part, LocalDate from, LocalDate to) =>
        part is [var only] && Is(only, from) && !Is(only, to) ? [to.Day] : part;

    // The last day of a month is also its -1st.
    private static bool Is(int monthDay, LocalDate date) =>
        monthDay == date.Day || monthDay == date.Day - date.Calendar.GetDaysInMonth(date.Year, date.Month) - 1;

    /// <summary>The second Monday of the month becomes the third Tuesday; a fifth, which most months lack, the last.</summary>
    private static IReadOnlyList<WeekdayNumber> Follow(IReadOnlyList<WeekdayNumber> part, LocalDate from, LocalDate to)
    {
        if (part is not [{ Ordinal: not 0 } only] || only.Day != from.DayOfWeek || from == to)
            return part;
        var ordinal = ((to.Day - 1) / 7) + 1;
        var isLast = to.Day + 7 > to.Calendar.GetDaysInMonth(to.Year, to.Month);
        return [new(to.DayOfWeek, isLast && (only.Ordinal < 0 || ordinal == 5) ? -1 : ordinal)];
    }

    private static WeekdayNumber Turn(WeekdayNumber day, long days) =>
        day with { Day = (IsoDayOfWeek)(CivilDate.FloorMod((int)day.Day - 1 + days, 7) + 1) };

    private static LocalDateTime Local(long seconds) => Instant.FromUnixTimeSeconds(seconds).InUtc().LocalDateTime;
}
