using EdgeDb.Core.Household;

namespace EdgeDb.Api;

/// <summary>Between a VTODO and the API's task.</summary>
internal static class TaskForm
{
    /// <param name="input">What a person entered.</param>
    /// <param name="reminders">Of it, by <see cref="EventText.MinutesOf"/>.</param>
    /// <param name="shown">What the task says now; null for a new one.</param>
    public static TaskDraft Draft(TaskInput input, IReadOnlyList<int> reminders, TaskView? shown) =>
        TaskDraft.Check(
            input.Summary, input.Description, input.Due, input.AllDay ?? false, input.Zone, input.Rrule, input.Priority ?? 0, reminders, input.Private ?? false, shown);

    public static TaskBody Body(StoredTask task)
    {
        var shown = TaskView.Of(TaskSource.Read(task.Source).Master);
        // Of what comes again when it was last done, of what is done when that was, also elsewhere.
        var doneAt = shown.IsDone ? task.CompletedAt : task.Latest?.DoneAt;
        return new(
            task.Id,
            task.CalendarId,
            shown.Todo.Uid,
            shown.Todo.Summary ?? "",
            shown.Todo.Description,
            shown.DueText,
            shown.ZoneId,
            shown.Due is { IsDate: true },
            shown.Rule,
            shown.Todo.Priority,
            task.MemberId,
            shown.IsDone,
            TimeText.Instant(doneAt),
            doneAt == task.Latest?.DoneAt ? task.Latest?.MemberId : null,
            task.Position,
            shown.IsRecurring,
            shown.Todo.Private,
            [.. shown.RemindersMinutes.Select(static minutes => new ReminderBody(minutes))],
            task.Editable,
            task.Tickable,
            task.Version);
    }
}
