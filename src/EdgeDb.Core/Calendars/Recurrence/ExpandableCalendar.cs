namespace EdgeDb.Core.Calendars;

/// <summary>The events of one iCalendar stream, put together to series, with the zones that stream defines.</summary>
/// <param name="Series">In the order their UIDs first appear.</param>
/// <param name="Zones">For an <see cref="OccurrenceExpander"/>.</param>
/// <param name="IsCalendar">False when the stream held no VCALENDAR.</param>
internal sealed record ExpandableCalendar(List<EventSeries> Series, CalendarZones Zones, bool IsCalendar)
{
    /// <summary>Reads to the end of the stream.</summary>
    /// <exception cref="CalendarLimitException">The stream is larger than the limits allow.</exception>
    public static ExpandableCalendar Read(Stream stream, CalendarProblems problems, CalendarReaderLimits? limits = null)
    {
        var events = new List<CalendarEvent>();
        var definitions = new List<CalendarTimeZoneDefinition>();
        using var reader = new CalendarReader(stream, problems, limits);
        while (reader.Read() is { } component)
        {
            if (component.Name == "VEVENT" && CalendarEvent.From(component, problems) is { } item)
                events.Add(item);
            else if (component.Name == "VTIMEZONE" && CalendarTimeZoneDefinition.From(component, problems) is { } definition)
                definitions.Add(definition);
        }

        return new ExpandableCalendar(EventSeries.Group(events), new CalendarZones(definitions, problems), reader.CalendarCount > 0);
    }
}
