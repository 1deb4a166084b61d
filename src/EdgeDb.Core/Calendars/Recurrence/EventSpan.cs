namespace EdgeDb.Core.Calendars;

/// <summary>
/// How long every occurrence of a component lasts: wall-clock seconds first, exact seconds after them. RFC 5545 §3.8.5.3 keeps the
/// exact duration where DTEND gives it, and the nominal one where DURATION does. One case departs from it: a DTEND whole days
/// after DTSTART on the same clock keeps its time of day, because an event from midnight to midnight (how Outlook sends all-day
/// events) would otherwise end an hour into the next day, or miss the last one, when the clocks change.
/// </summary>
internal readonly record struct EventSpan(long WallSeconds, long ExactSeconds)
{
    /// <summary>No occurrence ends later than this after its start.</summary>
    public long LongestSeconds => WallSeconds + ExactSeconds + (WallSeconds > 0 ? CivilDate.SecondsPerDay : 0);

    public static EventSpan Of(CalendarEvent source, in ResolvedTime start, CalendarZones zones) =>
        Between(start, source.End, source.Duration, zones);

    public static EventSpan Between(in ResolvedTime start, CalendarDateTime? end, CalendarDuration? duration, CalendarZones zones)
    {
        if (start.Kind == OccurrenceKind.AllDay)
            return new EventSpan(Math.Max(1, Days(start, end, duration)) * CivilDate.SecondsPerDay, 0);
        if (end is { } written)
        {
            // A DTEND without a zone of its own is read on the clock of DTSTART.
            var resolved = ResolvedTime.Of(written, zones);
            var sameClock = resolved.Clock is null || ReferenceEquals(resolved.Clock, start.Clock);
            var wall = resolved.LocalSeconds - start.LocalSeconds;
            if (sameClock && (start.Clock is null || wall % CivilDate.SecondsPerDay == 0))
                return new EventSpan(Math.Max(0, wall), 0);
            var endSeconds = resolved.Clock is not null ? resolved.Seconds
                : start.Clock is { } clock ? clock.ToUtc(resolved.LocalSeconds) : resolved.LocalSeconds;
            return new EventSpan(0, Math.Max(0, endSeconds - start.Seconds));
        }

        return duration is { IsPositiveOrZero: true } length
            ? new EventSpan(length.Days * CivilDate.SecondsPerDay, length.Seconds) : default;
    }

    /// <summary>Exclusive end of an occurrence in the seconds of its kind.</summary>
    public long EndOf(in ResolvedTime start, ref int hint)
    {
        if (start.Clock is null || WallSeconds == 0)
            return start.Seconds + WallSeconds + ExactSeconds;
        return start.Clock.ToUtc(start.LocalSeconds + WallSeconds, ref hint) + ExactSeconds;
    }

    private static long Days(in ResolvedTime start, CalendarDateTime? end, CalendarDuration? duration)
    {
        var seconds = end is { } written ? written.LocalSeconds - start.LocalSeconds
            : duration is { IsPositiveOrZero: true } length ? length.Days * CivilDate.SecondsPerDay + length.Seconds : 0;
        // A time on an all-day event's end still means that day.
        return (seconds + CivilDate.SecondsPerDay - 1) / CivilDate.SecondsPerDay;
    }
}
