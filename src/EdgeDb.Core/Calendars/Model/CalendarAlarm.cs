using System.Buffers.Text;

namespace EdgeDb.Core.Calendars;

/// <summary>A VALARM: when to remind, relative to the start or end of its event, or at a fixed time.</summary>
/// <param name="Action">ACTION, upper case.</param>
/// <param name="Offset">Relative TRIGGER; null when <paramref name="At"/> is set.</param>
/// <param name="RelatedToEnd">RELATED=END.</param>
/// <param name="At">Absolute TRIGGER in UTC; null when <paramref name="Offset"/> is set.</param>
/// <param name="Repeat">REPEAT: how many more times after the first.</param>
/// <param name="Interval">DURATION between repeats.</param>
/// <param name="Acknowledged">ACKNOWLEDGED (RFC 9074) in UTC: what was due by then has been seen; null when nothing was.</param>
public sealed record CalendarAlarm(
    string Action, CalendarDuration? Offset, bool RelatedToEnd, CalendarDateTime? At, int Repeat, CalendarDuration? Interval, CalendarDateTime? Acknowledged)
{
    // More reminders of one event than anybody will hear.
    private const int MaxRepeat = 1_000;

    /// <summary>Reads a VALARM; null, and a problem, without a usable TRIGGER.</summary>
    internal static CalendarAlarm? From(CalendarComponent component, CalendarProblems problems, string? uid)
    {
        var action = component.Property("ACTION")?.RawValue.Trim().ToUpperInvariant();
        var trigger = component.Property("TRIGGER");
        CalendarDuration? offset = null;
        CalendarDateTime? at = null;
        var reason = trigger is null ? "is missing" : Trigger(trigger, out offset, out at);
        if (reason is not null)
        {
            problems.Add(trigger?.Line ?? component.Line, "VALARM", uid, "TRIGGER", $"{reason}; the alarm was skipped", trigger is null ? default : trigger.Utf8);
            return null;
        }

        // REPEAT and DURATION mean something only together (RFC 5545 §3.8.6.2).
        CalendarDuration? interval = null;
        var repeat = 0;
        if (component.Property("DURATION") is { } duration && component.Property("REPEAT") is { } count
            && CalendarDuration.TryParse(duration.Utf8, out var between, out _) && between is { IsPositiveOrZero: true } && between != default
            && Utf8Parser.TryParse(count.Utf8.Trim(" \t"u8), out repeat, out _) && repeat > 0)
            interval = between;
        return new CalendarAlarm(
            string.IsNullOrEmpty(action) ? "DISPLAY" : action, offset,
            string.Equals(trigger!.Parameter("RELATED")?.Trim(), "END", StringComparison.OrdinalIgnoreCase), at,
            interval is null ? 0 : Math.Min(repeat, MaxRepeat), interval, Moment(component.Property("ACKNOWLEDGED")));
    }

    private static CalendarDateTime? Moment(CalendarProperty? property) =>
        property is not null && CalendarDateTime.TryParse(property.Utf8, null, out var time, out _) && !time.IsDate
            ? new CalendarDateTime(time.LocalSeconds, CalendarTimeKind.Utc)
            : null;

    private static string? Trigger(CalendarProperty trigger, out CalendarDuration? offset, out CalendarDateTime? at)
    {
        (offset, at) = (null, null);
        if (CalendarDuration.TryParse(trigger.Utf8, out var duration, out var reason))
            offset = duration;
        else if (CalendarDateTime.TryParse(trigger.Utf8, null, out var time, out _) && !time.IsDate)
            at = new CalendarDateTime(time.LocalSeconds, CalendarTimeKind.Utc);
        else
            return reason;
        return null;
    }
}
