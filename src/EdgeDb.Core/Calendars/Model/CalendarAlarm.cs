namespace EdgeDb.Core.Calendars;

/// <summary>A VALARM: when to remind, relative to the start or end of its event, or at a fixed time.</summary>
/// <param name="Action">ACTION, upper case.</param>
/// <param name="Offset">Relative TRIGGER; null when <paramref name="At"/> is set.</param>
/// <param name="RelatedToEnd">RELATED=END.</param>
/// <param name="At">Absolute TRIGGER in UTC; null when <paramref name="Offset"/> is set.</param>
/// <param name="Repeat">REPEAT: how many more times after the first.</param>
/// <param name="Interval">DURATION between repeats.</param>
public sealed record CalendarAlarm(
    string Action, CalendarDuration? Offset, bool RelatedToEnd, CalendarDateTime? At, int Repeat, CalendarDuration? Interval);
