using EdgeDb.Core.Access;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>
/// Answers windows of the time line. Within the kept window this is one range scan of the occurrence table; outside of it
/// the recurring series are expanded on the spot, for this answer only; so are series that are too dense to be kept.
/// </summary>
internal sealed class OccurrenceReader(ISqliteReads database)
{
    /// <summary>Occurrences looked at for one answer; more is refused, since sorting them would take the board's memory.</summary>
    internal const int MaxCandidates = 100_000;

    private const long LongSeconds = 604_800;

    private const string ScanSql =
        """
        SELECT start, end, kind, event_key, recurrence, recurrence_kind, part_key FROM occurrence
        WHERE start >= ?1 AND start < ?2 AND end >= ?3 AND end - start <= 604800 AND hidden = 0
        UNION ALL
        SELECT start, end, kind, event_key, recurrence, recurrence_kind, part_key FROM occurrence
        WHERE end >= ?3 AND start < ?2 AND end - start > 604800 AND hidden = 0
        """;

    // Outside of the kept window a series' rows are a part of it at most, so that none of them counts.
    private const string ScanSinglesSql =
        $"SELECT * FROM ({ScanSql}) WHERE (SELECT recurring FROM event WHERE key = event_key) = 0";

    private const string SourceSql =
        "SELECT e.key, e.id, e.calendar_id, e.uid, s.ics FROM event e JOIN event_source s ON s.event_key = e.key";

    private const string InWindowSql = "e.primary_key = e.key AND e.starts_at < ?2 AND (e.ends_at IS NULL OR e.ends_at > ?1)";

    private const string RecurringSql = $"{SourceSql} WHERE e.recurring = 1 AND {InWindowSql}";

    private const string DenseSql = $"{SourceSql} WHERE e.dense = 1 AND {InWindowSql}";

