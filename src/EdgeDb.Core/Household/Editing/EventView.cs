using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Household;

/// <summary>
/// The editable fields of a component as people are shown them. What comes back as it was shown is no change: it is neither held
/// to the rules for new values, which other programs do not know, nor written anew.
/// </summary>
/// <param name="Event">The typed component.</param>
/// <param name="End">Exclusive end on the clock of the start, in whatever zone DTEND is.</param>
/// <param name="ZoneId">Zone of both: an IANA name where there is one, <c>UTC</c>, or null when floating or all-day.</param>
/// <param name="Rule">First recurrence rule; null for a single event.</param>
/// <param name="RemindersMinutes">Minutes before the start, ascending.</param>
/// <param name="Members">Ids of whom it concerns, sorted; null for its calendar's members.</param>
internal sealed record EventView(
    CalendarEvent Event, CalendarDateTime End, string? ZoneId, string? Rule, IReadOnlyList<int> RemindersMinutes, IReadOnlyList<string>? Members)
{
    public CalendarDateTime Start => Event.Start;

    /// <param name="component">The master, an override, or the master moved to an occurrence.</param>
    /// <param name="zones">Zones of the event's calendar.</param>
    public static EventView Of(CalendarComponent component, CalendarZones zones)
    {
        var read = EventSource.Typed(component);
        return new(
            read,
            EndOf(read, new(zones)),
            ZoneNames.Shown(read.Start),
            read.Rules.Count > 0 ? read.Rules[0].ToString() : null,
            EventSource.Reminders(component),
            EventMemberLines.Of(component));
    }

    private static CalendarDateTime EndOf(CalendarEvent read, SeriesClock clock)
    {
        if (read.End is { } end)
            return end.IsDate == read.Start.IsDate ? read.Start with { LocalSeconds = clock.Wall(end, read) } : end;
        var seconds = read.Duration is { } duration ? (duration.Days * 86_400L) + duration.Seconds : read.Start.IsDate ? 86_400 : 0;
        return read.Start with { LocalSeconds = read.Start.LocalSeconds + seconds };
    }
}
