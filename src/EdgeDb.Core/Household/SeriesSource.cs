using System.Security.Cryptography;
using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Household;

/// <summary>The iCalendar text of a series as it is stored: its VEVENTs, one after the other.</summary>
internal static class SeriesSource
{
    /// <summary>Reads stored text. Null when nothing in it can be placed in time.</summary>
    public static EventSeries? Read(ReadOnlySpan<byte> text)
    {
        using var stream = new MemoryStream(text.ToArray(), writable: false);
        return CalendarDocument.Read(stream).Series is [var series, ..] ? series : null;
    }

    /// <summary>
    /// SHA-256 that tells whether a series has changed. DTSTAMP is left out: some servers renew it at every request, and each
    /// would rewrite the whole calendar on the card.
    /// </summary>
    public static byte[] Hash(ReadOnlySpan<byte> text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n') is >= 0 and var at ? at + 1 : text.Length;
            if (!text.StartsWith("DTSTAMP:"u8) && !text.StartsWith("DTSTAMP;"u8))
                hash.AppendData(text[..end]);
            text = text[end..];
        }
        return hash.GetHashAndReset();
    }
}
