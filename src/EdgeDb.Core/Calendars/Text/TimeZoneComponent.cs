using System.Globalization;
using NodaTime;
using NodaTime.TimeZones;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// Writes a time zone as a VTIMEZONE (RFC 5545 §3.6.5) for readers that do not know its name: a yearly rule where the zone
/// changes by one, single onsets for what came before or follows no rule.
/// </summary>
public static class TimeZoneComponent
{
    // Rules are derived from, and irregular zones are listed for, the years before this one.
    private const int EndYear = 2100;

    // Every weekday falls on every day of a seven-day window within these years, so the window can be read off.
    private const int YearsToDeriveFrom = 40;

    private const int FirstYear = 1900;

    /// <summary>One change of offset; <paramref name="Local"/> is the wall clock before it.</summary>
    private readonly record struct Onset(LocalDateTime Local, Kind Kind);

    private readonly record struct Kind(bool IsDaylight, int OffsetFromSeconds, int OffsetToSeconds, string Abbreviation);

    /// <summary>The VTIMEZONE.</summary>
    /// <param name="zone">Whose changes to write.</param>
    /// <param name="zoneId">TZID: the name the events use, usually the zone's.</param>
    /// <param name="fromYear">First year the events need; clamped to 1900..2099.</param>
    public static CalendarComponent Create(DateTimeZone zone, string zoneId, int fromYear)
    {
        ArgumentNullException.ThrowIfNull(zone);
        fromYear = Math.Clamp(fromYear, FirstYear, EndYear - 1);
        var component = new CalendarComponent("VTIMEZONE");
        var editor = new CalendarEventEditor(component);
        editor.SetText("TZID", zoneId);
        editor.SetText("X-LIC-LOCATION", zone.Id);

        // The changes of the year before say what applies on the first of January.
        var intervals = zone.GetZoneIntervals(Instant.FromUtc(fromYear - 1, 1, 1, 0, 0), Instant.FromUtc(EndYear, 1, 1, 0, 0)).ToList();
        var onsets = Onsets(intervals);
        var start = new LocalDateTime(fromYear, 1, 1, 0, 0);
        if (onsets.Count == 0 || onsets[0].Local > start)
        {
            var first = intervals[0];
            var offset = first.WallOffset.Seconds;
            component.Components.Add(Observance(new Onset(start, new Kind(first.Savings > Offset.Zero, offset, offset, first.Name)), null, []));
        }
        foreach (var group in onsets.GroupBy(onset => onset.Kind))
            AddObservances(component, [.. group.Select(onset => onset.Local)], group.Key);
        return component;
    }

    private static List<Onset> Onsets(List<ZoneInterval> intervals)
    {
        var onsets = new List<Onset>();
        for (var i = 1; i < intervals.Count; i++)
        {
            var (before, after) = (intervals[i - 1], intervals[i]);
            // Ireland's winter is written as a negative saving, which would leave a zone with two kinds of standard time.
            var isDaylight = after.Savings > Offset.Zero || (after.Savings == Offset.Zero && before.Savings < Offset.Zero);
            var kind = new Kind(isDaylight, before.WallOffset.Seconds, after.WallOffset.Seconds, after.Name);
            onsets.Add(new Onset(after.Start.WithOffset(before.WallOffset).LocalDateTime, kind));
        }
        return onsets;
    }

    private static void AddObservances(CalendarComponent component, List<LocalDateTime> times, Kind kind)
    {
        var single = times.Count;
        var rule = YearlyRule.Derive(times);
        if (rule is not null)
            while (single > 0 && rule.Matches(times[single - 1]) && (single == times.Count || times[single - 1].Year == times[single].Year - 1))
                single--;
        if (single > 0)
            component.Components.Add(Observance(new Onset(times[0], kind), null, times[1..single]));
        if (single < times.Count)
            component.Components.Add(Observance(new Onset(times[single], kind), rule, []));
    }

    private static CalendarComponent Observance(Onset onset, YearlyRule? rule, List<LocalDateTime> more)
    {
        var component = new CalendarComponent(onset.Kind.IsDaylight ? "DAYLIGHT" : "STANDARD");
        var editor = new CalendarEventEditor(component);
        editor.SetRaw("DTSTART", Text(onset.Local));
        editor.SetRaw("TZOFFSETFROM", CalendarOffset.Format(onset.Kind.OffsetFromSeconds));
        editor.SetRaw("TZOFFSETTO", CalendarOffset.Format(onset.Kind.OffsetToSeconds));
        editor.SetText("TZNAME", onset.Kind.Abbreviation);
        editor.SetRaw("RRULE", rule?.ToString());
        editor.SetRaw("RDATE", more.Count == 0 ? null : string.Join(',', more.Select(Text)));
        return component;
    }

    private static string Text(LocalDateTime time) => time.ToString("uuuuMMdd'T'HHmmss", CultureInfo.InvariantCulture);

    /// <summary>One day a year: a date, or a weekday within seven days of a month.</summary>
    private sealed record YearlyRule(int Month, LocalTime Time, IsoDayOfWeek Weekday, int FirstDay, int LastDay, bool LastOfMonth)
    {
        private const string Weekdays = "MOTUWETHFRSASU";

        /// <summary>The rule the last years follow, or null when they follow none or ended before.</summary>
        public static YearlyRule? Derive(List<LocalDateTime> times)
        {
            if (times.Count < YearsToDeriveFrom || times[^1].Year != EndYear - 1)
                return null;
            var recent = times[^YearsToDeriveFrom..];
            var (first, last) = (recent.Min(time => time.Day), recent.Max(time => time.Day));
            var sameWeekday = recent.TrueForAll(time => time.DayOfWeek == recent[0].DayOfWeek);
            var rule = new YearlyRule(
                recent[0].Month, recent[0].TimeOfDay, sameWeekday ? recent[0].DayOfWeek : IsoDayOfWeek.None, first, last,
                sameWeekday && recent.TrueForAll(time => time.Day + 7 > time.Calendar.GetDaysInMonth(time.Year, time.Month)));
            var oneDay = sameWeekday ? last - first == 6 : last == first;
            return oneDay && recent.TrueForAll(rule.Matches) ? rule : null;
        }

        public bool Matches(LocalDateTime time) =>
            time.Month == Month && time.TimeOfDay == Time && (Weekday == IsoDayOfWeek.None || time.DayOfWeek == Weekday)
            && (LastOfMonth ? time.Day + 7 > time.Calendar.GetDaysInMonth(time.Year, Month) : time.Day >= FirstDay && time.Day <= LastDay);

        public override string ToString()
        {
            var start = string.Create(CultureInfo.InvariantCulture, $"FREQ=YEARLY;BYMONTH={Month}");
            if (Weekday == IsoDayOfWeek.None)
                return string.Create(CultureInfo.InvariantCulture, $"{start};BYMONTHDAY={FirstDay}");
            var weekday = Weekdays.AsSpan(2 * ((int)Weekday - 1), 2);
            if (LastOfMonth)
                return $"{start};BYDAY=-1{weekday}";
            return FirstDay % 7 == 1
                ? string.Create(CultureInfo.InvariantCulture, $"{start};BYDAY={(FirstDay / 7) + 1}{weekday}")
                : $"{start};BYDAY={weekday};BYMONTHDAY={string.Join(',', Enumerable.Range(FirstDay, 7))}";
        }
    }
}
