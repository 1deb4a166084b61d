using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>
/// What the newest named edits did. It is written with the edit itself, so after a lost answer or a power cut it says for certain whether the edit was made.
/// </summary>
internal static class EventEdits
{
    /// <summary>Rows kept at most, the newest. A family edits a few dozen events a day.</summary>
    internal const int MaxRows = 1_000;

    /// <summary>Writes down what an edit did to one event; inside the edit's own write.</summary>
    internal static void Record(SqliteSession session, EditKey edit, long now, EventEdit row)
    {
        var put = session.Prepare("INSERT INTO event_edit (edit_id, request, at, event_id, calendar_id, kind, version, ics) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
            .Bind(1, edit.Id).Bind(2, edit.Request).Bind(3, now).Bind(4, row.EventId).Bind(5, row.CalendarId).Bind(6, (long)row.Kind).Bind(7, row.Version);
        (row.Before is { } before ? put.BindUtf8(8, before) : put.BindNull(8)).Execute();
        session.Prepare("DELETE FROM event_edit WHERE key <= ?1").Bind(1, session.LastInsertRowId - MaxRows).Execute();
    }

    /// <summary>The events that an edit of that name touched, in the order in which it did; null when there was none. Throws when the name was another request's.</summary>
    internal static List<string>? Made(SqliteSession session, EditKey edit)
    {
        var rows = session.Prepare("SELECT event_id, request FROM event_edit WHERE edit_id = ?1 ORDER BY key");
        rows.Bind(1, edit.Id);
        List<string>? ids = null;
        while (rows.Step())
        {
            if (rows.Text(1) != edit.Request)
            {
                rows.Reset();
                throw new HouseholdException(HouseholdError.Conflict, "This key named another request; give each edit a key of its own.", "Idempotency-Key");
            }
            (ids ??= []).Add(rows.Text(0)!);
        }
        return ids;
    }

    /// <summary>What the edit of that name did; empty when there was none.</summary>
    internal static List<EventEdit> Read(SqliteSession session, string editId)
    {
        var rows = session.Prepare("SELECT event_id, calendar_id, kind, version, ics, undone FROM event_edit WHERE edit_id = ?1 ORDER BY key");
        rows.Bind(1, editId);
        var found = new List<EventEdit>();
        while (rows.Step())
            found.Add(
                new(rows.Text(0)!, rows.Text(1)!, (EventEditKind)rows.Int64(2), rows.Int64(3), rows.IsNull(4) ? null : rows.Utf8(4).ToArray(), rows.Int64(5) != 0));
        return found;
    }

    /// <summary>The edit was taken back.</summary>
    internal static void MarkUndone(SqliteSession session, string editId) =>
        session.Prepare("UPDATE event_edit SET undone = 1 WHERE edit_id = ?1").Bind(1, editId).Execute();

    /// <summary>Forgets edits made before that moment, seconds since 1970.</summary>
    internal static void Forget(SqliteSession session, long before) =>
        session.Prepare("DELETE FROM event_edit WHERE at < ?1").Bind(1, before).Execute();
}
