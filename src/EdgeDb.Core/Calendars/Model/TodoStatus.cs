namespace EdgeDb.Core.Calendars;

/// <summary>STATUS of a VTODO (RFC 5545 §3.8.1.11).</summary>
public enum TodoStatus : byte
{
    /// <summary>To be done; also when the property is missing or not understood.</summary>
    NeedsAction,

    /// <summary>Begun.</summary>
    InProcess,

    /// <summary>Done; also when COMPLETED or PERCENT-COMPLETE:100 says so and no status contradicts.</summary>
    Completed,

    /// <summary>Given up.</summary>
    Cancelled,
}
