using EdgeDb.Core.Calendars;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>
/// For one read: which events the asked calendars and members include, and what an occurrence shows. Every event's copies
/// are looked up once, however many occurrences it has.
/// </summary>
internal sealed class CalendarScope
{
    private sealed record CalendarFacts(string Color, bool Editable, List<string> Members);

    private sealed record EventFacts(
        string Id, string Uid, string CalendarId, IReadOnlyList<string> CalendarIds, IReadOnlyList<string> MemberIds, bool Included);

    private readonly SqliteSession _session;
    private readonly Dictionary<string, CalendarFacts> _calendars = new(StringComparer.Ordinal);
    private readonly Dictionary<long, EventFacts> _events = [];
    private readonly HashSet<string>? _wanted;

    internal CalendarScope(SqliteSession session, IReadOnlyCollection<string> calendarIds, IReadOnlyCollection<string> memberIds)
    {
        _session = session;
        var calendars = session.Prepare("SELECT id, color, kind FROM calendar");
        while (calendars.Step())
            _calendars.Add(calendars.Text(0)!, new(calendars.Text(1)!, calendars.Text(2) == "local", []));
        var members = session.Prepare("SELECT calendar_id, member_id FROM calendar_member ORDER BY calendar_id, member_id");
        while (members.Step())
            _calendars[members.Text(0)!].Members.Add(members.Text(1)!);

        if (calendarIds.Count == 0 && memberIds.Count == 0)
            return;
        _wanted = new(StringComparer.Ordinal);
        foreach (var (id, facts) in _calendars)
            if ((calendarIds.Count == 0 || calendarIds.Contains(id)) && (memberIds.Count == 0 || facts.Members.Any(memberIds.Contains)))
                _wanted.Add(id);
    }

    internal bool Includes(long eventKey) => _wanted is null || Facts(eventKey).Included;

    internal OccurrenceView View(in PlacedOccurrence occurrence)
    {
        var facts = Facts(occurrence.Position.EventKey);
        var part = occurrence.Part ?? ReadPart(occurrence.PartKey);
        var calendar = _calendars[facts.CalendarId];
        return new(
            facts.Id,
            facts.Uid,
            occurrence.Recurrence,
            occurrence.Kind,
            occurrence.Start,
            occurrence.End,
            part.Zone,
            part.Summary,
            part.Location,
            part.Status,
            part.Private,
            calendar.Editable,
            part.Color ?? calendar.Color,
            facts.CalendarIds,
            facts.MemberIds);
    }

    private CompiledPart ReadPart(long key)
    {
        var part = _session.Prepare("SELECT summary, location, zone, color, status, private FROM event_part WHERE key = ?1");
        part.Bind(1, key);
        if (!part.Step())
            throw new StorageException(StorageFailure.Corrupt, $"Occurrence refers to event_part {key}, which does not exist; run 'edgedb check'.");
        var result = new CompiledPart(
            part.Text(0)!, part.Text(1), part.Text(2), part.Text(3), (EventStatus)part.Int32(4), part.Int64(5) != 0);
        part.Reset();
        return result;
    }

    private EventFacts Facts(long key)
    {
        if (_events.TryGetValue(key, out var facts))
            return facts;

        var row = _session.Prepare("SELECT id, uid, calendar_id FROM event WHERE key = ?1");
        row.Bind(1, key);
        row.Step();
        var (id, uid, calendarId) = (row.Text(0)!, row.Text(1)!, row.Text(2)!);
        row.Reset();

        var calendarIds = new List<string>(1);
        var copies = _session.Prepare("SELECT calendar_id FROM event WHERE primary_key = ?1 ORDER BY calendar_id");
        copies.Bind(1, key);
        while (copies.Step())
            calendarIds.Add(copies.Text(0)!);

        IReadOnlyList<string> memberIds = calendarIds is [var only]
            ? _calendars[only].Members
            : calendarIds.SelectMany(c => _calendars[c].Members).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        facts = new(id, uid, calendarId, calendarIds, memberIds, _wanted is null || calendarIds.Any(_wanted.Contains));
        _events.Add(key, facts);
        return facts;
    }
}
