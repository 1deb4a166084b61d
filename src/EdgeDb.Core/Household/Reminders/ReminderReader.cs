using EdgeDb.Core.Access;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>
/// Tells which reminders ring within a range. Alarms are not kept as rows: those of a series would be as many as its occurrences, and would all be written anew whenever one of either
/// changes. What is kept is how far from its event an alarm of it comes (<see cref="AlarmReach"/>), so only texts are read that can ring within the range.
/// <para>Alarms of subscribed calendars do not ring: whoever publishes a calendar cannot know when a family wants to be told, and what a school thinks of is an alarm for everything.</para>
/// </summary>
internal sealed class ReminderReader(ISqliteReads database)
{
    // An event that is held by several calendars rings with the alarms of each of them, at the times of the copy that is shown.
    private const string AlarmedSql =
        """
        SELECT p.key, p.id, p.calendar_id, p.uid, e.alarm_lead, e.alarm_lag, s.ics, CASE WHEN p.key <> e.key THEN ps.ics END
        FROM event e JOIN calendar c ON c.id = e.calendar_id JOIN event p ON p.key = e.primary_key
        JOIN event_source s ON s.event_key = e.key JOIN event_source ps ON ps.event_key = p.key
        WHERE e.alarm_lead IS NOT NULL AND c.kind = 'local' AND c.removal = 0
          AND p.starts_at < ?2 + e.alarm_lead AND (p.ends_at IS NULL OR p.ends_at > ?1 - e.alarm_lag)
        """;

