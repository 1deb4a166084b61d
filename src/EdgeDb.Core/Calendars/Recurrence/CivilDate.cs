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

    public static bool IsLeap(int year) => (year & 3) == 0 && (year % 25 != 0 || (year & 15) == 0);

    public static int DaysInYear(int year) => IsLeap(year) ? 366 : 365;

    public static int DaysInMonth(int year, int month) =>
        month == 2 ? (IsLeap(year) ? 29 : 28) : 30 + ((month + (month >> 3)) & 1);

    /// <summary>Days of the year before the first of a month; month 13 gives the length of the year.</summary>
    public static int DayOfYearBefore(int year, int month) =>
        (367 * month - 362) / 12 - (month <= 2 ? 0 : IsLeap(year) ? 1 : 2);

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
}
