namespace EdgeDb.Core.Calendars;

/// <summary>
/// Between which times a series can have occurrences: for an index that skips series a window cannot touch. Wide rather than
/// exact: both bounds are a day off the true ones at most, plus what UNTIL leaves unused.
/// </summary>
/// <param name="FirstStart">No occurrence starts before this, in UTC seconds or wall-clock seconds of whoever looks.</param>
/// <param name="LastEnd">No occurrence ends after this; null when the series has no end, or one too far to be worth counting to.</param>
public readonly record struct SeriesBounds(long FirstStart, long? LastEnd)
{
    private const int MaxCounted = 10_000;

    /// <summary>The bounds of a series.</summary>
    public static SeriesBounds Of(EventSeries series, CalendarZones zones)
    {
        var bounds = new SeriesBounds(long.MaxValue, long.MinValue);
        var reach = 0L;
        foreach (var source in series.Overrides)
        {
            var start = ResolvedTime.Of(source.Start, zones);
            var length = EventSpan.Of(source, start, zones).LongestSeconds;
            bounds = bounds.With(start.Seconds, start.Seconds + length);
            if (source is not { ThisAndFuture: true, RecurrenceId: { } id })
                continue;
            // All later occurrences move along.
            var shift = start.Seconds - ResolvedTime.Of(id, zones).Seconds;
            reach = Math.Max(reach, Math.Abs(shift) + length);
        }

        if (series.Master is { } master)
            bounds = bounds.WithMaster(master, zones, reach);
        return new SeriesBounds(bounds.FirstStart - CivilDate.SecondsPerDay, bounds.LastEnd + CivilDate.SecondsPerDay);
    }

    private SeriesBounds With(long start, long? end) => new(Math.Min(FirstStart, start), end > LastEnd || end is null ? end : LastEnd);

    private SeriesBounds WithMaster(CalendarEvent master, CalendarZones zones, long reach)
    {
        var start = ResolvedTime.Of(master.Start, zones);
        var length = Math.Max(reach, EventSpan.Of(master, start, zones).LongestSeconds);
        var bounds = With(start.Seconds - reach, start.Seconds + length);
        foreach (var period in master.RecurrenceDates)
        {
            var date = ResolvedTime.Of(period.Start, zones);
            bounds = bounds.With(
                date.Seconds - reach,
                date.Seconds + Math.Max(length, EventSpan.Between(date, period.End, period.Duration, zones).LongestSeconds));
        }

        foreach (var rule in master.Rules)
            bounds = bounds.With(bounds.FirstStart, LastStart(rule, start) + length);
        return bounds;
    }

    /// <summary>UTC or wall-clock seconds by which the rule has ended; null when it does not.</summary>
    private static long? LastStart(RecurrenceRule rule, in ResolvedTime start)
    {
        if (rule.Until is { } until)
            return until.LocalSeconds + CivilDate.SecondsPerDay;
        if (rule.Count is null or > MaxCounted)
            return null;
        var last = start.LocalSeconds;
        foreach (var local in new RecurrenceEnumerator(
            rule, start.LocalSeconds, start.Kind == OccurrenceKind.AllDay, long.MinValue, long.MaxValue))
        {
            last = local;
        }

        return start.Clock?.ToUtc(last) ?? last;
    }
}
