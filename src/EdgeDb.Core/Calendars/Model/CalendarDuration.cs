namespace EdgeDb.Core.Calendars;

/// <summary>
/// An RFC 5545 §3.3.6 DURATION. Weeks and days are nominal (they follow the wall clock over a daylight-saving change);
/// hours, minutes and seconds are exact. Both parts carry the sign.
/// </summary>
/// <param name="Days">Nominal days, weeks included.</param>
/// <param name="Seconds">Exact seconds, hours and minutes included.</param>
public readonly record struct CalendarDuration(int Days, long Seconds)
{
    // The whole of the four-figure years: a longer one cannot end on the calendar.
    private const long MaxDays = 3_652_059;

    /// <summary>True when both parts are zero or positive.</summary>
    public bool IsPositiveOrZero => Days >= 0 && Seconds >= 0;

    /// <summary>
    /// Reads a duration in either case; weeks may stand beside other parts and a missing <c>T</c> is forgiven (<c>P15M</c> is 15 minutes,
    /// as iCalendar has no months).
    /// </summary>
    /// <param name="text">The value.</param>
    /// <param name="value">What was read, or the default.</param>
    /// <param name="reason">Why it could not be read, without the value; null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out CalendarDuration value, out string? reason)
    {
        value = default;
        reason = "is not a duration such as PT1H30M";
        text = text.Trim(" \t"u8);
        var negative = text is [(byte)'-', ..];
        if (text is [(byte)'+' or (byte)'-', ..])
            text = text[1..];
        if (text is not [(byte)'P' or (byte)'p', .. var parts] || parts.IsEmpty)
            return false;

        long days = 0, seconds = 0, number = 0;
        var digits = 0;
        foreach (var c in parts)
        {
            if (c is >= (byte)'0' and <= (byte)'9')
            {
                if (++digits > 12)
                    return TooLong(out reason);
                number = (number * 10) + (c - '0');
                continue;
            }
            var unit = c | 0x20;
            if (unit == 't' && digits == 0)
                continue;
            if (digits == 0)
                return false;
            switch (unit)
            {
                case 'w': days += number * 7; break;
                case 'd': days += number; break;
                case 'h': seconds += number * 3600; break;
                case 'm': seconds += number * 60; break;
                case 's': seconds += number; break;
                default: return false;
            }
            if (days > MaxDays || seconds > MaxDays * CivilDate.SecondsPerDay)
                return TooLong(out reason);
            number = digits = 0;
        }
        if (digits > 0)
            return false;
        value = negative ? new CalendarDuration((int)-days, -seconds) : new CalendarDuration((int)days, seconds);
        reason = null;
        return true;
    }

    /// <summary>The value as RFC 5545 writes it: <c>P7D</c>, <c>-PT15M</c>, <c>P1DT2H</c>, <c>PT0S</c>.</summary>
    public override string ToString()
    {
        long days = Days, seconds = Seconds;
        if (days == 0 && seconds == 0)
            return "PT0S";
        // One sign stands before both parts; parts of opposite sign can only be written as their sum.
        if (Math.Sign(days) * Math.Sign(seconds) < 0)
            (days, seconds) = (0, (days * CivilDate.SecondsPerDay) + seconds);

        var text = new System.Text.StringBuilder(24);
        text.Append(days < 0 || seconds < 0 ? "-P" : "P");
        Part(Math.Abs(days), 'D');
        seconds = Math.Abs(seconds);
        if (seconds > 0)
            text.Append('T');
        Part(seconds / 3600, 'H');
        Part(seconds / 60 % 60, 'M');
        Part(seconds % 60, 'S');
        return text.ToString();

        void Part(long number, char unit)
        {
            if (number > 0)
                text.Append(number).Append(unit);
        }
    }

    private static bool TooLong(out string? reason)
    {
        reason = "is longer than the calendar";
        return false;
    }
}
