using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Household;

/// <summary>The fields of a task that people edit, checked. Everything else in the task's source stays as it is.</summary>
/// <param name="Summary">What is to be done.</param>
/// <param name="Description">Notes.</param>
/// <param name="Due">By when; a date for a day; null for no time.</param>
/// <param name="Rule">When it comes again; null for once.</param>
/// <param name="Priority">1 (highest) to 9; 0 for none.</param>
/// <param name="RemindersMinutes">Minutes before it is due.</param>
/// <param name="Private">CLASS:PRIVATE.</param>
internal sealed record TaskDraft(
    string Summary, string? Description, CalendarDateTime? Due, RecurrenceRule? Rule, int Priority, IReadOnlyList<int> RemindersMinutes, bool Private)
{
    private const int MaxPriority = 9;

    /// <summary>Checks what a person entered; throws <see cref="HouseholdException"/> naming the field. What is as it was <paramref name="shown"/> passes.</summary>
    internal static TaskDraft Check(
        string? summary, string? description, string? due, bool allDay, string? zone, string? rule, int priority, IReadOnlyList<int> remindersMinutes, bool isPrivate,
        TaskView? shown = null)
    {
        if (zone is not null && (allDay || due is null))
            throw HouseholdException.Bad("zone", allDay ? "'zone' does not go with allDay: a day is the same day in every zone." : "'zone' does not go without 'due'.");
        if (allDay && due is null)
            throw HouseholdException.Bad("allDay", "'allDay' does not go without 'due'.");
        if (due is null && !string.IsNullOrEmpty(rule))
            throw HouseholdException.Bad("rrule", "What comes again has to be due at some time: 'rrule' does not go without 'due'.");
        if (due is null && remindersMinutes.Count > 0)
            throw HouseholdException.Bad("reminders", "A reminder comes before a task is due: 'reminders' does not go without 'due'.");
        if (priority is < 0 or > MaxPriority)
            throw HouseholdException.Bad("priority", $"'priority' must be 0 (none) or 1 (highest) to {MaxPriority}.");

        var before = shown?.Due;
        var sameClock = before is { } known && shown!.ZoneId == zone && known.IsDate == allDay;
        var zoneId = zone is null ? null : sameClock ? before!.Value.ZoneId : FieldRules.Zone(zone, "zone");
        CalendarDateTime? time = due is null ? null : EventDraft.Time(due, "due", allDay, zoneId, sameClock ? before : null);
        var title = Same(summary, shown?.Todo.Summary) ? summary ?? "" : FieldRules.Text(summary ?? "", "summary", FieldRules.MaxSummaryLength)!.Trim();
        if (title.Length == 0 && !Same(summary, shown?.Todo.Summary))
            throw HouseholdException.Bad("summary", $"'summary' must have 1 to {FieldRules.MaxSummaryLength} characters.");
        return new(
            title,
            Same(description, shown?.Todo.Description) ? description : FieldRules.Text(description, "description", FieldRules.MaxTextLength),
            time,
            sameClock && shown!.Rule is not null && rule == shown.Rule ? shown.Todo.Rules[0] : time is { } start ? EventDraft.Recurrence(rule, start) : null,
            priority,
            FieldRules.Reminders(remindersMinutes, shown?.RemindersMinutes, "A task", "the task is due"),
            isPrivate);

        bool Same(string? sent, string? read) => shown is not null && sent == read;
    }
}
