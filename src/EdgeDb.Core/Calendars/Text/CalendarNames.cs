using System.Text;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// Turns the bytes of a property, parameter or component name into one shared upper-case string: a feed repeats some thirty
/// names some hundred thousand times. Names over the bounds are not kept, so that a hostile feed cannot fill memory with them.
/// </summary>
internal sealed class CalendarNames
{
    private const int MaxKept = 512;
    private const int MaxKeptLength = 64;

    // Names chosen to collide cost eight comparisons each, and a string of their own.
    private const int MaxProbes = 8;

    private static readonly CalendarNames WellKnown = new([
        "BEGIN", "END", "VCALENDAR", "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VALARM", "STANDARD", "DAYLIGHT",
        "PRODID", "VERSION", "METHOD", "CALSCALE", "NAME", "COLOR", "REFRESH-INTERVAL", "X-PUBLISHED-TTL", "X-WR-CALNAME", "X-WR-CALDESC",
        "X-WR-TIMEZONE", "UID", "DTSTART", "DTEND", "DTSTAMP", "DUE", "DURATION", "COMPLETED", "CREATED", "LAST-MODIFIED", "RECURRENCE-ID",
        "RRULE", "EXRULE", "RDATE", "EXDATE", "SEQUENCE", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "STATUS", "TRANSP", "CLASS",
        "PRIORITY", "CATEGORIES", "COMMENT", "CONTACT", "ATTACH", "ATTENDEE", "ORGANIZER", "GEO", "RESOURCES", "RELATED-TO",
        "PERCENT-COMPLETE", "TZID", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO", "X-LIC-LOCATION", "ACTION", "TRIGGER", "REPEAT", "VALUE", "CN",
        "ROLE", "PARTSTAT", "RSVP", "CUTYPE", "LANGUAGE", "ALTREP", "RANGE", "RELATED", "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR",
        "X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-ALLDAYEVENT", "X-ALT-DESC", "ACKNOWLEDGED",
    ]);

    private readonly string?[] _slots;
    private int _count;

    public CalendarNames()
    {
        _slots = (string?[])WellKnown._slots.Clone();
        _count = WellKnown._count;
    }

    private CalendarNames(ReadOnlySpan<string> names)
    {
        // Twice as many slots as names keeps the probes short; a power of two makes the remainder a mask.
        _slots = new string?[2 * MaxKept];
        Span<byte> utf8 = stackalloc byte[MaxKeptLength];
        foreach (var name in names)
            Get(utf8[..Encoding.ASCII.GetBytes(name, utf8)]);
    }

    /// <summary>The upper-case string of an ASCII name.</summary>
    public string Get(ReadOnlySpan<byte> name)
    {
        if (name.Length > MaxKeptLength)
            return Create(name);
        var mask = _slots.Length - 1;
        var slot = Hash(name) & mask;
        for (var probe = 0; probe < MaxProbes; probe++, slot = (slot + 1) & mask)
        {
            var known = _slots[slot];
            if (known is null)
            {
                known = Create(name);
                if (_count < MaxKept)
                {
                    _slots[slot] = known;
                    _count++;
                }
                return known;
            }
            if (Ascii.EqualsIgnoreCase(name, known))
                return known;
        }
        return Create(name);
    }

    private static string Create(ReadOnlySpan<byte> name) => Encoding.ASCII.GetString(name).ToUpperInvariant();

    private static int Hash(ReadOnlySpan<byte> name)
    {
        var hash = 2166136261u;
        foreach (var c in name)
            hash = (hash ^ (c & 0xDFu)) * 16777619u;
        return (int)(hash ^ (hash >> 15));
    }
}
