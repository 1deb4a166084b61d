using NodaTime;

namespace EdgeDb.Core.Calendars;

/// <summary>One BYDAY entry: a weekday, optionally the n-th (or n-th last) within the month or year.</summary>
/// <param name="Day">The weekday.</param>
/// <param name="Ordinal">0 for every such weekday; otherwise -53..53.</param>
public readonly record struct WeekdayNumber(IsoDayOfWeek Day, int Ordinal = 0);
