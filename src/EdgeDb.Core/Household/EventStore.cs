using EdgeDb.Core.Access;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>One event as stored: its row and its iCalendar source.</summary>
/// <param name="Key">Row.</param>
/// <param name="Id">Public id.</param>
/// <param name="CalendarId">Calendar.</param>
/// <param name="Uid">UID.</param>
/// <param name="Version">Counts edits, from 1.</param>
/// <param name="Editable">Belongs to a local calendar.</param>
/// <param name="Source">VEVENTs as iCalendar text, UTF-8, with <see cref="EventMemberLines"/>.</param>
internal sealed record StoredEvent(long Key, string Id, string CalendarId, string Uid, long Version, bool Editable, byte[] Source);

/// <summary>Reads and writes whole events; what an edit means is <see cref="EventEditor"/>'s business.</summary>
internal sealed class EventStore(SqliteDatabase database, WindowKeeper window, HouseholdStore household, TimeProvider time)
{
    /// <summary>How long a deleted event can be restored.</summary>
    internal const int TrashDays = 30;

    private const string Columns =
        "e.id, e.calendar_id, e.uid, e.version, c.kind = 'local', s.ics, e.summary, e.key FROM event e JOIN calendar c ON c.id = e.calendar_id AND c.removal = 0 JOIN event_source s ON s.event_key = e.key";

    /// <summary>Those of the events that exist and are seen whole by who asks, each with the zones that it may refer to, all of one snapshot.</summary>
    public ValueTask<IReadOnlyDictionary<EventAsked, (StoredEvent Event, CalendarZones Zones)>> FindAsync(
        IReadOnlyCollection<EventAsked> asked, CancellationToken cancellationToken) =>
        database.ReadAsync(
            asked,
            static (session, asked) =>
            {
                var found = new Dictionary<EventAsked, (StoredEvent, CalendarZones)>(asked.Count);
                var zones = new Dictionary<string, CalendarZones>(StringComparer.Ordinal);
                foreach (var one in asked)
                {
                    if (Find(session, one.Id) is not { } stored || !new CalendarRights(session, one.Sight).SeesWhole(stored.CalendarId, stored.Key))
                        continue;
                    if (!zones.TryGetValue(stored.CalendarId, out var known))
                        zones.Add(stored.CalendarId, known = CalendarZoneRows.Read(session, stored.CalendarId));
                    found.Add(one, (stored, known));
                }
                return (IReadOnlyDictionary<EventAsked, (StoredEvent, CalendarZones)>)found;
            },
            cancellationToken);

    /// <summary>Throws <see cref="HouseholdException"/> when there is none that the viewer sees whole.</summary>
    public async ValueTask<StoredEvent> GetAsync(string id, Sight sight, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            new EventAsked(id, sight),
            static (session, asked) =>
                Find(session, asked.Id) is { } stored && new CalendarRights(session, asked.Sight).SeesWhole(stored.CalendarId, stored.Key) ? stored : null,
            cancellationToken).ConfigureAwait(false)
        ?? throw HouseholdException.Missing("event", id);

    /// <summary>Events that the viewer sees whole, in order of id, behind <paramref name="after"/>; <paramref name="text"/> must occur in the title.</summary>
    public ValueTask<IReadOnlyList<StoredEvent>> ListAsync(
        Sight sight, IReadOnlyList<string> calendarIds, string? text, string? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (Sight: sight, Calendars: calendarIds, Text: text, After: after, Limit: limit),
            static (session, query) =>
            {
                var rights = new CalendarRights(session, query.Sight);
                var events = new List<StoredEvent>();
                var rows = session.Prepare($"SELECT {Columns} WHERE e.id > ?1 ORDER BY e.id");
                rows.Bind(1, query.After ?? "");
                // Compared here and not by SQLite, which knows upper and lower case of ASCII letters only.
                while (events.Count < query.Limit && rows.Step())
                    if ((query.Calendars.Count == 0 || query.Calendars.Contains(rows.Text(1)!))
                        && (query.Text is null || rows.Text(6)!.Contains(query.Text, StringComparison.OrdinalIgnoreCase))
                        && rights.SeesWhole(rows.Text(1)!, rows.Int64(7)))
                        events.Add(Row(session, rows));
                return (IReadOnlyList<StoredEvent>)events;
            },
            cancellationToken);

