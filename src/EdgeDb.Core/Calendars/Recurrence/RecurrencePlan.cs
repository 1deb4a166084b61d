using NodaTime;

namespace EdgeDb.Core.Calendars;

/// <summary>A rule's BY parts as bit sets, computed once a rule and shared by all its enumerations. Zero means not given.</summary>
internal sealed class RecurrencePlan
{
    public RecurrencePlan(RecurrenceRule rule)
    {
        foreach (var second in rule.BySecond)
            Seconds |= 1ul << Math.Min(second, 59);
        foreach (var minute in rule.ByMinute)
            Minutes |= 1ul << minute;
        foreach (var hour in rule.ByHour)
            Hours |= 1ul << hour;
        foreach (var month in rule.ByMonth)
            Months |= 1 << month;
        foreach (var day in rule.ByMonthDay)
        {
            if (day > 0)
                MonthDays |= 1u << (day - 1);
            else
                MonthDaysFromEnd |= 1u << (31 + day);
        }

        // Ordinals have a meaning within a month or a year only; elsewhere the weekday itself is what remains of them.
        List<WeekdayNumber>? ordinals = null;
        foreach (var day in rule.ByDay)
        {
            if (day.Ordinal == 0 || rule.Frequency < RecurrenceFrequency.Monthly || rule.ByWeekNumber.Count > 0)
                Weekdays |= 1 << ((int)day.Day - (int)IsoDayOfWeek.Monday);
            else
                (ordinals ??= []).Add(day);
        }

        Ordinals = ordinals is null ? [] : [.. ordinals];
        YearDays = [.. rule.ByYearDay];
        WeekNumbers = rule.Frequency == RecurrenceFrequency.Yearly ? [.. rule.ByWeekNumber] : [];
        SetPositions = [.. rule.BySetPosition];
        Array.Sort(SetPositions);
        WeekStart = (int)rule.WeekStart - (int)IsoDayOfWeek.Monday;
    }

    /// <summary>Bits 0..59.</summary>
    public ulong Seconds { get; }

    /// <summary>Bits 0..59.</summary>
    public ulong Minutes { get; }

    /// <summary>Bits 0..23.</summary>
    public ulong Hours { get; }

    /// <summary>Bits 1..12.</summary>
    public int Months { get; }

    /// <summary>Bit n-1 is day n.</summary>
    public uint MonthDays { get; }

    /// <summary>Bit 31-n is the n-th last day, so that a right shift by 31 minus the length of the month puts it in its place.</summary>
    public uint MonthDaysFromEnd { get; }

    /// <summary>Bits 0..6 from Monday, for BYDAY entries without a number.</summary>
    public int Weekdays { get; }

    public WeekdayNumber[] Ordinals { get; }

    public int[] YearDays { get; }

    public int[] WeekNumbers { get; }

    /// <summary>Ascending, so the negative ones come first.</summary>
    public int[] SetPositions { get; }

    /// <summary>WKST with Monday as 0.</summary>
    public int WeekStart { get; }

    public bool HasDayParts =>
        (MonthDays | MonthDaysFromEnd) != 0 || Weekdays != 0 || Ordinals.Length > 0 || YearDays.Length > 0 || WeekNumbers.Length > 0;
}
