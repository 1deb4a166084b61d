namespace EdgeDb.Core.Calendars;

/// <summary>
/// One RDATE value: a start, and for PERIOD values (RFC 5545 §3.3.9) its own end or duration. Without either the
/// occurrence has the duration of its event.
/// </summary>
public readonly record struct CalendarPeriod(CalendarDateTime Start, CalendarDateTime? End = null, CalendarDuration? Duration = null)
{
    /// <summary>Reads a DATE, a DATE-TIME or a PERIOD; an end before the start is refused.</summary>
    /// <param name="text">The value.</param>
    /// <param name="zoneId">TZID of its property or null.</param>
    /// <param name="value">What was read, or the default.</param>
    /// <param name="reason">Why it could not be read, without the value; null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, string? zoneId, out CalendarPeriod value, out string? reason)
    {
        value = default;
        var slash = text.IndexOf((byte)'/');
        if (!CalendarDateTime.TryParse(slash < 0 ? text : text[..slash], zoneId, out var start, out reason))
            return false;
        if (slash < 0)
        {
            value = new CalendarPeriod(start);
            return true;
        }

        var rest = text[(slash + 1)..].Trim(" \t"u8);
        if (rest is [(byte)'P' or (byte)'p' or (byte)'+' or (byte)'-', ..])
        {
            if (!CalendarDuration.TryParse(rest, out var duration, out reason))
                return false;
            value = new CalendarPeriod(start, Duration: duration);
            if (duration.IsPositiveOrZero)
                return true;
        }
        else
        {
            if (!CalendarDateTime.TryParse(rest, zoneId, out var end, out reason))
                return false;
            value = new CalendarPeriod(start, end);
            // Ends of another kind can only be compared where the zone's rules are known.
            if (end.Kind != start.Kind || end.LocalSeconds >= start.LocalSeconds)
                return true;
        }
        value = default;
        reason = "ends before it starts";
        return false;
    }

    /// <summary>The value as RFC 5545 writes it, without its TZID.</summary>
    public override string ToString() =>
        End is { } end ? $"{Start}/{end}" : Duration is { } duration ? $"{Start}/{duration}" : Start.ToString();
}
