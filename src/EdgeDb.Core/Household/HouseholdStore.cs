using System.Globalization;
using EdgeDb.Core.Access;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>Settings, members and calendars.</summary>
internal sealed class HouseholdStore(SqliteDatabase database, TimeProvider time)
{
    internal const string DefaultName = "Our household";

    private static readonly string[] SettingNames = ["household.name", "household.zone", "household.language", "household.weekStart", "household.version", "household.clock", "household.weekNumbers"];

    private readonly IdSource _ids = new(time);

    public ValueTask<HouseholdSettings> SettingsAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(0, static (session, _) => ReadSettings(session), cancellationToken);

    /// <summary>The settings, and the window that is kept expanded.</summary>
    public ValueTask<(HouseholdSettings Settings, OccurrenceWindow Window)> OverviewAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(0, static (session, _) => (ReadSettings(session), WindowKeeper.ReadReadable(session)), cancellationToken);

    /// <summary>Changes what is not null.</summary>
    public Task<HouseholdSettings> ChangeSettingsAsync(
        string? name, string? zone, string? language, string? weekStart, string? clock, bool? weekNumbers, long? expectedVersion, CancellationToken cancellationToken)
    {
        var change = (
            Name: name is null ? null : FieldRules.Name(name, "name"),
            Zone: zone is null ? null : FieldRules.Zone(zone, "zone"),
            Language: language is null ? null : FieldRules.Language(language, "language"),
            WeekStart: weekStart is null ? null : FieldRules.WeekStart(weekStart, "weekStart"),
            Clock: clock is null ? null : FieldRules.Clock(clock, "clock"),
            WeekNumbers: weekNumbers,
            Expected: expectedVersion);
        return database.WriteAsync(
            change,
            static (session, change) =>
            {
                var before = ReadSettings(session);
                HouseholdException.CheckVersion(before.Version, change.Expected);
                var after = before with
                {
                    Name = change.Name ?? before.Name,
                    Zone = change.Zone ?? before.Zone,
                    Language = change.Language ?? before.Language,
                    WeekStart = change.WeekStart ?? before.WeekStart,
                    Clock = change.Clock ?? before.Clock,
                    WeekNumbers = change.WeekNumbers ?? before.WeekNumbers,
                    Version = before.Version + 1,
                };
                WriteSettings(session, after);
                session.Touch(Topics.Household);
                if (after.Zone != before.Zone)
                    session.Touch(Topics.Occurrences);
                return after;
            },
            cancellationToken);
    }

