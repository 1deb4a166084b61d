namespace EdgeDb.Core.Calendars;

/// <summary>How far from its series an alarm rings at most: for an index that skips what cannot ring within some days.</summary>
/// <param name="LeadSeconds">Before the first start, 0 or more.</param>
/// <param name="LagSeconds">After the last end, 0 or more.</param>
internal readonly record struct AlarmReach(long LeadSeconds, long LagSeconds)
{
    /// <summary>The reach of a series that lies within <paramref name="bounds"/>; null when nothing of it rings.</summary>
    public static AlarmReach? Of(EventSeries series, SeriesBounds bounds)
    {
        AlarmReach? reach = null;
        if (series.Master is { } master)
            Add(master, bounds, ref reach);
        foreach (var one in series.Overrides)
            Add(one, bounds, ref reach);
        return reach;
    }

    private static void Add(CalendarEvent source, SeriesBounds bounds, ref AlarmReach? reach)
    {
        foreach (var alarm in source.Alarms)
        {
            if (!AlarmTimes.Rings(alarm))
                continue;
            var first = alarm.At is { } at ? at.LocalSeconds - bounds.FirstStart : AlarmTimes.Seconds(alarm.Offset!.Value);
            var last = alarm.At is { } when ? bounds.LastEnd is { } end ? when.LocalSeconds - end : 0 : first;
            var (lead, lag) = reach is { } before ? (before.LeadSeconds, before.LagSeconds) : (0, 0);
            reach = new(
                Math.Clamp(-first, lead, AlarmTimes.FurthestSeconds),
                Math.Clamp(last + AlarmTimes.RepeatedSeconds(alarm), lag, AlarmTimes.FurthestSeconds));
        }
    }
}
