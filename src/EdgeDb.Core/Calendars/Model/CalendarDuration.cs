namespace EdgeDb.Core.Calendars;

/// <summary>
/// An RFC 5545 §3.3.6 DURATION. Weeks and days are nominal (they follow the wall clock over a daylight-saving change);
/// hours, minutes and seconds are exact. Both parts carry the sign.
/// </summary>
/// <param name="Days">Nominal days, weeks included.</param>
/// <param name="Seconds">Exact seconds, hours and minutes included.</param>
public readonly record struct CalendarDuration(int Days, long Seconds)
{
    /// <summary>True when both parts are zero or positive.</summary>
    public bool IsPositiveOrZero => Days >= 0 && Seconds >= 0;
}