    /// <summary>The zones a calendar's events may refer to.</summary>
    public ValueTask<CalendarZones> ZonesAsync(string calendarId, CancellationToken cancellationToken) =>
        database.ReadAsync(calendarId, static (session, id) => CalendarZoneRows.Read(session, id), cancellationToken);

    // An event that moves to another calendar takes along the zones that only its old one defines.
    private ValueTask<CalendarZones> ZonesAsync(string calendarId, string? eventId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (CalendarId: calendarId, EventId: eventId),
            static (session, ids) =>
                CalendarZoneRows.Read(session, ids.CalendarId, ids.EventId is { } id ? Find(session, id)?.CalendarId : null),
            cancellationToken);

    /// <summary>
    /// Writes the events of one edit together: all or none. Every expected version, and what the actor may, is looked at inside the transaction.
    /// </summary>
    /// <param name="changes">The events.</param>
    /// <param name="actor">Who edits.</param>
    /// <param name="edit">Names the edit: one of that name that was made already is not made again.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The public ids, in the order given.</returns>
    public async Task<IReadOnlyList<string>> SaveAsync(IReadOnlyList<EventChange> changes, Actor actor, EditKey? edit, CancellationToken cancellationToken)
    {
        while (true)
        {
            var compiled = new List<(EventChange Change, CompiledSeries Series)>(changes.Count);
            var target = window.Target;
            foreach (var change in changes)
            {
                var zones = await ZonesAsync(change.CalendarId, change.Id, cancellationToken).ConfigureAwait(false);
                compiled.Add((change, SeriesCompiler.CompileEdited(change.Source, zones, target)));
            }
            var ids = await database.WriteAsync(
                (Changes: compiled, Target: target, NewIds: changes.Select(_ => household.NewId()).ToArray(), Actor: actor, Edit: edit, Now: Now()),
                static (session, state) =>
                    WindowKeeper.Read(session) != state.Target ? null
                    : state.Edit is { } edit && EventEdits.Made(session, edit) is { } made ? made
                    : Save(session, state.Changes, state.NewIds, state.Actor, state.Edit, state.Now),
                cancellationToken).ConfigureAwait(false);
            if (ids is not null)
                return ids;
        }
    }

    /// <inheritdoc cref="SaveAsync(IReadOnlyList{EventChange}, Actor, EditKey?, CancellationToken)"/>
    public Task<IReadOnlyList<string>> SaveAsync(IReadOnlyList<EventChange> changes, Actor actor, CancellationToken cancellationToken) =>
        SaveAsync(changes, actor, null, cancellationToken);

