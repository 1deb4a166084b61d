using EdgeDb.Core.Calendars;
using NodaTime.Text;

namespace EdgeDb.Core.Household;

/// <summary>The editable fields of a task as people are shown them. What comes back as it was shown is no change.</summary>
/// <param name="Todo">The typed task.</param>
/// <param name="Due">When it is due; null for no time.</param>
/// <param name="ZoneId">Zone of it: an IANA name where there is one, <c>UTC</c>, or null when floating, a day or none.</param>
/// <param name="Rule">First recurrence rule; null for none.</param>
/// <param name="RemindersMinutes">Minutes before it is due, ascending.</param>
internal sealed record TaskView(CalendarTodo Todo, CalendarDateTime? Due, string? ZoneId, string? Rule, IReadOnlyList<int> RemindersMinutes)
{
    private static readonly LocalDateTimePattern Minutes = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm");

    /// <summary>Comes again after it was done.</summary>
    public bool IsRecurring => Todo.Rules.Count > 0 || Todo.RecurrenceDates.Count > 0;

    /// <summary>Nothing of it is left to do. What was given up is not.</summary>
    public bool IsDone => Todo.Status is TodoStatus.Completed or TodoStatus.Cancelled;

    /// <summary><see cref="Due"/> as the API writes it, which is how a tick names what it ticks.</summary>
    public string? DueText => Due?.ToIsoText();

    public static TaskView Of(CalendarComponent component)
    {
        var todo = TaskSource.Typed(component);
        var due = DueOf(todo);
        return new(
            todo,
            due,
            due is { } time ? ZoneNames.Shown(time) : null,
            todo.Rules.Count > 0 ? todo.Rules[0].ToString() : null,
            EventSource.Reminders(component));
    }

    /// <summary>A date or a wall-clock time in the form of <see cref="DueText"/>; null when it is neither.</summary>
    public static string? Canonical(string text)
    {
        if (LocalDatePattern.Iso.Parse(text).Success)
            return text;
        return LocalDateTimePattern.GeneralIso.Parse(text) is { Success: true } ? text
            : Minutes.Parse(text) is { Success: true } ? text + ":00"
            : null;
    }

    // What repeats from a start alone (Thunderbird writes such) is to be done then; a start that is nothing but that is when one may begin.
    private static CalendarDateTime? DueOf(CalendarTodo todo) =>
        todo.Due is { } due ? due
        : todo.Start is not { } start ? null
        : todo.Duration is { } duration ? start with { LocalSeconds = start.LocalSeconds + (duration.Days * CivilDate.SecondsPerDay) + duration.Seconds }
        : todo.Rules.Count > 0 || todo.RecurrenceDates.Count > 0 ? start : null;
}
