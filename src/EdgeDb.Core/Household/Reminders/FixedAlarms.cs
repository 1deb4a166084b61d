using System.Runtime.InteropServices;
using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Household;

/// <summary>
/// Alarms of one series at a fixed time: each rings once, whatever its series does, for the first occurrence that has not ended by then. That is the one it was set for, also
/// when it is a snooze (RFC 9074), which comes after the start.
/// </summary>
internal sealed class FixedAlarms(long from, long to)
{
    private readonly Dictionary<CalendarAlarm, (Occurrence Occurrence, long End)> _chosen = [];

    /// <summary>Whether a series has any.</summary>
    public static bool IsIn(EventSeries series) =>
        IsIn(series.Master) || series.Overrides.Any(IsIn);

    /// <summary>One of the occurrences whose component has the alarm, in any order.</summary>
    public void Offer(CalendarAlarm alarm, in Occurrence occurrence, long end)
    {
        if (alarm.At is not { } at)
            return;
        ref var chosen = ref CollectionsMarshal.GetValueRefOrAddDefault(_chosen, alarm, out var exists);
        var isAhead = end > at.LocalSeconds;
        var wasAhead = chosen.End > at.LocalSeconds;
        // Behind all of them it belongs to the last.
        if (!exists || (isAhead, wasAhead) is (true, false) || (isAhead == wasAhead && (isAhead ? end < chosen.End : end > chosen.End)))
            chosen = (occurrence, end);
    }

    /// <summary>What rings within the range, and for which occurrence.</summary>
    public IEnumerable<(Occurrence Occurrence, long At)> Rung()
    {
        var times = new List<long>();
        foreach (var (alarm, (occurrence, _)) in _chosen)
        {
            times.Clear();
            AlarmTimes.AddFixed(alarm, from, to, times);
            foreach (var at in times)
                yield return (occurrence, at);
        }
    }

    private static bool IsIn(CalendarEvent? source) => source is not null && source.Alarms.Any(static alarm => alarm.At is not null);
}
