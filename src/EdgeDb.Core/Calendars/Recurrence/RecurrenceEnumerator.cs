using System.Numerics;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// Walks the instances of one rule in wall-clock seconds, in ascending order, without allocating. A rule is cut into periods
/// (one FREQ × INTERVAL each); days of a period come as bit sets from <see cref="DaySelector"/>, times of a day as an index into
/// hours × minutes × seconds, so BYSETPOS is arithmetic on that index. A window far from DTSTART is reached by division, with
/// COUNT too where every period holds the same number of instances.
/// </summary>
public struct RecurrenceEnumerator
{
    /// <summary>
    /// Periods looked at in a row without an instance in the window before a rule is taken to have ended: 8,000 years of months
    /// fit in it many times over, and it keeps a hostile COUNT rule of seconds below a tenth of a second.
    /// </summary>
    private const int MaxIdleSteps = 4_000_000;

    private readonly RecurrencePlan _plan;
    private readonly RecurrenceFrequency _frequency;
    private readonly long _interval;
    private readonly long _start;
    private readonly long _from;
    private readonly long _last;
    private readonly long _firstPeriod;
    private DaySelector _days;

    // Hours, minutes and seconds of an instance within its base (a day, hour, minute or second, as FREQ says).
    private readonly ulong _hours;
    private readonly ulong _minutes;
    private readonly ulong _seconds;
    private readonly int _timesInBase;

    // Instances are limited by these below DAILY; above they are what the three fields before expand to.
    private readonly ulong _hourLimit;
    private readonly ulong _minuteLimit;
    private readonly ulong _secondLimit;
    private readonly long _step;

    private long _remaining;
    private int _idle;

    // The next period: a day, the first day of a week, a month (year × 12 + month - 1), a year, or a second, as FREQ says.
    private long _period;
    private long _chunkDay;
    private ulong _chunk;
    private long _yearMonth;
    private long _yearMonthEnd;
    private long _base;
    private int _timeIndex;

    // BYSETPOS: where in the period's set the current base begins, and the next position from either end of the list.
    private long _baseIndex;
    private long _setSize;
    private int _positionIndex;
    private int _negativeIndex;
    private long _position;

    // Days of the month that sub-daily rules are in, so that the selector is asked once a month.
    private long _monthFirst;
    private long _monthEnd;
    private uint _monthDays;

    internal RecurrenceEnumerator(RecurrenceRule rule, long start, bool isDate, long from, long last)
    {
        _plan = rule.Plan;
        _frequency = rule.Frequency;
        _interval = Math.Max(1, rule.Interval);
        _start = start;
        _from = Math.Max(from, start);
        _last = Math.Min(last, CivilDate.MaxSeconds);
        _remaining = rule.Count ?? long.MaxValue;

        var startDay = CivilDate.FloorDiv(start, CivilDate.SecondsPerDay);
        var time = (int)(start - startDay * CivilDate.SecondsPerDay);
        _days = new DaySelector(_plan, _frequency, startDay);

        // A DATE has midnight only: RFC 5545 has BYHOUR, BYMINUTE and BYSECOND ignored there.
        _hourLimit = isDate ? 1 : _plan.Hours;
        _minuteLimit = isDate ? 1 : _plan.Minutes;
        _secondLimit = isDate ? 1 : _plan.Seconds;
        _hours = _frequency < RecurrenceFrequency.Daily ? 1 : _hourLimit != 0 ? _hourLimit : 1ul << time / 3600;
        _minutes = _frequency < RecurrenceFrequency.Hourly ? 1 : _minuteLimit != 0 ? _minuteLimit : 1ul << time / 60 % 60;
        _seconds = _frequency < RecurrenceFrequency.Minutely ? 1 : _secondLimit != 0 ? _secondLimit : 1ul << time % 60;
        _timesInBase = BitOperations.PopCount(_hours) * BitOperations.PopCount(_minutes) * BitOperations.PopCount(_seconds);
        var unit = _frequency switch
        {
            RecurrenceFrequency.Secondly => 1,
            RecurrenceFrequency.Minutely => 60,
            RecurrenceFrequency.Hourly => 3600,
            _ => 0,
        };
        _step = unit * _interval;

        _monthEnd = long.MinValue;
        _timeIndex = _timesInBase;
        _position = -1;
        _firstPeriod = _plan.WeekNumbers.Length > 0 ? FirstWeekYear(startDay) : PeriodOf(start);
        _period = _firstPeriod;
        if (!CanMatch(unit))
            _remaining = 0;
        else if (_from > start)
            SkipTo(_from, rule.Count is null);
    }

