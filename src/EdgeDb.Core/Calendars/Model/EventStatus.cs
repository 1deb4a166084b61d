namespace EdgeDb.Core.Calendars;

/// <summary>STATUS of a VEVENT (RFC 5545 §3.8.1.11).</summary>
public enum EventStatus : byte
{
    /// <summary>Definite; also when the property is missing or not understood.</summary>
    Confirmed,

    /// <summary>Tentative.</summary>
    Tentative,

    /// <summary>Cancelled: no occurrence is shown, an override of this status removes its occurrence.</summary>
    Cancelled,
}
