using NodaTime;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// The typed view of one VEVENT: a master, a single event, or one override (with <see cref="RecurrenceId"/>). Compact and
/// without its source component, so that ten thousand of them fit in a few megabytes.
/// </summary>
public sealed class CalendarEvent
{
    /// <summary>UID; a missing one is replaced by a stable hash of the component, never empty.</summary>
    public required string Uid { get; init; }

    /// <summary>DTSTART.</summary>
    public required CalendarDateTime Start { get; init; }

    /// <summary>DTEND, exclusive; null when DURATION or the RFC's default applies.</summary>
    public CalendarDateTime? End { get; init; }

    /// <summary>DURATION; null when DTEND or the RFC's default applies.</summary>
    public CalendarDuration? Duration { get; init; }

    /// <summary>RECURRENCE-ID: the original start this override replaces; null for a master or a single event.</summary>
    public CalendarDateTime? RecurrenceId { get; init; }

    /// <summary>RANGE=THISANDFUTURE on the RECURRENCE-ID.</summary>
    public bool ThisAndFuture { get; init; }

    /// <summary>RRULEs; usually none or one.</summary>
    public IReadOnlyList<RecurrenceRule> Rules { get; init; } = [];

    /// <summary>EXRULEs of RFC 2445, still sent by old programs.</summary>
    public IReadOnlyList<RecurrenceRule> ExceptionRules { get; init; } = [];

    /// <summary>RDATEs.</summary>
    public IReadOnlyList<CalendarPeriod> RecurrenceDates { get; init; } = [];

    /// <summary>EXDATEs.</summary>
    public IReadOnlyList<CalendarDateTime> ExceptionDates { get; init; } = [];

    /// <summary>STATUS.</summary>
    public EventStatus Status { get; init; }

    /// <summary>SEQUENCE, 0 when missing.</summary>
    public int Sequence { get; init; }

    /// <summary>DTSTAMP.</summary>
    public Instant? Stamp { get; init; }

    /// <summary>LAST-MODIFIED.</summary>
    public Instant? LastModified { get; init; }

    /// <summary>SUMMARY, unescaped.</summary>
    public string? Summary { get; init; }

    /// <summary>DESCRIPTION, unescaped.</summary>
    public string? Description { get; init; }

    /// <summary>LOCATION, unescaped.</summary>
    public string? Location { get; init; }

    /// <summary>URL.</summary>
    public string? Url { get; init; }

    /// <summary>COLOR (RFC 7986), a CSS colour name.</summary>
    public string? Color { get; init; }

    /// <summary>CATEGORIES, unescaped.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>TRANSP:TRANSPARENT: takes no time on a free/busy search.</summary>
    public bool Transparent { get; init; }

    /// <summary>A CLASS other than PUBLIC: one that is not known counts as PRIVATE.</summary>
    public bool Private { get; init; }

    /// <summary>VALARMs.</summary>
    public IReadOnlyList<CalendarAlarm> Alarms { get; init; } = [];

    /// <summary>True when more than one occurrence can come from this component.</summary>
    public bool IsRecurring => Rules.Count > 0 || RecurrenceDates.Count > 0;

    /// <summary>
    /// Reads a VEVENT. A start that is missing is taken from RECURRENCE-ID or DTEND; without these there is no event.
    /// </summary>
    /// <param name="component">The VEVENT; not kept.</param>
    /// <param name="problems">Receives what could not be understood.</param>
    /// <returns>Null, and a problem, when nothing says when it is.</returns>
    public static CalendarEvent? From(CalendarComponent component, CalendarProblems problems)
    {
        ArgumentNullException.ThrowIfNull(component);
        ArgumentNullException.ThrowIfNull(problems);
        var fields = new ComponentFields(component, problems);
        if (fields.Start is null)
        {
            // A cancelled occurrence is often sent with its RECURRENCE-ID alone.
            fields.Start = fields.RecurrenceId ?? fields.End;
            if (fields.Start is null)
            {
                fields.Report("DTSTART", $"{(component.Property("DTSTART") is null ? "is missing" : "cannot be used")}; the event was skipped");
                return null;
            }
            if (fields.Status != "CANCELLED")
                fields.Report("DTSTART", $"has no value; {(fields.RecurrenceId is null ? "DTEND" : "RECURRENCE-ID")} was taken");
        }
        fields.ReconcileTimes("DTEND");

        return new CalendarEvent
        {
            Uid = fields.Uid,
            Start = fields.Start.Value,
            End = fields.End,
            Duration = fields.Duration,
            RecurrenceId = fields.RecurrenceId,
            ThisAndFuture = fields.ThisAndFuture,
            Rules = fields.Rules ?? (IReadOnlyList<RecurrenceRule>)[],
            ExceptionRules = fields.ExceptionRules ?? (IReadOnlyList<RecurrenceRule>)[],
            RecurrenceDates = fields.RecurrenceDates ?? (IReadOnlyList<CalendarPeriod>)[],
            ExceptionDates = fields.ExceptionDates ?? (IReadOnlyList<CalendarDateTime>)[],
            Status = fields.Status switch
            {
                "CANCELLED" or "CANCELED" => EventStatus.Cancelled,
                "TENTATIVE" => EventStatus.Tentative,
                _ => EventStatus.Confirmed,
            },
            Sequence = fields.Sequence,
            Stamp = fields.Stamp,
            LastModified = fields.LastModified,
            Summary = fields.Summary,
            Description = fields.Description,
            Location = fields.Location,
            Url = fields.Url,
            Color = fields.Color,
            Categories = fields.Categories ?? (IReadOnlyList<string>)[],
            Transparent = fields.Transparent,
            Private = fields.Private,
            Alarms = fields.Alarms ?? (IReadOnlyList<CalendarAlarm>)[],
        };
    }
}
