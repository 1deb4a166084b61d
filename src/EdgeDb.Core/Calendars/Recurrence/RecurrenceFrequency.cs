namespace EdgeDb.Core.Calendars;

/// <summary>FREQ of a recurrence rule (RFC 5545 §3.3.10), from finest to coarsest.</summary>
public enum RecurrenceFrequency : byte
{
    /// <summary>SECONDLY</summary>
    Secondly,

    /// <summary>MINUTELY</summary>
    Minutely,

    /// <summary>HOURLY</summary>
    Hourly,

    /// <summary>DAILY</summary>
    Daily,

    /// <summary>WEEKLY</summary>
    Weekly,

    /// <summary>MONTHLY</summary>
    Monthly,

    /// <summary>YEARLY</summary>
    Yearly,
}
