using System.Numerics;

namespace EdgeDb.Core.Calendars;

/// <content>Arithmetic on periods: which one a time is in, which is next on the phase of INTERVAL, and how to reach one far away.</content>
public partial struct RecurrenceEnumerator
{
    private readonly long PeriodOf(long local)
    {
        var day = CivilDate.FloorDiv(local, CivilDate.SecondsPerDay);
        switch (_frequency)
        {
            case RecurrenceFrequency.Secondly:
                return local;
            case RecurrenceFrequency.Minutely:
                return CivilDate.FloorDiv(local, 60) * 60;
            case RecurrenceFrequency.Hourly:
                return CivilDate.FloorDiv(local, 3600) * 3600;
            case RecurrenceFrequency.Daily:
                return day;
            case RecurrenceFrequency.Weekly:
                return day - (CivilDate.Weekday(day) - _plan.WeekStart + 7) % 7;
        }

        var (year, month, _) = CivilDate.ToCivil(day);
        if (_frequency == RecurrenceFrequency.Monthly)
            return year * 12L + month - 1;
        if (_plan.WeekNumbers.Length == 0)
            return year;
        return day < WeekYearStart(year) ? year - 1 : day >= WeekYearStart(year + 1) ? year + 1 : year;
    }

    /// <summary>First day of week 1: the first week with at least four days in the year (RFC 5545 BYWEEKNO).</summary>
    private readonly long WeekYearStart(long year)
    {
        var january4 = CivilDate.FromYear((int)year) + 3;
        return january4 - (CivilDate.Weekday(january4) - _plan.WeekStart + 7) % 7;
    }

    /// <summary>
    /// The week-numbering year INTERVAL counts from: DTSTART's own, unless that one has nothing left in the calendar year of DTSTART
    /// (early January belongs to a week-year that is over). libical's table has cases of both.
    /// </summary>
    private long FirstWeekYear(long startDay)
    {
        var (year, _, _) = CivilDate.ToCivil(startDay);
        var weekYear = PeriodOf(startDay * CivilDate.SecondsPerDay);
        if (weekYear == year)
            return year;
        var (first, end) = weekYear < year
            ? (CivilDate.FromYear(year), WeekYearStart(year)) : (WeekYearStart(weekYear), WeekYearStart(weekYear + 1));
        SetWeekYear(weekYear);
        for (var day = first; day < end; day = _monthEnd)
        {
            _monthEnd = long.MinValue;
            LoadMonth(day);
            if (_monthDays >> (int)(day - _monthFirst) != 0)
                return weekYear;
        }

        return year;
    }

    private void SetWeekYear(long year)
    {
        var firstDay = WeekYearStart(year);
        _days.SetWeekYear(firstDay, (int)(WeekYearStart(year + 1) - firstDay) / 7);
    }

    /// <summary>Length of one period in the unit of <see cref="_period"/>.</summary>
    private readonly long PeriodStep => _frequency switch
    {
        < RecurrenceFrequency.Daily => _step,
        RecurrenceFrequency.Weekly => 7 * _interval,
        _ => _interval,
    };

    /// <summary>The first period of the rule that is not before one.</summary>
    private readonly long OnPhase(long period)
    {
        var step = PeriodStep;
        return period <= _firstPeriod ? _firstPeriod : _firstPeriod + (period - _firstPeriod + step - 1) / step * step;
    }

    /// <summary>Moves to the period of the window's start; with COUNT only where the instances before it can be counted by division.</summary>
    private void SkipTo(long from, bool unlimited)
    {
        var target = OnPhase(PeriodOf(from));
        if (unlimited)
        {
            _period = target;
            return;
        }

        var perPeriod = InstancesPerPeriod();
        if (perPeriod == 0 || target == _firstPeriod)
            return;
        var beforeStart = 0L;
        while (beforeStart < perPeriod && NextOfSet(out var value) && value < _start)
            beforeStart++;

        _remaining -= (target - _firstPeriod) / PeriodStep * perPeriod - beforeStart;
        _period = target;
        _chunk = 0;
        _yearMonth = _yearMonthEnd = 0;
        _timeIndex = _times.Count;
    }

    /// <summary>How many instances every period has, when all have the same number; else 0.</summary>
    private readonly long InstancesPerPeriod()
    {
        if (_positions.IsUsed)
            return 0;
        var days = _frequency switch
        {
            RecurrenceFrequency.Weekly => _days.Months == 0 ? BitOperations.PopCount((uint)_days.Weekdays) : 0,
            RecurrenceFrequency.Monthly => _days.Months == 0 ? _days.ConstantDaysInMonth : 0,
            RecurrenceFrequency.Yearly => BitOperations.PopCount((uint)_days.Months) * _days.ConstantDaysInMonth,
            RecurrenceFrequency.Daily => _days.SelectsAllDays ? 1 : 0,
            RecurrenceFrequency.Hourly => _days.SelectsAllDays && _hourLimit == 0 ? 1 : 0,
            RecurrenceFrequency.Minutely => _days.SelectsAllDays && (_hourLimit | _minuteLimit) == 0 ? 1 : 0,
            _ => _days.SelectsAllDays && (_hourLimit | _minuteLimit | _secondLimit) == 0 ? 1 : 0,
        };
        return (long)days * _times.Count;
    }

    /// <summary>
    /// Below DAILY the times of day a rule can reach repeat with gcd(step, one day); when none of them is allowed it never matches,
    /// and no walk has to find that out (SECONDLY;INTERVAL=60;BYSECOND=5 from a full minute).
    /// </summary>
    private readonly bool CanMatch(long unit)
    {
        if (_step <= unit || (_hourLimit | _minuteLimit | _secondLimit) == 0)
            return true;
        long a = _step, b = CivilDate.SecondsPerDay;
        while (b != 0)
            (a, b) = (b, a % b);
        for (var time = CivilDate.FloorMod(_firstPeriod, a); time < CivilDate.SecondsPerDay; time += a)
        {
            if (Allows(_hourLimit, (int)time / 3600)
                && (_frequency > RecurrenceFrequency.Minutely || Allows(_minuteLimit, (int)time / 60 % 60))
                && (_frequency > RecurrenceFrequency.Secondly || Allows(_secondLimit, (int)time % 60)))
            {
                return true;
            }
        }

        return false;
    }
}
