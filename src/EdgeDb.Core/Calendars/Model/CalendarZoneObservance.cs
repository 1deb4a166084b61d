namespace EdgeDb.Core.Calendars;

/// <summary>One STANDARD or DAYLIGHT block: an offset and the local times at which it begins to apply.</summary>
/// <param name="IsDaylight">DAYLIGHT.</param>
/// <param name="Start">DTSTART: the first onset as a floating time in the offset before it.</param>
/// <param name="OffsetFromSeconds">TZOFFSETFROM: seconds east of Greenwich before each onset.</param>
/// <param name="OffsetToSeconds">TZOFFSETTO: seconds east of Greenwich from each onset.</param>
/// <param name="Abbreviation">TZNAME, for example <c>CEST</c>; null when missing.</param>
/// <param name="Rules">RRULEs of further onsets; usually none or one.</param>
/// <param name="RecurrenceDates">RDATEs of further onsets, floating, in file order.</param>
public sealed record CalendarZoneObservance(
    bool IsDaylight, CalendarDateTime Start, int OffsetFromSeconds, int OffsetToSeconds, string? Abbreviation,
    IReadOnlyList<RecurrenceRule> Rules, IReadOnlyList<CalendarDateTime> RecurrenceDates)
{
    /// <summary>Reads a STANDARD or DAYLIGHT block; null, and a problem, without a start or TZOFFSETTO.</summary>
    internal static CalendarZoneObservance? From(CalendarComponent block, CalendarProblems problems)
    {
        // Its times follow the same grammar as an event's; only the anchoring differs, as a zone cannot be given in a zone.
        var fields = new ComponentFields(block, problems, "");
        var to = Offset(block, "TZOFFSETTO", problems);
        var from = Offset(block, "TZOFFSETFROM", problems);
        if (fields.Start is not { } start || to is null)
        {
            problems.Add(block.Line, block.Name, null, fields.Start is null ? "DTSTART" : "TZOFFSETTO", "is missing; the block was skipped", default);
            return null;
        }

        var dates = new List<CalendarDateTime>();
        foreach (var date in fields.RecurrenceDates ?? [])
            dates.Add(Floating(date.Start, from ?? to.Value));
        return new CalendarZoneObservance(
            block.Name == "DAYLIGHT", Floating(start, from ?? to.Value), from ?? to.Value, to.Value,
            block.Property("TZNAME") is { } name ? CalendarText.Unescape(name.RawValue) : null,
            fields.Rules ?? (IReadOnlyList<RecurrenceRule>)[], dates);
    }

    // UTC onsets, which some programs write, are local ones after adding the offset that applied until then.
    private static CalendarDateTime Floating(CalendarDateTime time, int offsetFromSeconds) =>
        new(time.LocalSeconds + (time.Kind == CalendarTimeKind.Utc ? offsetFromSeconds : 0), CalendarTimeKind.Floating);

    private static int? Offset(CalendarComponent block, string name, CalendarProblems problems)
    {
        if (block.Property(name) is not { } property)
            return null;
        if (CalendarOffset.TryParse(property.Utf8, out var seconds, out var reason))
            return seconds;
        problems.Add(property.Line, block.Name, null, name, reason!, property.Utf8);
        return null;
    }
}
