using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>
/// Removes calendars, large ones too, without holding up other writes: a first write marks the calendar, and from then on it
/// is gone for everybody (its feed as well: nothing is read for it any more); what it held follows in writes of bounded size,
/// and the row itself, with its feed, goes last. A kill in between leaves the mark, from which the removal goes on.
/// </summary>
internal static class CalendarRemoval
{
    private const int EventsPerWrite = 100;
    private const int OccurrencesPerWrite = 5_000;
    private const long IntoTrash = 2;

    /// <summary>Makes a calendar disappear. Runs in a write operation, after which <see cref="FinishAsync"/> must be called.</summary>
    internal static void Mark(SqliteSession session, string id, bool keepInTrash)
    {
        session.Prepare("UPDATE calendar SET removal = ?2 WHERE id = ?1 AND removal = 0").Bind(1, id).Bind(2, keepInTrash ? IntoTrash : 1L).Execute();
        session.Touch(Topics.Calendars);
        session.Touch(Topics.Occurrences);
        session.Touch(Topics.Tasks);
        session.Touch(Topics.Feeds);
    }

    /// <summary>Deletes what marked calendars still hold. May run twice at once: every write looks for what is left.</summary>
    /// <param name="database">The file.</param>
    /// <param name="time">Clock.</param>
    /// <param name="report">Told how many events of how many are gone.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal static async Task FinishAsync(SqliteDatabase database, TimeProvider time, Action<int, int>? report, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var total = report is null ? 0 : await CountLeftAsync(database, cancellationToken).ConfigureAwait(false);
        while (await database.WriteAsync(now, RemoveSome, cancellationToken).ConfigureAwait(false))
        {
            if (report is null)
                continue;
            // Calendars may be marked meanwhile.
            var left = await CountLeftAsync(database, cancellationToken).ConfigureAwait(false);
            total = Math.Max(total, left);
            report(total - left, total);
        }
    }

    /// <returns>False when nothing was left to remove.</returns>
    internal static bool RemoveSome(SqliteSession session, long now)
    {
        var marked = session.Prepare("SELECT id, removal FROM calendar WHERE removal <> 0 LIMIT 1");
        if (!marked.Step())
            return false;
        var (id, keepInTrash) = (marked.Text(0)!, marked.Int64(1) == IntoTrash);
        marked.Reset();

        var (events, complete) = NextEvents(session, id);
        foreach (var (key, uid) in events)
        {
            if (keepInTrash)
                EventTrash.Put(session, key, now);
            session.Prepare("DELETE FROM event WHERE key = ?1").Bind(1, key).Execute();
            // Other calendars may hold copies that were hidden behind it: those step forward. Nobody has seen the rest since the mark.
            EventCopies.Elect(session, uid, rewritten: false);
        }
        if (complete)
        {
            // A list is at most some thousand rows, which are marked in one go.
            TaskTrash.PutAll(session, id, now);
            session.Prepare("DELETE FROM calendar WHERE id = ?1").Bind(1, id).Execute();
        }
        return true;
    }

    private static ValueTask<int> CountLeftAsync(SqliteDatabase database, CancellationToken cancellationToken) => database.ReadAsync(
        0,
        static (session, _) => (int)session.Prepare("SELECT count(*) FROM event JOIN calendar ON calendar.id = event.calendar_id WHERE calendar.removal <> 0").Scalar(),
        cancellationToken);

    private static (List<(long Key, string Uid)> Events, bool Complete) NextEvents(SqliteSession session, string calendarId)
    {
        var events = new List<(long, string)>(EventsPerWrite);
        long occurrences = 0;
        var rows = session.Prepare(
            "SELECT key, uid, (SELECT count(*) FROM occurrence WHERE event_key = key) FROM event WHERE calendar_id = ?1 LIMIT ?2");
        rows.Bind(1, calendarId).Bind(2, EventsPerWrite + 1L);
        var complete = true;
        while (rows.Step())
        {
            if (events.Count == EventsPerWrite || occurrences > OccurrencesPerWrite)
            {
                complete = false;
                break;
            }
            events.Add((rows.Int64(0), rows.Text(1)!));
            occurrences += rows.Int64(2);
        }
        rows.Reset();
        return (events, complete);
    }
}
