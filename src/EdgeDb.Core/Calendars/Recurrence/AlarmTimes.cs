namespace EdgeDb.Core.Calendars;

/// <summary>
/// When the alarms of an occurrence ring (RFC 5545 §3.6.6, RFC 9074). Days of a TRIGGER are counted on the clock of the event, so that "a day before" is the same
/// time of day also over the night in which clocks change; hours and minutes are exact. Of a whole day all of it is counted on the clock: it has no instant that hours
/// could be counted from, and 9 o'clock on the day is what programs mean by <c>PT9H</c>.
/// </summary>
internal static class AlarmTimes
{
    /// <summary>What is further from its event than a year is no reminder of it.</summary>
    internal const long FurthestSeconds = 366 * CivilDate.SecondsPerDay;

    /// <summary>
    /// Whether it is for people in front of a screen. An e-mail is sent by the program that it came from, and would be a second reminder here; PROCEDURE runs a program; NONE is how
    /// Apple says that there is to be no alarm; and what nobody knows is left out by RFC 5545 itself.
    /// </summary>
    internal static bool Rings(CalendarAlarm alarm) =>
        alarm.Action is "DISPLAY" or "AUDIO" && (alarm.Offset is not { } offset || Math.Abs(Seconds(offset)) <= FurthestSeconds);

    /// <summary>Appends the moments within [<paramref name="from"/>, <paramref name="to"/>) at which an alarm that has no fixed time rings.</summary>
    /// <param name="alarm">The alarm.</param>
    /// <param name="related">The start or end that it is relative to: UTC seconds, or wall-clock seconds of a whole day.</param>
    /// <param name="isDay">Whether that is a whole day.</param>
    /// <param name="clock">The clock of the event, or of whoever looks where it has none.</param>
    /// <param name="from">UTC seconds.</param>
    /// <param name="to">UTC seconds, exclusive.</param>
    /// <param name="into">Receives UTC seconds.</param>
    internal static void Add(CalendarAlarm alarm, long related, bool isDay, ZoneClock clock, long from, long to, List<long> into)
    {
        if (!Rings(alarm) || alarm.Offset is not { } offset)
            return;
        var first = isDay ? clock.ToUtc(related + Seconds(offset))
            : offset.Days == 0 ? related + offset.Seconds
            : clock.ToUtc(clock.ToLocal(related) + (offset.Days * CivilDate.SecondsPerDay)) + offset.Seconds;
        AddFrom(alarm, first, from, to, into);
    }

    /// <summary>The same for one with a fixed time.</summary>
    internal static void AddFixed(CalendarAlarm alarm, long from, long to, List<long> into)
    {
        if (Rings(alarm) && alarm.At is { } at)
            AddFrom(alarm, at.LocalSeconds, from, to, into);
    }

    /// <summary>How long after the first time it rings for the last time.</summary>
    internal static long RepeatedSeconds(CalendarAlarm alarm) =>
        alarm.Interval is { } interval ? Math.Min(alarm.Repeat * Math.Min(Seconds(interval), FurthestSeconds), FurthestSeconds) : 0;

    internal static long Seconds(CalendarDuration duration) => (duration.Days * CivilDate.SecondsPerDay) + duration.Seconds;

    private static void AddFrom(CalendarAlarm alarm, long first, long from, long to, List<long> into)
    {
        // Another program was told that it has been seen (RFC 9074 §6.1).
        if (alarm.Acknowledged is { } seen)
            from = Math.Max(from, seen.LocalSeconds + 1);
        if (first >= from && first < to)
            into.Add(first);
        if (alarm.Interval is not { } interval)
            return;
        var step = Seconds(interval);
        var last = Math.Min(to - 1, first + RepeatedSeconds(alarm));
        for (var at = first + (Math.Max(1, (from - first + step - 1) / step) * step); at <= last; at += step)
            into.Add(at);
    }
}
