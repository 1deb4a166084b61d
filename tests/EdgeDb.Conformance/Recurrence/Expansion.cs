using EdgeDb.Core.Calendars;
using NodaTime;

namespace EdgeDb.Conformance.Recurrence;

/// <summary>What a person in some zone sees of a calendar file.</summary>
internal sealed record Shown(CalendarEvent Event, bool AllDay, LocalDateTime Start, LocalDateTime End, long StartSeconds)
{
    /// <summary>Occurrences that overlap a span of wall-clock time, by start and then UID.</summary>
    public static List<Shown> Between(string path, DateTimeZone zone, LocalDateTime from, LocalDateTime to)
    {
        using var stream = File.OpenRead(path);
        var calendar = ExpandableCalendar.Read(stream, new CalendarProblems());
        var expander = new OccurrenceExpander(calendar.Zones);
        var clock = CalendarZones.Clock(zone);
        var found = new List<Occurrence>();
        const long Day = 86_400;
        foreach (var series in calendar.Series)
            expander.Expand(series, Seconds(from) - Day, Seconds(to) + Day, 100_000, found);

        var shown = new List<Shown>();
        foreach (var item in found)
        {
            var timed = item.Kind == OccurrenceKind.Timed;
            var start = Local(timed ? clock.ToLocal(item.Start) : item.Start);
            var end = Local(timed ? clock.ToLocal(item.End) : item.End);
            if (end > from && start < to)
                shown.Add(new Shown(item.Event, item.Kind == OccurrenceKind.AllDay, start, end, item.Start));
        }

        return [.. shown.OrderBy(item => item.Start).ThenBy(item => item.Event.Uid, StringComparer.Ordinal)];
    }

    public static long Seconds(LocalDateTime value) => value.InUtc().ToInstant().ToUnixTimeSeconds();

    public static LocalDateTime Local(long seconds) => new CalendarDateTime(seconds, CalendarTimeKind.Floating).Local;
}
