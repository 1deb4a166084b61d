namespace EdgeDb.Core.Calendars;

/// <summary>UTC-OFFSET values (RFC 5545 §3.3.14), in seconds east of Greenwich.</summary>
internal static class CalendarOffset
{
    /// <summary>The widest offset read: what a time zone of NodaTime can hold; real ones reach +14:00.</summary>
    public const int MaxSeconds = 18 * 3600;

    /// <summary>Reads <c>+HHMM</c> and <c>-HHMMSS</c>; also without sign, with colons, or hours alone (<c>+1</c>, <c>+01</c>).</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out int seconds, out string? reason)
    {
        seconds = 0;
        reason = "is not an offset such as +0100";
        text = text.Trim(" \t"u8);
        var negative = text is [(byte)'-', ..];
        if (text is [(byte)'+' or (byte)'-', ..])
            text = text[1..];

        Span<int> digits = stackalloc int[6];
        var count = 0;
        foreach (var c in text)
        {
            if (c == ':')
                continue;
            if (count == digits.Length || c is < (byte)'0' or > (byte)'9')
                return false;
            digits[count++] = c - '0';
        }
        if (count == 0)
            return false;

        // One or three digits: the hour has one figure.
        var at = 0;
        var hours = count % 2 == 1 ? digits[at++] : (digits[at++] * 10) + digits[at++];
        var minutes = count > at ? (digits[at++] * 10) + digits[at++] : 0;
        var rest = count > at ? (digits[at++] * 10) + digits[at] : 0;
        var total = (hours * 3600) + (minutes * 60) + rest;
        if (minutes > 59 || rest > 59 || total > MaxSeconds)
        {
            reason = "is not an offset between -1800 and +1800";
            return false;
        }
        seconds = negative ? -total : total;
        reason = null;
        return true;
    }

    /// <summary><c>+0100</c>, with seconds only where there are any.</summary>
    public static string Format(int seconds)
    {
        var total = Math.Abs(seconds);
        var text = $"{(seconds < 0 ? '-' : '+')}{total / 3600:00}{total / 60 % 60:00}";
        return total % 60 == 0 ? text : $"{text}{total % 60:00}";
    }
}
