using EdgeDb.Core.Calendars;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>
/// For one read: which events the asked calendars and members include, and what an occurrence shows. A row of texts or an
/// event's copies are looked up once, however many occurrences they have.
/// </summary>
internal sealed class CalendarScope
{
    private sealed record CalendarFacts(string Color, bool Editable, IReadOnlyList<string> Only, List<string> Members);

    private sealed record Concerned(IReadOnlyList<string> CalendarIds, IReadOnlyList<string> MemberIds, bool Included);

    private readonly SqliteSession _session;
    private readonly Dictionary<string, CalendarFacts> _calendars = new(StringComparer.Ordinal);
    private readonly Dictionary<long, ShownPart> _parts = [];
    private readonly Dictionary<long, Concerned> _concerned = [];
    // Marked by CalendarRemoval: their events are gone for everybody, and only copies in other calendars count.
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);
    private readonly HashSet<string>? _wanted;

    internal CalendarScope(SqliteSession session, IReadOnlyCollection<string> calendarIds, IReadOnlyCollection<string> memberIds)
    {
        _session = session;
        var calendars = session.Prepare("SELECT id, color, kind, removal FROM calendar");
        while (calendars.Step())
        {
            var id = calendars.Text(0)!;
            _calendars.Add(id, new(calendars.Text(1)!, calendars.Text(2) == "local", [id], []));
            if (calendars.Int64(3) != 0)
                _removed.Add(id);
        }
        var members = session.Prepare("SELECT calendar_id, member_id FROM calendar_member ORDER BY calendar_id, member_id");
        while (members.Step())
            _calendars[members.Text(0)!].Members.Add(members.Text(1)!);

        if (calendarIds.Count == 0 && memberIds.Count == 0 && _removed.Count == 0)
            return;
        _wanted = new(StringComparer.Ordinal);
        foreach (var (id, facts) in _calendars)
            if (!_removed.Contains(id) && (calendarIds.Count == 0 || calendarIds.Contains(id)) && (memberIds.Count == 0 || facts.Members.Any(memberIds.Contains)))
                _wanted.Add(id);
    }

    /// <summary>True when the event is in the scope. Without a filter nothing is read for it.</summary>
    internal bool Includes(long eventKey, long partKey, ref ShownPart? part)
    {
        if (_wanted is null)
            return true;
        part ??= Part(partKey);
        return Concern(eventKey, part.CalendarId).Included;
    }

    internal OccurrenceView View(in PlacedOccurrence occurrence)
    {
        var part = occurrence.Part ?? Part(occurrence.PartKey);
        var texts = part.Texts;
        var calendar = _calendars[part.CalendarId];
        var concerned = Concern(occurrence.Position.EventKey, part.CalendarId);
        return new(
            part.EventId,
            part.Uid,
            occurrence.Recurrence,
            occurrence.Kind,
            occurrence.Start,
            occurrence.End,
            texts.Zone,
            texts.Summary,
            texts.Location,
            texts.Status,
            texts.Private,
            calendar.Editable,
            texts.Color ?? calendar.Color,
            concerned.CalendarIds,
            concerned.MemberIds);
    }

    private ShownPart Part(long key)
    {
        if (_parts.TryGetValue(key, out var part))
            return part;
        var row = _session.Prepare(
            "SELECT event_id, calendar_id, uid, summary, location, zone, color, status, private FROM event_part WHERE key = ?1");
        row.Bind(1, key);
        if (!row.Step())
            throw new StorageException(StorageFailure.Corrupt, $"An occurrence refers to event_part {key}, which does not exist; run 'edgedb check'.");
        part = new(
            row.Text(0)!,
            row.Text(1)!,
            row.Text(2)!,
            new(row.Text(3)!, row.Text(4), row.Text(5), row.Text(6), (EventStatus)row.Int32(7), row.Int64(8) != 0));
        row.Reset();
        _parts.Add(key, part);
        return part;
    }

    private Concerned Concern(long eventKey, string calendarId)
    {
        if (_concerned.TryGetValue(eventKey, out var concerned))
            return concerned;

        // The partial index holds nothing but copies, so for most events this look-up ends in its root page.
        List<string>? others = null;
        var copies = _session.Prepare("SELECT calendar_id FROM event WHERE primary_key = ?1 AND primary_key <> key");
        copies.Bind(1, eventKey);
        while (copies.Step())
            (others ??= []).Add(copies.Text(0)!);

        var facts = _calendars[calendarId];
        if (others is null)
        {
            concerned = new(facts.Only, facts.Members, _wanted is null || _wanted.Contains(calendarId));
        }
        else
        {
            others.Add(calendarId);
            others.RemoveAll(_removed.Contains);
            others.Sort(StringComparer.Ordinal);
            var members = others.SelectMany(id => _calendars[id].Members).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            concerned = new(others, members, _wanted is null || others.Exists(_wanted.Contains));
        }
        _concerned.Add(eventKey, concerned);
        return concerned;
    }
}
