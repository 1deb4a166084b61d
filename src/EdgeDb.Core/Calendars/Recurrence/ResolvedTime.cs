namespace EdgeDb.Core.Calendars;

/// <summary>A DATE or DATE-TIME bound to its clock: the wall-clock time and the seconds an <see cref="Occurrence"/> counts.</summary>
/// <param name="Kind">What <paramref name="Seconds"/> count.</param>
/// <param name="Clock">Null for all-day and floating times.</param>
/// <param name="LocalSeconds">Wall-clock seconds on the clock.</param>
/// <param name="Seconds">UTC seconds for timed values, else the same as <paramref name="LocalSeconds"/>.</param>
internal readonly record struct ResolvedTime(OccurrenceKind Kind, ZoneClock? Clock, long LocalSeconds, long Seconds)
{
    public static ResolvedTime Of(CalendarDateTime value, CalendarZones zones)
    {
        var clock = value.Kind switch
        {
            CalendarTimeKind.Utc => ZoneClock.Utc,
            CalendarTimeKind.Zoned => zones.Clock(value.ZoneId!),
            _ => null,
        };
        return clock is not null
            ? new ResolvedTime(OccurrenceKind.Timed, clock, value.LocalSeconds, clock.ToUtc(value.LocalSeconds))
            : new ResolvedTime(
                value.IsDate ? OccurrenceKind.AllDay : OccurrenceKind.Floating, null, value.LocalSeconds, value.LocalSeconds);
    }

    /// <summary>The same clock at another wall-clock time.</summary>
    public ResolvedTime At(long localSeconds, ref int hint) => Clock is null
        ? new ResolvedTime(Kind, null, localSeconds, localSeconds)
        : new ResolvedTime(Kind, Clock, localSeconds, Clock.ToUtc(localSeconds, ref hint));

    /// <summary>
    /// The start within a series that another value (EXDATE, RECURRENCE-ID, RDATE) of whatever form refers to, in the seconds of the
    /// series. Programs mix forms: UTC on a zoned series, another zone, midnight in some zone on an all-day series.
    /// </summary>
    /// <param name="value">The value; a DATE on a timed series gives midnight of that day, which is for the caller to see.</param>
    /// <param name="zones">For its TZID.</param>
    public long SecondsOf(CalendarDateTime value, CalendarZones zones)
    {
        switch (Kind)
        {
            case OccurrenceKind.AllDay:
                // The nearest midnight: Outlook writes an all-day exception as midnight of its own zone in UTC.
                return value.IsDate
                    ? value.LocalSeconds
                    : CivilDate.FloorDiv(value.LocalSeconds + CivilDate.SecondsPerDay / 2, CivilDate.SecondsPerDay) * CivilDate.SecondsPerDay;
            case OccurrenceKind.Floating:
                return value.LocalSeconds;
            default:
                var resolved = Of(value, zones);
                return resolved.Clock is not null ? resolved.Seconds : Clock!.ToUtc(value.LocalSeconds);
        }
    }

    /// <summary>The last moment UNTIL allows, as a bound for the walk and, for a UTC value on a zoned series, as the exact instant.</summary>
    public (long Local, long Utc) LastOf(RecurrenceRule rule)
    {
        if (rule.Until is not { } until)
            return (long.MaxValue, long.MaxValue);
        // Near a clock change wall-clock order is not the order of instants, so the walk goes a day further.
        if (until.Kind == CalendarTimeKind.Utc && Clock is not null)
            return (Clock.ToLocal(until.LocalSeconds) + CivilDate.SecondsPerDay, until.LocalSeconds);
        return (until.IsDate ? until.LocalSeconds + CivilDate.SecondsPerDay - 1 : until.LocalSeconds, long.MaxValue);
    }
}
