using System.Collections.Frozen;
using System.Globalization;
using EdgeDb.Core.Access;
using EdgeDb.Core.Storage;
using NodaTime;

namespace EdgeDb.Core.Household;

/// <summary>
/// A made-up family, so that a first visitor sees what the calendar is for. Everything in it is marked as sample and goes
/// with one click. What people added or changed themselves stays, with the calendar it is in and the members of that.
/// </summary>
internal sealed class SampleHousehold(SqliteDatabase database, HouseholdStore household, EventStore events, TimeProvider time)
{
    private const string UidPrefix = "sample-";

    public ValueTask<bool> IsPresentAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            0,
            static (session, _) => session.Prepare("SELECT (SELECT count(*) FROM member WHERE sample = 1) + (SELECT count(*) FROM calendar WHERE sample = 1)").Scalar() > 0,
            cancellationToken);

    /// <summary>Adds the sample to a household that has nothing of its own. False when it has.</summary>
    public async Task<bool> AddIfEmptyAsync(CancellationToken cancellationToken)
    {
        var settings = await household.SettingsAsync(cancellationToken).ConfigureAwait(false);
        var today = Instant.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds()).InZone(DateTimeZoneProviders.Tzdb[settings.Zone]).Date;
        var plan = Plan(today);
        var created = await database.WriteAsync(
            (Household: household, Plan: plan, Today: today),
            static (session, state) =>
            {
                var used = session.Prepare("SELECT (SELECT count(*) FROM member) + (SELECT count(*) FROM calendar)").Scalar() > 0;
                return used ? ((List<(string, SampleEvent, string)> Events, List<(string, SampleTask)> Tasks)?)null : Create(session, state.Household, state.Plan, state.Today);
            },
            cancellationToken).ConfigureAwait(false);
        if (created is not { } sample)
            return false;
        await events.SaveAsync(sample.Events.ConvertAll(e => Event(e, settings.Zone)), Actor.Everything, cancellationToken).ConfigureAwait(false);
        await database.WriteAsync(
            (Household: household, sample.Tasks, Now: Instant.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds())),
            static (session, state) =>
            {
                var rows = new TaskRows(session, Actor.Everything);
                foreach (var (list, task) in state.Tasks)
                {
                    var draft = TaskDraft.Check(task.Summary, null, task.Due?.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture), task.Due is not null, null, task.Rule, 0, [], false);
                    var id = state.Household.NewId();
                    rows.Insert(id, list, null, rows.LastPosition(list, state.Now.ToUnixTimeSeconds()), TaskEditor.Create(UidPrefix + id, draft, state.Now));
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Removes everything that came with the sample.</summary>
    public Task RemoveAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(
            0,
            static (session, _) =>
            {
                foreach (var (calendarId, key, uid) in Untouched(session))
                    EventRows.Delete(session, calendarId, key, uid);
                session.Prepare("DELETE FROM task WHERE version = 1 AND substr(uid, 1, 7) = ?1").Bind(1, UidPrefix).Execute();
                // Empty and still as it came: it goes. Otherwise it has become the family's own.
                session.Prepare("DELETE FROM calendar WHERE sample = 1 AND id NOT IN (SELECT calendar_id FROM event) AND id NOT IN (SELECT calendar_id FROM task)").Execute();
                session.Prepare("UPDATE calendar SET sample = 0 WHERE sample = 1").Execute();
                session.Prepare("DELETE FROM member WHERE sample = 1 AND id NOT IN (SELECT member_id FROM calendar_member UNION SELECT member_id FROM event_member)").Execute();
                session.Prepare("UPDATE member SET sample = 0 WHERE sample = 1").Execute();
                session.Touch(Topics.Members);
                session.Touch(Topics.Calendars);
                session.Touch(Topics.Household);
                session.Touch(Topics.Occurrences);
                session.Touch(Topics.Tasks);
                return true;
            },
            cancellationToken);

    private static List<(string CalendarId, long Key, string Uid)> Untouched(SqliteSession session)
    {
        var events = new List<(string, long, string)>();
        var rows = session.Prepare(
            """
            SELECT e.calendar_id, e.key, e.uid FROM event e JOIN calendar c ON c.id = e.calendar_id
            WHERE c.kind = 'local' AND e.version = 1 AND substr(e.uid, 1, 7) = ?1
            """);
        rows.Bind(1, UidPrefix);
        while (rows.Step())
            events.Add((rows.Text(0)!, rows.Int64(1), rows.Text(2)!));
        return events;
    }

    private sealed record SampleEvent(
        string Calendar, string Summary, LocalDate Day, string? At = null, int Minutes = 60, string? Rule = null, string? Location = null, int Days = 1);

    private sealed record SampleTask(string List, string Summary, LocalDate? Due = null, string? Rule = null);

    private static (List<(string CalendarId, SampleEvent Event, string Uid)> Events, List<(string CalendarId, SampleTask Task)> Tasks) Create(
        SqliteSession session, HouseholdStore household, IReadOnlyList<SampleEvent> plan, LocalDate today)
    {
        var members = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in (ReadOnlySpan<string>)["Anna", "Ben", "Mia", "Leo"])
            members.Add(name, HouseholdStore.InsertMember(session, new(household.NewId(), name, "", Sample: true, 1)).Id);
        var calendars = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in plan.Select(static e => e.Calendar).Distinct(StringComparer.Ordinal))
        {
            IReadOnlyList<string> who = members.TryGetValue(name, out var member) ? [member] : [.. members.Values];
            calendars.Add(name, HouseholdStore.InsertCalendar(session, household.NewCalendar(name, null, CalendarOrigin.Local, who, null, sample: true), Actor.Everything).Id);
        }
        var items = new List<(string, SampleEvent, string)>(plan.Count);
        foreach (var sample in plan)
            items.Add((calendars[sample.Calendar], sample, UidPrefix + household.NewId()));
        var tasks = new List<(string, SampleTask)>();
        foreach (var task in Tasks(today))
        {
            if (!calendars.TryGetValue(task.List, out var list))
                calendars.Add(task.List, list = HouseholdStore.InsertCalendar(session, household.NewList(task.List, null, [.. members.Values], null, sample: true), Actor.Everything).Id);
            tasks.Add((list, task));
        }
        return (items, tasks);
    }

    private EventChange Event((string CalendarId, SampleEvent Event, string Uid) item, string zone)
    {
        var (calendarId, sample, uid) = item;
        var date = sample.Day.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture);
        var start = sample.At is { } at ? LocalTime.FromMinutesSinceMidnight(Minutes(at)) : LocalTime.Midnight;
        var end = sample.Day.At(start).PlusMinutes(sample.Minutes);
        var draft = EventDraft.Check(
            sample.Summary,
            null,
            sample.Location,
            null,
            null,
            null,
            sample.At is null ? date : $"{date}T{sample.At}",
            sample.At is null
                ? sample.Day.PlusDays(sample.Days).ToString("uuuu-MM-dd", CultureInfo.InvariantCulture)
                : end.ToString("uuuu-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
            sample.At is null,
            sample.At is null ? null : zone,
            sample.Rule,
            [],
            false,
            null,
            [],
            FrozenSet<string>.Empty);
        var now = Instant.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        return new(null, calendarId, EventEditor.Create(uid, draft, now).ToUtf8(), null);
    }

    private static int Minutes(string time) =>
        (int.Parse(time.AsSpan(0, 2), CultureInfo.InvariantCulture) * 60) + int.Parse(time.AsSpan(3, 2), CultureInfo.InvariantCulture);

    /// <summary>What such a family has to buy and to do.</summary>
    private static SampleTask[] Tasks(LocalDate today)
    {
        var monday = today.With(DateAdjusters.PreviousOrSame(IsoDayOfWeek.Monday));
        return
        [
            new("Shopping", "Milk"),
            new("Shopping", "Bread"),
            new("Shopping", "Tomatoes"),
            new("Shopping", "Birthday candles"),
            new("Chores", "Feed the cat", today, "FREQ=DAILY"),
            new("Chores", "Empty the dishwasher", today, "FREQ=DAILY"),
            new("Chores", "Water the plants", monday.PlusDays(6), "FREQ=WEEKLY"),
            new("Chores", "Change the sheets", today.PlusDays(5), "FREQ=WEEKLY;INTERVAL=2"),
            new("Chores", "Book the summer holiday", today.PlusDays(10)),
        ];
    }

    /// <summary>A week of a family with two children, and what is further ahead.</summary>
    private static SampleEvent[] Plan(LocalDate today)
    {
        var monday = today.With(DateAdjusters.PreviousOrSame(IsoDayOfWeek.Monday));
        return
        [
            new("Family", "Dinner together", monday, "18:30", 45, "FREQ=DAILY"),
            new("Family", "Groceries", monday.PlusDays(5), "10:00", 60, "FREQ=WEEKLY", "Market hall"),
            new("Family", "Paper bin", monday.PlusDays(3), Rule: "FREQ=WEEKLY;INTERVAL=2"),
            new("Family", "Grandma's birthday", today.PlusDays(9), Rule: "FREQ=YEARLY"),
            new("Family", "Weekend at the lake", monday.PlusDays(12), Days: 2, Location: "Cabin 4"),
            new("Anna", "Team meeting", monday.PlusDays(1), "09:00", 60, "FREQ=WEEKLY"),
            new("Anna", "Yoga", monday.PlusDays(2), "19:30", 75, "FREQ=WEEKLY;BYDAY=WE", "Studio"),
            new("Anna", "Dentist", today, "16:15", 45, Location: "Dr. Weber"),
            new("Ben", "Late shift", monday.PlusDays(3), "14:00", 510, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH,FR"),
            new("Ben", "Car inspection", today.PlusDays(4), "08:00", 60),
            new("Mia", "School", monday, "08:00", 300, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
            new("Mia", "Piano lesson", monday.PlusDays(1), "15:30", 45, "FREQ=WEEKLY", "Music school"),
            new("Mia", "Class trip", today.PlusDays(16), Days: 3),
            new("Leo", "Kindergarten", monday, "08:30", 270, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
            new("Leo", "Football practice", monday.PlusDays(3), "16:00", 60, "FREQ=WEEKLY", "Sports ground"),
            new("Leo", "Playdate with Emil", today.PlusDays(1), "15:00", 120),
        ];
    }
}
