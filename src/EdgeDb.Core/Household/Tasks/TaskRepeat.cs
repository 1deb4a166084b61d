using EdgeDb.Core.Calendars;
using NodaTime;

namespace EdgeDb.Core.Household;

/// <summary>
/// When a task that was done is due again: at the first time of its rule that lies behind the one that was done and behind now. What was missed is not to be done twice. Only the
/// task moves, on the wall clock of its zone; the rule stays as it is but for COUNT, from which goes what has passed. A rule skips months without its day, as it does for events.
/// </summary>
internal static class TaskRepeat
{
    /// <summary>Where a task goes.</summary>
    /// <param name="ShiftSeconds">Wall-clock seconds that DTSTART and DUE move by.</param>
    /// <param name="Rule">Its rule from there on; null where it repeats by dates.</param>
    internal readonly record struct Step(long ShiftSeconds, RecurrenceRule? Rule);

    /// <summary>The next time; null when nothing is left.</summary>
    /// <param name="view">The task.</param>
    /// <param name="finished">Times of it that are done already, wherever that is known from.</param>
    /// <param name="zones">Zones of its list.</param>
    /// <param name="household">Where it is today.</param>
    /// <param name="now">Null to go on from the due time alone.</param>
    internal static Step? Next(TaskView view, IEnumerable<CalendarDateTime> finished, CalendarZones zones, DateTimeZone household, Instant? now)
    {
        if (view.Due is not { } due)
            return null;
        var todo = view.Todo;
        // The rule stands on DTSTART; programs that write none (Tasks.org) mean DUE.
        var anchor = ResolvedTime.Of(todo.Start ?? due, zones);
        var dueAt = ResolvedTime.Of(due, zones);
        var length = (anchor.Clock?.ToLocal(dueAt.Seconds) ?? dueAt.Seconds) - anchor.LocalSeconds;
        var limit = now is { } moment ? Math.Max(dueAt.Seconds, Now(anchor.Kind, household, moment)) : dueAt.Seconds;
        var passed = new Passed(anchor, todo.ExceptionDates.Concat(finished), zones);
        return todo.Rules.Count > 0 ? ByRule(todo.Rules[0], anchor, length, limit, passed) : ByDates(todo.RecurrenceDates, anchor, length, limit, passed, zones);
    }

    /// <summary>True when the present time of a task is among those that are done or left out.</summary>
    internal static bool IsPassed(TaskView view, IEnumerable<CalendarDateTime> finished, CalendarZones zones)
    {
        if (view.Due is not { } due)
            return false;
        var anchor = ResolvedTime.Of(view.Todo.Start ?? due, zones);
        return new Passed(anchor, view.Todo.ExceptionDates.Concat(finished), zones).Contains(anchor);
    }

    private static Step? ByRule(RecurrenceRule rule, in ResolvedTime anchor, long length, long limit, Passed passed)
    {
        var (lastLocal, lastUtc) = anchor.LastOf(rule);
        // A day covers any difference between the offsets of two times of one zone.
        var from = (anchor.Clock?.ToLocal(limit) ?? limit) - length - CivilDate.SecondsPerDay;
        var hint = 0;
        var instances = new RecurrenceEnumerator(rule, anchor.LocalSeconds, anchor.Kind == OccurrenceKind.AllDay, from, lastLocal);
        while (instances.MoveNext())
        {
            var local = instances.Current;
            var at = anchor.At(local, ref hint);
            if (at.Seconds > lastUtc)
                return null;
            if (local > anchor.LocalSeconds && anchor.At(local + length, ref hint).Seconds > limit && !passed.Contains(at))
                return new(local - anchor.LocalSeconds, rule.Count is null ? rule : rule.WithCount((int)instances.Remaining + 1));
        }

        return null;
    }

    // Only where there is no rule: moved to a further date, DTSTART would give the rule another weekday and hour.
    private static Step? ByDates(IReadOnlyList<CalendarPeriod> dates, in ResolvedTime anchor, long length, long limit, Passed passed, CalendarZones zones)
    {
        Step? next = null;
        var hint = 0;
        foreach (var date in dates)
        {
            var seconds = anchor.SecondsOf(date.Start, zones);
            var local = anchor.Clock?.ToLocal(seconds) ?? seconds;
            var at = anchor.At(local, ref hint);
            if (local > anchor.LocalSeconds && anchor.At(local + length, ref hint).Seconds > limit && !passed.Contains(at)
                && (next is null || local - anchor.LocalSeconds < next.Value.ShiftSeconds))
                next = new(local - anchor.LocalSeconds, null);
        }

        return next;
    }

    /// <summary>Now, as times of that kind are counted; of days the midnight that today began with, so that what is due today comes again tomorrow.</summary>
    private static long Now(OccurrenceKind kind, DateTimeZone household, Instant now)
    {
        if (kind == OccurrenceKind.Timed)
            return now.ToUnixTimeSeconds();
        var local = CalendarZones.Clock(household).ToLocal(now.ToUnixTimeSeconds());
        return kind == OccurrenceKind.AllDay ? SeriesClock.Day(local) : local;
    }

    /// <summary>Times that are left out or done, in whatever form they were written.</summary>
    private sealed class Passed
    {
        private readonly HashSet<long> _times = [];
        private readonly HashSet<long> _days = [];

        public Passed(ResolvedTime anchor, IEnumerable<CalendarDateTime> times, CalendarZones zones)
        {
            foreach (var time in times)
            {
                // A date beside a time of day means the day.
                if (time.IsDate && anchor.Kind != OccurrenceKind.AllDay)
                    _days.Add(time.LocalSeconds);
                else
                    _times.Add(anchor.SecondsOf(time, zones));
            }
        }

        public bool Contains(in ResolvedTime time) => _times.Contains(time.Seconds) || (_days.Count > 0 && _days.Contains(SeriesClock.Day(time.LocalSeconds)));
    }
}
