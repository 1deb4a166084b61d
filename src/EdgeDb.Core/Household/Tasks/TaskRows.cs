using EdgeDb.Core.Access;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>Reads and writes rows of tasks within one read or write, as one actor sees and may change them.</summary>
internal sealed class TaskRows(SqliteSession session, Actor actor)
{
    internal const int MaxTasks = 1_000;
    internal const int MaxDone = 50;

    /// <summary>Between two neighbours: a list takes hundreds of moves into one gap before it is numbered anew.</summary>
    private const long PositionStep = 1 << 10;

    // Apple's count from 2001; programs that know no order give a task the second in which it was made.
    private const long AppleEpoch = 978_307_200;

    private const string Columns = "t.key, t.id, t.calendar_id, t.member_id, t.position, t.version, t.completed_at, t.private, t.ics";

    private readonly CalendarRights _rights = new(session, actor.Sight);

    /// <summary>Tasks behind a row, in the order of lists and of their places in them.</summary>
    /// <param name="lists">Null for all.</param>
    /// <param name="openOnly">Without those that are done.</param>
    /// <param name="after">Id of the task to go on behind; null for the first.</param>
    /// <param name="limit">At most.</param>
    internal List<StoredTask> List(IReadOnlyList<string> lists, bool openOnly, string? after, int limit)
    {
        var (list, position, key) = after is null ? ("", 0L, 0L) : PlaceOf(after);
        var tasks = new List<StoredTask>();
        var rows = session.Prepare(
            $"""
            SELECT {Columns} FROM task t JOIN calendar c ON c.id = t.calendar_id AND c.removal = 0
            WHERE t.deleted_at IS NULL AND (t.calendar_id, t.position, t.key) > (?1, ?2, ?3) ORDER BY t.calendar_id, t.position, t.key
            """);
        rows.Bind(1, list).Bind(2, position).Bind(3, key);
        while (tasks.Count < limit && rows.Step())
            if ((lists.Count == 0 || lists.Contains(rows.Text(2)!)) && (!openOnly || rows.IsNull(6)) && _rights.SeesWhole(rows.Text(2)!, rows.Int64(7) != 0))
                tasks.Add(Row(rows));
        rows.Reset();
        return tasks;
    }

    /// <summary>Open tasks that have an alarm of whatever kind.</summary>
    internal List<StoredTask> ListAlarmed()
    {
        var tasks = new List<StoredTask>();
        var rows = session.Prepare(
            $"""
            SELECT {Columns} FROM task t JOIN calendar c ON c.id = t.calendar_id AND c.removal = 0
            WHERE t.deleted_at IS NULL AND t.completed_at IS NULL AND instr(t.ics, 'BEGIN:VALARM') > 0
            """);
        while (rows.Step())
            if (_rights.SeesWhole(rows.Text(2)!, rows.Int64(7) != 0))
                tasks.Add(Row(rows));
        rows.Reset();
        return tasks;
    }

    /// <summary>A task that is there. Throws <see cref="HouseholdException"/> when it is not, or not to be seen.</summary>
    internal StoredTask Require(string id) => Find(id) ?? throw HouseholdException.Missing("task", id);

    /// <summary>What an earlier request with that UID has added; null when there was none. Throws when it was deleted since: whoever sends it again does not know.</summary>
    internal StoredTask? FindAdded(string calendarId, string uid)
    {
        var row = session.Prepare("SELECT id, deleted_at FROM task WHERE calendar_id = ?1 AND uid = ?2 ORDER BY deleted_at IS NOT NULL LIMIT 1");
        row.Bind(1, calendarId).Bind(2, uid);
        var (id, isDeleted) = row.Step() ? (row.Text(0), !row.IsNull(1)) : (null, false);
        row.Reset();
        return id is null ? null : isDeleted ? throw new HouseholdException(HouseholdError.Conflict, "The task was added already, and deleted since.") : Require(id);
    }

    /// <summary>As <see cref="Require(string)"/>, for who is to change it.</summary>
    internal StoredTask RequireEditable(string id, long? expectedVersion)
    {
        var task = Require(id);
        if (actor.OwnOnly && !task.Editable)
            throw SomebodyElses();
        HouseholdException.CheckVersion(task.Version, expectedVersion);
        return task;
    }

    /// <summary>As <see cref="Require(string)"/>, for who is to do it.</summary>
    internal StoredTask RequireTickable(string id)
    {
        var task = Require(id);
        return !actor.OwnOnly || task.Tickable ? task : throw SomebodyElses();
    }

