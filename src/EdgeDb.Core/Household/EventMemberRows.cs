using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>Whom an event concerns, as rows of <c>event_member</c>. An event without any concerns its calendar's members.</summary>
internal static class EventMemberRows
{
    /// <summary>Whom the components of an event name, by component and sorted; null when none does.</summary>
    internal static Dictionary<string, IReadOnlyList<string>>? Read(SqliteSession session, long eventKey)
    {
        Dictionary<string, IReadOnlyList<string>>? found = null;
        var rows = session.Prepare("SELECT component, member_id FROM event_member WHERE event_key = ?1 ORDER BY component, member_id");
        rows.Bind(1, eventKey);
        while (rows.Step())
        {
            var component = rows.Text(0)!;
            if (!(found ??= new(StringComparer.Ordinal)).TryGetValue(component, out var members))
                found.Add(component, members = new List<string>());
            ((List<string>)members).Add(rows.Text(1)!);
        }

        rows.Reset();
        return found;
    }

    /// <summary>Whom one component names, sorted; null for the calendar's members.</summary>
    internal static IReadOnlyList<string>? Read(SqliteSession session, long eventKey, string component)
    {
        List<string>? members = null;
        var rows = session.Prepare("SELECT member_id FROM event_member WHERE event_key = ?1 AND component = ?2 ORDER BY member_id");
        rows.Bind(1, eventKey).Bind(2, component);
        while (rows.Step())
            (members ??= []).Add(rows.Text(0)!);
        rows.Reset();
        return members;
    }

    /// <summary>The event's text with its rows as lines, as everything that edits or keeps it wants it.</summary>
    internal static byte[] TextOf(SqliteSession session, long eventKey, byte[] stored) => EventMemberLines.With(stored, Read(session, eventKey));

    /// <summary>Makes these the event's rows. A member who is gone meanwhile is left out: a text of the trash may name one.</summary>
    internal static void Write(SqliteSession session, long eventKey, IReadOnlyList<EventMember> members)
    {
        session.Prepare("DELETE FROM event_member WHERE event_key = ?1").Bind(1, eventKey).Execute();
        foreach (var (component, member) in members)
            session.Prepare("INSERT OR IGNORE INTO event_member (event_key, component, member_id) SELECT ?1, ?2, id FROM member WHERE id = ?3")
                .Bind(1, eventKey).Bind(2, component).Bind(3, member).Execute();
    }

    /// <summary>Before a member goes: the events that name them say something else afterwards, so they get a new version.</summary>
    internal static void Release(SqliteSession session, string memberId)
    {
        session.Prepare("UPDATE event SET version = version + 1 WHERE key IN (SELECT event_key FROM event_member WHERE member_id = ?1)").Bind(1, memberId).Execute();
        session.Prepare("DELETE FROM event_member WHERE member_id = ?1").Bind(1, memberId).Execute();
    }

    /// <summary>After a restore that left out rows of a person: theirs may name others' members, and others' theirs.</summary>
    internal static void Mend(SqliteSession session) =>
        session.Execute("DELETE FROM event_member WHERE event_key NOT IN (SELECT key FROM event) OR member_id NOT IN (SELECT id FROM member)");
}
