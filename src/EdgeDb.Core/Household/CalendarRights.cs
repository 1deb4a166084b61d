using EdgeDb.Core.Access;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>
/// What a viewer sees of the calendars, within one read or write; each is looked up once. Whoever sees all costs nothing. What is hidden is refused as if it were
/// not there: "forbidden" would tell that it is.
/// </summary>
internal sealed class CalendarRights(SqliteSession session, Sight sight)
{
    private readonly record struct Facts(CalendarAccess Access, IReadOnlyList<string> Members, bool Exists);

    private readonly Dictionary<string, Facts> _calendars = new(StringComparer.Ordinal);

    /// <summary>Throws when the calendar is not to be seen or, for <see cref="Actor.OwnOnly"/>, not the actor's own.</summary>
    internal static void RequireActs(SqliteSession session, Actor actor, string calendarId)
    {
        if (actor.Sight.Kind == SightKind.Everything)
            return;
        var rights = new CalendarRights(session, actor.Sight);
        if (!rights.Sees(calendarId))
            throw HouseholdException.Missing("calendar", calendarId);
        RequireOwn(actor, rights.Of(calendarId).Members);
    }

    /// <summary>Throws for <see cref="Actor.OwnOnly"/> when a calendar that they see does not concern the actor.</summary>
    internal static void RequireOwn(Actor actor, IReadOnlyList<string> members)
    {
        if (actor.OwnOnly && !actor.Sight.Concerns(members))
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

    /// <summary>True when something of the calendar is seen, be it when it is busy; and of one that is gone, as whoever saw it is to know.</summary>
    internal bool Notices(string calendarId)
    {
        var facts = Of(calendarId);
        return !facts.Exists || sight.Of(facts.Access, facts.Members, isPrivate: false) != Visibility.Hidden;
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

    /// <summary>True when all of a task of the list is seen.</summary>
    internal bool SeesWhole(string calendarId, bool isPrivate)
    {
        if (sight.Kind == SightKind.Everything)
            return true;
        var facts = Of(calendarId);
        return sight.Of(facts.Access, facts.Members, isPrivate) == Visibility.Whole;
    }

    /// <summary>Ids of the members whom the calendar concerns.</summary>
    internal IReadOnlyList<string> MembersOf(string calendarId) => Of(calendarId).Members;

    /// <summary>The calendar as somebody sees it who sees it: with the number of events or tasks that they see whole.</summary>
    internal static HouseholdCalendar Counted(SqliteSession session, Sight sight, HouseholdCalendar calendar)
    {
        if (sight.Of(calendar.Access, calendar.MemberIds, isPrivate: true) == Visibility.Whole)
            return calendar;
        var hidden = session.Prepare(
                calendar.Holds == CalendarHolds.Tasks
                    ? "SELECT count(*) FROM task WHERE calendar_id = ?1 AND deleted_at IS NULL AND private = 1"
                    : "SELECT count(*) FROM event WHERE calendar_id = ?1 AND private = 1")
            .Bind(1, calendar.Id).Scalar();
        return calendar with { EventCount = calendar.EventCount - hidden };
    }

    /// <summary>True when any component of the event is: the texts of all of them are in its source.</summary>
    private bool IsPrivate(long eventKey) => session.Prepare("SELECT private FROM event WHERE key = ?1").Bind(1, eventKey).Scalar() != 0;

    private Facts Of(string calendarId)
    {
        if (_calendars.TryGetValue(calendarId, out var facts))
            return facts;
        var calendar = session.Prepare("SELECT access FROM calendar WHERE id = ?1");
        calendar.Bind(1, calendarId);
        // One that is gone is nobody's.
        var exists = calendar.Step();
        var access = exists ? CalendarAccessNames.Parse(calendar.Text(0)!) : CalendarAccess.Private;
        calendar.Reset();
        var members = new List<string>();
        var member = session.Prepare("SELECT member_id FROM calendar_member WHERE calendar_id = ?1");
        member.Bind(1, calendarId);
        while (member.Step())
            members.Add(member.Text(0)!);
        facts = new(access, members, exists);
        _calendars.Add(calendarId, facts);
        return facts;
    }
}
