using EdgeDb.Core.Calendars;
using EdgeDb.Core.Household;

namespace EdgeDb.Api;

/// <summary>Between a VEVENT and the API's event.</summary>
internal static class EventText
{
    /// <param name="input">What a person entered.</param>
    /// <param name="ownZones">Zones the event is in already, which need not be known to anybody else.</param>
    /// <param name="members">Ids of those there are.</param>
    /// <param name="shown">What the event or occurrence says now; null for a new one.</param>
    public static EventDraft Draft(EventInput input, IReadOnlyCollection<string> ownZones, IReadOnlySet<string> members, EventView? shown) =>
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
            MinutesOf(input.Reminders),
            input.Private ?? false,
            input.Members,
            ownZones,
            members,
            shown);

    /// <param name="stored">The event.</param>
    /// <param name="component">The component to describe: the master, an override, or the master moved to an occurrence.</param>
    /// <param name="occurrence">The occurrence it stands for; null for the whole event.</param>
    /// <param name="zones">Zones of the event's calendar.</param>
    public static EventBody Body(StoredEvent stored, CalendarComponent component, RecurrenceId? occurrence, CalendarZones zones)
    {
        var shown = EventView.Of(component, zones);
        var read = shown.Event;
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
            read.Start.ToIsoText(),
            shown.End.ToIsoText(),
            read.Start.IsDate,
            shown.ZoneId,
            shown.Rule,
            [.. read.ExceptionDates.Select(static d => d.ToIsoText())],
            [.. read.RecurrenceDates.Select(static d => d.Start.ToIsoText())],
            occurrence?.ToString(),
            read.IsRecurring || occurrence is not null,
            [.. shown.RemindersMinutes.Select(static minutes => new ReminderBody(minutes))],
            shown.Members,
            read.Private,
            stored.Editable,
            stored.Version);
    }

    public static int[] MinutesOf(IReadOnlyList<ReminderBody>? reminders)
    {
        var minutes = new int[reminders?.Count ?? 0];
        for (var i = 0; i < minutes.Length; i++)
            minutes[i] = (reminders![i] ?? throw ProblemException.Invalid("reminders", "'reminders' holds a null.")).MinutesBefore;
        return minutes;
    }
}
