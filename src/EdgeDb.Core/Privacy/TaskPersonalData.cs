using System.Globalization;
using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Privacy;

/// <summary>
/// What there is for the person to do on lists of others, what they did and when, the notices they wrote, and deleted tasks that were for them or on their lists. Their own lists are calendars, and among the files of
/// those.
/// </summary>
internal sealed class TaskPersonalData(ISqliteReads database) : IPersonalData
{
    private const int TasksPerRead = 200;

    public ValueTask DescribeAsync(PersonView view, PersonJson json, CancellationToken ct) =>
        new(database.ReadAsync((view, json), static (session, asked) => Describe(session, asked.view, asked.json), ct).AsTask());

    public ValueTask AddFilesAsync(PersonView view, PersonArchive archive, CancellationToken ct) =>
        archive.AddCalendarAsync("deleted-tasks.ics", (after, token) => DeletedAsync(view, after, token), ct);

    private ValueTask<PersonArchive.Page> DeletedAsync(PersonView view, string after, CancellationToken ct) => database.ReadAsync(
        (view, after: after.Length == 0 ? 0 : long.Parse(after, CultureInfo.InvariantCulture)),
        static (session, asked) =>
        {
            var rights = new CalendarRights(session, asked.view.Sight);
            var (texts, last, read) = (new List<byte[]>(), asked.after, 0);
            var names = HouseholdStore.ReadMembers(session).ToDictionary(static m => m.Id, static m => m.Name);
            var rows = session.Prepare("SELECT key, member_id, position, calendar_id, private, access, members, ics FROM task WHERE deleted_at IS NOT NULL AND key > ?1 ORDER BY key LIMIT ?2")
                .Bind(1, asked.after).Bind(2, (long)TasksPerRead);
            for (; rows.Step(); read++)
            {
                last = rows.Int64(0);
                var concerns = rows.Text(6)?.Split(' ') ?? rights.MembersOf(rows.Text(3)!);
                if (asked.view.Person.MemberId is { } member && (rows.Text(1) == member || concerns.Contains(member)) && TaskTrash.Sees(rights, asked.view.Sight, rows, 3))
                    texts.Add(TaskText.Published(rows.Utf8(7).ToArray(), rows.Int64(2), rows.Text(1), names).ToUtf8());
            }

            return new PersonArchive.Page(texts, read < TasksPerRead ? null : last.ToString(CultureInfo.InvariantCulture));
        },
        ct);

    // All of it in one read: a list has at most 1,000 tasks, of each of which 50 times are kept, and the board 100 notices.
    private static bool Describe(SqliteSession session, PersonView view, PersonJson json)
    {
        var (writer, member) = (json.Writer, view.Person.MemberId ?? "");
        var tasks = new TaskRows(session, new(view.Sight, OwnOnly: false)).List([], openOnly: false, null, int.MaxValue);
        writer.WriteStartArray("tasks");
        foreach (var task in tasks.Where(task => task.MemberId == member))
        {
            var shown = TaskView.Of(TaskSource.Read(task.Source).Master);
            writer.WriteStartObject();
            writer.WriteString("id", task.Id);
            writer.WriteString("calendar", task.CalendarId);
            writer.WriteString("summary", shown.Todo.Summary);
            writer.WriteString("due", shown.DueText);
            writer.WriteBoolean("done", shown.IsDone);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("tasksDone");
        var rights = new CalendarRights(session, view.Sight);
        // Of deleted tasks too: it comes back with them.
        var done = session.Prepare(
                "SELECT t.id, d.due, d.done_at, t.calendar_id, t.private, t.access, t.members FROM task_done d JOIN task t ON t.key = d.task_key WHERE d.member_id = ?1 ORDER BY d.key")
            .Bind(1, member);
        while (done.Step())
        {
            if (!TaskTrash.Sees(rights, view.Sight, done, 3))
                continue;
            writer.WriteStartObject();
            writer.WriteString("task", done.Text(0));
            writer.WriteString("due", done.Text(1));
            json.Instant("doneAt", done.Int64(2));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("notices");
        var notices = session.Prepare("SELECT id, text, created_at, expires_at, deleted_at FROM notice WHERE member_id = ?1 ORDER BY id").Bind(1, member);
        while (notices.Step())
        {
            writer.WriteStartObject();
            writer.WriteString("id", notices.Text(0));
            writer.WriteString("text", notices.Text(1));
            json.Instant("createdAt", notices.Int64(2));
            json.Instant("expiresAt", notices.Int64(3));
            json.Instant("deletedAt", notices.NullableInt64(4));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        return true;
    }
}