    /// <summary>Moves an event to the trash, unless the edit of that name was made already.</summary>
    public Task DeleteAsync(string id, long? expectedVersion, Actor actor, EditKey? edit, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Id: id, Expected: expectedVersion, Now: Now(), Actor: actor, Edit: edit),
            static (session, arguments) =>
            {
                if (arguments.Edit is { } edit && EventEdits.Made(session, edit) is not null)
                    return false;
                var stored = RequireEditable(session, arguments.Id, arguments.Expected, arguments.Actor);
                Delete(session, stored, arguments.Now);
                if (arguments.Edit is { } made)
                    EventEdits.Record(session, made, arguments.Now, new(stored.Id, stored.CalendarId, EventEditKind.Deleted, stored.Version, null, false));
                return true;
            },
            cancellationToken);

    /// <summary>The events that an edit of that name touched; null when it was not made yet.</summary>
    public ValueTask<List<string>?> MadeAsync(EditKey edit, CancellationToken cancellationToken) =>
        database.ReadAsync(edit, static (session, edit) => EventEdits.Made(session, edit), cancellationToken);

    /// <summary>
    /// Takes an edit back: its events become what they were, text and all, those it added go to the trash, those it deleted come back. Only while nobody has edited
    /// them since. Taking back twice is taking back once.
    /// </summary>
    /// <returns>The event that the edit changed or deleted; null when it only added one.</returns>
    public async Task<string?> UndoAsync(string editId, Actor actor, CancellationToken cancellationToken)
    {
        while (true)
        {
            var edits = await database.ReadAsync(
                (Id: editId, actor.Sight),
                static (session, asked) => EventEdits.Read(session, asked.Id).ConvertAll(
                    edit => (Edit: edit, Before: edit.Kind == EventEditKind.Deleted && !edit.IsUndone ? EventTrash.Get(session, edit.EventId, asked.Sight).Source : edit.Before)),
                cancellationToken).ConfigureAwait(false);
            if (edits.Count == 0)
                throw HouseholdException.Missing("edit", editId);
            var shown = edits.Find(static e => e.Edit.Kind != EventEditKind.Added).Edit?.EventId;
            if (edits[0].Edit.IsUndone)
                return shown;

            var compiled = new List<(EventChange Change, CompiledSeries Series)>(edits.Count);
            var target = window.Target;
            foreach (var (edit, before) in edits)
                if (before is not null)
                {
                    var zones = await ZonesAsync(edit.CalendarId, edit.EventId, cancellationToken).ConfigureAwait(false);
                    var change = edit.Kind == EventEditKind.Deleted
                        ? new EventChange(null, edit.CalendarId, before, null) { RestoredId = edit.EventId, DeletedVersion = edit.Version }
                        : new EventChange(edit.EventId, edit.CalendarId, before, edit.Version);
                    compiled.Add((change, SeriesCompiler.CompileEdited(before, zones, target)));
                }
            var isDone = await database.WriteAsync(
                (Id: editId, Changes: compiled, Target: target, Actor: actor, Now: Now()),
                static (session, state) => WindowKeeper.Read(session) == state.Target && Undo(session, state.Id, state.Changes, state.Actor, state.Now),
                cancellationToken).ConfigureAwait(false);
            if (isDone)
                return shown;
        }
    }

    /// <summary>Brings an event back from the trash, into its old calendar or, when that is gone, into <paramref name="calendarId"/>.</summary>
    public async Task RestoreAsync(string id, string? calendarId, Actor actor, CancellationToken cancellationToken)
    {
        var (source, home) = await database.ReadAsync(
            (Id: id, actor.Sight), static (session, asked) => EventTrash.Get(session, asked.Id, asked.Sight), cancellationToken).ConfigureAwait(false);
        await SaveAsync([new(null, calendarId ?? home, source, null) { RestoredId = id }], actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets what has been in the trash for longer than <see cref="TrashDays"/>, and edits that are as old.</summary>
    public Task EmptyTrashAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(
            Now() - (TrashDays * 86_400L),
            static (session, before) =>
            {
                EventEdits.Forget(session, before);
                return session.Prepare("DELETE FROM event_trash WHERE deleted_at < ?1").Bind(1, before).Execute();
            },
            cancellationToken);

    private long Now() => time.GetUtcNow().ToUnixTimeSeconds();

    internal static StoredEvent? Find(SqliteSession session, string id)
    {
        var row = session.Prepare($"SELECT {Columns} WHERE e.id = ?1");
        row.Bind(1, id);
        return row.Step() ? Row(session, row) : null;
    }

    private static void Delete(SqliteSession session, StoredEvent stored, long now)
    {
        EventTrash.Put(session, stored.Key, now);
        EventRows.Delete(session, stored.CalendarId, stored.Key, stored.Uid);
    }

    private static bool Undo(SqliteSession session, string editId, List<(EventChange Change, CompiledSeries Series)> changes, Actor actor, long now)
    {
        var edits = EventEdits.Read(session, editId);
        if (edits.Exists(static e => e.IsUndone))
            return true;
        // Before the rest: a second half must be gone when the first one gets its later occurrences back.
        foreach (var added in edits.Where(static e => e.Kind == EventEditKind.Added))
        {
            if (Find(session, added.EventId) is null)
                throw new HouseholdException(HouseholdError.VersionMismatch, "It was edited in between: what the edit added is gone.");
            Delete(session, RequireEditable(session, added.EventId, added.Version, actor), now);
        }
        Save(session, changes, new string[changes.Count], actor, null, now);
        EventEdits.MarkUndone(session, editId);
        return true;
    }

    private static List<string> Save(
        SqliteSession session, List<(EventChange Change, CompiledSeries Series)> changes, string[] newIds, Actor actor, EditKey? edit, long now)
    {
        var ids = new List<string>(changes.Count);
        for (var i = 0; i < changes.Count; i++)
        {
            var (change, series) = changes[i];
            if (HouseholdStore.ReadCalendars(session, change.CalendarId) is not [var calendar] || !actor.Sight.Sees(calendar.Access, calendar.MemberIds))
                throw HouseholdException.Bad("calendarId", $"There is no calendar '{HouseholdException.Shorten(change.CalendarId)}'.");
            CalendarRights.RequireOwn(actor, calendar.MemberIds);
            if (calendar.Origin == CalendarOrigin.Feed)
                throw new HouseholdException(HouseholdError.Conflict, "This calendar mirrors a feed; its events are changed where they come from.", "calendarId");
            StoredEvent? stored = null;
            var trashed = change.RestoredId is { } wanted ? EventTrash.Version(session, wanted) : 0;
            if (change.DeletedVersion is { } deleted && deleted != trashed)
                throw new HouseholdException(HouseholdError.VersionMismatch, "It was edited in between: it was restored, or deleted again.");
            if (calendar.Holds != CalendarHolds.Events)
                throw HouseholdException.Bad("calendarId", "This is a list: it holds tasks and no events.");
            if (change.Id is { } id)
            {
                stored = RequireEditable(session, id, change.ExpectedVersion, actor);
                if (stored.CalendarId != change.CalendarId)
                {
                    RequireNoCopy(session, change.CalendarId, series.Uid);
                    CalendarZoneRows.Copy(session, stored.CalendarId, change.CalendarId);
                    session.Prepare("UPDATE event SET calendar_id = ?1 WHERE id = ?2").Bind(1, change.CalendarId).Bind(2, id).Execute();
                    session.Touch(Topics.Occurrences, stored.CalendarId);
                }
            }
            else
            {
                RequireNoCopy(session, change.CalendarId, series.Uid);
            }
            ids.Add(EventRows.Put(session, change.CalendarId, series, change.RestoredId ?? newIds[i], trashed + 1));
            if (edit is not null)
                EventEdits.Record(
                    session, edit, now,
                    new(ids[i], stored?.CalendarId ?? change.CalendarId, stored is null ? EventEditKind.Added : EventEditKind.Changed, (stored?.Version ?? 0) + 1, stored?.Source, false));
            if (change.RestoredId is { } restored)
                session.Prepare("DELETE FROM event_trash WHERE id = ?1").Bind(1, restored).Execute();
        }
        return ids;
    }

    private static void RequireNoCopy(SqliteSession session, string calendarId, string uid)
    {
        if (session.Prepare("SELECT count(*) FROM event WHERE calendar_id = ?1 AND uid = ?2").Bind(1, calendarId).Bind(2, uid).Scalar() > 0)
            throw new HouseholdException(HouseholdError.Conflict, "The calendar holds an event with this UID already.", "calendarId");
    }

    private static StoredEvent RequireEditable(SqliteSession session, string id, long? expectedVersion, Actor actor)
    {
        if (Find(session, id) is not { } stored || !new CalendarRights(session, actor.Sight).SeesWhole(stored.CalendarId, stored.Key))
            throw HouseholdException.Missing("event", id);
        CalendarRights.RequireActs(session, actor, stored.CalendarId);
        if (!stored.Editable)
            throw new HouseholdException(HouseholdError.Conflict, "This event comes from a feed; change it where it comes from.");
        HouseholdException.CheckVersion(stored.Version, expectedVersion);
        return stored;
    }

    private static StoredEvent Row(SqliteSession session, SqliteStatement row)
    {
        var key = row.Int64(7);
        return new(key, row.Text(0)!, row.Text(1)!, row.Text(2)!, row.Int64(3), row.Int64(4) != 0, EventMemberRows.TextOf(session, key, row.Utf8(5).ToArray()));
    }
}
