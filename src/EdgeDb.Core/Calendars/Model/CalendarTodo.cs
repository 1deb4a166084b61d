using NodaTime;

namespace EdgeDb.Core.Calendars;

/// <summary>The typed view of one VTODO. Unlike an event it needs neither a start nor an end.</summary>
public sealed class CalendarTodo
{
    /// <summary>UID; a missing one is replaced by a stable hash of the component, never empty.</summary>
    public required string Uid { get; init; }

    /// <summary>DTSTART; null when missing.</summary>
    public CalendarDateTime? Start { get; init; }

    /// <summary>DUE; null when missing.</summary>
    public CalendarDateTime? Due { get; init; }

    /// <summary>DURATION from <see cref="Start"/>; null when missing.</summary>
    public CalendarDuration? Duration { get; init; }

    /// <summary>RECURRENCE-ID; null for a master or a single to-do.</summary>
    public CalendarDateTime? RecurrenceId { get; init; }

    /// <summary>RRULEs; usually none or one.</summary>
    public IReadOnlyList<RecurrenceRule> Rules { get; init; } = [];

    /// <summary>RDATEs.</summary>
    public IReadOnlyList<CalendarPeriod> RecurrenceDates { get; init; } = [];

    /// <summary>EXDATEs.</summary>
    public IReadOnlyList<CalendarDateTime> ExceptionDates { get; init; } = [];

    /// <summary>STATUS.</summary>
    public TodoStatus Status { get; init; }

    /// <summary>COMPLETED; null when missing.</summary>
    public Instant? Completed { get; init; }

    /// <summary>PERCENT-COMPLETE 0..100.</summary>
    public int PercentComplete { get; init; }

    /// <summary>PRIORITY 1 (highest)..9, 0 when undefined.</summary>
    public int Priority { get; init; }

    /// <summary>SEQUENCE, 0 when missing.</summary>
    public int Sequence { get; init; }

    /// <summary>LAST-MODIFIED.</summary>
    public Instant? LastModified { get; init; }

    /// <summary>SUMMARY, unescaped.</summary>
    public string? Summary { get; init; }

    /// <summary>DESCRIPTION, unescaped.</summary>
    public string? Description { get; init; }

    /// <summary>LOCATION, unescaped.</summary>
    public string? Location { get; init; }

    /// <summary>CATEGORIES, unescaped.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>A CLASS other than PUBLIC: one that is not known counts as PRIVATE.</summary>
    public bool Private { get; init; }

    /// <summary>VALARMs.</summary>
    public IReadOnlyList<CalendarAlarm> Alarms { get; init; } = [];

    /// <summary>Reads a VTODO.</summary>
    /// <param name="component">The VTODO; not kept.</param>
    /// <param name="problems">Receives what could not be understood.</param>
    public static CalendarTodo From(CalendarComponent component, CalendarProblems problems)
    {
        ArgumentNullException.ThrowIfNull(component);
        ArgumentNullException.ThrowIfNull(problems);
        var fields = new ComponentFields(component, problems);
        fields.ReconcileTimes("DUE");
        return new CalendarTodo
        {
            Uid = fields.Uid,
            Start = fields.Start,
            Due = fields.End,
            Duration = fields.Duration,
            RecurrenceId = fields.RecurrenceId,
            Rules = fields.Rules ?? (IReadOnlyList<RecurrenceRule>)[],
            RecurrenceDates = fields.RecurrenceDates ?? (IReadOnlyList<CalendarPeriod>)[],
            ExceptionDates = fields.ExceptionDates ?? (IReadOnlyList<CalendarDateTime>)[],
            Status = fields.Status switch
            {
                "NEEDS-ACTION" => TodoStatus.NeedsAction,
                "IN-PROCESS" => TodoStatus.InProcess,
                "COMPLETED" => TodoStatus.Completed,
                "CANCELLED" or "CANCELED" => TodoStatus.Cancelled,
                _ => fields.Completed is not null || fields.PercentComplete == 100 ? TodoStatus.Completed : TodoStatus.NeedsAction,
            },
            Completed = fields.Completed,
            PercentComplete = fields.PercentComplete,
            Priority = fields.Priority,
            Sequence = fields.Sequence,
            LastModified = fields.LastModified,
            Summary = fields.Summary,
            Description = fields.Description,
            Location = fields.Location,
            Categories = fields.Categories ?? (IReadOnlyList<string>)[],
            Private = fields.Private,
            Alarms = fields.Alarms ?? (IReadOnlyList<CalendarAlarm>)[],
        };
    }
}
