using NodaTime;

namespace EdgeDb.Core.Calendars;

/// <summary>A recurrence rule (RFC 5545 §3.3.10). Immutable; lists are sorted and without repeats.</summary>
public sealed class RecurrenceRule
{
    /// <summary>FREQ.</summary>
    public required RecurrenceFrequency Frequency { get; init; }

    /// <summary>INTERVAL, at least 1.</summary>
    public int Interval { get; init; } = 1;

    /// <summary>COUNT; null when unlimited or limited by <see cref="Until"/>.</summary>
    public int? Count { get; init; }

    /// <summary>UNTIL, inclusive; null when unlimited or limited by <see cref="Count"/>.</summary>
    public CalendarDateTime? Until { get; init; }

    /// <summary>WKST, Monday by default.</summary>
    public IsoDayOfWeek WeekStart { get; init; } = IsoDayOfWeek.Monday;

    /// <summary>BYSECOND 0..60 (60 acts as 59).</summary>
    public IReadOnlyList<int> BySecond { get; init; } = [];

    /// <summary>BYMINUTE 0..59.</summary>
    public IReadOnlyList<int> ByMinute { get; init; } = [];

    /// <summary>BYHOUR 0..23.</summary>
    public IReadOnlyList<int> ByHour { get; init; } = [];

    /// <summary>BYDAY.</summary>
    public IReadOnlyList<WeekdayNumber> ByDay { get; init; } = [];

    /// <summary>BYMONTHDAY ±1..31.</summary>
    public IReadOnlyList<int> ByMonthDay { get; init; } = [];

    /// <summary>BYYEARDAY ±1..366.</summary>
    public IReadOnlyList<int> ByYearDay { get; init; } = [];

    /// <summary>BYWEEKNO ±1..53.</summary>
    public IReadOnlyList<int> ByWeekNumber { get; init; } = [];

    /// <summary>BYMONTH 1..12.</summary>
    public IReadOnlyList<int> ByMonth { get; init; } = [];

    /// <summary>BYSETPOS ±1..366.</summary>
    public IReadOnlyList<int> BySetPosition { get; init; } = [];
}
