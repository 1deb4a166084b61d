using EdgeDb.Core.Access;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>
/// The same event often arrives once per invited member. Copies share the UID and either the title or the start (two
/// unrelated events with a careless generator's UID "1" share neither); the most recent copy is shown for all of them, so
/// that an event moved in one feed is not shown at its old time because of another. Copies that different people see stay apart; whoever
/// sees several of them is shown one (<see cref="OccurrenceReader"/>).
/// </summary>
internal static class EventCopies
{
    private sealed class Copy
    {
        public long Key;
        public string CalendarId = "";
        public long Primary;
        public string Summary = "";
        public int Kind;
        public long StartsAt;
        public long Sequence;
        public long Stamp;
        public CalendarAccess Access;
        public int Group;
    }

    /// <summary>
    /// Chooses the shown copy among the rows of <paramref name="uid"/>. Call after every insert, update or delete of one. Touches the calendars of all
    /// copies when another one is shown or when <paramref name="rewritten"/>: each of them shows what the chosen one says.
    /// </summary>
    /// <param name="session">The write.</param>
    /// <param name="uid">UID.</param>
    /// <param name="rewritten">What a row says may have changed.</param>
    internal static void Elect(SqliteSession session, string uid, bool rewritten)
    {
        var copies = Read(session, uid);
        for (var i = 0; i < copies.Count; i++)
        {
            copies[i].Group = i;
            for (var j = 0; j < i; j++)
                if (SeenByTheSame(copies[i], copies[j])
                    && (copies[i].Summary == copies[j].Summary || (copies[i].Kind == copies[j].Kind && copies[i].StartsAt == copies[j].StartsAt)))
                    Join(copies, copies[i].Group, copies[j].Group);
        }

        var changed = rewritten;
        foreach (var copy in copies)
        {
            var primary = copies.Where(c => c.Group == copy.Group).MaxBy(c => (c.Sequence, c.Stamp, -c.Key))!.Key;
            if (primary == copy.Primary)
                continue;
            changed = true;
            session.Prepare("UPDATE event SET primary_key = ?1 WHERE key = ?2").Bind(1, primary).Bind(2, copy.Key).Execute();
            if (copy.Primary == copy.Key || primary == copy.Key)
                session.Prepare("UPDATE occurrence SET hidden = ?1 WHERE event_key = ?2").Bind(1, primary == copy.Key ? 0L : 1L).Bind(2, copy.Key).Execute();
        }

        if (changed)
            foreach (var copy in copies)
                session.Touch(Topics.Occurrences, copy.CalendarId);
    }

    /// <summary>Chooses anew for all events of a calendar that others hold too: other viewers than before see it.</summary>
    internal static void ElectAll(SqliteSession session, string calendarId)
    {
        var uids = new List<string>();
        var rows = session.Prepare("SELECT uid FROM event e WHERE calendar_id = ?1 AND EXISTS (SELECT 1 FROM event o WHERE o.uid = e.uid AND o.key <> e.key)");
        rows.Bind(1, calendarId);
        while (rows.Step())
            uids.Add(rows.Text(0)!);
        rows.Reset();
        foreach (var uid in uids)
            Elect(session, uid, rewritten: false);
    }

    /// <summary>Chooses anew where the shown copy is gone: a restore left out the calendar of a person that held it.</summary>
    internal static void Mend(SqliteSession session)
    {
        var uids = new List<string>();
        var rows = session.Prepare("SELECT DISTINCT uid FROM event WHERE primary_key NOT IN (SELECT key FROM event)");
        while (rows.Step())
            uids.Add(rows.Text(0)!);
        foreach (var uid in uids)
            Elect(session, uid, rewritten: false);
    }

    // The chosen copy speaks for the others, so it must be one that all their viewers see. Private calendars have viewers of their own each.
    private static bool SeenByTheSame(Copy left, Copy right) => left.Access == right.Access && left.Access != CalendarAccess.Private;

    private static void Join(List<Copy> copies, int from, int to)
    {
        foreach (var copy in copies)
            if (copy.Group == from)
                copy.Group = to;
    }

    private static List<Copy> Read(SqliteSession session, string uid)
    {
        // A UID in more calendars than the household may have cannot happen; the index makes this one short range scan.
        var copies = new List<Copy>(1);
        var statement = session.Prepare("SELECT e.key, primary_key, summary, e.kind, starts_at, sequence, stamp, calendar_id, access FROM event e JOIN calendar c ON c.id = e.calendar_id WHERE uid = ?1 ORDER BY e.key");
        statement.Bind(1, uid);
        while (statement.Step())
        {
            copies.Add(
                new()
                {
                    Key = statement.Int64(0),
                    Primary = statement.Int64(1),
                    Summary = statement.Text(2)!,
                    Kind = statement.Int32(3),
                    StartsAt = statement.Int64(4),
                    Sequence = statement.Int64(5),
                    Stamp = statement.Int64(6),
                    CalendarId = statement.Text(7)!,
                    Access = CalendarAccessNames.Parse(statement.Text(8)!),
                });
        }
        statement.Reset();
        return copies;
    }
}
