using System.Collections.Concurrent;
using NodaTime;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// The zones of one calendar by TZID. A name that IANA or Windows knows means that zone even if the calendar's VTIMEZONE says
/// otherwise: the copies in feeds are often years old or cover one year only, and people expect the time their clock shows.
/// Names nobody knows are taken from the VTIMEZONE; without one the time is floating, and a problem says so once.
/// Not thread-safe: one instance a calendar and expansion run. Zones themselves are shared by all.
/// </summary>
public sealed class CalendarZones
{
    /// <summary>Zones a calendar may define itself: each holds a table, and a household has no use for more.</summary>
    private const int MaxDefined = 200;

    private static readonly ConcurrentDictionary<string, ZoneClock> Known = new(StringComparer.Ordinal);

    private readonly Dictionary<string, CalendarTimeZoneDefinition> _definitions = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ZoneClock?> _resolved = new(StringComparer.Ordinal);
    private readonly CalendarProblems? _problems;
    private string? _lastName;
    private ZoneClock? _lastClock;
    private int _defined;

    /// <param name="definitions">VTIMEZONEs of the calendar; of two with the same TZID the first counts.</param>
    /// <param name="problems">Where names that could not be resolved are told; may be null.</param>
    public CalendarZones(IEnumerable<CalendarTimeZoneDefinition>? definitions = null, CalendarProblems? problems = null)
    {
        _problems = problems;
        foreach (var definition in definitions ?? [])
            _definitions.TryAdd(definition.Id, definition);
    }

    /// <summary>The zone of a TZID, or null when nothing is known about it and its times are floating.</summary>
    public DateTimeZone? Find(string zoneId) => Clock(zoneId)?.Zone;

    internal ZoneClock? Clock(string zoneId)
    {
        // Events of a calendar mostly share one string.
        if (ReferenceEquals(zoneId, _lastName))
            return _lastClock;
        if (!_resolved.TryGetValue(zoneId, out var clock))
            _resolved.Add(zoneId, clock = Resolve(zoneId));
        _lastName = zoneId;
        _lastClock = clock;
        return clock;
    }

    /// <summary>The clock of a zone that is not bound to a calendar.</summary>
    internal static ZoneClock Clock(DateTimeZone zone) => Known.GetOrAdd(zone.Id, static (_, zone) => new ZoneClock(zone), zone);

    private ZoneClock? Resolve(string zoneId)
    {
        if (ZoneNames.Find(zoneId) is { } zone)
            return Clock(zone);
        if (_definitions.TryGetValue(zoneId, out var definition))
        {
            if (definition.Location is { } location && ZoneNames.Find(location) is { } located)
                return Clock(located);
            if (_defined++ < MaxDefined)
                return new ZoneClock(DefinedTimeZone.From(definition));
        }

        if (ZoneNames.FixedOffset(zoneId) is { } fixedOffset)
            return Clock(fixedOffset);
        var shown = zoneId.Length <= 100 ? zoneId : zoneId[..99] + "…";
        var why = definition is null ? "the calendar does not define it" : $"the calendar defines more than {MaxDefined}";
        _problems?.Add(new CalendarProblem(
            0, "VTIMEZONE", null, "TZID", $"the time zone \"{shown}\" is not known and {why}: its times count as local"));
        return null;
    }
}
