using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Household;

/// <summary>The fields of an event that people edit, checked. Everything else in the event's source stays as it is.</summary>
/// <param name="Summary">Title; may be empty.</param>
/// <param name="Description">Notes.</param>
/// <param name="Location">Place.</param>
/// <param name="Url">Link, http or https.</param>
/// <param name="Color">CSS colour name, or null for the calendar's.</param>
/// <param name="Status">Status.</param>
/// <param name="Start">Start; a date for whole days.</param>
/// <param name="End">Exclusive end, of the same kind and zone as the start.</param>
/// <param name="Rule">Recurrence; null for a single event.</param>
/// <param name="RemindersMinutes">Minutes before the start.</param>
/// <param name="Private">CLASS:PRIVATE.</param>
/// <param name="Members">Ids of whom it concerns; null for its calendar's members.</param>
internal sealed record EventDraft(
    string Summary,
    string? Description,
    string? Location,
    string? Url,
    string? Color,
    EventStatus Status,
    CalendarDateTime Start,
    CalendarDateTime End,
    RecurrenceRule? Rule,
    IReadOnlyList<int> RemindersMinutes,
    bool Private,
    IReadOnlyList<string>? Members)
{
    private const long MaxDurationSeconds = 366L * 86_400;

    /// <summary>Checks what a person entered; throws <see cref="HouseholdException"/> naming the field. What is as it was <paramref name="shown"/> passes.</summary>
    internal static EventDraft Check(
        string? summary,
        string? description,
        string? location,
        string? url,
        string? color,
        string? status,
        string? start,
        string? end,
        bool allDay,
        string? zone,
        string? rule,
        IReadOnlyList<int> remindersMinutes,
        bool isPrivate,
        IReadOnlyList<string>? members,
        IReadOnlyCollection<string> ownZones,
        IReadOnlySet<string> knownMembers,
        EventView? shown = null)
    {
        var read = shown?.Event;
        if (allDay && zone is not null)
            throw HouseholdException.Bad("zone", "'zone' does not go with allDay: a whole day is the same day in every zone.");
        var zoneId = zone is null ? null : ownZones.Contains(zone) ? zone : FieldRules.Zone(zone, "zone");
        var sameClock = shown is not null && zone == shown.ZoneId && allDay == shown.Start.IsDate;
        var first = Time(start ?? throw HouseholdException.Bad("start", "'start' is required."), "start", allDay, zoneId, sameClock ? shown!.Start : null);
        var to = end is not null ? Time(end, "end", allDay, zoneId, sameClock ? shown!.End : null)
            : allDay ? first with { LocalSeconds = first.LocalSeconds + 86_400 }
            : first with { LocalSeconds = first.LocalSeconds + 3_600 };
        // An event that only moves keeps its length, whatever that is.
        var sameLength = sameClock && to.LocalSeconds - first.LocalSeconds == shown!.End.LocalSeconds - shown.Start.LocalSeconds;
        if (!sameLength && (to.LocalSeconds < first.LocalSeconds || (allDay && to.LocalSeconds == first.LocalSeconds)))
            throw HouseholdException.Bad("end", allDay ? "'end' must be later than 'start'; it is the day after the last." : "'end' must not be before 'start'.");
        if (!sameLength && to.LocalSeconds - first.LocalSeconds > MaxDurationSeconds)
            throw HouseholdException.Bad("end", "An event may last at most 366 days.");
        return new(
            Same(summary ?? "", read?.Summary ?? "") ? summary ?? "" : FieldRules.Text(summary ?? "", "summary", FieldRules.MaxSummaryLength)!.Trim(),
            Same(description, read?.Description) ? description : FieldRules.Text(description, "description", FieldRules.MaxTextLength),
            Same(location, read?.Location) ? location : FieldRules.Text(location, "location", FieldRules.MaxSummaryLength),
            Same(url, read?.Url) ? url : Link(url),
            Same(color, read?.Color) ? color : ColorName(color),
            StatusOf(status),
            first,
            to,
            sameClock && Same(rule, shown!.Rule) && shown.Rule is not null ? shown.Event.Rules[0] : Recurrence(rule, first),
            FieldRules.Reminders(remindersMinutes, shown?.RemindersMinutes, "An event", "the start"),
            isPrivate,
            Named(members, knownMembers));

        bool Same(string? sent, string? known) => shown is not null && sent == known;
    }

    /// <param name="text">What was entered.</param>
    /// <param name="field">For the refusal.</param>
    /// <param name="allDay">A date is expected.</param>
    /// <param name="zoneId">Zone of a time that is not on the shown clock.</param>
    /// <param name="shown">What was shown, when it is on the clock that is meant: it says how its zone is written, and may itself be of any year.</param>
    internal static CalendarDateTime Time(string text, string field, bool allDay, string? zoneId, CalendarDateTime? shown)
    {
        // The API's extended form (2026-01-05T09:00:00) without separators is iCalendar's; seconds may be left out.
        var pattern = allDay
            ? NodaTime.Text.LocalDatePattern.Iso.Parse(text) is { Success: true } date ? date.Value.AtMidnight() : (NodaTime.LocalDateTime?)null
            : NodaTime.Text.LocalDateTimePattern.GeneralIso.Parse(text) is { Success: true } full ? full.Value
            : NodaTime.Text.LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm").Parse(text) is { Success: true } minutes ? minutes.Value
            : null;
        var entered = pattern?.InUtc().ToInstant().ToUnixTimeSeconds();
        if (entered is { } same && shown?.LocalSeconds == same)
            return shown.Value;
        if (entered is not { } seconds || pattern is not { Year: >= 1900 and <= 2200 })
            throw HouseholdException.Bad(
                field,
                allDay
                    ? $"'{field}' must be a date such as 2026-01-05, in the years 1900 to 2200."
                    : $"'{field}' must be a wall-clock time such as 2026-01-05T09:00:00, in the years 1900 to 2200; its zone goes into 'zone'.");
        return shown is { } clock ? clock with { LocalSeconds = seconds }
            : allDay ? new(seconds, CalendarTimeKind.Date)
            : zoneId is null ? new(seconds, CalendarTimeKind.Floating)
            : zoneId == "UTC" ? new(seconds, CalendarTimeKind.Utc)
            : new(seconds, CalendarTimeKind.Zoned, zoneId);
    }

    internal static RecurrenceRule? Recurrence(string? text, CalendarDateTime start)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (text.Length > 1000)
            throw HouseholdException.Bad("rrule", $"'rrule' may have at most 1000 characters; it has {text.Length}.");
        if (!RecurrenceRule.TryParse(text, out var rule, out var reason))
            throw HouseholdException.Bad("rrule", $"'rrule' is not a recurrence rule: {reason}.");
        if (start.IsDate && rule.Frequency < RecurrenceFrequency.Daily)
            throw HouseholdException.Bad("rrule", "A whole day cannot repeat more often than daily.");
        return rule;
    }

    // An event that names nobody says nothing other than its calendar does. It is also what is left of one when those it named are gone.
    private static List<string>? Named(IReadOnlyList<string>? members, IReadOnlySet<string> known)
    {
        if (members is not { Count: > 0 })
            return null;
        if (members.Count > FieldRules.MaxMembers)
            throw HouseholdException.Bad("members", $"'members' may name at most {FieldRules.MaxMembers}; it names {members.Count}.");
        foreach (var member in members)
            if (member is null || !known.Contains(member))
                throw HouseholdException.Bad("members", member is null ? "'members' holds a null." : $"'members' names '{HouseholdException.Shorten(member)}', and there is no such member.");
        return [.. members.Distinct(StringComparer.Ordinal)];
    }

    private static string? Link(string? url)
    {
        if (string.IsNullOrEmpty(url))
            return null;
        FieldRules.Text(url, "url", 2000);
        // It is written as it is: a line break in it would begin a property of its own.
        return !url.AsSpan().ContainsAnyInRange('\0', ' ') && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? url
            : throw HouseholdException.Bad("url", "'url' must be an address without blanks that begins with https:// or http://.");
    }

    private static string? ColorName(string? color)
    {
        if (string.IsNullOrEmpty(color))
            return null;
        // RFC 7986 allows CSS3 names only.
        return color.Length <= 30 && color.AsSpan().IndexOfAnyExceptInRange('a', 'z') < 0
            ? color
            : throw HouseholdException.Bad("color", "'color' must be a CSS colour name in lower case, such as teal.");
    }

    private static EventStatus StatusOf(string? status) => status switch
    {
        null or "confirmed" => EventStatus.Confirmed,
        "tentative" => EventStatus.Tentative,
        "cancelled" => EventStatus.Cancelled,
        _ => throw HouseholdException.Bad("status", "'status' must be confirmed, tentative or cancelled."),
    };
}
