using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EdgeDb.Api;

/// <summary>Times as the API writes them.</summary>
internal static class TimeText
{
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    /// <summary>Unix seconds as <c>2026-01-05T08:00:00Z</c>.</summary>
    public static string Instant(long seconds) => Clock(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Instant(long)"/>
    [return: NotNullIfNotNull(nameof(seconds))]
    public static string? Instant(long? seconds) => seconds is { } value ? Instant(value) : null;

    /// <summary>Wall-clock seconds as <c>2026-01-05</c>.</summary>
    public static string Date(long seconds) => Clock(seconds).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Writes Unix seconds as an instant without allocating.</summary>
    public static int WriteInstant(Span<byte> utf8, long seconds)
    {
        Clock(seconds).TryFormat(utf8, out var written, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return written;
    }

    /// <summary>Writes wall-clock seconds as a date without allocating.</summary>
    public static int WriteDate(Span<byte> utf8, long seconds)
    {
        Clock(seconds).TryFormat(utf8, out var written, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        return written;
    }

    /// <summary>Seconds as a date and time. What lies outside of the years 1 to 9999 is shown as their first or last second.</summary>
    public static DateTime Clock(long seconds) => DateTime.UnixEpoch.AddSeconds(Math.Clamp(seconds, FirstSecond, LastSecond));
}
