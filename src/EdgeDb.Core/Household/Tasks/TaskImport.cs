using EdgeDb.Core.Access;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Storage;
using NodaTime;

namespace EdgeDb.Core.Household;

/// <summary>
/// Brings the VTODOs of an iCalendar text into a list. A task that is there already is replaced only by a newer revision (SEQUENCE, then LAST-MODIFIED): an old file must not
/// open again what was done since.
/// </summary>
internal sealed class TaskImport(SqliteDatabase database, HouseholdStore household, FeedLimits limits, TimeProvider time)
{
    private readonly CalendarReaderLimits _readerLimits = new() { MaxBytes = limits.MaxBytes, MaxComponents = limits.MaxEvents };

    /// <exception cref="HouseholdException">The calendar holds events, or the text is none or too large.</exception>
    public async Task<CalendarImportResult> ImportAsync(string calendarId, Stream text, Actor actor, CancellationToken cancellationToken)
    {
        var bytes = await BoundedRead.ToArrayAsync(text, limits.MaxBytes, cancellationToken).ConfigureAwait(false)
            ?? throw new HouseholdException(HouseholdError.LimitReached, $"A calendar may have at most {limits.MaxBytes / (1024 * 1024)} MB.", "body");
        var problems = new CalendarProblems();
        var (tasks, zones) = Read(bytes, problems);
        var now = Instant.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var changed = await database.WriteAsync(
            (CalendarId: calendarId, Tasks: tasks, Zones: zones, Ids: tasks.ConvertAll(_ => household.NewId()), Now: now, Actor: actor),
            static (session, state) =>
            {
                CalendarRights.RequireActs(session, state.Actor with { OwnOnly = false }, state.CalendarId);
                var rows = new TaskRows(session, state.Actor);
                rows.RequireList(state.CalendarId);
                CalendarZoneRows.Add(session, state.CalendarId, state.Zones);
                var known = CalendarZoneRows.Read(session, state.CalendarId);
                var members = HouseholdStore.ReadMembers(session).Select(static m => m.Id).ToHashSet(StringComparer.Ordinal);
                var before = rows.List([state.CalendarId], openOnly: false, null, int.MaxValue).ToDictionary(static t => TaskSource.Read(t.Source).Todo.Uid, StringComparer.Ordinal);
                var written = 0;
                for (var i = 0; i < state.Tasks.Count; i++)
                    if (Put(rows, state.CalendarId, state.Tasks[i], before, members, known, state.Ids[i], state.Now))
                        written++;
                return written;
            },
            cancellationToken).ConfigureAwait(false);
        return new(tasks.Count, changed, 0, problems.Count, problems.Items);
    }

    private static bool Put(
        TaskRows rows, string calendarId, TaskSource source, Dictionary<string, StoredTask> before, HashSet<string> members, CalendarZones zones, string id, Instant now)
    {
        var todo = source.Todo;
        if (before.TryGetValue(todo.Uid, out var stored)
            && TaskSource.Revision(todo).CompareTo(TaskSource.Revision(TaskSource.Read(stored.Source).Todo)) <= 0)
            return false;
        var (position, member) = TaskText.Take(source, members);
        TaskEditor.SkipFinished(source, zones, now);
        if (stored is not null)
        {
            rows.Update(stored, source, member, calendarId, position ?? stored.Position);
            return true;
        }
        rows.RequireRoom(calendarId, todo.Uid);
        rows.Insert(id, calendarId, member, position ?? rows.LastPosition(calendarId, now.ToUnixTimeSeconds()), source);
        return true;
    }

    private (List<TaskSource> Tasks, Dictionary<string, byte[]> Zones) Read(byte[] text, CalendarProblems problems)
    {
        var groups = new Dictionary<string, List<CalendarComponent>>(StringComparer.Ordinal);
        var zones = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var stream = new MemoryStream(text, writable: false);
        using var reader = new CalendarReader(stream, problems, _readerLimits);
        var events = 0;
        try
        {
            while (reader.Read() is { } component)
                switch (component.Name)
                {
                    case "VTODO":
                        var todo = CalendarTodo.From(component, problems);
                        // The text must keep a UID that was made of its content, or an edit of the content would change it.
                        if (string.IsNullOrWhiteSpace(component.Property("UID")?.RawValue))
                            new CalendarEventEditor(component).SetText("UID", todo.Uid);
                        if (!groups.TryGetValue(todo.Uid, out var group))
                            groups.Add(todo.Uid, group = []);
                        group.Add(component);
                        break;
                    case "VTIMEZONE" when CalendarTimeZoneDefinition.From(component, problems) is { } zone && ZoneNames.Find(zone.Id) is null:
                        zones.TryAdd(zone.Id, CalendarWriter.ToUtf8(component));
                        break;
                    case "VEVENT":
                        events++;
                        break;
                }
        }
        catch (CalendarLimitException exception)
        {
            throw new HouseholdException(HouseholdError.LimitReached, exception.Message, "body");
        }

        if (groups.Count == 0 && events == 0 && reader.CalendarCount == 0)
            throw HouseholdException.Bad("body", "This is not an iCalendar file: it holds no VCALENDAR.");
        if (events > 0)
            problems.Add(new(0, "VEVENT", null, "", $"is there {events} times; events are imported into a calendar that holds events"));
        return ([.. groups.Values.Select(TaskSource.Of)], zones);
    }
}
