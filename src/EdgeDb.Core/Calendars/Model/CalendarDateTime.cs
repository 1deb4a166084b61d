using System.Globalization;
using NodaTime;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// A DATE or DATE-TIME value as it was written: wall-clock time plus how it is anchored. It is not resolved against a
/// time zone until an occurrence needs an instant, because the zone's rules may change after the value was stored.
/// </summary>
/// <param name="LocalSeconds">Wall-clock seconds since 1970-01-01T00:00:00 of the same wall clock; midnight for dates.</param>
/// <param name="Kind">How the value is anchored.</param>
/// <param name="ZoneId">The <c>TZID</c> as written, for <see cref="CalendarTimeKind.Zoned"/> only; otherwise null.</param>
public readonly partial record struct CalendarDateTime(long LocalSeconds, CalendarTimeKind Kind, string? ZoneId = null)
{
    /// <summary>True for a DATE value.</summary>
    public bool IsDate => Kind == CalendarTimeKind.Date;

    /// <summary>The wall-clock value.</summary>
    public LocalDateTime Local => LocalDateTime.FromDateTime(DateTime.UnixEpoch.AddSeconds(LocalSeconds));

    /// <summary>The value as RFC 5545 writes it, without its TZID: <c>20260105</c>, <c>20260105T090000</c> or <c>20260105T090000Z</c>.</summary>
    public override string ToString() => DateTime.UnixEpoch.AddSeconds(LocalSeconds).ToString(
        Kind switch
        {
            CalendarTimeKind.Date => "yyyyMMdd",
            CalendarTimeKind.Utc => "yyyyMMdd'T'HHmmss'Z'",
            _ => "yyyyMMdd'T'HHmmss",
        },
        CultureInfo.InvariantCulture);

    /// <summary>The value as the API writes it: <c>2026-01-05</c> or <c>2026-01-05T09:00:00</c>, on its own clock. What lies outside of the years 1 to 9999 is shown as their first or last second.</summary>
    public string ToIsoText() => DateTime.UnixEpoch.AddSeconds(Math.Clamp(LocalSeconds, CivilDate.MinSeconds, CivilDate.MaxSeconds))
        .ToString(IsDate ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}
