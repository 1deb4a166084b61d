using System.Runtime.CompilerServices;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// Proleptic Gregorian date arithmetic on day numbers (0 = 1970-01-01), branch-light and without <see cref="DateTime"/>.
/// Conversions follow Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". Expansion spends most of its time here.
/// </summary>
internal static class CivilDate
{
    public const long SecondsPerDay = 86_400;

    /// <summary>First and last year of RFC 5545's four-digit dates; nothing is expanded outside of them.</summary>
    public const int MinYear = 1;

    public const int MaxYear = 9999;

    /// <summary>0001-01-01T00:00:00.</summary>
    public const long MinSeconds = -62_135_596_800;

    /// <summary>9999-12-31T23:59:59.</summary>
    public const long MaxSeconds = 253_402_300_799;

    private static ReadOnlySpan<short> DaysBeforeMonth =>
        [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365, 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366];

    public static bool IsLeap(int year) => (year & 3) == 0 && (year % 25 != 0 || (year & 15) == 0);

    public static int DaysInYear(int year) => IsLeap(year) ? 366 : 365;

    public static int DaysInMonth(int year, int month) =>
        month == 2 ? (IsLeap(year) ? 29 : 28) : 30 + ((month + (month >> 3)) & 1);

    /// <summary>Days of the year before the first of a month; month 13 gives the length of the year.</summary>
    public static int DayOfYearBefore(int year, int month) => DaysBeforeMonth[(IsLeap(year) ? 13 : 0) + month - 1];

    /// <summary>Month that holds a 0-based day of the year, and the 1-based day in it.</summary>
    public static (int Month, int Day) MonthOfYearDay(bool leap, int yearDay)
    {
        var before = DaysBeforeMonth.Slice(leap ? 13 : 0, 13);
        var month = (yearDay >> 5) + 1;
        if (yearDay >= before[month])
            month++;
        return (month, yearDay - before[month - 1] + 1);
    }

    public static long FromYear(int year)
    {
        var y = year - 1L;
        return y * 365 + FloorDiv(y, 4) - FloorDiv(y, 100) + FloorDiv(y, 400) - 719_162;
    }

    public static long FromCivil(int year, int month, int day) => FromYear(year) + DayOfYearBefore(year, month) + day - 1;

    public static (int Year, int Month, int Day) ToCivil(long days)
    {
        days += 719_468;
        var era = FloorDiv(days, 146_097);
        var dayOfEra = (uint)(days - era * 146_097);
        var yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var shifted = (5 * dayOfYear + 2) / 153;
        var day = (int)(dayOfYear - (153 * shifted + 2) / 5 + 1);
        var month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
        return ((int)(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month, day);
    }

    /// <summary>Weekday with Monday as 0.</summary>
    public static int Weekday(long days) => (int)FloorMod(days + 3, 7);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long FloorDiv(long value, long divisor)
    {
        var quotient = value / divisor;
        return quotient * divisor > value ? quotient - 1 : quotient;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long FloorMod(long value, long divisor) => value - FloorDiv(value, divisor) * divisor;

    /// <summary>
    /// Reads <c>yyyyMMdd</c>, <c>yyyyMMddTHHmmss</c> and <c>yyyyMMddTHHmmssZ</c>, also with the dashes and colons of ISO 8601
    /// and without seconds, as some programs write them. False when the text is anything else or no real date.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out CalendarDateTime value)
    {
        value = default;
        Span<char> digits = stackalloc char[14];
        var count = 0;
        var dateLength = -1;
        var utc = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiDigit(c))
            {
                if (count == 14)
                    return false;
                digits[count++] = c;
            }
            else if (c is 'T' or 't' && count == 8 && dateLength < 0)
            {
                dateLength = 8;
            }
            else if (c is 'Z' or 'z' && i == text.Length - 1 && dateLength == 8)
            {
                utc = true;
            }
            else if (!(c == '-' && dateLength < 0 && count is 4 or 6) && !(c == ':' && dateLength == 8 && count is 10 or 12))
            {
                return false;
            }
        }

        if (dateLength < 0 ? count != 8 : count is not (12 or 14))
            return false;
        digits[count..].Fill('0');

        var year = Number(digits[..4]);
        var month = Number(digits[4..6]);
        var day = Number(digits[6..8]);
        var hour = Number(digits[8..10]);
        var minute = Number(digits[10..12]);
        var second = Number(digits[12..14]);
        if (year < MinYear || month is < 1 or > 12 || day < 1 || day > DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60)
            return false;

        // A leap second has no place on the POSIX time line; it acts as the second before it.
        var seconds = FromCivil(year, month, day) * SecondsPerDay + hour * 3600 + minute * 60 + Math.Min(second, 59);
        value = new CalendarDateTime(seconds,
            dateLength < 0 ? CalendarTimeKind.Date : utc ? CalendarTimeKind.Utc : CalendarTimeKind.Floating);
        return true;
    }

    private static int Number(ReadOnlySpan<char> digits)
    {
        var number = 0;
        foreach (var digit in digits)
            number = number * 10 + (digit - '0');
        return number;
    }
}
