using EdgeDb.Core.Access;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>
/// What a viewer sees of the calendars, within one read or write; each is looked up once. Whoever sees all costs nothing. What is hidden is refused as if it were
/// not there: "forbidden" would tell that it is.
/// </summary>
internal sealed class CalendarRights(SqliteSession session, Sight sight)
{
    private readonly record struct Facts(CalendarAccess Access, IReadOnlyList<string> Members);

    private readonly Dictionary<string, Facts> _calendars = new(StringComparer.Ordinal);

    /// <summary>Throws when the calendar is not to be seen or, for <see cref="Actor.OwnOnly"/>, not the actor's own.</summary>
    internal static void RequireActs(SqliteSession session, Actor actor, string calendarId)
    {
        if (actor.Sight.Kind == SightKind.Everything)
            return;
        var rights = new CalendarRights(session, actor.Sight);
        if (!rights.Sees(calendarId))
            throw HouseholdException.Missing("calendar", calendarId);
        if (actor.OwnOnly && !actor.Sight.Concerns(rights.Of(calendarId).Members))
            throw new HouseholdException(HouseholdError.Forbidden, "This calendar is somebody else's.");
    }

    /// <summary>True when the calendar itself is seen.</summary>
    internal bool Sees(string calendarId)
    {
        if (sight.Kind == SightKind.Everything)
            return true;
        var facts = Of(calendarId);
        return sight.Sees(facts.Access, facts.Members);
    }

    /// <summary>True when all of the event is seen: its own texts and those of every changed occurrence.</summary>
    internal bool SeesWhole(string calendarId, long eventKey)
    {
        if (sight.Kind == SightKind.Everything)
            return true;
        var facts = Of(calendarId);
        return sight.Of(facts.Access, facts.Members, isPrivate: false) == Visibility.Whole
            && (sight.Of(facts.Access, facts.Members, isPrivate: true) == Visibility.Whole || !IsPrivate(eventKey));
    }

    /// <summary>How many events of the calendar count for the viewer, given how many there are.</summary>
    internal long Count(string calendarId, long all)
    {
        if (sight.Kind == SightKind.Everything || (Of(calendarId) is var facts && sight.Of(facts.Access, facts.Members, isPrivate: true) == Visibility.Whole))
            return all;
        return all - session.Prepare(
                "SELECT count(*) FROM event e WHERE e.calendar_id = ?1 AND EXISTS (SELECT 1 FROM event_part p WHERE p.event_key = e.key AND p.private = 1)")
            .Bind(1, calendarId).Scalar();
    }

    /// <summary>True when any part of the event is: the texts of all of them are in its source.</summary>
    private bool IsPrivate(long eventKey) =>
        session.Prepare("SELECT EXISTS (SELECT 1 FROM event_part WHERE event_key = ?1 AND private = 1)").Bind(1, eventKey).Scalar() != 0;

    private Facts Of(string calendarId)
    {
        if (_calendars.TryGetValue(calendarId, out var facts))
            return facts;
        var calendar = session.Prepare("SELECT access FROM calendar WHERE id = ?1");
        calendar.Bind(1, calendarId);
        // One that is gone is nobody's.
        var access = calendar.Step() ? CalendarAccessNames.Parse(calendar.Text(0)!) : CalendarAccess.Private;
        calendar.Reset();
        var members = new List<string>();
        var member = session.Prepare("SELECT member_id FROM calendar_member WHERE calendar_id = ?1");
        member.Bind(1, calendarId);
        while (member.Step())
            members.Add(member.Text(0)!);
        facts = new(access, members);
        _calendars.Add(calendarId, facts);
        return facts;
    }
}