    /// <summary>The instance found last: wall-clock seconds since 1970-01-01T00:00:00.</summary>
    public long Current { get; private set; }

    /// <summary>Returns itself, so that <c>foreach</c> works.</summary>
    public readonly RecurrenceEnumerator GetEnumerator() => this;

    /// <summary>Goes to the next instance; false when there is none up to the end of the window.</summary>
    public bool MoveNext()
    {
        _idle = 0;
        while (_remaining > 0 && NextOfSet(out var value) && value <= _last)
        {
            if (value < _start)
                continue;
            _remaining--;
            if (value < _from)
                continue;
            Current = value;
            return true;
        }

        _remaining = 0;
        return false;
    }

    private bool NextOfSet(out long value)
    {
        while (true)
        {
            if (_plan.SetPositions.Length == 0)
            {
                if (_timeIndex < _timesInBase)
                {
                    value = _base + TimeAt(_timeIndex++);
                    return true;
                }
            }
            else if (_position >= 0 && _position < _baseIndex + _timesInBase)
            {
                value = _base + TimeAt((int)(_position - _baseIndex));
                NextPosition();
                return true;
            }

            if (++_idle > MaxIdleSteps || !NextBase())
            {
                value = 0;
                return false;
            }

            _timeIndex = 0;
        }
    }

    /// <summary>Moves to the next day (below DAILY: hour, minute or second) that has instances.</summary>
    private bool NextBase()
    {
        if (_frequency < RecurrenceFrequency.Daily)
        {
            if (!NextUnit())
                return false;
            BeginSet(1);
            return true;
        }

        while (_chunk == 0)
        {
            if (++_idle > MaxIdleSteps || !NextChunk())
                return false;
        }

        _baseIndex += _timesInBase;
        var offset = BitOperations.TrailingZeroCount(_chunk);
        _chunk &= _chunk - 1;
        _base = (_chunkDay + offset) * CivilDate.SecondsPerDay;
        return true;
    }

    private bool NextChunk() => _frequency switch
    {
        RecurrenceFrequency.Daily => NextDays(),
        RecurrenceFrequency.Weekly => NextWeeks(),
        RecurrenceFrequency.Monthly => NextMonth(),
        _ => NextMonthOfYear(),
    };

    private bool NextDays()
    {
        if (_period * CivilDate.SecondsPerDay > _last)
            return false;
        if (_plan.SetPositions.Length > 0)
        {
            // Every day is a set of its own.
            _chunkDay = _period;
            _chunk = IsSelected(_period) ? 1ul : 0;
            _period = _chunk != 0 ? _period + _interval : OnPhase(NextSelectedDay(_period + 1));
            BeginSet(1);
            return true;
        }

        if (_days.OnlyWeekdays)
        {
            _chunkDay = _period;
            _chunk = Every(_interval, 64);
            if (_days.Weekdays != 0)
                _chunk &= DaySelector.Weekly(_days.Weekdays, CivilDate.Weekday(_period));
            _period += (63 / _interval + 1) * _interval;
            return true;
        }

        LoadMonth(_period);
        var first = (int)(_period - _monthFirst);
        _chunkDay = _monthFirst;
        _chunk = _monthDays & (Every(_interval, 32) << first);
        _period = OnPhase(_monthEnd);
        return true;
    }

    private bool NextWeeks()
    {
        if (_period * CivilDate.SecondsPerDay > _last)
            return false;
        _chunkDay = _period;
        // The set of weekdays in the order of this week.
        _chunk = DaySelector.Weekly(_days.Weekdays, _plan.WeekStart) & 0x7f;
        if (_days.Months != 0)
        {
            var (year, month, day) = CivilDate.ToCivil(_period);
            var left = CivilDate.DaysInMonth(year, month) - day + 1;
            var inThis = left >= 7 ? 0x7ful : (1ul << left) - 1;
            _chunk &= ((_days.Months >> month & 1) != 0 ? inThis : 0) | ((_days.Months >> month % 12 + 1 & 1) != 0 ? ~inThis : 0);
        }

        if (_plan.SetPositions.Length > 0)
        {
            BeginSet(BitOperations.PopCount(_chunk));
        }
        else if (_days.Months == 0)
        {
            // As many weeks as fit in one chunk.
            _chunk *= Every(7 * _interval, 58);
            _period += 57 / (7 * _interval) * 7 * _interval;
        }

        _period += 7 * _interval;
        return true;
    }

