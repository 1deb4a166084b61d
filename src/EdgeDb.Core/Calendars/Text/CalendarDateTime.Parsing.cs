namespace EdgeDb.Core.Calendars;

public readonly partial record struct CalendarDateTime
{
    // ISO 8601 with separators, fraction and offset; anything longer is not a date and need not be looked at.
    private const int MaxLength = 40;

    /// <summary>
    /// Reads a DATE or DATE-TIME (RFC 5545 §3.3.4, §3.3.5) and the spellings programs send instead: surrounding blanks, lower case
    /// <c>t</c> and <c>z</c>, missing seconds, fractions (dropped), 24:00:00, a leap second (the second before it), ISO 8601 separators,
    /// and a numeric UTC offset (converted to UTC).
    /// </summary>
    /// <param name="text">The value.</param>
    /// <param name="zoneId">TZID of its property or null; ignored for dates and UTC values.</param>
    /// <param name="value">What was read, or the default.</param>
    /// <param name="reason">Why it could not be read, without the value; null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, string? zoneId, out CalendarDateTime value, out string? reason)
    {
        value = default;
        text = text.Trim(" \t"u8);
        if (text.IsEmpty)
            return Fail("is empty", out reason);
        if (text.Length > MaxLength
            || !TakeDigits(ref text, 4, out var year) || !TakeDigitsAfter(ref text, (byte)'-', out var month)
            || !TakeDigitsAfter(ref text, (byte)'-', out var day))
            return Fail("is not a date or date-time", out reason);
        if (year < CivilDate.MinYear || month is < 1 or > 12 || day < 1 || day > CivilDate.DaysInMonth(year, month))
            return Fail("is not a day of the calendar", out reason);

        var daySeconds = CivilDate.FromCivil(year, month, day) * CivilDate.SecondsPerDay;
        if (text.IsEmpty || text is [(byte)'Z' or (byte)'z'])
        {
            value = new CalendarDateTime(daySeconds, CalendarTimeKind.Date);
            reason = null;
            return true;
        }
        if (text[0] is not ((byte)'T' or (byte)'t' or (byte)' '))
            return Fail("is not a date or date-time", out reason);
        text = text[1..];
        return TryParseTime(text, daySeconds, zoneId, out value, out reason);
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, string?, out CalendarDateTime, out string?)"/>
    public static bool TryParse(ReadOnlySpan<char> text, string? zoneId, out CalendarDateTime value, out string? reason)
    {
        text = text.Trim();
        Span<byte> utf8 = stackalloc byte[MaxLength];
        if (text.Length <= MaxLength && System.Text.Ascii.FromUtf16(text, utf8, out var length) == System.Buffers.OperationStatus.Done)
            return TryParse(utf8[..length], zoneId, out value, out reason);
        value = default;
        return Fail("is not a date or date-time", out reason);
    }

    private static bool TryParseTime(
        ReadOnlySpan<byte> text, long daySeconds, string? zoneId, out CalendarDateTime value, out string? reason)
    {
        value = default;
        var second = 0;
        if (!TakeDigits(ref text, 2, out var hour) || !TakeDigitsAfter(ref text, (byte)':', out var minute)
            || (text is [(byte)':', ..] or [>= (byte)'0' and <= (byte)'9', ..] && !TakeDigitsAfter(ref text, (byte)':', out second)))
            return Fail("has no usable time", out reason);
        if (hour > 24 || minute > 59 || second > 60 || (hour == 24 && (minute > 0 || second > 0)))
            return Fail("is not a time of day", out reason);
        if (text is [(byte)'.' or (byte)',', ..])
            text = text[1..].TrimStart("0123456789"u8);

        var seconds = daySeconds + (hour * 3600) + (minute * 60) + Math.Min(second, 59);
        if (text.IsEmpty)
            value = new CalendarDateTime(seconds, zoneId is null ? CalendarTimeKind.Floating : CalendarTimeKind.Zoned, zoneId);
        else if (text is [(byte)'Z' or (byte)'z'])
            value = new CalendarDateTime(seconds, CalendarTimeKind.Utc);
        else if (text[0] is (byte)'+' or (byte)'-' && CalendarOffset.TryParse(text, out var offset, out _))
            value = new CalendarDateTime(seconds - offset, CalendarTimeKind.Utc);
        else
            return Fail("has characters after its time", out reason);

        // 24:00 of the last day and offsets at either end leave the four-figure years.
        if (value.LocalSeconds is < CivilDate.MinSeconds or > CivilDate.MaxSeconds)
            return Fail("is outside the years 1 to 9999", out reason);
        reason = null;
        return true;
    }

    private static bool TakeDigitsAfter(ref ReadOnlySpan<byte> text, byte separator, out int number)
    {
        if (text is [var first, ..] && first == separator)
            text = text[1..];
        return TakeDigits(ref text, 2, out number);
    }

    private static bool TakeDigits(ref ReadOnlySpan<byte> text, int count, out int number)
    {
        number = 0;
        if (text.Length < count)
            return false;
        for (var i = 0; i < count; i++)
        {
            var digit = text[i] - '0';
            if ((uint)digit > 9)
                return false;
            number = (number * 10) + digit;
        }
        text = text[count..];
        return true;
    }

    private static bool Fail(string why, out string? reason)
    {
        reason = why;
        return false;
    }
}
