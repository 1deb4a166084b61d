using EdgeDb.Core.Calendars;
using NodaTime;

namespace EdgeDb.Core.Household;

/// <summary>What edits and ticks of a task mean for its source.</summary>
internal static class TaskEditor
{
    /// <summary>What a tick changes, and taking it back brings back as it was.</summary>
    private static readonly string[] Ticked = ["DTSTART", "DUE", "DURATION", "RRULE", "STATUS", "COMPLETED", "PERCENT-COMPLETE"];

    /// <summary>A new task.</summary>
    public static TaskSource Create(string uid, TaskDraft draft, Instant now)
    {
        var editor = CalendarEventEditor.CreateTodo(uid, now);
        Write(editor, draft, null);
        return TaskSource.Of([editor.Component]);
    }

    /// <summary>Changes a task. True when it was planned anew, after which older ticks cannot be taken back.</summary>
    public static bool Change(TaskSource source, TaskDraft draft, Instant now)
    {
        var shown = TaskView.Of(source.Master);
        var editor = new CalendarEventEditor(source.Master);
        if (draft.Rule is { } rule && rule.ToString() == shown.Rule && shown.Due is { } from && draft.Due is { } to && from.LocalSeconds != to.LocalSeconds)
            draft = draft with { Rule = RuleShift.Apply(rule, from.LocalSeconds, to.LocalSeconds, rule.Until) };
        Write(editor, draft, shown);
        editor.MarkRevised(now);
        return draft.Due != shown.Due || draft.Rule?.ToString() != shown.Rule;
    }

    /// <summary>Does a task: it moves to its next time, or is completed.</summary>
    /// <returns>What <see cref="Untick"/> needs.</returns>
    public static byte[] Tick(TaskSource source, CalendarZones zones, DateTimeZone household, Instant now)
    {
        var view = TaskView.Of(source.Master);
        var before = new CalendarComponent("VTODO");
        before.Properties.AddRange(source.Master.Properties.Where(static p => Ticked.Contains(p.Name)));
        if (view.IsRecurring && TaskRepeat.Next(view, source.Finished, zones, household, now) is { } next)
            Move(source, view, next);
        else
            Complete(new CalendarEventEditor(source.Master), now);
        new CalendarEventEditor(source.Master).MarkRevised(now);
        return CalendarWriter.ToUtf8(before);
    }

    /// <summary>Takes the newest tick back.</summary>
    /// <param name="source">The task.</param>
    /// <param name="before">What <see cref="Tick"/> gave; null to open what is completed where it stands.</param>
    /// <param name="now">For DTSTAMP and LAST-MODIFIED.</param>
    public static void Untick(TaskSource source, byte[]? before, Instant now)
    {
        var editor = new CalendarEventEditor(source.Master);
        foreach (var name in before is null ? Ticked[^3..] : Ticked)
            editor.Remove(name);
        if (before is { } text)
            source.Master.Properties.AddRange(TaskSource.Read(text).Master.Properties);
        editor.MarkRevised(now);
    }

    /// <summary>Moves a task that came from elsewhere on from times that are done already there.</summary>
    public static void SkipFinished(TaskSource source, CalendarZones zones, Instant now)
    {
        var view = TaskView.Of(source.Master);
        if (!view.IsRecurring || view.IsDone || !TaskRepeat.IsPassed(view, source.Finished, zones))
            return;
        if (TaskRepeat.Next(view, source.Finished, zones, DateTimeZone.Utc, null) is { } next)
            Move(source, view, next);
        else
            Complete(new CalendarEventEditor(source.Master), now);
    }

    private static void Move(TaskSource source, TaskView view, TaskRepeat.Step next)
    {
        var editor = new CalendarEventEditor(source.Master);
        foreach (var (name, time) in new[] { ("DTSTART", view.Todo.Start), ("DUE", view.Todo.Due) })
            if (time is { } known)
                editor.SetTime(name, known with { LocalSeconds = known.LocalSeconds + next.ShiftSeconds });
        if (next.Rule is { } rule && rule.Count is not null)
            editor.SetRule(rule);
        foreach (var name in Ticked[^3..])
            editor.Remove(name);
    }

    private static void Complete(CalendarEventEditor editor, Instant now)
    {
        editor.SetRaw("STATUS", "COMPLETED");
        editor.SetMoment("COMPLETED", now);
        editor.SetRaw("PERCENT-COMPLETE", "100");
    }

    /// <summary>Writes what differs from what the component says already; the rest keeps its place, its parameters and its wording.</summary>
    private static void Write(CalendarEventEditor editor, TaskDraft draft, TaskView? shown)
    {
        var read = shown?.Todo;
        if (draft.Summary != (read?.Summary ?? ""))
            editor.SetText("SUMMARY", draft.Summary);
        if (draft.Description != read?.Description)
            editor.SetText("DESCRIPTION", draft.Description);
        if (draft.Priority != (read?.Priority ?? 0))
            editor.SetRaw("PRIORITY", draft.Priority == 0 ? null : draft.Priority.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (draft.Private != (read?.Private ?? false))
            editor.SetRaw("CLASS", draft.Private ? "PRIVATE" : null);
        if (draft.Rule?.ToString() != shown?.Rule)
        {
            editor.SetRule(draft.Rule);
            editor.Remove("RDATE");
            editor.Remove("EXDATE");
        }

        if (draft.Due != shown?.Due || (draft.Rule is not null && read?.Start is null))
            WriteTimes(editor, draft, shown);
        EventSource.SetReminders(editor.Component, draft.RemindersMinutes);
    }

    // A start of the same kind goes along. RFC 5545 wants one where there is a rule, and programs that know no other (DAVx5) drop one that is DUE.
    private static void WriteTimes(CalendarEventEditor editor, TaskDraft draft, TaskView? shown)
    {
        CalendarDateTime? start = draft.Rule is null ? null : draft.Due;
        if (draft.Due is { } due && shown is { Due: { } before, Todo.Start: { } began } && began.Kind == due.Kind && began.ZoneId == due.ZoneId && before.Kind == due.Kind && before.ZoneId == due.ZoneId)
            start = began with { LocalSeconds = began.LocalSeconds + due.LocalSeconds - before.LocalSeconds };
        editor.Remove("DURATION");
        editor.SetTime("DTSTART", start);
        editor.SetTime("DUE", draft.Due);
    }
}
