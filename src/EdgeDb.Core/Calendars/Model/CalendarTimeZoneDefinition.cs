namespace EdgeDb.Core.Calendars;

/// <summary>The data of one VTIMEZONE, for calendars whose zone name nobody else knows.</summary>
/// <param name="Id">TZID as written; events refer to it.</param>
/// <param name="Location">X-LIC-LOCATION: the IANA name many programs add; null when missing.</param>
/// <param name="Observances">Its STANDARD and DAYLIGHT blocks in file order; at least one.</param>
public sealed record CalendarTimeZoneDefinition(string Id, string? Location, IReadOnlyList<CalendarZoneObservance> Observances);
