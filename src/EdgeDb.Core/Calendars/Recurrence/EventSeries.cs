namespace EdgeDb.Core.Calendars;

/// <summary>All components of one UID in one calendar: at most one master and any number of overrides.</summary>
/// <param name="Master">The master or single event; null when a feed sends overrides only.</param>
/// <param name="Overrides">Components with a RECURRENCE-ID; of two for the same occurrence the higher SEQUENCE, then the later one in the file, wins.</param>
public sealed record EventSeries(CalendarEvent? Master, IReadOnlyList<CalendarEvent> Overrides)
{
    /// <summary>UID of the series.</summary>
    public string Uid => (Master ?? Overrides[0]).Uid;

    /// <summary>
    /// Puts the components of one calendar together by UID, in the order the UIDs first appear. Of two masters with one UID the
    /// higher SEQUENCE counts, then the later in the file: some servers publish every revision.
    /// </summary>
    public static List<EventSeries> Group(IEnumerable<CalendarEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        var byUid = new Dictionary<string, int>(StringComparer.Ordinal);
        var groups = new List<(CalendarEvent? Master, List<CalendarEvent>? Overrides)>();
        foreach (var item in events)
        {
            if (!byUid.TryGetValue(item.Uid, out var index))
            {
                byUid.Add(item.Uid, index = groups.Count);
                groups.Add(default);
            }

            var (master, overrides) = groups[index];
            if (item.RecurrenceId is not null)
                (overrides ??= []).Add(item);
            else if (master is null || item.Sequence >= master.Sequence)
                master = item;
            groups[index] = (master, overrides);
        }

        var series = new List<EventSeries>(groups.Count);
        foreach (var (master, overrides) in groups)
            series.Add(new EventSeries(master, overrides is null ? [] : overrides));
        return series;
    }
}