    public ValueTask<OccurrencePage> ReadAsync(OccurrenceQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync((Reader: this, Query: query), static (session, state) => state.Reader.Read(session, state.Query), cancellationToken);

    private OccurrencePage Read(SqliteSession session, OccurrenceQuery query)
    {
        var clock = CalendarZones.Clock(query.Zone);
        long from = query.From.ToUnixTimeSeconds(), to = query.To.ToUnixTimeSeconds();
        var scope = new CalendarScope(session, query.Sight, query.CalendarIds, query.MemberIds);
        var placed = new List<PlacedOccurrence>();
        var hasBusy = false;
        var kept = WindowKeeper.ReadReadable(session).Covers(from, to);

        var scan = session.Prepare(kept ? ScanSql : ScanSinglesSql);
        scan.Bind(1, from - OccurrenceWindow.WallClockPadSeconds - LongSeconds)
            .Bind(2, to + OccurrenceWindow.WallClockPadSeconds)
            .Bind(3, from - OccurrenceWindow.WallClockPadSeconds);
        while (scan.Step())
        {
            var recurrenceKind = scan.Int32(5);
            Place(
                new CompiledOccurrence(
                    scan.Int64(0),
                    scan.Int64(1),
                    (OccurrenceKind)scan.Int32(2),
                    recurrenceKind < 0 ? null : new RecurrenceId((OccurrenceKind)recurrenceKind, scan.Int64(4)),
                    Part: 0),
                scan.Int64(3),
                scan.Int64(6),
                part: null);
        }

        ExpandRecurring(session, kept ? DenseSql : RecurringSql, from, to, Place);

        placed.Sort(static (left, right) => left.Position.CompareTo(right.Position));
        if (hasBusy || scope.HasSeparateCopies)
            placed = ShownOnce(placed, scope);
        var start = query.After is { } after ? UpperBound(placed, after) : 0;
        var count = Math.Min(query.Limit, placed.Count - start);
        var items = new List<OccurrenceView>(count);
        for (var i = start; i < start + count; i++)
            items.Add(scope.View(placed[i]));
        return new(items, start + count < placed.Count && count > 0 ? placed[start + count - 1].Position : null);

        void Place(CompiledOccurrence occurrence, long eventKey, long partKey, ShownPart? part)
        {
            long start, end, utcStart, utcEnd;
            var kind = occurrence.Kind;
            if (kind == OccurrenceKind.Timed)
            {
                (start, end) = (utcStart, utcEnd) = (occurrence.Start, occurrence.End);
            }
            else
            {
                (utcStart, utcEnd) = (clock.ToUtc(occurrence.Start), clock.ToUtc(occurrence.End));
                (start, end) = kind == OccurrenceKind.AllDay ? (occurrence.Start, occurrence.End) : (utcStart, utcEnd);
                if (kind == OccurrenceKind.Floating)
                    kind = OccurrenceKind.Timed;
            }

            if (utcStart >= to || (utcEnd <= from && !(utcEnd == utcStart && utcStart >= from)))
                return;
            var seen = scope.Visibility(eventKey, partKey, ref part);
            if (seen == Visibility.Hidden)
                return;
            hasBusy |= seen == Visibility.Busy;
            if (placed.Count == MaxCandidates)
                throw new HouseholdException(
                    HouseholdError.LimitReached, $"The window holds more than {MaxCandidates} occurrences; ask for a shorter one.", "to");
            var position = new OccurrencePosition(
                utcStart, kind == OccurrenceKind.AllDay ? 0 : 1, eventKey, occurrence.Recurrence?.Seconds ?? 0);
            placed.Add(new(position, kind, start, end, occurrence.Recurrence, partKey, part, seen == Visibility.Busy));
        }
    }

    /// <summary>
    /// Leaves one of the copies of an event that different people see, and one of equal times that are taken. A time taken by an event that is shown beside it says nothing more.
    /// </summary>
    private static List<PlacedOccurrence> ShownOnce(List<PlacedOccurrence> sorted, CalendarScope scope)
    {
        var shown = new List<PlacedOccurrence>(sorted.Count);
        var events = new Dictionary<string, long>(StringComparer.Ordinal);
        var times = new HashSet<(OccurrenceKind Kind, long Start, long End)>();
        for (int first = 0, next; first < sorted.Count; first = next)
        {
            var at = sorted[first].Position.At;
            for (next = first; next < sorted.Count && sorted[next].Position.At == at; next++)
            {
            }
            events.Clear();
            times.Clear();
            for (var i = first; i < next; i++)
                if (!sorted[i].IsBusy)
                    events.TryAdd(scope.Uid(sorted[i]), sorted[i].Position.EventKey);
            for (var i = first; i < next; i++)
            {
                var one = sorted[i];
                var isFirst = one.IsBusy
                    ? !events.ContainsKey(scope.Uid(one)) && times.Add((one.Kind, one.Start, one.End))
                    : events[scope.Uid(one)] == one.Position.EventKey;
                if (isFirst)
                    shown.Add(one);
            }
        }
        return shown;
    }

    private static void ExpandRecurring(
        SqliteSession session, string sql, long from, long to, Action<CompiledOccurrence, long, long, ShownPart?> place)
    {
        const long Pad = OccurrenceWindow.WallClockPadSeconds;
        var zones = new Dictionary<string, CalendarZones>(StringComparer.Ordinal);
        var sources = session.Prepare(sql);
        sources.Bind(1, from - Pad).Bind(2, to + Pad);
        var asked = new OccurrenceWindow(from - Pad, to + Pad);
        while (sources.Step())
        {
            var (key, id, calendarId, uid) = (sources.Int64(0), sources.Text(1)!, sources.Text(2)!, sources.Text(3)!);
            if (!zones.TryGetValue(calendarId, out var calendarZones))
                zones.Add(calendarId, calendarZones = CalendarZoneRows.Read(session, calendarId));
            if (SeriesCompiler.Recompile(sources.Utf8(4), calendarZones, asked) is not { } series)
                continue;
            var members = EventMemberRows.Read(session, key);
            foreach (var occurrence in series.Occurrences)
            {
                var texts = series.Parts[occurrence.Part];
                place(occurrence, key, 0, new ShownPart(id, calendarId, uid, texts, members?.GetValueOrDefault(texts.Component!)));
            }
        }
    }

    private static int UpperBound(List<PlacedOccurrence> sorted, OccurrencePosition after)
    {
        int low = 0, high = sorted.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sorted[middle].Position.CompareTo(after) <= 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
