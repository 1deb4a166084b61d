using System.Numerics;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// Walks the instances of one rule in wall-clock seconds, in ascending order, without allocating. A rule is cut into periods
/// (one FREQ × INTERVAL each); days of a period come as bit sets from <see cref="DaySelector"/>, times of a day as an index into
/// hours × minutes × seconds, so BYSETPOS is arithmetic on that index. A window far from DTSTART is reached by division, with
/// COUNT too where every period holds the same number of instances.
/// </summary>
public partial struct RecurrenceEnumerator
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

    // Times of an instance within its base (a day, hour, minute or second, as FREQ says).
    private readonly TimeSet _times;

    // Instances are limited by these below DAILY; above they are what the times expand to.
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

    // BYSETPOS, and where in the period's set the current base begins.
    private SetPositionCursor _positions;
    private long _baseIndex;

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
        _times = new TimeSet(
            _frequency < RecurrenceFrequency.Daily ? 1 : _hourLimit != 0 ? _hourLimit : 1ul << time / 3600,
            _frequency < RecurrenceFrequency.Hourly ? 1 : _minuteLimit != 0 ? _minuteLimit : 1ul << time / 60 % 60,
            _frequency < RecurrenceFrequency.Minutely ? 1 : _secondLimit != 0 ? _secondLimit : 1ul << time % 60);
        var unit = _frequency switch
        {
            RecurrenceFrequency.Secondly => 1,
            RecurrenceFrequency.Minutely => 60,
            RecurrenceFrequency.Hourly => 3600,
            _ => 0,
        };
        _step = unit * _interval;

        _monthEnd = long.MinValue;
        _timeIndex = _times.Count;
        _positions = new SetPositionCursor(_plan.SetPositions);
        _firstPeriod = _plan.WeekNumbers.Length > 0 ? FirstWeekYear(startDay) : PeriodOf(start);
        _period = _firstPeriod;
        if (!CanMatch(unit))
            _remaining = 0;
        else if (_from > start)
            SkipTo(_from, rule.Count is null);
    }

    /// <summary>The instance found last: wall-clock seconds since 1970-01-01T00:00:00.</summary>
    public long Current { get; private set; }

    /// <summary>Instances of a rule with COUNT behind <see cref="Current"/>, as long as there is one.</summary>
    internal readonly long Remaining => _remaining;

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
            if (!_positions.IsUsed)
            {
                if (_timeIndex < _times.Count)
                {
                    value = _base + _times.At(_timeIndex++);
                    return true;
                }
            }
            else if (_positions.Current >= 0 && _positions.Current < _baseIndex + _times.Count)
            {
                value = _base + _times.At((int)(_positions.Current - _baseIndex));
                _positions.Next();
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

        _baseIndex += _times.Count;
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
        if (_positions.IsUsed)
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

        if (_positions.IsUsed)
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
        if (_positions.IsUsed)
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
        if (!_positions.IsUsed)
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

    private void BeginSet(int days)
    {
        if (!_positions.IsUsed)
            return;
        _positions.Begin((long)days * _times.Count);
        // The first day is added to it; a sub-daily base is the whole set.
        _baseIndex = _frequency < RecurrenceFrequency.Daily ? 0 : -_times.Count;
    }
}
