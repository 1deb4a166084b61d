using EdgeDb.Core.Access;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>Deleted events of local calendars, with who saw them: their calendar may be gone, or be seen by others, when they are restored.</summary>
internal static class EventTrash
{
    /// <summary>Copies an event into the trash; the caller deletes it.</summary>
    internal static void Put(SqliteSession session, long eventKey, long now)
    {
        var stored = session.Prepare("SELECT ics FROM event_source WHERE event_key = ?1").Bind(1, eventKey);
        if (!stored.Step())
            return;
        var text = stored.Utf8(0).ToArray();
        stored.Reset();
        session.Prepare(
                """
                INSERT OR REPLACE INTO event_trash (id, calendar_id, uid, ics, deleted_at, access, members, private, version)
                SELECT e.id, e.calendar_id, e.uid, ?3, ?2, c.access,
                  (SELECT ifnull(group_concat(member_id, ' '), '') FROM calendar_member WHERE calendar_id = c.id),
                  e.private, e.version
                FROM event e JOIN calendar c ON c.id = e.calendar_id WHERE e.key = ?1
                """)
            .Bind(1, eventKey).Bind(2, now).BindUtf8(3, EventMemberRows.TextOf(session, eventKey, text)).Execute();
    }

    /// <summary>The version that an event had when it was deleted; 0 when it is not in the trash, or was deleted before versions were kept.</summary>
    internal static long Version(SqliteSession session, string id) => session.Prepare("SELECT version FROM event_trash WHERE id = ?1").Bind(1, id).Scalar();

    /// <summary>The event's text and its calendar, for somebody who saw it when it was deleted. Throws <see cref="HouseholdException"/> when there is none.</summary>
    internal static (byte[] Source, string CalendarId) Get(SqliteSession session, string id, Sight sight)
    {
        var row = session.Prepare("SELECT ics, calendar_id, access, members, private FROM event_trash WHERE id = ?1");
        row.Bind(1, id);
        return row.Step()
            && sight.Of(CalendarAccessNames.Parse(row.Text(2)!), row.Text(3)!.Split(' ', StringSplitOptions.RemoveEmptyEntries), row.Int64(4) != 0) == Visibility.Whole
                ? (row.Utf8(0).ToArray(), row.Text(1)!)
                : throw HouseholdException.Missing("deleted event", id);
    }
}
