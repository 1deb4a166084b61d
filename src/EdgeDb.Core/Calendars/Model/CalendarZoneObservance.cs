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
    IReadOnlyList<RecurrenceRule> Rules, IReadOnlyList<CalendarDateTime> RecurrenceDates);
