using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Household;

/// <summary>Expands series into what the database keeps of them. Runs on the caller's thread, never on the writer's.</summary>
internal static class SeriesCompiler
{
    /// <summary>
    /// Occurrences of one series that are kept, or expanded for one answer: every hour for 200 days. Of a series with more none is kept: it
    /// would fill the card, and the first ones lie in the past.
    /// </summary>
    internal const int MaxOccurrences = 5_000;

    // What can be shown: whole days of the years 1 to 9999. A duration of a thousand centuries leads out of them.
    private const long FirstSecond = -62_135_510_400;
    private const long LastSecond = 253_402_214_400;

    private const long MonthSeconds = 31 * 86_400;

    // Years 1 to 9999 of any zone: where an event that does not recur is looked for.
    private const long Always = 400_000_000_000;

    /// <summary>Compiles a series that was read from a feed or file.</summary>
    public static CompiledSeries Compile(
        EventSeries series, ReadOnlyMemory<byte> source, byte[] hash, CalendarZones zones, OccurrenceWindow window)
    {
        var recurring = series.Master?.IsRecurring ?? false;
        const long Pad = OccurrenceWindow.WallClockPadSeconds;
        var found = new List<Occurrence>();
        var complete = new OccurrenceExpander(zones).Expand(
            series, recurring ? window.From - Pad : -Always, recurring ? window.To + Pad : Always, MaxOccurrences, found);

        var parts = new List<CompiledPart>(1);
        var partOf = new Dictionary<CalendarEvent, int>(ReferenceEqualityComparer.Instance);
        var occurrences = new List<CompiledOccurrence>(found.Count);
        var outside = found.RemoveAll(static o => o.Start < FirstSecond || o.End > LastSecond);
        foreach (var occurrence in found)
        {
            if (!partOf.TryGetValue(occurrence.Event, out var part))
            {
                partOf.Add(occurrence.Event, part = parts.Count);
                parts.Add(Part(occurrence.Event, zones));
            }
            occurrences.Add(new(occurrence.Start, occurrence.End, occurrence.Kind, occurrence.RecurrenceId, part));
        }

        var bounds = SeriesBounds.Of(series, zones);
        var components = series.Master is { } master ? series.Overrides.Prepend(master) : series.Overrides;
        return new(
            series.Uid,
            (series.Master ?? series.Overrides[0]).Summary ?? "",
            components.Max(static c => c.Sequence),
            components.Max(static c => Math.Max(c.LastModified?.ToUnixTimeSeconds() ?? 0, c.Stamp?.ToUnixTimeSeconds() ?? 0)),
            KindOf((series.Master ?? series.Overrides[0]).Start),
            bounds.FirstStart,
            bounds.LastEnd,
            recurring,
            components.Any(static c => c.Private),
            hash,
            source,
            parts,
            occurrences,
            recurring && !complete,
            outside)
        {
            Alarms = AlarmReach.Of(series, bounds),
        };
    }

    /// <summary>Compiles stored text for another window; source and hash stay empty. Null when nothing in it can be placed in time.</summary>
    public static CompiledSeries? Recompile(ReadOnlySpan<byte> source, CalendarZones zones, OccurrenceWindow window) =>
        SeriesSource.Read(source) is { } series ? Compile(series, ReadOnlyMemory<byte>.Empty, [], zones, window) : null;

    /// <summary>Compiles the text of an edit, with its <see cref="EventMemberLines"/>; throws <see cref="HouseholdException"/> when it is no event.</summary>
    public static CompiledSeries CompileEdited(ReadOnlyMemory<byte> edited, CalendarZones zones, OccurrenceWindow window)
    {
        var (source, members) = EventMemberLines.Take(edited);
        var series = SeriesSource.Read(source.Span) ?? throw HouseholdException.Bad("start", "The event has no start.");
        var compiled = Compile(series, source, SeriesSource.Hash(source.Span), zones, window);
        return compiled.Dense && OverflowsMonth(series, zones, Math.Max(window.From, compiled.StartsAt))
            ? throw HouseholdException.Bad("rrule", $"The event would occur more than {MaxOccurrences} times within a month, which no answer could show.")
            : compiled with { Members = members };
    }

    private static bool OverflowsMonth(EventSeries series, CalendarZones zones, long from) =>
        !new OccurrenceExpander(zones).Expand(series, from, from + MonthSeconds, MaxOccurrences, []);

    /// <summary>What the occurrences of a component show.</summary>
    public static CompiledPart Part(CalendarEvent source, CalendarZones zones) =>
        new(
            source.Summary ?? "",
            source.Location,
            source.Start is { Kind: CalendarTimeKind.Zoned, ZoneId: { } zone } ? zones.Find(zone)?.Id : null,
            source.Color,
            source.Status,
            source.Private,
            EventMemberLines.ComponentOf(source));

    private static OccurrenceKind KindOf(CalendarDateTime start) => start.Kind switch
    {
        CalendarTimeKind.Date => OccurrenceKind.AllDay,
        CalendarTimeKind.Floating => OccurrenceKind.Floating,
        _ => OccurrenceKind.Timed,
    };
}
