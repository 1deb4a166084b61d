using NodaTime;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// The days a rule selects, a month at a time as a bit set. A day belongs to the rule when it satisfies every BY part of days
/// (RFC 5545 §3.3.10: what the table calls expand and limit is the same intersection once the parts that are missing are taken
/// from the start). Thirty days cost a few shifts, which is what makes windows far from DTSTART and sparse rules cheap.
/// </summary>
internal struct DaySelector
{
    private readonly RecurrencePlan _plan;
    private readonly int _months;
    private readonly uint _monthDays;
    private readonly uint _monthDaysFromEnd;
    private readonly int _weekdays;
    private readonly bool _ordinalsOfYear;
    private long _weekYearStart;
    private int _weeksInYear;

    /// <param name="plan">The rule.</param>
    /// <param name="frequency">Its FREQ, which decides what DTSTART has to add.</param>
    /// <param name="startDay">Day number of DTSTART.</param>
    public DaySelector(RecurrencePlan plan, RecurrenceFrequency frequency, long startDay)
    {
        _plan = plan;
        _months = plan.Months;
        _monthDays = plan.MonthDays;
        _monthDaysFromEnd = plan.MonthDaysFromEnd;
        _weekdays = plan.Weekdays;
        _ordinalsOfYear = frequency == RecurrenceFrequency.Yearly && plan.Months == 0;

        var (_, month, day) = CivilDate.ToCivil(startDay);
        switch (frequency)
        {
            case RecurrenceFrequency.Weekly:
                // Illegal together with WEEKLY; a rule built by hand may still have them.
                _monthDays = _monthDaysFromEnd = 0;
                if (_weekdays == 0)
                    _weekdays = 1 << CivilDate.Weekday(startDay);
                break;
            case RecurrenceFrequency.Monthly when !plan.HasDayParts:
                _monthDays = 1u << (day - 1);
                break;
            case RecurrenceFrequency.Yearly when !plan.HasDayParts:
                _monthDays = 1u << (day - 1);
                if (_months == 0)
                    _months = 1 << month;
                break;
            case RecurrenceFrequency.Yearly when plan.WeekNumbers.Length > 0:
                // BYWEEKNO alone means DTSTART's weekday of those weeks, as libical and ical.js have it; dateutil takes all seven days.
                if ((_monthDays | _monthDaysFromEnd) == 0 && _weekdays == 0 && plan.YearDays.Length == 0)
                    _weekdays = 1 << CivilDate.Weekday(startDay);
                break;
            case RecurrenceFrequency.Yearly when (_monthDays | _monthDaysFromEnd) != 0 && _months == 0:
                // BYMONTHDAY alone means those days of DTSTART's month (libical, ical.js); with BYDAY it picks from all months.
                if (_weekdays == 0 && plan.Ordinals.Length == 0 && plan.YearDays.Length == 0)
                    _months = 1 << month;
                break;
        }
    }

    /// <summary>Months worth asking for, bits 1..12; 0 when all are.</summary>
    public readonly int Months => _months;

    public readonly int Weekdays => _weekdays;

    /// <summary>True when the weekday (or nothing at all) decides, so that the calendar month need not be known.</summary>
    public readonly bool OnlyWeekdays =>
        _months == 0 && (_monthDays | _monthDaysFromEnd) == 0 && _plan.Ordinals.Length == 0 && _plan.YearDays.Length == 0;

    public readonly bool SelectsAllDays => OnlyWeekdays && _weekdays is 0 or 0x7f;

    /// <summary>How many days every month has, when all have the same number; else 0.</summary>
    public readonly int ConstantDaysInMonth
    {
        get
        {
            if (_plan.YearDays.Length > 0 || _plan.WeekNumbers.Length > 0 || _weekdays != 0 || _ordinalsOfYear)
                return 0;
            if (_plan.Ordinals.Length == 0)
            {
                // Days 1..28 exist in every month. Counted from both ends they could be the same day.
                return _monthDaysFromEnd == 0 && _monthDays < 1u << 28 ? System.Numerics.BitOperations.PopCount(_monthDays)
                    : _monthDays == 0 && (_monthDaysFromEnd & 7) == 0 ? System.Numerics.BitOperations.PopCount(_monthDaysFromEnd) : 0;
            }

            if ((_monthDays | _monthDaysFromEnd) != 0)
                return 0;
            var sign = Math.Sign(_plan.Ordinals[0].Ordinal);
            foreach (var (_, ordinal) in _plan.Ordinals)
                if (Math.Sign(ordinal) != sign || Math.Abs(ordinal) > 4)
                    return 0;
            return _plan.Ordinals.Length;
        }
    }

