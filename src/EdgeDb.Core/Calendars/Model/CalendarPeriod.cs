namespace EdgeDb.Core.Calendars;

/// <summary>
/// One RDATE value: a start, and for PERIOD values (RFC 5545 §3.3.9) its own end or duration. Without either the
/// occurrence has the duration of its event.
/// </summary>
public readonly record struct CalendarPeriod(CalendarDateTime Start, CalendarDateTime? End = null, CalendarDuration? Duration = null);
