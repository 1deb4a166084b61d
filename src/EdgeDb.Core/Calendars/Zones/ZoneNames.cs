using System.Globalization;
using NodaTime;
using NodaTime.TimeZones;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// Finds the zone that a TZID means. Calendars in the wild name zones by IANA, by Windows, by the text of Outlook's or Rails' zone
/// menu, behind a vendor's path, or by a bare offset.
/// </summary>
internal static class ZoneNames
{
    // Tables of names are built when the first name needs them: most calendars spell IANA names as IANA does.
    private static readonly Lazy<Dictionary<string, string>> Ids = new(() =>
        DateTimeZoneProviders.Tzdb.Ids.ToDictionary(id => id, StringComparer.OrdinalIgnoreCase));

    private static readonly Lazy<Dictionary<string, string>> Windows = new(() =>
        new Dictionary<string, string>(TzdbDateTimeZoneSource.Default.WindowsMapping.PrimaryMapping, StringComparer.OrdinalIgnoreCase));

    // Zone menus name a city where they can. These are the entries that name a region instead.
    private static readonly Dictionary<string, string> Regions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Eastern Time (US & Canada)"] = "America/New_York",
        ["Central Time (US & Canada)"] = "America/Chicago",
        ["Mountain Time (US & Canada)"] = "America/Denver",
        ["Pacific Time (US & Canada)"] = "America/Los_Angeles",
        ["Atlantic Time (Canada)"] = "America/Halifax",
        ["Indiana (East)"] = "America/Indiana/Indianapolis",
        ["Alaska"] = "America/Anchorage",
        ["Hawaii"] = "Pacific/Honolulu",
        ["Arizona"] = "America/Phoenix",
        ["Saskatchewan"] = "America/Regina",
        ["Newfoundland"] = "America/St_Johns",
        ["Central America"] = "America/Guatemala",
        ["Brasilia"] = "America/Sao_Paulo",
        ["Greenland"] = "America/Nuuk",
        ["Azores"] = "Atlantic/Azores",
        ["Cape Verde Is."] = "Atlantic/Cape_Verde",
        ["Edinburgh"] = "Europe/London",
        ["Bern"] = "Europe/Zurich",
        ["West Central Africa"] = "Africa/Lagos",
        ["Harare"] = "Africa/Harare",
        ["Pretoria"] = "Africa/Johannesburg",
        ["Abu Dhabi"] = "Asia/Dubai",
        ["Chennai"] = "Asia/Kolkata",
        ["Mumbai"] = "Asia/Kolkata",
        ["New Delhi"] = "Asia/Kolkata",
        ["Beijing"] = "Asia/Shanghai",
        ["Osaka"] = "Asia/Tokyo",
        ["Canberra"] = "Australia/Sydney",
        ["Wellington"] = "Pacific/Auckland",
        ["Coordinated Universal Time"] = "Etc/UTC",
        ["Greenwich Mean Time"] = "Etc/UTC",
    };

    private static readonly Lazy<Dictionary<string, string>> Cities = new(() =>
    {
        var cities = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var id in DateTimeZoneProviders.Tzdb.Ids)
        {
            var slash = id.LastIndexOf('/');
            if (slash > 0 && !id.StartsWith("Etc/", StringComparison.Ordinal))
                cities.TryAdd(id[(slash + 1)..].Replace('_', ' '), id);
        }

        return cities;
    });

    /// <summary>The zone of a time as people are shown it: an IANA name where there is one, <c>UTC</c>, or null when it is floating or a day.</summary>
    public static string? Shown(CalendarDateTime time) => time.Kind switch
    {
        CalendarTimeKind.Zoned => Find(time.ZoneId!)?.Id ?? time.ZoneId,
        CalendarTimeKind.Utc => "UTC",
        _ => null,
    };

    /// <summary>A zone known by name, or null. The offset forms are not tried.</summary>
    public static DateTimeZone? Find(string name)
    {
        name = name.Trim().Trim('"', '\'').Trim();
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(name) is { } zone)
            return zone;
        if (IanaId(name) is { } id)
            return DateTimeZoneProviders.Tzdb.GetZoneOrNull(id);
        if (name.StartsWith("tzone://Microsoft/Utc", StringComparison.OrdinalIgnoreCase))
            return DateTimeZone.Utc;
        return FromMenu(name) is { } menu ? DateTimeZoneProviders.Tzdb.GetZoneOrNull(menu) : null;
    }

    /// <summary><c>UTC+2</c>, <c>GMT-0500</c>, <c>+05:30</c>, <c>GMT +0100 (Standard) / GMT +0200 (Daylight)</c>: a fixed offset, or null.</summary>
    public static DateTimeZone? FixedOffset(string name)
    {
        var text = name.AsSpan().Trim().Trim('"').TrimStart('(');
        if (text.StartsWith("UTC", StringComparison.OrdinalIgnoreCase) || text.StartsWith("GMT", StringComparison.OrdinalIgnoreCase))
            text = text[3..].TrimStart();
        if (text.IsEmpty || text[0] is not ('+' or '-' or '\u2212'))
            return null;
        var negative = text[0] != '+';
        text = text[1..];
        var end = text.IndexOfAny(' ', ')');
        if (end >= 0)
            text = text[..end];
        // h, hh, hmm, hhmm and h:mm, hh:mm
        var colon = text.IndexOf(':');
        var hours = colon >= 0 ? text[..colon] : text.Length <= 2 ? text : text[..^2];
        var minutes = colon >= 0 ? text[(colon + 1)..] : text[hours.Length..];
        if (!int.TryParse(hours, NumberStyles.None, CultureInfo.InvariantCulture, out var hour) || hour > 14)
            return null;
        var minute = 0;
        if (!minutes.IsEmpty && (!int.TryParse(minutes, NumberStyles.None, CultureInfo.InvariantCulture, out minute) || minute > 59))
            return null;
        return DateTimeZone.ForOffset(Offset.FromSeconds((hour * 60 + minute) * (negative ? -60 : 60)));
    }

    private static string? IanaId(string name)
    {
        if (Ids.Value.TryGetValue(name, out var id) || Windows.Value.TryGetValue(name, out id))
            return id;
        // /mozilla.org/20050126_1/Europe/Berlin, /freeassociation.sourceforge.net/Tzfile/America/Argentina/Buenos_Aires
        if (name.StartsWith('/'))
        {
            for (var slash = name.IndexOf('/', 1); slash > 0; slash = name.IndexOf('/', slash + 1))
                if (Ids.Value.TryGetValue(name[(slash + 1)..], out id))
                    return id;
        }

        return Ids.Value.TryGetValue(name.Replace(' ', '_'), out id) ? id : null;
    }

    /// <summary><c>(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna</c>: the first place that keeps that standard time.</summary>
    private static string? FromMenu(string name)
    {
        int? offset = null;
        var places = name;
        if (name.StartsWith('('))
        {
            var close = name.IndexOf(')', StringComparison.Ordinal);
            if (close < 0)
                return null;
            offset = name[1..close] is "UTC" or "GMT" ? 0 : FixedOffset(name[..close])?.GetUtcOffset(Instant.MinValue).Seconds;
            if (offset is null)
                return null;
            places = name[(close + 1)..].Trim();
        }

        if (Regions.TryGetValue(places, out var region))
            return region;
        // A bare word could be anything; without an offset to check against, only the regions above are taken.
        if (offset is null)
            return null;
        foreach (var place in places.Split(','))
        {
            var trimmed = place.Trim();
            if (!Regions.TryGetValue(trimmed, out var id) && !Cities.Value.TryGetValue(trimmed, out id))
                continue;
            if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(id)?.GetZoneInterval(Instant.FromUtc(2025, 1, 1, 0, 0)).StandardOffset.Seconds == offset)
                return id;
        }

        return null;
    }
}
