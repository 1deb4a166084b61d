using EdgeDb.Core.Access;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>
/// For one read: which events the viewer sees of the asked calendars and members, and what an occurrence shows. A row of texts or an
/// event's copies are looked up once, however many occurrences they have.
/// </summary>
internal sealed class CalendarScope
{
    private sealed record CalendarFacts(string Color, bool Editable, CalendarAccess Access, IReadOnlyList<string> Only, List<string> Members);

    /// <param name="CalendarIds">Calendars that hold the event.</param>
    /// <param name="MemberIds">Members of these.</param>
    /// <param name="Asked">One of them was asked for as a calendar.</param>
    /// <param name="Included">One of them was asked for, and by its members.</param>
    /// <param name="Public">What the viewer sees of it, and what of its private parts.</param>
    /// <param name="Private">See <paramref name="Public"/>.</param>
    private sealed record Concerned(IReadOnlyList<string> CalendarIds, IReadOnlyList<string> MemberIds, bool Asked, bool Included, Visibility Public, Visibility Private);

    private readonly SqliteSession _session;
    private readonly Sight _sight;
    private readonly bool _byCalendar;
    private readonly Dictionary<string, CalendarFacts> _calendars = new(StringComparer.Ordinal);
    private readonly Dictionary<long, ShownPart> _parts = [];
    private readonly Dictionary<long, Concerned> _concerned = [];
    // Marked by CalendarRemoval: their events are gone for everybody, and only copies in other calendars count.
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);
    private readonly HashSet<string>? _wanted;
    // The same without regard to members.
    private readonly HashSet<string>? _asked;
    private readonly IReadOnlyCollection<string> _memberIds;

    internal CalendarScope(SqliteSession session, Sight sight, IReadOnlyCollection<string> calendarIds, IReadOnlyCollection<string> memberIds)
    {
        _session = session;
        _sight = sight;
        _byCalendar = calendarIds.Count > 0;
        _memberIds = memberIds;
        var calendars = session.Prepare("SELECT id, color, kind, removal, access FROM calendar");
        while (calendars.Step())
        {
            var id = calendars.Text(0)!;
            var access = CalendarAccessNames.Parse(calendars.Text(4)!);
            _calendars.Add(id, new(calendars.Text(1)!, calendars.Text(2) == "local", access, [id], []));
            if (calendars.Int64(3) != 0)
                _removed.Add(id);
            HasSeparateCopies |= access != CalendarAccess.Household;
        }
        var members = session.Prepare("SELECT calendar_id, member_id FROM calendar_member ORDER BY calendar_id, member_id");
        while (members.Step())
            _calendars[members.Text(0)!].Members.Add(members.Text(1)!);

        if (calendarIds.Count == 0 && memberIds.Count == 0 && _removed.Count == 0)
            return;
        _asked = new(StringComparer.Ordinal);
        foreach (var id in _calendars.Keys)
            if (!_removed.Contains(id) && (calendarIds.Count == 0 || calendarIds.Contains(id)))
                _asked.Add(id);
        _wanted = memberIds.Count == 0 ? _asked : [.. _asked.Where(id => _calendars[id].Members.Any(memberIds.Contains))];
    }

    /// <summary>True when the same event may be in it several times: copies that different people see are not joined.</summary>
    internal bool HasSeparateCopies { get; }

    /// <summary>
    /// What the viewer sees of an occurrence; <see cref="Visibility.Hidden"/> also when it was not asked for. Without a filter and for somebody who sees all, nothing
    /// is read for it.
    /// </summary>
    internal Visibility Visibility(long eventKey, long partKey, ref ShownPart? part)
    {
        if (_wanted is null && _sight.Kind == SightKind.Everything)
            return Access.Visibility.Whole;
        part ??= Part(partKey);
        var concerned = Concern(eventKey, part.CalendarId);
        var seen = part.Texts.Private ? concerned.Private : concerned.Public;
        // Whom it names is seen by who sees it whole only, so a filter must not tell it either.
        var included = seen == Access.Visibility.Whole && _memberIds.Count > 0 && part.Members is { } named
            ? concerned.Asked && named.Any(_memberIds.Contains)
            : concerned.Included;
        if (!included)
            return Access.Visibility.Hidden;
        // Whose calendar a time is taken by would tell more than that it is taken.
        return seen == Access.Visibility.Busy && _byCalendar ? Access.Visibility.Hidden : seen;
    }

    /// <summary>UID of the event an occurrence belongs to.</summary>
    internal string Uid(in PlacedOccurrence occurrence) => (occurrence.Part ?? Part(occurrence.PartKey)).Uid;

    internal OccurrenceView View(in PlacedOccurrence occurrence)
    {
        if (occurrence.IsBusy)
            return OccurrenceView.Busy(occurrence.Kind, occurrence.Start, occurrence.End);
        var part = occurrence.Part ?? Part(occurrence.PartKey);
        var texts = part.Texts;
        var calendar = _calendars[part.CalendarId];
        var concerned = Concern(occurrence.Position.EventKey, part.CalendarId);
        return new(
            IsBusy: false,
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
            calendar.Editable && _sight.MayActOn(calendar.Members),
            texts.Color ?? calendar.Color,
            concerned.CalendarIds,
            part.Members ?? concerned.MemberIds);
    }

    private ShownPart Part(long key)
    {
        if (_parts.TryGetValue(key, out var part))
            return part;
        var row = _session.Prepare(
            "SELECT event_id, calendar_id, uid, summary, location, zone, color, status, private, component, event_key FROM event_part WHERE key = ?1");
        row.Bind(1, key);
        if (!row.Step())
            throw new StorageException(StorageFailure.Corrupt, $"An occurrence refers to event_part {key}, which does not exist; run 'edgedb check'.");
        part = new(
            row.Text(0)!,
            row.Text(1)!,
            row.Text(2)!,
            new(row.Text(3)!, row.Text(4), row.Text(5), row.Text(6), (EventStatus)row.Int32(7), row.Int64(8) != 0, row.Text(9)),
            row.Text(9) is { } component ? EventMemberRows.Read(_session, row.Int64(10), component) : null);
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
            concerned = Of(facts, facts.Only, facts.Members);
        }
        else
        {
            others.Add(calendarId);
            others.RemoveAll(_removed.Contains);
            others.Sort(StringComparer.Ordinal);
            var members = others.SelectMany(id => _calendars[id].Members).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            concerned = Of(facts, others, members);
        }
        _concerned.Add(eventKey, concerned);
        return concerned;
    }

    // Copies that are joined are seen by the same people, so the access of one is that of all.
    private Concerned Of(CalendarFacts facts, IReadOnlyList<string> calendars, IReadOnlyList<string> members) =>
        new(
            calendars, members, _asked is null || calendars.Any(_asked.Contains), _wanted is null || calendars.Any(_wanted.Contains), _sight.Of(facts.Access, members, isPrivate: false), _sight.Of(facts.Access, members, isPrivate: true));
}