    /// <summary>Says which week-numbering year BYWEEKNO counts in; must be called before <see cref="InMonth"/> where that part is given.</summary>
    public void SetWeekYear(long firstDay, int weeks)
    {
        _weekYearStart = firstDay;
        _weeksInYear = weeks;
    }

    /// <summary>The selected days of a month, bit n-1 for day n.</summary>
    /// <param name="year">Calendar year.</param>
    /// <param name="month">1..12.</param>
    /// <param name="firstDay">Day number of the first of that month.</param>
    public readonly uint InMonth(int year, int month, long firstDay)
    {
        if (_months != 0 && (_months >> month & 1) == 0)
            return 0;
        var length = CivilDate.DaysInMonth(year, month);
        var days = uint.MaxValue >> (32 - length);
        if ((_monthDays | _monthDaysFromEnd) != 0)
            days &= _monthDays | (_monthDaysFromEnd >> (31 - length));
        if (_weekdays != 0 || _plan.Ordinals.Length > 0)
        {
            var byDay = Weekly(_weekdays, CivilDate.Weekday(firstDay));
            foreach (var ordinal in _plan.Ordinals)
                byDay |= _ordinalsOfYear ? OrdinalOfYear(ordinal, year, month, length) : OrdinalOfMonth(ordinal, firstDay, length);
            days &= (uint)byDay;
        }

        if (_plan.YearDays.Length > 0)
            days &= YearDays(year, month);
        if (_plan.WeekNumbers.Length > 0)
            days &= WeekDays(firstDay);
        return days;
    }

    /// <summary>Repeats a set of weekdays over 64 days, the first of which is the given weekday.</summary>
    public static ulong Weekly(int weekdays, int firstWeekday)
    {
        var rotated = (ulong)((weekdays >> firstWeekday | weekdays << (7 - firstWeekday)) & 0x7f);
        return rotated * 0x8102040810204081ul;
    }

    private static ulong OrdinalOfMonth(WeekdayNumber weekday, long firstDay, int length)
    {
        var index = Nth(weekday, CivilDate.Weekday(firstDay), length);
        return index < 0 ? 0 : 1ul << index;
    }

    private static ulong OrdinalOfYear(WeekdayNumber weekday, int year, int month, int length)
    {
        var index = Nth(weekday, CivilDate.Weekday(CivilDate.FromYear(year)), CivilDate.DaysInYear(year));
        return index < 0 ? 0 : BitOfMonth(index - CivilDate.DayOfYearBefore(year, month), length);
    }

    private static int Nth(WeekdayNumber weekday, int firstWeekday, int length)
    {
        var first = ((int)weekday.Day - (int)IsoDayOfWeek.Monday - firstWeekday + 7) % 7;
        var index = weekday.Ordinal > 0
            ? first + (weekday.Ordinal - 1) * 7
            : first + (length - 1 - first) / 7 * 7 + (weekday.Ordinal + 1) * 7;
        return index < length ? index : -1;
    }

    private static uint BitOfMonth(int index, int length) => (uint)index < (uint)length ? 1u << index : 0;

    private readonly uint YearDays(int year, int month)
    {
        var before = CivilDate.DayOfYearBefore(year, month);
        var yearLength = CivilDate.DaysInYear(year);
        var length = CivilDate.DaysInMonth(year, month);
        uint days = 0;
        foreach (var number in _plan.YearDays)
            days |= BitOfMonth((number > 0 ? number - 1 : yearLength + number) - before, length);
        return days;
    }

    private readonly uint WeekDays(long firstDay)
    {
        uint days = 0;
        foreach (var number in _plan.WeekNumbers)
        {
            var week = number > 0 ? number : _weeksInYear + number + 1;
            if (week < 1 || week > _weeksInYear)
                continue;
            var first = _weekYearStart + (week - 1) * 7 - firstDay;
            if (first is > -7 and < 31)
                days |= first < 0 ? 0x7fu >> (int)-first : 0x7fu << (int)first;
        }

        return days;
    }
}