    /// <summary>A list to write into.</summary>
    internal void RequireList(string calendarId)
    {
        if (HouseholdStore.ReadCalendars(session, calendarId) is not [var list] || !actor.Sight.Sees(list.Access, list.MemberIds))
            throw HouseholdException.Bad("calendarId", $"There is no calendar '{HouseholdException.Shorten(calendarId)}'.");
        if (list.Holds != CalendarHolds.Tasks)
            throw HouseholdException.Bad("calendarId", "This calendar holds events and no tasks.");
        if (actor.OwnOnly && !actor.Sight.MayActOnList(list.MemberIds))
            throw SomebodyElses();
    }

    internal void RequireMember(string? memberId)
    {
        if (memberId is not null && session.Prepare("SELECT count(*) FROM member WHERE id = ?1").Bind(1, memberId).Scalar() == 0)
            throw HouseholdException.Bad("memberId", $"'memberId' names '{HouseholdException.Shorten(memberId)}', and there is no such member.");
    }

    /// <summary>Throws when the list has no room for so many more, or one of the UID.</summary>
    internal void RequireRoom(string calendarId, string uid)
    {
        if (session.Prepare("SELECT count(*) FROM task WHERE calendar_id = ?1 AND deleted_at IS NULL").Bind(1, calendarId).Scalar() >= MaxTasks)
            throw new HouseholdException(HouseholdError.LimitReached, $"A list holds at most {MaxTasks} tasks; clear those that are done.", "calendarId");
        if (session.Prepare("SELECT count(*) FROM task WHERE calendar_id = ?1 AND uid = ?2 AND deleted_at IS NULL").Bind(1, calendarId).Bind(2, uid).Scalar() > 0)
            throw new HouseholdException(HouseholdError.Conflict, "The list holds a task with this UID already.", "calendarId");
    }

    /// <summary>The place behind the last task of a list.</summary>
    internal long LastPosition(string calendarId, long now)
    {
        var last = session.Prepare("SELECT max(position) FROM task WHERE calendar_id = ?1 AND deleted_at IS NULL");
        last.Bind(1, calendarId);
        last.Step();
        var position = last.NullableInt64(0) is { } highest ? Math.Max(highest + PositionStep, now - AppleEpoch) : now - AppleEpoch;
        last.Reset();
        return position;
    }