    /// <summary>Gives a new database its zone; changes nothing in one that has it.</summary>
    public Task InitializeAsync(string defaultZone, CancellationToken cancellationToken) =>
        database.WriteAsync(
            defaultZone,
            static (session, zone) =>
            {
                if (SettingRows.Read(session, "household.zone") is null)
                    WriteSettings(session, ReadSettings(session) with { Zone = zone });
                return true;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<Member>> MembersAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(0, static (session, _) => ReadMembers(session), cancellationToken);

    public Task<Member> AddMemberAsync(string? name, string? color, CancellationToken cancellationToken) =>
        database.WriteAsync(
            new Member(NewId(), FieldRules.Name(name, "name"), color is null ? "" : FieldRules.Color(color, "color"), Sample: false, Version: 1),
            static (session, member) => InsertMember(session, member),
            cancellationToken);

    public Task<Member> ChangeMemberAsync(string id, string? name, string? color, long? expectedVersion, Actor actor, CancellationToken cancellationToken)
    {
        if (actor.OwnOnly && id != actor.Sight.MemberId)
            throw new HouseholdException(HouseholdError.Forbidden, "This member is somebody else.");
        var change = (
            Id: id,
            Name: name is null ? null : FieldRules.Name(name, "name"),
            Color: color is null ? null : FieldRules.Color(color, "color"),
            Expected: expectedVersion);
        return database.WriteAsync(
            change,
            static (session, change) =>
            {
                var before = ReadMembers(session).FirstOrDefault(m => m.Id == change.Id) ?? throw HouseholdException.Missing("member", change.Id);
                HouseholdException.CheckVersion(before.Version, change.Expected);
                var after = before with { Name = change.Name ?? before.Name, Color = change.Color ?? before.Color, Sample = false, Version = before.Version + 1 };
                session.Prepare("UPDATE member SET name = ?1, color = ?2, version = ?3, sample = 0 WHERE id = ?4")
                    .Bind(1, after.Name).Bind(2, after.Color).Bind(3, after.Version).Bind(4, after.Id).Execute();
                session.Touch(Topics.Members);
                return after;
            },
            cancellationToken);
    }

    /// <summary>Removes a member; calendars and events stay, so a private calendar of nobody else is refused: it would be nobody's.</summary>
    public Task DeleteMemberAsync(string id, long? expectedVersion, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Id: id, Expected: expectedVersion),
            static (session, arguments) =>
            {
                var before = ReadMembers(session).FirstOrDefault(m => m.Id == arguments.Id) ?? throw HouseholdException.Missing("member", arguments.Id);
                HouseholdException.CheckVersion(before.Version, arguments.Expected);
                var orphaned = session.Prepare(
                        """
                        SELECT count(*) FROM calendar c JOIN calendar_member m ON m.calendar_id = c.id AND m.member_id = ?1
                        WHERE c.access = 'private' AND NOT EXISTS (SELECT 1 FROM calendar_member o WHERE o.calendar_id = c.id AND o.member_id <> ?1)
                        """)
                    .Bind(1, arguments.Id).Scalar();
                if (orphaned > 0)
                    throw new HouseholdException(HouseholdError.Conflict, $"{before.Name} has {orphaned} private calendars that nobody else sees; remove or share them first.");
                EventMemberRows.Release(session, arguments.Id);
                session.Prepare("DELETE FROM member WHERE id = ?1").Bind(1, arguments.Id).Execute();
                session.Touch(Topics.Members);
                session.Touch(Topics.Calendars);
                session.Touch(Topics.Occurrences);
                session.Touch(Topics.Tasks);
                session.Touch(Topics.Notices);
                return true;
            },
            cancellationToken);

    /// <summary>The calendars that the viewer sees, with the number of events that they see of each.</summary>
    public ValueTask<IReadOnlyList<HouseholdCalendar>> CalendarsAsync(Sight sight, CancellationToken cancellationToken) =>
        database.ReadAsync(
            sight,
            static (session, sight) => (IReadOnlyList<HouseholdCalendar>)
            [
                .. ReadCalendars(session).Where(c => sight.Sees(c.Access, c.MemberIds)).Select(c => CalendarRights.Counted(session, sight, c)),
            ],
            cancellationToken);

    /// <summary>Ids of the calendars of which the viewer sees something, be it when they are busy, and of those among <paramref name="ids"/> that are gone.</summary>
    public ValueTask<IReadOnlySet<string>> NoticedCalendarsAsync(Sight sight, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (Sight: sight, Ids: ids),
            static (session, asked) =>
            {
                var rights = new CalendarRights(session, asked.Sight);
                return (IReadOnlySet<string>)asked.Ids.Where(rights.Notices).ToHashSet(StringComparer.Ordinal);
            },
            cancellationToken);

    /// <summary>A calendar to write into.</summary>
    public ValueTask<HouseholdCalendar> CalendarAsync(string id, Actor actor, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (Id: id, Actor: actor),
            static (session, asked) =>
            {
                CalendarRights.RequireActs(session, asked.Actor, asked.Id);
                return RequireCalendar(session, asked.Id);
            },
            cancellationToken);

    public Task<HouseholdCalendar> AddCalendarAsync(
        string? name, string? color, IReadOnlyList<string>? members, string? access, Actor actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Calendar: NewCalendar(name, color, CalendarOrigin.Local, members, access, sample: false), Actor: actor),
            static (session, added) => InsertCalendar(session, added.Calendar, added.Actor),
            cancellationToken);

