namespace EdgeDb.Core.Calendars;

/// <summary>What the seconds of an <see cref="Occurrence"/> count.</summary>
public enum OccurrenceKind : byte
{
    /// <summary>Seconds of the UTC time line since 1970-01-01T00:00:00Z.</summary>
    Timed,

    /// <summary>Wall-clock seconds since 1970-01-01T00:00:00 of whoever looks.</summary>
    Floating,

    /// <summary>As <see cref="Floating"/>, always at midnight.</summary>
    AllDay,
}
