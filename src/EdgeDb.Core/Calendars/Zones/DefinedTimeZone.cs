using NodaTime;
using NodaTime.TimeZones;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// A zone that only its calendar's VTIMEZONE describes (RFC 5545 §3.6.5). Onsets are worked out up to 2099 when the zone is first
/// asked for, at most <see cref="MaxOnsets"/>; before the first one the offset it starts from applies.
/// </summary>
internal sealed class DefinedTimeZone : DateTimeZone
{
    /// <summary>Two changes a year for five hundred years: more is no zone but an attack.</summary>
    public const int MaxOnsets = 1_000;

    private static readonly long End = CivilDate.FromYear(2100) * CivilDate.SecondsPerDay;

    private readonly ZoneInterval[] _intervals;

    private DefinedTimeZone(string id, ZoneInterval[] intervals, int least, int most)
        : base(id, isFixed: false, Offset.FromSeconds(least), Offset.FromSeconds(most)) => _intervals = intervals;

    /// <summary>Builds the zone.</summary>
    public static DefinedTimeZone From(CalendarTimeZoneDefinition definition)
    {
        var onsets = new List<(long Utc, CalendarZoneObservance Observance)>();
        foreach (var observance in definition.Observances)
            AddOnsets(onsets, observance);
        onsets.Sort((a, b) => a.Utc.CompareTo(b.Utc));

        var before = onsets[0].Observance.OffsetFromSeconds;
        int least = before, most = before;
        var intervals = new List<ZoneInterval>(onsets.Count + 1);
        Instant? start = null;
        var (name, offset, savings) = (definition.Id, before, 0);
        foreach (var (utc, observance) in onsets)
        {
            // The last day of the calendar ends a few hours later in UTC than an Instant can say.
            var at = Instant.FromUnixTimeSeconds(Math.Min(utc, CivilDate.MaxSeconds));
            if (at > start || start is null)
                intervals.Add(new ZoneInterval(name, start, at, Offset.FromSeconds(offset), Offset.FromSeconds(savings)));
            start = at;
            name = observance.Abbreviation ?? definition.Id;
            offset = observance.OffsetToSeconds;
            // A zone that crosses the date line (Samoa in 2011) moves by more than an Offset holds, and saves nothing by that.
            var change = observance.OffsetToSeconds - observance.OffsetFromSeconds;
            savings = observance.IsDaylight && Math.Abs(change) <= CalendarOffset.MaxSeconds ? change : 0;
            least = Math.Min(least, offset);
            most = Math.Max(most, offset);
        }

        intervals.Add(new ZoneInterval(name, start, null, Offset.FromSeconds(offset), Offset.FromSeconds(savings)));
        return new DefinedTimeZone(definition.Id, [.. intervals], least, most);
    }

    /// <inheritdoc/>
    public override ZoneInterval GetZoneInterval(Instant instant)
    {
        int low = 0, high = _intervals.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_intervals[middle].Start <= instant)
                low = middle;
            else
                high = middle - 1;
        }

        return _intervals[low];
    }

    private static void AddOnsets(List<(long Utc, CalendarZoneObservance Observance)> onsets, CalendarZoneObservance observance)
    {
        // Onset times are local in the offset that ends with them; UNTIL is UTC.
        long ToUtc(long local) => local - observance.OffsetFromSeconds;

        onsets.Add((ToUtc(observance.Start.LocalSeconds), observance));
        foreach (var date in observance.RecurrenceDates)
        {
            if (onsets.Count < MaxOnsets)
                onsets.Add((date.Kind == CalendarTimeKind.Utc ? date.LocalSeconds : ToUtc(date.LocalSeconds), observance));
        }

        foreach (var rule in observance.Rules)
        {
            var last = rule.Until switch
            {
                null => End,
                { Kind: CalendarTimeKind.Utc } until => until.LocalSeconds + observance.OffsetFromSeconds,
                { IsDate: true } until => until.LocalSeconds + CivilDate.SecondsPerDay - 1,
                { } until => until.LocalSeconds,
            };
            foreach (var local in new RecurrenceEnumerator(
                rule, observance.Start.LocalSeconds, isDate: false, long.MinValue, Math.Min(last, End)))
            {
                if (onsets.Count >= MaxOnsets)
                    return;
                if (local != observance.Start.LocalSeconds)
                    onsets.Add((ToUtc(local), observance));
            }
        }
    }
}