    /// <summary>Adds a calendar that holds tasks.</summary>
    public Task<HouseholdCalendar> AddListAsync(
        string? name, string? color, IReadOnlyList<string>? members, string? access, Actor actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Calendar: NewList(name, color, members, access, sample: false), Actor: actor),
            static (session, added) => InsertCalendar(session, added.Calendar, added.Actor),
            cancellationToken);

    public Task<HouseholdCalendar> ChangeCalendarAsync(
        string id, string? name, string? color, IReadOnlyList<string>? members, string? access, long? expectedVersion, Actor actor,
        CancellationToken cancellationToken)
    {
        var change = (Id: id, Name: name, Color: color, Members: members, Access: access, Expected: expectedVersion, Actor: actor);
        return database.WriteAsync(
            change,
            static (session, change) =>
            {
                CalendarRights.RequireActs(session, change.Actor, change.Id);
                var before = RequireCalendar(session, change.Id);
                HouseholdException.CheckVersion(before.Version, change.Expected);
                return UpdateCalendar(session, before, change.Name, change.Color, change.Members, change.Access, change.Actor);
            },
            cancellationToken);
    }

    /// <summary>
    /// Removes a local calendar. One that still holds events or tasks is refused unless <paramref name="withEvents"/> says that they
    /// may go too; they can be restored into another calendar for 30 days. Asked again after a kill, it goes on.
    /// </summary>
    public async Task DeleteCalendarAsync(string id, bool withEvents, long? expectedVersion, Actor actor, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            (Id: id, WithEvents: withEvents, Expected: expectedVersion, Actor: actor),
            static (session, arguments) =>
            {
                CalendarRights.RequireActs(session, arguments.Actor, arguments.Id);
                if (session.Prepare("SELECT count(*) FROM calendar WHERE id = ?1 AND kind = 'local' AND removal <> 0").Bind(1, arguments.Id).Scalar() > 0)
                    return true;
                var calendar = RequireCalendar(session, arguments.Id);
                HouseholdException.CheckVersion(calendar.Version, arguments.Expected);
                if (calendar.Origin == CalendarOrigin.Feed)
                    throw new HouseholdException(HouseholdError.Conflict, "This calendar mirrors a feed; remove the feed instead.");
                if (calendar.EventCount > 0 && !arguments.WithEvents)
                    throw new HouseholdException(
                        HouseholdError.Conflict,
                        $"The calendar still holds {calendar.EventCount} {CalendarHoldsNames.Of(calendar.Holds)}; repeat the request with events=delete to remove them too.",
                        "events");
                CalendarRemoval.Mark(session, arguments.Id, keepInTrash: true);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        await FinishRemovalsAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>
    /// Deletes what calendars marked by <see cref="CalendarRemoval.Mark"/> still hold. Whoever asked for the removal and went
    /// away does not stop it, so callers pass no token of a request.
    /// </summary>
    internal Task FinishRemovalsAsync(CancellationToken cancellationToken, Action<int, int>? report = null) =>
        CalendarRemoval.FinishAsync(database, time, report, cancellationToken);

    internal string NewId() => _ids.Next();

    internal HouseholdCalendar NewCalendar(
        string? name, string? color, CalendarOrigin origin, IReadOnlyList<string>? members, string? access, bool sample) =>
        new(
            NewId(),
            FieldRules.Name(name, "name"),
            color is null ? "" : FieldRules.Color(color, "color"),
            origin,
            members ?? [],
            access is null ? CalendarAccess.Household : FieldRules.Access(access, "access"),
            sample,
            Version: 1,
            EventCount: 0,
            CalendarHolds.Events);

    internal HouseholdCalendar NewList(string? name, string? color, IReadOnlyList<string>? members, string? access, bool sample) =>
        NewCalendar(name, color, CalendarOrigin.Local, members, access, sample) with { Holds = CalendarHolds.Tasks };

    internal static Member InsertMember(SqliteSession session, Member member)
    {
        var existing = ReadMembers(session);
        if (existing.Count >= FieldRules.MaxMembers)
            throw new HouseholdException(HouseholdError.LimitReached, $"A household has at most {FieldRules.MaxMembers} members.");
        if (member.Color.Length == 0)
            member = member with { Color = Palette.Pick(existing.Count) };
        session.Prepare("INSERT INTO member (id, name, color, sample, version) VALUES (?1, ?2, ?3, ?4, 1)")
            .Bind(1, member.Id).Bind(2, member.Name).Bind(3, member.Color).Bind(4, member.Sample ? 1L : 0L).Execute();
        session.Touch(Topics.Members);
        return member;
    }

    internal static HouseholdCalendar InsertCalendar(SqliteSession session, HouseholdCalendar calendar, Actor actor)
    {
        var count = session.Prepare("SELECT count(*) FROM calendar").Scalar();
        if (count >= FieldRules.MaxCalendars)
            throw new HouseholdException(HouseholdError.LimitReached, $"A household has at most {FieldRules.MaxCalendars} calendars.");
        if (calendar.Color.Length == 0)
            calendar = calendar with { Color = Palette.Pick((int)count) };
        session.Prepare("INSERT INTO calendar (id, name, color, kind, sample, version, access, holds) VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7)")
            .Bind(1, calendar.Id).Bind(2, calendar.Name).Bind(3, calendar.Color)
            .Bind(4, calendar.Origin == CalendarOrigin.Feed ? "feed" : "local").Bind(5, calendar.Sample ? 1L : 0L)
            .Bind(6, CalendarAccessNames.Of(calendar.Access)).Bind(7, CalendarHoldsNames.Of(calendar.Holds)).Execute();
        WriteCalendarMembers(session, calendar.Id, calendar.MemberIds);
        session.Touch(Topics.Calendars, calendar.Id);
        return RequireSeenAfterwards(session, calendar.Id, actor);
    }

    internal static HouseholdCalendar UpdateCalendar(
        SqliteSession session, HouseholdCalendar before, string? name, string? color, IReadOnlyList<string>? members, string? access, Actor actor)
    {
        var after = access is null ? before.Access : FieldRules.Access(access, "access");
        session.Prepare("UPDATE calendar SET name = ?1, color = ?2, access = ?4, version = version + 1, sample = 0 WHERE id = ?3")
            .Bind(1, name is null ? before.Name : FieldRules.Name(name, "name"))
            .Bind(2, color is null ? before.Color : FieldRules.Color(color, "color"))
            .Bind(3, before.Id)
            .Bind(4, CalendarAccessNames.Of(after)).Execute();
        if (members is not null)
        {
            session.Prepare("DELETE FROM calendar_member WHERE calendar_id = ?1").Bind(1, before.Id).Execute();
            WriteCalendarMembers(session, before.Id, members);
        }
        if (after != before.Access)
            EventCopies.ElectAll(session, before.Id);
        session.Touch(Topics.Calendars);
        if (before.Holds == CalendarHolds.Events)
            session.Touch(Topics.Occurrences);
        return RequireSeenAfterwards(session, before.Id, actor);
    }

    /// <summary>Whoever writes a calendar must still see it: nobody hides one from themselves, nor makes one that nobody sees.</summary>
    private static HouseholdCalendar RequireSeenAfterwards(SqliteSession session, string id, Actor actor)
    {
        var calendar = RequireCalendar(session, id);
        if (calendar.Access == CalendarAccess.Private && calendar.MemberIds.Count == 0)
            throw HouseholdException.Bad("members", "A private calendar is seen by its members only; name at least one.");
        if (!actor.Sight.Sees(calendar.Access, calendar.MemberIds))
            throw HouseholdException.Bad("access", "You would not see this calendar any more; a private one must concern yourself.");
        return calendar;
    }

    internal static HouseholdCalendar RequireCalendar(SqliteSession session, string id) =>
        ReadCalendars(session, id) is [var calendar] ? calendar : throw HouseholdException.Missing("calendar", id);

    internal static IReadOnlyList<Member> ReadMembers(SqliteSession session)
    {
        var members = new List<Member>();
        var statement = session.Prepare("SELECT id, name, color, sample, version FROM member ORDER BY id");
        while (statement.Step())
            members.Add(new(statement.Text(0)!, statement.Text(1)!, statement.Text(2)!, statement.Int64(3) != 0, statement.Int64(4)));
        statement.Reset();
        return members;
    }

    internal static IReadOnlyList<HouseholdCalendar> ReadCalendars(SqliteSession session, string? id = null)
    {
        var members = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var pairs = session.Prepare("SELECT calendar_id, member_id FROM calendar_member ORDER BY calendar_id, member_id");
        while (pairs.Step())
        {
            var calendarId = pairs.Text(0)!;
            if (!members.TryGetValue(calendarId, out var list))
                members.Add(calendarId, list = []);
            list.Add(pairs.Text(1)!);
        }
        pairs.Reset();

        var calendars = new List<HouseholdCalendar>();
        var statement = session.Prepare(
            """
            SELECT id, name, color, kind, sample, version, access,
              CASE holds WHEN 'tasks' THEN (SELECT count(*) FROM task WHERE task.calendar_id = calendar.id AND task.deleted_at IS NULL)
              ELSE (SELECT count(*) FROM event WHERE event.calendar_id = calendar.id) END, holds
            FROM calendar WHERE removal = 0 AND (?1 IS NULL OR id = ?1) ORDER BY id
            """);
        statement.Bind(1, id);
        while (statement.Step())
        {
            var calendarId = statement.Text(0)!;
            calendars.Add(
                new(
                    calendarId,
                    statement.Text(1)!,
                    statement.Text(2)!,
                    statement.Text(3) == "feed" ? CalendarOrigin.Feed : CalendarOrigin.Local,
                    members.TryGetValue(calendarId, out var list) ? list : [],
                    CalendarAccessNames.Parse(statement.Text(6)!),
                    statement.Int64(4) != 0,
                    statement.Int64(5),
                    statement.Int64(7),
                    CalendarHoldsNames.Parse(statement.Text(8)!)));
        }
        statement.Reset();
        return calendars;
    }

    internal static HouseholdSettings ReadSettings(SqliteSession session) =>
        new(
            SettingRows.Read(session, SettingNames[0]) ?? DefaultName,
            SettingRows.Read(session, SettingNames[1]) ?? "UTC",
            SettingRows.Read(session, SettingNames[2]) ?? "",
            SettingRows.Read(session, SettingNames[3]) ?? "monday",
            SettingRows.Read(session, SettingNames[5]) ?? "auto",
            SettingRows.Read(session, SettingNames[6]) == "true",
            long.Parse(SettingRows.Read(session, SettingNames[4]) ?? "1", CultureInfo.InvariantCulture));

    private static void WriteSettings(SqliteSession session, HouseholdSettings settings)
    {
        SettingRows.Write(session, SettingNames[0], settings.Name);
        SettingRows.Write(session, SettingNames[1], settings.Zone);
        SettingRows.Write(session, SettingNames[2], settings.Language);
        SettingRows.Write(session, SettingNames[3], settings.WeekStart);
        SettingRows.Write(session, SettingNames[4], settings.Version.ToString(CultureInfo.InvariantCulture));
        SettingRows.Write(session, SettingNames[5], settings.Clock);
        SettingRows.Write(session, SettingNames[6], settings.WeekNumbers ? "true" : "false");
    }

    private static void WriteCalendarMembers(SqliteSession session, string calendarId, IReadOnlyList<string> members)
    {
        if (members.Count > FieldRules.MaxMembers)
            throw HouseholdException.Bad("members", $"'members' may name at most {FieldRules.MaxMembers}; it names {members.Count}.");
        foreach (var member in members.Distinct(StringComparer.Ordinal))
        {
            if (member is null)
                throw HouseholdException.Bad("members", "'members' holds a null.");
            var exists = session.Prepare("SELECT count(*) FROM member WHERE id = ?1").Bind(1, member).Scalar();
            if (exists == 0)
                throw HouseholdException.Bad("members", $"'members' names '{HouseholdException.Shorten(member)}', and there is no such member.");
            session.Prepare("INSERT INTO calendar_member (calendar_id, member_id) VALUES (?1, ?2)").Bind(1, calendarId).Bind(2, member).Execute();
        }
    }
}