    internal void Insert(string id, string calendarId, string? memberId, long position, TaskSource source)
    {
        var todo = source.Todo;
        session.Prepare(
                "INSERT INTO task (id, calendar_id, uid, member_id, completed_at, position, private, ics) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
            .Bind(1, id).Bind(2, calendarId).Bind(3, todo.Uid).Bind(4, memberId).Bind(5, CompletedAt(source)).Bind(6, position).Bind(7, todo.Private ? 1L : 0L)
            .BindUtf8(8, source.ToUtf8()).Execute();
        session.Touch(Topics.Tasks, calendarId);
    }

    /// <summary>Writes what a task says now.</summary>
    internal void Update(StoredTask task, TaskSource source, string? memberId, string calendarId, long position)
    {
        session.Prepare(
                """
                UPDATE task SET ics = ?2, private = ?3, completed_at = ?4, member_id = ?5, calendar_id = ?6, position = ?7, version = version + 1 WHERE key = ?1
                """)
            .Bind(1, task.Key).BindUtf8(2, source.ToUtf8()).Bind(3, source.Todo.Private ? 1L : 0L).Bind(4, CompletedAt(source)).Bind(5, memberId).Bind(6, calendarId)
            .Bind(7, position).Execute();
        session.Touch(Topics.Tasks, calendarId);
        if (calendarId != task.CalendarId)
            session.Touch(Topics.Tasks, task.CalendarId);
    }

    /// <summary>Puts a task behind another one of its list, or first.</summary>
    internal void Move(StoredTask task, string? after)
    {
        var before = after is null ? null : Find(after);
        if (after is not null && (before is null || before.CalendarId != task.CalendarId))
            throw HouseholdException.Bad("after", $"There is no task '{HouseholdException.Shorten(after)}' in this list.");
        if (before?.Key == task.Key)
            return;
        if (!PutBetween())
        {
            Renumber(task.CalendarId);
            before = before is null ? null : Find(before.Id);
            PutBetween();
        }
        session.Touch(Topics.Tasks, task.CalendarId);

        bool PutBetween()
        {
            var next = session.Prepare(
                "SELECT position FROM task WHERE calendar_id = ?1 AND deleted_at IS NULL AND key <> ?2 AND (position, key) > (?3, ?4) ORDER BY position, key LIMIT 1");
            next.Bind(1, task.CalendarId).Bind(2, task.Key).Bind(3, before?.Position ?? long.MinValue).Bind(4, before?.Key ?? 0);
            var behind = next.Step() ? next.Int64(0) : (long?)null;
            next.Reset();
            var position = (before, behind) switch
            {
                (null, null) => task.Position,
                (null, { } first) => first - PositionStep,
                ({ } last, null) => last.Position + PositionStep,
                ({ } one, { } other) => one.Position + ((other - one.Position) / 2),
            };
            if (before is not null && position == before.Position)
                return false;
            if (position != task.Position)
                session.Prepare("UPDATE task SET position = ?2, version = version + 1 WHERE key = ?1").Bind(1, task.Key).Bind(2, position).Execute();
            return true;
        }
    }

    /// <summary>The newest time that a task was done, and what it said before; null when that is not known, or cannot be brought back.</summary>
    internal (long Key, string? Due, byte[]? Before)? NewestDone(long taskKey)
    {
        var row = session.Prepare("SELECT key, due, before FROM task_done WHERE task_key = ?1 ORDER BY key DESC LIMIT 1");
        row.Bind(1, taskKey);
        (long, string?, byte[]?)? newest = row.Step() ? (row.Int64(0), row.Text(1), row.IsNull(2) ? null : row.Utf8(2).ToArray()) : null;
        row.Reset();
        return newest;
    }

    internal void AddDone(long taskKey, TaskDone done, byte[] before)
    {
        session.Prepare("INSERT INTO task_done (task_key, due, done_at, member_id, before) VALUES (?1, ?2, ?3, ?4, ?5)")
            .Bind(1, taskKey).Bind(2, done.Due).Bind(3, done.DoneAt).Bind(4, done.MemberId).BindUtf8(5, before).Execute();
        session.Prepare("DELETE FROM task_done WHERE task_key = ?1 AND key <= (SELECT key FROM task_done WHERE task_key = ?1 ORDER BY key DESC LIMIT 1 OFFSET ?2)")
            .Bind(1, taskKey).Bind(2, (long)MaxDone).Execute();
    }

    internal List<TaskDone> Done(long taskKey)
    {
        var done = new List<TaskDone>();
        var rows = session.Prepare("SELECT due, done_at, member_id FROM task_done WHERE task_key = ?1 ORDER BY key DESC");
        rows.Bind(1, taskKey);
        while (rows.Step())
            done.Add(new(rows.Text(0), rows.Int64(1), rows.Text(2)));
        rows.Reset();
        return done;
    }

    private StoredTask? Find(string id)
    {
        var row = session.Prepare($"SELECT {Columns} FROM task t JOIN calendar c ON c.id = t.calendar_id AND c.removal = 0 WHERE t.id = ?1 AND t.deleted_at IS NULL");
        row.Bind(1, id);
        var task = row.Step() && _rights.SeesWhole(row.Text(2)!, row.Int64(7) != 0) ? Row(row) : null;
        row.Reset();
        return task;
    }

    private (string List, long Position, long Key) PlaceOf(string id)
    {
        var row = session.Prepare("SELECT calendar_id, position, key, private FROM task WHERE id = ?1");
        row.Bind(1, id);
        // One that was deleted meanwhile still says where to go on.
        if (!row.Step() || !_rights.SeesWhole(row.Text(0)!, row.Int64(3) != 0))
            throw HouseholdException.Bad("cursor", "'cursor' is not one that this endpoint gave.");
        var place = (row.Text(0)!, row.Int64(1), row.Int64(2));
        row.Reset();
        return place;
    }

    // Neighbours that stand on one number too: those of another program all may.
    private void Renumber(string calendarId) =>
        session.Prepare(
                """
                UPDATE task SET position = n.position, version = version + 1
                FROM (SELECT key, row_number() OVER (ORDER BY position, key) * ?2 AS position FROM task WHERE calendar_id = ?1 AND deleted_at IS NULL) n
                WHERE task.key = n.key AND task.position <> n.position
                """)
            .Bind(1, calendarId).Bind(2, PositionStep).Execute();

    private StoredTask Row(SqliteStatement row)
    {
        var (key, calendarId, memberId) = (row.Int64(0), row.Text(2)!, row.Text(3));
        var editable = actor.Sight.MayActOnList(_rights.MembersOf(calendarId));
        return new(
            key, row.Text(1)!, calendarId, memberId, row.Int64(4), row.Int64(5), row.NullableInt64(6), editable,
            editable || (memberId is not null && memberId == actor.Sight.MemberId), row.Utf8(8).ToArray(), Latest(key));
    }

    private TaskDone? Latest(long key)
    {
        var row = session.Prepare("SELECT due, done_at, member_id FROM task_done WHERE task_key = ?1 ORDER BY key DESC LIMIT 1");
        row.Bind(1, key);
        var latest = row.Step() ? new TaskDone(row.Text(0), row.Int64(1), row.Text(2)) : null;
        row.Reset();
        return latest;
    }

    private static long? CompletedAt(TaskSource source)
    {
        var todo = source.Todo;
        return TaskView.Of(source.Master).IsDone ? (todo.Completed ?? todo.LastModified)?.ToUnixTimeSeconds() ?? 0 : null;
    }

    private static HouseholdException SomebodyElses() => new(HouseholdError.Forbidden, "This list is somebody else's.");
}
