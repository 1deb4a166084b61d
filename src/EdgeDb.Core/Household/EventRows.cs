using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>Writes event rows with everything that hangs on them. Runs inside a write operation.</summary>
internal static class EventRows
{
    /// <summary>Inserts or replaces the series of that UID in that calendar; the public id of an existing one stays.</summary>
    /// <param name="session">The write.</param>
    /// <param name="calendarId">Its calendar.</param>
    /// <param name="series">What to write.</param>
    /// <param name="newId">Public id of a new row.</param>
    /// <param name="firstVersion">Version of a new row.</param>
    /// <returns>The public id.</returns>
    internal static string Put(SqliteSession session, string calendarId, CompiledSeries series, string newId, long firstVersion = 1)
    {
        var find = session.Prepare("SELECT key, id FROM event WHERE calendar_id = ?1 AND uid = ?2");
        find.Bind(1, calendarId).Bind(2, series.Uid);
        var exists = find.Step();
        var key = exists ? find.Int64(0) : 0;
        var id = exists ? find.Text(1)! : newId;
        find.Reset();

        var put = exists
            ? session.Prepare(
                """
                UPDATE event SET summary = ?4, sequence = ?5, stamp = ?6, kind = ?7, starts_at = ?8, ends_at = ?9, recurring = ?10,
                  source_hash = ?11, dense = ?12, alarm_lead = ?13, alarm_lag = ?14, private = ?15, version = version + 1
                WHERE id = ?1 AND calendar_id = ?2 AND uid = ?3
                """)
            : session.Prepare(
                """
                INSERT INTO event (id, calendar_id, uid, summary, sequence, stamp, kind, starts_at, ends_at, recurring, source_hash, dense, alarm_lead, alarm_lag,
                  private, primary_key, version)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 0, ?16)
                """);
        put.Bind(1, id).Bind(2, calendarId).Bind(3, series.Uid).Bind(4, series.Summary).Bind(5, (long)series.Sequence).Bind(6, series.Stamp)
            .Bind(7, (long)series.Kind).Bind(8, series.StartsAt).Bind(9, series.EndsAt)
            .Bind(10, series.Recurring ? 1L : 0L).BindBlob(11, series.SourceHash)
            .Bind(12, series.Dense ? 1L : 0L).Bind(13, series.Alarms?.LeadSeconds).Bind(14, series.Alarms?.LagSeconds)
            .Bind(15, series.Private ? 1L : 0L);
        if (!exists)
            put.Bind(16, firstVersion);
        put.Execute();

        if (exists)
        {
            session.Prepare("DELETE FROM occurrence WHERE event_key = ?1").Bind(1, key).Execute();
            session.Prepare("DELETE FROM event_part WHERE event_key = ?1").Bind(1, key).Execute();
        }
        else
        {
            key = session.LastInsertRowId;
        }

        session.Prepare("INSERT INTO event_source (event_key, ics) VALUES (?1, ?2) ON CONFLICT (event_key) DO UPDATE SET ics = excluded.ics")
            .Bind(1, key).BindUtf8(2, series.Source.Span).Execute();
        if (series.Members is { } members)
            EventMemberRows.Write(session, key, members);
        InsertOccurrences(session, key, series, InsertParts(session, key, new(id, calendarId, series.Uid), series), hidden: false);
        // A row just written shows itself until its copies are compared.
        session.Prepare("UPDATE event SET primary_key = key WHERE key = ?1").Bind(1, key).Execute();
        EventCopies.Elect(session, series.Uid, rewritten: true);
        return id;
    }

    /// <summary>Replaces the occurrences of a series after the window has moved; nothing else of the event changes.</summary>
    internal static void ReplaceOccurrences(SqliteSession session, long key, CompiledSeries series)
    {
        var row = session.Prepare("SELECT id, calendar_id, uid, primary_key <> key FROM event WHERE key = ?1");
        row.Bind(1, key);
        if (!row.Step())
            return;
        var owner = new Owner(row.Text(0)!, row.Text(1)!, row.Text(2)!);
        var hidden = row.Int64(3) != 0;
        row.Reset();
        session.Prepare("DELETE FROM occurrence WHERE event_key = ?1").Bind(1, key).Execute();
        session.Prepare("DELETE FROM event_part WHERE event_key = ?1").Bind(1, key).Execute();
        session.Prepare("UPDATE event SET dense = ?1 WHERE key = ?2").Bind(1, series.Dense ? 1L : 0L).Bind(2, key).Execute();
        InsertOccurrences(session, key, series, InsertParts(session, key, owner, series), hidden);
    }

    /// <summary>After a restore that left out rows of a person.</summary>
    internal static void Mend(SqliteSession session)
    {
        EventMemberRows.Mend(session);
        EventCopies.Mend(session);
    }

    /// <summary>Deletes a row; copies of it that were hidden step forward.</summary>
    internal static void Delete(SqliteSession session, string calendarId, long key, string uid)
    {
        session.Prepare("DELETE FROM event WHERE key = ?1").Bind(1, key).Execute();
        session.Touch(Topics.Occurrences, calendarId);
        EventCopies.Elect(session, uid, rewritten: true);
    }

    /// <summary>What the parts of an event repeat of its row.</summary>
    private readonly record struct Owner(string Id, string CalendarId, string Uid);

    private static long[] InsertParts(SqliteSession session, long key, Owner owner, CompiledSeries series)
    {
        if (series.Dense)
            return [];
        var keys = new long[series.Parts.Count];
        var named = EventMemberRows.Read(session, key);
        for (var i = 0; i < keys.Length; i++)
        {
            var part = series.Parts[i];
            session.Prepare(
                    """
                    INSERT INTO event_part (event_key, event_id, calendar_id, uid, summary, location, zone, color, status, private, component)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                    """)
                .Bind(1, key).Bind(2, owner.Id).Bind(3, owner.CalendarId).Bind(4, owner.Uid).Bind(5, part.Summary).Bind(6, part.Location)
                .Bind(7, part.Zone).Bind(8, part.Color).Bind(9, (long)part.Status).Bind(10, part.Private ? 1L : 0L)
                .Bind(11, part.Component is { } component && named?.ContainsKey(component) == true ? component : null).Execute();
            keys[i] = session.LastInsertRowId;
        }
        return keys;
    }

    private static void InsertOccurrences(SqliteSession session, long key, CompiledSeries series, long[] parts, bool hidden)
    {
        if (series.Dense)
            return;
        foreach (var occurrence in series.Occurrences)
        {
            session.Prepare(
                    """
                    INSERT OR IGNORE INTO occurrence (start, event_key, recurrence, recurrence_kind, end, kind, part_key, hidden)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                    """)
                .Bind(1, occurrence.Start).Bind(2, key)
                .Bind(3, occurrence.Recurrence?.Seconds ?? 0).Bind(4, occurrence.Recurrence is { } recurrence ? (long)recurrence.Kind : -1L)
                .Bind(5, occurrence.End).Bind(6, (long)occurrence.Kind).Bind(7, parts[occurrence.Part]).Bind(8, hidden ? 1L : 0L).Execute();
        }
    }
}
