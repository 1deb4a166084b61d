namespace EdgeDb.Core.Calendars;

/// <summary>How a DATE or DATE-TIME value is anchored to the time line (RFC 5545 §3.3.4, §3.3.5).</summary>
public enum CalendarTimeKind : byte
{
    /// <summary>A calendar date without a time: the same day wherever the reader is.</summary>
    Date,

    /// <summary>A local time without a zone: the same wall time wherever the reader is.</summary>
    Floating,

    /// <summary>A UTC time, written with <c>Z</c>.</summary>
    Utc,

    /// <summary>A local time with a <c>TZID</c>.</summary>
    Zoned,
}
