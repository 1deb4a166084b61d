using EdgeDb.Core.Access;
using EdgeDb.Core.Storage;
using NodaTime;

namespace EdgeDb.Core.Household;

/// <summary>
/// Tasks of lists. An edit of one is a few microseconds of text, so it is made inside of the write: what it decides by (the due time that a tick names, the neighbours of a
/// place) cannot have changed meanwhile.
/// </summary>
internal sealed class TaskStore(SqliteDatabase database, HouseholdStore household, TimeProvider time)
{
    /// <summary>Tasks that the viewer sees whole, in the order of lists and of their places in them, behind the task <paramref name="after"/>.</summary>
    public ValueTask<IReadOnlyList<StoredTask>> ListAsync(
        Sight sight, IReadOnlyList<string> lists, bool openOnly, string? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (Sight: sight, Lists: lists, OpenOnly: openOnly, After: after, Limit: limit),
            static (session, query) => (IReadOnlyList<StoredTask>)new TaskRows(session, new(query.Sight, OwnOnly: false)).List(query.Lists, query.OpenOnly, query.After, query.Limit),
            cancellationToken);

    /// <summary>Throws <see cref="HouseholdException"/> when there is none that the viewer sees whole.</summary>
    public ValueTask<StoredTask> GetAsync(string id, Sight sight, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (Id: id, Sight: sight), static (session, asked) => new TaskRows(session, new(asked.Sight, OwnOnly: false)).Require(asked.Id), cancellationToken);

    /// <summary>The times that a task was done, newest first.</summary>
    public ValueTask<(StoredTask Task, IReadOnlyList<TaskDone> Done)> DoneAsync(string id, Sight sight, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (Id: id, Sight: sight),
            static (session, asked) =>
            {
                var rows = new TaskRows(session, new(asked.Sight, OwnOnly: false));
                var task = rows.Require(asked.Id);
                return (task, (IReadOnlyList<TaskDone>)rows.Done(task.Key));
            },
            cancellationToken);