    public ValueTask<ReminderPage> ReadAsync(ReminderQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(query, static (session, query) => Read(session, query), cancellationToken);

    private static ReminderPage Read(SqliteSession session, ReminderQuery query)
    {
        var clock = CalendarZones.Clock(query.Zone);
        var found = new ReminderList(query);
        ReadEvents(session, query, clock, found);
        ReadTasks(session, query, clock, found);
        return found.ToPage();
    }

    private static void ReadEvents(SqliteSession session, ReminderQuery query, ZoneClock clock, ReminderList found)
    {
        const long Pad = OccurrenceWindow.WallClockPadSeconds;
        long from = query.From.ToUnixTimeSeconds(), to = query.To.ToUnixTimeSeconds();
        var scope = new CalendarScope(session, query.Sight, [], []);
        var zones = new Dictionary<string, CalendarZones>(StringComparer.Ordinal);
        var occurrences = new List<Occurrence>();
        var times = new List<long>();
        var rows = session.Prepare(AlarmedSql);
        rows.Bind(1, from - Pad).Bind(2, to + Pad);
        while (rows.Step())
        {
            var (key, id, calendarId, uid) = (rows.Int64(0), rows.Text(1)!, rows.Text(2)!, rows.Text(3)!);
            if (SeriesSource.Read(rows.Utf8(6)) is not { } alarmed)
                continue;
            var shown = rows.IsNull(7) ? alarmed : SeriesSource.Read(rows.Utf8(7));
            if (shown is null)
                continue;
            if (!zones.TryGetValue(calendarId, out var calendarZones))
                zones.Add(calendarId, calendarZones = CalendarZoneRows.Read(session, calendarId));
            // What an alarm at a fixed time belongs to may be any occurrence.
            var (lead, lag) = FixedAlarms.IsIn(alarmed) ? (AlarmTimes.FurthestSeconds, AlarmTimes.FurthestSeconds) : (rows.Int64(4), rows.Int64(5));
            occurrences.Clear();
            new OccurrenceExpander(calendarZones).Expand(shown, from - lag - Pad, to + lead + Pad, SeriesCompiler.MaxOccurrences, occurrences);
            var members = EventMemberRows.Read(session, key);
            var fixedTimes = new FixedAlarms(from, to);
            foreach (var occurrence in occurrences)
            {
                var alarms = AlarmsOf(alarmed, shown, occurrence);
                if (alarms.Count == 0)
                    continue;
                var placed = Place(occurrence, clock);
                times.Clear();
                var own = occurrence.Event.Start is { Kind: CalendarTimeKind.Zoned, ZoneId: { } zone } ? calendarZones.Clock(zone) ?? clock : clock;
                var isDay = occurrence.Kind == OccurrenceKind.AllDay;
                foreach (var alarm in alarms)
                {
                    var (start, end) = isDay ? (occurrence.Start, occurrence.End) : (placed.Start, placed.End);
                    AlarmTimes.Add(alarm, alarm.RelatedToEnd ? end : start, isDay, own, from, to, times);
                    fixedTimes.Offer(alarm, occurrence, placed.End);
                }
                foreach (var at in times)
                    Add(occurrence, at);
            }
            foreach (var (occurrence, at) in fixedTimes.Rung())
                Add(occurrence, at);

            void Add(in Occurrence occurrence, long at)
            {
                var placed = Place(occurrence, clock);
                if (!found.Wants(at, placed.End))
                    return;
                var texts = SeriesCompiler.Part(occurrence.Event, calendarZones);
                ShownPart? part = new(id, calendarId, uid, texts, members?.GetValueOrDefault(texts.Component!));
                // A copy that is not seen must not take the place of one that is.
                if (scope.Visibility(key, 0, ref part) != Visibility.Whole || !found.IsFirst(uid, placed.Start, at))
                    return;
                var isDay = occurrence.Kind == OccurrenceKind.AllDay;
                var position = new OccurrencePosition(placed.Start, isDay ? 0 : 1, key, occurrence.RecurrenceId?.Seconds ?? 0);
                var (start, end) = isDay ? (occurrence.Start, occurrence.End) : (placed.Start, placed.End);
                var kind = isDay ? OccurrenceKind.AllDay : OccurrenceKind.Timed;
                found.Add(at, placed.End, scope.View(new(position, kind, start, end, occurrence.RecurrenceId, 0, part, IsBusy: false)));
            }
        }
    }

    private static void ReadTasks(SqliteSession session, ReminderQuery query, ZoneClock clock, ReminderList found)
    {
        long from = query.From.ToUnixTimeSeconds(), to = query.To.ToUnixTimeSeconds();
        var zones = new Dictionary<string, CalendarZones>(StringComparer.Ordinal);
        var times = new List<long>();
        foreach (var task in new TaskRows(session, new(query.Sight, OwnOnly: false)).ListAlarmed())
        {
            var view = TaskView.Of(TaskSource.Read(task.Source).Master);
            if (view.Due is not { } due)
                continue;
            if (!zones.TryGetValue(task.CalendarId, out var listZones))
                zones.Add(task.CalendarId, listZones = CalendarZoneRows.Read(session, task.CalendarId));
            times.Clear();
            foreach (var alarm in view.Todo.Alarms)
            {
                var related = ResolvedTime.Of(alarm.RelatedToEnd ? due : view.Todo.Start ?? due, listZones);
                var own = related.Clock is { } known && known != ZoneClock.Utc ? known : clock;
                var isDay = related.Kind == OccurrenceKind.AllDay;
                AlarmTimes.Add(alarm, related.Kind == OccurrenceKind.Floating ? clock.ToUtc(related.LocalSeconds) : related.Seconds, isDay, own, from, to, times);
                AlarmTimes.AddFixed(alarm, from, to, times);
            }
            var at = ResolvedTime.Of(due, listZones);
            var local = at.Kind == OccurrenceKind.Timed ? clock.ToLocal(at.Seconds) : at.LocalSeconds;
            var over = clock.ToUtc((CivilDate.FloorDiv(local, CivilDate.SecondsPerDay) + 1) * CivilDate.SecondsPerDay);
            foreach (var time in times.Distinct())
                if (found.Wants(time, over))
                    found.Add(time, over, task);
        }
    }

    /// <summary>Of another copy the alarms of the same occurrence, where it has changed that one, else those of the whole.</summary>
    private static IReadOnlyList<CalendarAlarm> AlarmsOf(EventSeries alarmed, EventSeries shown, in Occurrence occurrence)
    {
        if (ReferenceEquals(alarmed, shown))
            return occurrence.Event.Alarms;
        var changed = occurrence.Event.RecurrenceId;
        foreach (var one in alarmed.Overrides)
            if (changed is not null && one.RecurrenceId == changed)
                return one.Alarms;
        return alarmed.Master?.Alarms ?? [];
    }

    private static (long Start, long End) Place(in Occurrence occurrence, ZoneClock clock) =>
        occurrence.Kind == OccurrenceKind.Timed ? (occurrence.Start, occurrence.End) : (clock.ToUtc(occurrence.Start), clock.ToUtc(occurrence.End));
}
