namespace EdgeDb.Core.Calendars;

/// <summary>One instance of an event on the time line.</summary>
/// <param name="Event">The component whose properties apply: the master, or the override of this instance.</param>
/// <param name="RecurrenceId">Original start within the series; null for an event that does not recur.</param>
/// <param name="Kind">What <paramref name="Start"/> and <paramref name="End"/> count.</param>
/// <param name="Start">Start in seconds since the epoch of <paramref name="Kind"/>.</param>
/// <param name="End">Exclusive end, same unit; equal to the start for an event without duration.</param>
public readonly record struct Occurrence(CalendarEvent Event, RecurrenceId? RecurrenceId, OccurrenceKind Kind, long Start, long End);
