using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EdgeDb.Api;

/// <summary>Times as the API writes them.</summary>
internal static class TimeText
{
    /// <summary>Unix seconds as <c>2026-01-05T08:00:00Z</c>.</summary>
    public static string Instant(long seconds) => DateTime.UnixEpoch.AddSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Instant(long)"/>
    [return: NotNullIfNotNull(nameof(seconds))]
    public static string? Instant(long? seconds) => seconds is { } value ? Instant(value) : null;

    /// <summary>Writes Unix seconds as an instant without allocating.</summary>
    public static int WriteInstant(Span<byte> utf8, long seconds)
    {
        DateTime.UnixEpoch.AddSeconds(seconds).TryFormat(utf8, out var written, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return written;
    }

    /// <summary>Writes wall-clock seconds as a date without allocating.</summary>
    public static int WriteDate(Span<byte> utf8, long seconds)
    {
        DateTime.UnixEpoch.AddSeconds(seconds).TryFormat(utf8, out var written, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        return written;
    }
}
