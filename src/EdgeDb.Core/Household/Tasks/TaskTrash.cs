using EdgeDb.Core.Access;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>
/// Deleted tasks. They stay where they are, so that who did them when comes back with them; of those whose list is gone the row says who saw that.
/// </summary>
internal static class TaskTrash
{
    internal static void Put(SqliteSession session, StoredTask task, long now)
    {
        session.Prepare("UPDATE task SET deleted_at = ?2, version = version + 1 WHERE key = ?1").Bind(1, task.Key).Bind(2, now).Execute();
        session.Touch(Topics.Tasks, task.CalendarId);
    }

    /// <summary>Before a list's row is deleted.</summary>
    internal static void PutAll(SqliteSession session, string calendarId, long now) =>
        session.Prepare(
                """
                UPDATE task SET deleted_at = ifnull(deleted_at, ?2), access = (SELECT access FROM calendar WHERE id = ?1),
                  members = (SELECT ifnull(group_concat(member_id, ' '), '') FROM calendar_member WHERE calendar_id = ?1)
                WHERE calendar_id = ?1
                """)
            .Bind(1, calendarId).Bind(2, now).Execute();

    /// <summary>Brings a task back, into its list or, when that is gone, into <paramref name="calendarId"/>. One that is there already stays as it is.</summary>
    internal static void Restore(SqliteSession session, Actor actor, string id, string? calendarId)
    {
        var rows = new TaskRows(session, actor);
        var row = session.Prepare("SELECT key, uid, deleted_at, calendar_id, private, access, members FROM task WHERE id = ?1");
        row.Bind(1, id);
        if (!row.Step() || !Sees(new(session, actor.Sight), actor.Sight, row, 3))
            throw HouseholdException.Missing("deleted task", id);
        var (key, home, uid, isDeleted) = (row.Int64(0), row.Text(3)!, row.Text(1)!, !row.IsNull(2));
        row.Reset();
        // Asked twice: the answer to the first may have been lost.
        if (!isDeleted)
            return;
        var target = calendarId ?? home;
        rows.RequireList(target);
        rows.RequireRoom(target, uid);
        session.Prepare("UPDATE task SET deleted_at = NULL, access = NULL, members = NULL, calendar_id = ?2, version = version + 1 WHERE key = ?1").Bind(1, key).Bind(2, target).Execute();
        session.Touch(Topics.Tasks, target);
    }

    /// <summary>Forgets what was deleted before a time.</summary>
    internal static void Empty(SqliteSession session, long before) =>
        session.Prepare("DELETE FROM task WHERE deleted_at < ?1").Bind(1, before).Execute();

    /// <summary>True when all of a deleted task is seen.</summary>
    /// <param name="rights">Of who looks.</param>
    /// <param name="sight">Of who looks.</param>
    /// <param name="row">With calendar_id, private, access and members from the column <paramref name="at"/> on.</param>
    /// <param name="at">Column.</param>
    internal static bool Sees(CalendarRights rights, Sight sight, SqliteStatement row, int at)
    {
        var isPrivate = row.Int64(at + 1) != 0;
        return row.Text(at + 2) is { } access
            ? sight.Of(CalendarAccessNames.Parse(access), row.Text(at + 3)!.Split(' ', StringSplitOptions.RemoveEmptyEntries), isPrivate) == Visibility.Whole
            : rights.SeesWhole(row.Text(at)!, isPrivate);
    }
}
