namespace EdgeDb.Core.Calendars;

/// <summary>All components of one UID in one calendar: at most one master and any number of overrides.</summary>
/// <param name="Master">The master or single event; null when a feed sends overrides only.</param>
/// <param name="Overrides">Components with a RECURRENCE-ID; of two for the same occurrence the higher SEQUENCE, then the later one in the file, wins.</param>
public sealed record EventSeries(CalendarEvent? Master, IReadOnlyList<CalendarEvent> Overrides)
{
    /// <summary>UID of the series.</summary>
    public string Uid => (Master ?? Overrides[0]).Uid;
}