    private bool NextMonth()
    {
        var (year, month) = Math.DivRem(_period, 12);
        if (year > CivilDate.MaxYear)
            return false;
        _chunkDay = CivilDate.FromCivil((int)year, (int)month + 1, 1);
        if (_chunkDay * CivilDate.SecondsPerDay > _last)
            return false;
        _chunk = _days.InMonth((int)year, (int)month + 1, _chunkDay);
        _period += _interval;
        if (_plan.SetPositions.Length > 0)
            BeginSet(BitOperations.PopCount(_chunk));
        return true;
    }

    /// <summary>The next month of the current year, or the first of the next: a year of few BYMONTHs costs only these.</summary>
    private bool NextMonthOfYear()
    {
        if (_yearMonth >= _yearMonthEnd && !NextYear())
            return false;
        var (year, month) = Math.DivRem(_yearMonth++, 12);
        if (_days.Months != 0 && (_days.Months >> ((int)month + 1) & 1) == 0)
            return true;
        _chunkDay = CivilDate.FromCivil((int)year, (int)month + 1, 1);
        _chunk = _days.InMonth((int)year, (int)month + 1, _chunkDay);
        return true;
    }

    private bool NextYear()
    {
        if (_period > CivilDate.MaxYear)
            return false;
        _yearMonth = _period * 12;
        _yearMonthEnd = _yearMonth + 12;
        var firstDay = CivilDate.FromYear((int)_period);
        if (_plan.WeekNumbers.Length > 0)
        {
            firstDay = WeekYearStart(_period);
            SetWeekYear(_period);
            // Its first and last days may lie in the years before and after.
            _yearMonth--;
            _yearMonthEnd++;
        }

        if (firstDay * CivilDate.SecondsPerDay > _last)
            return false;
        _period += _interval;
        if (_plan.SetPositions.Length == 0)
            return true;
        var days = 0;
        for (var index = _yearMonth; index < _yearMonthEnd; index++)
        {
            var (year, month) = Math.DivRem(index, 12);
            days += BitOperations.PopCount(
                _days.InMonth((int)year, (int)month + 1, CivilDate.FromCivil((int)year, (int)month + 1, 1)));
        }

        BeginSet(days);
        return true;
    }

    /// <summary>The next hour, minute or second that all limits allow, jumping over the hours and days that they do not.</summary>
    private bool NextUnit()
    {
        while (_period <= _last)
        {
            if (++_idle > MaxIdleSteps)
                return false;
            var day = CivilDate.FloorDiv(_period, CivilDate.SecondsPerDay);
            var dayStart = day * CivilDate.SecondsPerDay;
            if (!IsSelected(day))
            {
                _period = OnPhase(NextSelectedDay(day + 1) * CivilDate.SecondsPerDay);
                continue;
            }

            var time = (int)(_period - dayStart);
            var hour = time / 3600;
            if (!Allows(_hourLimit, hour))
            {
                _period = OnPhase(dayStart + NextAllowed(_hourLimit, hour, 24) * 3600L);
                continue;
            }

            var minute = time / 60 % 60;
            if (_frequency <= RecurrenceFrequency.Minutely && !Allows(_minuteLimit, minute))
            {
                _period = OnPhase(dayStart + hour * 3600 + NextAllowed(_minuteLimit, minute, 60) * 60);
                continue;
            }

            if (_frequency == RecurrenceFrequency.Secondly && !Allows(_secondLimit, time % 60))
            {
                _period = OnPhase(_period - time % 60 + NextAllowed(_secondLimit, time % 60, 60));
                continue;
            }

            _base = _period;
            _period += _step;
            return true;
        }

        return false;
    }

    private static bool Allows(ulong limit, int value) => limit == 0 || (limit >> value & 1) != 0;

    /// <summary>The next allowed value above one, or the size of the unit when none is left in it.</summary>
    private static int NextAllowed(ulong limit, int value, int size) =>
        Math.Min(size, value == 63 ? size : BitOperations.TrailingZeroCount(limit & (ulong.MaxValue << (value + 1))));

