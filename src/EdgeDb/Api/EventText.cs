using System.Globalization;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Household;

namespace EdgeDb.Api;

/// <summary>Between a VEVENT and the API's event.</summary>
internal static class EventText
{
    /// <param name="input">What a person entered.</param>
    /// <param name="ownZones">Zones the event is in already, which need not be known to anybody else.</param>
    public static EventDraft Draft(EventInput input, IReadOnlyCollection<string> ownZones) =>
        EventDraft.Check(
            input.Summary,
            input.Description,
            input.Location,
            input.Url,
            input.Color,
            input.Status,
            input.Start,
            input.End,
            input.AllDay ?? false,
            input.Zone,
            input.Rrule,
            input.Reminders is null ? [] : [.. input.Reminders.Select(static r => (r ?? throw ProblemException.Invalid("reminders", "'reminders' holds a null.")).MinutesBefore)],
            input.Private ?? false,
            ownZones);

    /// <param name="stored">The event.</param>
    /// <param name="component">The component to describe: the master, an override, or the master moved to an occurrence.</param>
    /// <param name="occurrence">The occurrence it stands for; null for the whole event.</param>
    public static EventBody Body(StoredEvent stored, CalendarComponent component, RecurrenceId? occurrence)
    {
        var read = EventSource.Typed(component);
        var end = End(read);
        return new(
            stored.Id,
            stored.CalendarId,
            stored.Uid,
            read.Summary ?? "",
            read.Description,
            read.Location,
            read.Url,
            read.Color,
            read.Status switch { EventStatus.Tentative => "tentative", EventStatus.Cancelled => "cancelled", _ => "confirmed" },
            Time(read.Start),
            Time(end),
            read.Start.IsDate,
            read.Start.Kind switch { CalendarTimeKind.Zoned => ZoneNames.Find(read.Start.ZoneId!)?.Id ?? read.Start.ZoneId, CalendarTimeKind.Utc => "UTC", _ => null },
            read.Rules.Count > 0 ? read.Rules[0].ToString() : null,
            [.. read.ExceptionDates.Select(Time)],
            [.. read.RecurrenceDates.Select(static d => Time(d.Start))],
            occurrence?.ToString(),
            read.IsRecurring || occurrence is not null,
            [.. EventSource.Reminders(component).Select(static minutes => new ReminderBody(minutes))],
            read.Private,
            stored.Editable,
            stored.Version);
    }

    // DTEND may be in another zone; what is shown is the end on the clock of its own zone, which is how it was entered.
    private static CalendarDateTime End(CalendarEvent read)
    {
        if (read.End is { } end)
            return end;
        var seconds = read.Duration is { } duration ? (duration.Days * 86_400L) + duration.Seconds : read.Start.IsDate ? 86_400 : 0;
        return read.Start with { LocalSeconds = read.Start.LocalSeconds + seconds };
    }

    private static string Time(CalendarDateTime time) =>
        TimeText.Clock(time.LocalSeconds).ToString(time.IsDate ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}