    /// <summary>Adds a task at the end of a list.</summary>
    /// <param name="calendarId">The list.</param>
    /// <param name="draft">The task.</param>
    /// <param name="memberId">Whom it is for.</param>
    /// <param name="uid">Its UID: asked again with the same one, the task is there once. Null for a new one.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<StoredTask> AddAsync(string calendarId, TaskDraft draft, string? memberId, string? uid, Actor actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (CalendarId: calendarId, Draft: draft, MemberId: memberId, Id: household.NewId(), Uid: uid ?? household.NewId(), Now: Now(), Actor: actor),
            static (session, state) =>
            {
                var rows = new TaskRows(session, state.Actor);
                rows.RequireList(state.CalendarId);
                if (rows.FindAdded(state.CalendarId, state.Uid) is { } added)
                    return added;
                rows.RequireMember(state.MemberId);
                rows.RequireRoom(state.CalendarId, state.Uid);
                var position = rows.LastPosition(state.CalendarId, state.Now.ToUnixTimeSeconds());
                rows.Insert(state.Id, state.CalendarId, state.MemberId, position, TaskEditor.Create(state.Uid, state.Draft, state.Now));
                return rows.Require(state.Id);
            },
            cancellationToken);

    /// <summary>Changes a task; in another list it goes to the end.</summary>
    /// <param name="id">Which.</param>
    /// <param name="calendarId">Its list afterwards; null for the same.</param>
    /// <param name="draft">Makes the draft of what the task says now.</param>
    /// <param name="memberId">Whom it is for afterwards.</param>
    /// <param name="expectedVersion">Version the edit was made on; null to overwrite whatever is there.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<StoredTask> ChangeAsync(
        string id, string? calendarId, Func<TaskView, TaskDraft> draft, string? memberId, long? expectedVersion, Actor actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Id: id, CalendarId: calendarId, Draft: draft, MemberId: memberId, Expected: expectedVersion, Now: Now(), Actor: actor),
            static (session, state) =>
            {
                var rows = new TaskRows(session, state.Actor);
                var task = rows.RequireEditable(state.Id, state.Expected);
                rows.RequireMember(state.MemberId);
                var source = TaskSource.Read(task.Source);
                var (target, position) = (state.CalendarId ?? task.CalendarId, task.Position);
                if (target != task.CalendarId)
                {
                    rows.RequireList(target);
                    rows.RequireRoom(target, source.Todo.Uid);
                    CalendarZoneRows.Copy(session, task.CalendarId, target);
                    position = rows.LastPosition(target, state.Now.ToUnixTimeSeconds());
                }
                if (TaskEditor.Change(source, state.Draft(TaskView.Of(source.Master)), state.Now))
                    session.Prepare("UPDATE task_done SET before = NULL WHERE task_key = ?1").Bind(1, task.Key).Execute();
                rows.Update(task, source, state.MemberId, target, position);
                return rows.Require(state.Id);
            },
            cancellationToken);

    /// <summary>
    /// Does a task, as of the due time that is named: who is behind (two people at two browsers, a request sent again after being offline) does it once. A task that is due at
    /// another time by now, or done, stays as it is.
    /// </summary>
    public Task<StoredTask> TickAsync(string id, string? due, string? memberId, Actor actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Id: id, Due: due, MemberId: memberId, Now: Now(), Actor: actor),
            static (session, state) =>
            {
                var rows = new TaskRows(session, state.Actor);
                var task = rows.RequireTickable(state.Id);
                var own = state.Actor.Sight.MemberId is { Length: > 0 } member ? member : null;
                if (state.Actor.OwnOnly && state.MemberId is not null && state.MemberId != own)
                    throw new HouseholdException(HouseholdError.Forbidden, "What somebody else has done they say themselves.", "memberId");
                rows.RequireMember(state.MemberId);
                var source = TaskSource.Read(task.Source);
                var view = TaskView.Of(source.Master);
                if (view.IsDone || view.DueText != state.Due)
                    return task;
                var before = TaskEditor.Tick(source, CalendarZoneRows.Read(session, task.CalendarId), Zone(session), state.Now);
                rows.AddDone(task.Key, new(view.DueText, state.Now.ToUnixTimeSeconds(), state.MemberId ?? own), before);
                rows.Update(task, source, task.MemberId, task.CalendarId, task.Position);
                return rows.Require(state.Id);
            },
            cancellationToken);

    /// <summary>Takes the tick of a due time back when it is the newest; otherwise the task stays as it is.</summary>
    public Task<StoredTask> UntickAsync(string id, string? due, Actor actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Id: id, Due: due, Now: Now(), Actor: actor),
            static (session, state) =>
            {
                var rows = new TaskRows(session, state.Actor);
                var task = rows.RequireTickable(state.Id);
                var source = TaskSource.Read(task.Source);
                var view = TaskView.Of(source.Master);
                if (rows.NewestDone(task.Key) is { } newest && newest.Due == state.Due)
                {
                    if (newest.Before is null && !view.IsDone)
                        throw new HouseholdException(HouseholdError.Conflict, "The task was planned anew since it was done; change when it is due instead.");
                    TaskEditor.Untick(source, newest.Before, state.Now);
                    session.Prepare("DELETE FROM task_done WHERE key = ?1").Bind(1, newest.Key).Execute();
                }
                else if (view.IsDone && view.DueText == state.Due)
                {
                    // Another program has completed it.
                    TaskEditor.Untick(source, null, state.Now);
                }
                else
                {
                    return task;
                }

                rows.Update(task, source, task.MemberId, task.CalendarId, task.Position);
                return rows.Require(state.Id);
            },
            cancellationToken);

    /// <summary>Puts a task behind another one of its list; null for the first place.</summary>
    public Task<StoredTask> MoveAsync(string id, string? after, Actor actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Id: id, After: after, Actor: actor),
            static (session, state) =>
            {
                var rows = new TaskRows(session, state.Actor);
                rows.Move(rows.RequireEditable(state.Id, null), state.After);
                return rows.Require(state.Id);
            },
            cancellationToken);

    /// <summary>Moves a task to the trash.</summary>
    /// <returns>The list it was in.</returns>
    public Task<string> DeleteAsync(string id, long? expectedVersion, Actor actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Id: id, Expected: expectedVersion, Now: Now(), Actor: actor),
            static (session, state) =>
            {
                var task = new TaskRows(session, state.Actor).RequireEditable(state.Id, state.Expected);
                TaskTrash.Put(session, task, state.Now.ToUnixTimeSeconds());
                return task.CalendarId;
            },
            cancellationToken);

    /// <summary>Moves what is done of a list to the trash, as far as the actor sees it.</summary>
    /// <returns>Ids of what went, in the order of the list.</returns>
    public Task<IReadOnlyList<string>> ClearDoneAsync(string calendarId, Actor actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (CalendarId: calendarId, Now: Now(), Actor: actor),
            static (session, state) =>
            {
                var rows = new TaskRows(session, state.Actor);
                CalendarRights.RequireActs(session, state.Actor with { OwnOnly = false }, state.CalendarId);
                HouseholdStore.RequireCalendar(session, state.CalendarId);
                rows.RequireList(state.CalendarId);
                var done = rows.List([state.CalendarId], openOnly: false, null, int.MaxValue).FindAll(static t => t.CompletedAt is not null);
                foreach (var task in done)
                    TaskTrash.Put(session, task, state.Now.ToUnixTimeSeconds());
                return (IReadOnlyList<string>)done.ConvertAll(static t => t.Id);
            },
            cancellationToken);

    /// <summary>Brings a task back from the trash, into its list or, when that is gone, into <paramref name="calendarId"/>.</summary>
    public Task<StoredTask> RestoreAsync(string id, string? calendarId, Actor actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Id: id, CalendarId: calendarId, Actor: actor),
            static (session, state) =>
            {
                TaskTrash.Restore(session, state.Actor, state.Id, state.CalendarId);
                return new TaskRows(session, state.Actor).Require(state.Id);
            },
            cancellationToken);

    /// <summary>Forgets what has been in the trash for longer than <see cref="EventStore.TrashDays"/>.</summary>
    public Task EmptyTrashAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(
            time.GetUtcNow().ToUnixTimeSeconds() - (EventStore.TrashDays * 86_400L),
            static (session, before) =>
            {
                TaskTrash.Empty(session, before);
                return true;
            },
            cancellationToken);

    private static DateTimeZone Zone(SqliteSession session) =>
        DateTimeZoneProviders.Tzdb.GetZoneOrNull(HouseholdStore.ReadSettings(session).Zone) ?? DateTimeZone.Utc;

    private Instant Now() => Instant.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
}