    private bool IsSelected(long day)
    {
        if (_days.OnlyWeekdays)
            return _days.Weekdays == 0 || (_days.Weekdays >> CivilDate.Weekday(day) & 1) != 0;
        LoadMonth(day);
        return (_monthDays >> (int)(day - _monthFirst) & 1) != 0;
    }

    /// <summary>The first selected day on or after one; a day past the end of the window when there is none.</summary>
    private long NextSelectedDay(long day)
    {
        if (_days.OnlyWeekdays)
            return _days.Weekdays == 0
                ? day : day + BitOperations.TrailingZeroCount(DaySelector.Weekly(_days.Weekdays, CivilDate.Weekday(day)));
        while (day * CivilDate.SecondsPerDay <= _last)
        {
            LoadMonth(day);
            var left = _monthDays >> (int)(day - _monthFirst);
            if (left != 0)
                return day + BitOperations.TrailingZeroCount(left);
            day = _monthEnd;
            _idle++;
        }

        return day;
    }

    private void LoadMonth(long day)
    {
        if (day >= _monthFirst && day < _monthEnd)
            return;
        var (year, month, dayOfMonth) = CivilDate.ToCivil(day);
        _monthFirst = day - dayOfMonth + 1;
        _monthEnd = _monthFirst + CivilDate.DaysInMonth(year, month);
        _monthDays = _days.InMonth(year, month, _monthFirst);
    }

    /// <summary>Bits at multiples of the interval below a size of at most 64.</summary>
    private static ulong Every(long interval, int size)
    {
        if (interval == 1)
            return size == 64 ? ulong.MaxValue : (1ul << size) - 1;
        var bits = 0ul;
        for (var i = 0L; i < size; i += interval)
            bits |= 1ul << (int)i;
        return bits;
    }

    private readonly int TimeAt(int index)
    {
        if (_timesInBase == 1)
            return Time(_hours, _minutes, _seconds);
        (index, var second) = Math.DivRem(index, BitOperations.PopCount(_seconds));
        (var hour, var minute) = Math.DivRem(index, BitOperations.PopCount(_minutes));
        return Time(DropLowest(_hours, hour), DropLowest(_minutes, minute), DropLowest(_seconds, second));
    }

    private static int Time(ulong hours, ulong minutes, ulong seconds) =>
        BitOperations.TrailingZeroCount(hours) * 3600 + BitOperations.TrailingZeroCount(minutes) * 60
        + BitOperations.TrailingZeroCount(seconds);

    private static ulong DropLowest(ulong bits, int count)
    {
        while (count-- > 0)
            bits &= bits - 1;
        return bits;
    }

    private void BeginSet(int days)
    {
        if (_plan.SetPositions.Length == 0)
            return;
        _setSize = (long)days * _timesInBase;
        _baseIndex = _frequency < RecurrenceFrequency.Daily ? 0 : -_timesInBase;
        // The list is ascending: negative positions, then positive ones. Both runs ascend within the period as well.
        _negativeIndex = 0;
        _positionIndex = 0;
        while (_positionIndex < _plan.SetPositions.Length && _plan.SetPositions[_positionIndex] < 0)
            _positionIndex++;
        _position = -1;
        NextPosition();
    }

    /// <summary>The next index of the set that BYSETPOS names, or -1 after the last.</summary>
    private void NextPosition()
    {
        var positions = _plan.SetPositions;
        while (_negativeIndex < positions.Length && positions[_negativeIndex] < 0 && _setSize + positions[_negativeIndex] <= _position)
            _negativeIndex++;
        while (_positionIndex < positions.Length && positions[_positionIndex] - 1 <= _position)
            _positionIndex++;
        var next = long.MaxValue;
        if (_negativeIndex < positions.Length && positions[_negativeIndex] < 0)
            next = _setSize + positions[_negativeIndex];
        if (_positionIndex < positions.Length)
            next = Math.Min(next, positions[_positionIndex] - 1);
        _position = next < _setSize ? next : -1;
    }

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
        _timeIndex = _timesInBase;
    }

    /// <summary>How many instances every period has, when all have the same number; else 0.</summary>
    private readonly long InstancesPerPeriod()
    {
        if (_plan.SetPositions.Length > 0)
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
        return (long)days * _timesInBase;
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
