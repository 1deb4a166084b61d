namespace EdgeDb.Core.Calendars;

/// <summary>The events of one iCalendar stream, put together to series, with the zones that stream defines.</summary>
/// <param name="Series">In the order their UIDs first appear.</param>
/// <param name="Zones">For an <see cref="OccurrenceExpander"/>.</param>
/// <param name="IsCalendar">False when the stream held no VCALENDAR.</param>
internal sealed record ExpandableCalendar(IReadOnlyList<EventSeries> Series, CalendarZones Zones, bool IsCalendar)
{
    /// <summary>Reads to the end of the stream.</summary>
    /// <exception cref="CalendarLimitException">The stream is larger than the limits allow.</exception>
    public static ExpandableCalendar Read(Stream stream, CalendarProblems problems, CalendarReaderLimits? limits = null)
    {
        var document = CalendarDocument.Read(stream, limits: limits, problems: problems);
        return new ExpandableCalendar(document.Series, new CalendarZones(document.Zones, problems), document.IsCalendar);
    }
}
