using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Household;

/// <summary>
/// Between the three ways in which times of one series are written: as its master writes them, as wall-clock seconds of its
/// zone, and as the seconds that occurrences count.
/// </summary>
/// <param name="zones">Zones of the event's calendar.</param>
internal sealed class SeriesClock(CalendarZones zones)
{
    /// <summary>True for an override of an occurrence before the split.</summary>
    public bool IsBefore(CalendarEvent component, RecurrenceId split) =>
        component.RecurrenceId is { } id && IsBefore(id, component, split);

    /// <summary>True for a time of a series that lies before the split.</summary>
    public bool IsBefore(CalendarDateTime time, CalendarEvent master, RecurrenceId split) => Seconds(time, master) < split.Seconds;

    /// <summary>An occurrence's original start as its master writes times.</summary>
    public CalendarDateTime Written(RecurrenceId occurrence, CalendarEvent master)
    {
        var start = master.Start;
        var seconds = occurrence.Seconds;
        if (occurrence.Kind == OccurrenceKind.Timed && start is { Kind: CalendarTimeKind.Zoned, ZoneId: { } zone } && zones.Clock(zone) is { } clock)
            seconds = clock.ToLocal(seconds);
        return start with { LocalSeconds = seconds };
    }

    /// <summary>Wall-clock seconds in the master's zone.</summary>
    public long Wall(CalendarDateTime time, CalendarEvent master)
    {
        if (time.Kind == master.Start.Kind && time.ZoneId == master.Start.ZoneId)
            return time.LocalSeconds;
        if (time.IsDate || time.Kind == CalendarTimeKind.Floating)
            return time.LocalSeconds;
        var utc = Seconds(time, master);
        return master.Start is { Kind: CalendarTimeKind.Zoned, ZoneId: { } zone } && zones.Clock(zone) is { } clock ? clock.ToLocal(utc) : utc;
    }

    /// <summary>Seconds as occurrences of the master count them.</summary>
    public long Seconds(CalendarDateTime time, CalendarEvent master)
    {
        var zone = time.Kind == CalendarTimeKind.Zoned ? time.ZoneId
            : time.Kind == CalendarTimeKind.Utc ? null
            : master.Start.Kind == CalendarTimeKind.Zoned ? master.Start.ZoneId : null;
        return zone is not null && zones.Clock(zone) is { } clock ? clock.ToUtc(time.LocalSeconds) : time.LocalSeconds;
    }

    /// <summary>True when both are the same moment, however they are written.</summary>
    public bool SameMoment(CalendarDateTime left, CalendarDateTime right) =>
        left.Kind == right.Kind && left.ZoneId == right.ZoneId ? left.LocalSeconds == right.LocalSeconds
        : !left.IsDate && !right.IsDate && Resolve(left) == Resolve(right);

    /// <summary>UTC seconds; of a time without a zone its wall clock.</summary>
    public long Resolve(CalendarDateTime time) =>
        time is { Kind: CalendarTimeKind.Zoned, ZoneId: { } zone } && zones.Clock(zone) is { } clock ? clock.ToUtc(time.LocalSeconds) : time.LocalSeconds;

    /// <summary>Midnight of a wall-clock second.</summary>
    public static long Day(long localSeconds) => CivilDate.FloorDiv(localSeconds, CivilDate.SecondsPerDay) * CivilDate.SecondsPerDay;
}
