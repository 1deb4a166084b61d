using EdgeDb.Core.Calendars;
using NodaTime;

namespace EdgeDb.Core.Household;

/// <summary>
/// What an edit of an event means for its source. A series keeps what was done to single occurrences: moving the whole series
/// moves its exceptions along, and splitting it takes the later ones to the new half.
/// </summary>
/// <param name="zones">Zones of the event's calendar.</param>
/// <param name="now">For DTSTAMP and LAST-MODIFIED.</param>
/// <param name="newUid">UID of a second half.</param>
internal sealed class EventEditor(CalendarZones zones, Instant now, string newUid)
{
    /// <summary>Occurrences counted or looked through when a series is split.</summary>
    private const int MaxCounted = 100_000;

    /// <summary>A new event.</summary>
    public static EventSource Create(string uid, EventDraft draft, Instant now)
    {
        var editor = CalendarEventEditor.Create(uid, draft.Start, now);
        Write(editor, draft);
        return EventSource.Of(editor.Component);
    }

    /// <summary>Changes the whole series.</summary>
    public void ChangeAll(EventSource source, EventDraft draft)
    {
        var before = source.Event;
        var editor = new CalendarEventEditor(source.Master);
        Write(editor, draft);
        editor.MarkRevised(now);
        if (before.IsRecurring)
            MoveExceptions(source, before, draft);
    }

    /// <summary>Changes one occurrence; it becomes an override, or its override is changed.</summary>
    public void ChangeThis(EventSource source, RecurrenceId occurrence, EventDraft draft)
    {
        var master = source.Event;
        if (!master.IsRecurring)
        {
            ChangeAll(source, draft);
            return;
        }
        Require(source, occurrence);
        if (draft.Rule is not null && draft.Rule.ToString() != RuleText(master))
            throw HouseholdException.Bad("rrule", "One occurrence cannot repeat by itself; use scope=following or scope=all to change the rule.");

        var component = FindOverride(source, occurrence);
        if (component is null)
        {
            component = EventSource.Copy(source.Master);
            var fresh = new CalendarEventEditor(component);
            foreach (var name in (ReadOnlySpan<string>)["RRULE", "RDATE", "EXDATE", "EXRULE"])
                fresh.Remove(name);
            fresh.SetTime("RECURRENCE-ID", Written(occurrence, master));
            source.Overrides.Add(component);
        }
        var editor = new CalendarEventEditor(component);
        Write(editor, draft with { Rule = null });
        editor.MarkRevised(now);
    }

    /// <summary>Changes an occurrence and all later ones: the series ends before it, and a second one begins.</summary>
    /// <returns>The second series, or null when the first occurrence was meant and the series was changed as a whole.</returns>
    public EventSource? ChangeFollowing(EventSource source, RecurrenceId occurrence, EventDraft draft)
    {
        var master = source.Event;
        if (!master.IsRecurring)
        {
            ChangeAll(source, draft);
            return null;
        }
        var before = OccurrencesBefore(source, occurrence);
        if (before == 0)
        {
            ChangeAll(source, draft);
            return null;
        }

        var rule = draft.Rule;
        if (rule is { Count: { } count } && rule.ToString() == RuleText(master))
            rule = RecurrenceRule.Parse(rule.ToString().Replace($"COUNT={count}", $"COUNT={Math.Max(1, count - before)}", StringComparison.Ordinal));

        var component = EventSource.Copy(source.Master);
        var second = EventSource.Of(component);
        var moved = source.Overrides.Where(o => !IsBefore(EventSource.Typed(o), occurrence)).ToList();
        foreach (var later in moved)
        {
            source.Overrides.Remove(later);
            new CalendarEventEditor(later).SetText("UID", newUid);
            second.Overrides.Add(later);
        }
        KeepExceptions(component, master, occurrence, later: true);
        var editor = new CalendarEventEditor(component);
        editor.SetText("UID", newUid);
        var start = Written(occurrence, master);
        editor.SetTime("DTSTART", start);
        var cut = EventSource.Typed(component);
        Write(editor, draft with { Rule = rule });
        editor.MarkRevised(now);
        MoveExceptions(second, cut, draft with { Rule = rule });

        EndBefore(source, master, occurrence);
        return second;
    }

    /// <summary>Removes one occurrence.</summary>
    /// <returns>False when nothing of the event is left.</returns>
    public bool DeleteThis(EventSource source, RecurrenceId occurrence)
    {
        var master = source.Event;
        if (!master.IsRecurring)
            return false;
        Require(source, occurrence);
        if (FindOverride(source, occurrence) is { } component)
            source.Overrides.Remove(component);
        var editor = new CalendarEventEditor(source.Master);
        editor.AddExceptionDate(Written(occurrence, master));
        editor.MarkRevised(now);
        return HasOccurrences(source);
    }

    /// <summary>Removes an occurrence and all later ones.</summary>
    /// <returns>False when nothing of the event is left.</returns>
    public bool DeleteFollowing(EventSource source, RecurrenceId occurrence)
    {
        var master = source.Event;
        if (!master.IsRecurring || OccurrencesBefore(source, occurrence) == 0)
            return false;
        source.Overrides.RemoveAll(o => !IsBefore(EventSource.Typed(o), occurrence));
        EndBefore(source, master, occurrence);
        return HasOccurrences(source);
    }

    /// <summary>The component that describes an occurrence: its override, or the master moved to its start.</summary>
    public CalendarComponent Describe(EventSource source, RecurrenceId occurrence)
    {
        Require(source, occurrence);
        if (FindOverride(source, occurrence) is { } component)
            return component;
        var master = source.Event;
        var copy = EventSource.Copy(source.Master);
        var start = Written(occurrence, master);
        var shift = start.LocalSeconds - master.Start.LocalSeconds;
        var editor = new CalendarEventEditor(copy);
        editor.SetTime("DTSTART", start);
        if (master.End is { } end)
            editor.SetTime("DTEND", end with { LocalSeconds = end.LocalSeconds + shift });
        return copy;
    }

    private static void Write(CalendarEventEditor editor, EventDraft draft)
    {
        editor.SetText("SUMMARY", draft.Summary);
        editor.SetText("DESCRIPTION", draft.Description);
        editor.SetText("LOCATION", draft.Location);
        editor.SetRaw("URL", draft.Url);
        editor.SetRaw("COLOR", draft.Color);
        editor.SetRaw(
            "STATUS",
            draft.Status switch { EventStatus.Tentative => "TENTATIVE", EventStatus.Cancelled => "CANCELLED", _ => null });
        editor.SetRaw("CLASS", draft.Private ? "PRIVATE" : null);
        editor.SetTime("DTSTART", draft.Start);
        editor.SetEnd(draft.End);
        editor.SetRule(draft.Rule);
        EventSource.SetReminders(editor.Component, draft.RemindersMinutes);
    }

    /// <summary>
    /// After the series has moved: its exceptions move with it. Those that the new rule no longer has an occurrence for are
    /// dropped, or they would show at a time the series has left.
    /// </summary>
    private void MoveExceptions(EventSource source, CalendarEvent before, EventDraft draft)
    {
        var after = source.Event;
        var shift = after.Start.LocalSeconds - before.Start.LocalSeconds;
        var ruleChanged = (draft.Rule?.ToString() ?? "") != RuleText(before);
        if (shift == 0 && !ruleChanged && after.Start.Kind == before.Start.Kind && after.Start.ZoneId == before.Start.ZoneId)
            return;

        var editor = new CalendarEventEditor(source.Master);
        editor.Remove("EXDATE");
        foreach (var exception in before.ExceptionDates)
            editor.AddExceptionDate(Move(exception));
        foreach (var component in source.Overrides.ToList())
        {
            var typed = EventSource.Typed(component);
            var moved = Move(typed.RecurrenceId!.Value);
            if (ruleChanged && !IsOccurrence(source, moved))
            {
                source.Overrides.Remove(component);
                continue;
            }
            var edit = new CalendarEventEditor(component);
            edit.SetTime("RECURRENCE-ID", moved);
            // An override that was not moved in time follows the series; one that was stays where it was put.
            if (SameMoment(typed.Start, typed.RecurrenceId.Value))
            {
                edit.SetTime("DTSTART", moved);
                if (typed.End is { } end)
                    edit.SetTime("DTEND", moved with { LocalSeconds = moved.LocalSeconds + (end.LocalSeconds - typed.Start.LocalSeconds) });
            }
        }

        CalendarDateTime Move(CalendarDateTime time)
        {
            var local = Wall(time, before) + shift;
            if (after.Start.IsDate)
                return new(Math.DivRem(local, 86_400).Quotient * 86_400, CalendarTimeKind.Date);
            if (time.IsDate)
                local += ((after.Start.LocalSeconds % 86_400) + 86_400) % 86_400;
            return after.Start with { LocalSeconds = local };
        }
    }

    private void EndBefore(EventSource source, CalendarEvent master, RecurrenceId occurrence)
    {
        var editor = new CalendarEventEditor(source.Master);
        if (master.Rules.Count > 0)
        {
            // UNTIL is inclusive. It has the kind of DTSTART, in UTC when that has a zone (RFC 5545 §3.3.10).
            var until = occurrence.Kind == OccurrenceKind.AllDay
                ? new CalendarDateTime(occurrence.Seconds - 86_400, CalendarTimeKind.Date)
                : new CalendarDateTime(occurrence.Seconds - 1, occurrence.Kind == OccurrenceKind.Floating ? CalendarTimeKind.Floating : CalendarTimeKind.Utc);
            editor.SetRule(Limit(master.Rules[0], until));
        }
        KeepExceptions(source.Master, master, occurrence, later: false);
        editor.MarkRevised(now);
    }

    /// <summary>Of RDATE and EXDATE, keeps what lies before the split, or what does not.</summary>
    private void KeepExceptions(CalendarComponent component, CalendarEvent master, RecurrenceId split, bool later)
    {
        var editor = new CalendarEventEditor(component);
        editor.Remove("EXDATE");
        foreach (var exception in master.ExceptionDates)
            if (IsBefore(exception, master, split) != later)
                editor.AddExceptionDate(exception);
        editor.Remove("RDATE");
        foreach (var date in master.RecurrenceDates)
            if (IsBefore(date.Start, master, split) != later)
                component.Properties.Add(DateProperty(date));
    }

    private static CalendarProperty DateProperty(CalendarPeriod date)
    {
        var start = date.Start;
        var parameters = new List<CalendarParameter>();
        if (start.ZoneId is { } zone)
            parameters.Add(new("TZID", [zone]));
        var value = start.ToString();
        if (date.End is not null || date.Duration is not null)
        {
            parameters.Add(new("VALUE", ["PERIOD"]));
            value += "/" + (date.End?.ToString() ?? date.Duration!.Value.ToString());
        }
        else if (start.IsDate)
        {
            parameters.Add(new("VALUE", ["DATE"]));
        }
        return new("RDATE", parameters, value);
    }

    private static RecurrenceRule Limit(RecurrenceRule rule, CalendarDateTime until) =>
        RecurrenceRule.Parse(
            string.Join(
                ';',
                rule.ToString().Split(';').Where(
                    static p => !p.StartsWith("COUNT=", StringComparison.Ordinal) && !p.StartsWith("UNTIL=", StringComparison.Ordinal)))
            + $";UNTIL={until}");

    private CalendarComponent? FindOverride(EventSource source, RecurrenceId occurrence)
    {
        var master = source.Event;
        var wall = Written(occurrence, master).LocalSeconds;
        return source.Overrides.FirstOrDefault(o => EventSource.Typed(o) is { ThisAndFuture: false, RecurrenceId: { } id } && Wall(id, master) == wall);
    }

    private void Require(EventSource source, RecurrenceId occurrence)
    {
        if (!IsOccurrence(source, Written(occurrence, source.Event)))
            throw new HouseholdException(HouseholdError.NotFound, $"The event has no occurrence '{occurrence}'.", "recurrenceId");
    }

    // Asked without overrides: a moved occurrence is still one of the rule's at its original start.
    private bool IsOccurrence(EventSource source, CalendarDateTime start)
    {
        var series = source.Series;
        var found = new List<Occurrence>();
        var at = Seconds(start, series.Master!);
        // Overlap alone does not say that it starts there, and a long event has many that do; so all are looked at.
        new OccurrenceExpander(zones).Expand(series with { Overrides = [] }, at, at + 1, MaxCounted, found);
        return found.Exists(o => o.Start == at)
            || series.Overrides.Any(o => o.RecurrenceId is { } id && Seconds(id, series.Master!) == at);
    }

    private int OccurrencesBefore(EventSource source, RecurrenceId occurrence)
    {
        Require(source, occurrence);
        var found = new List<Occurrence>();
        new OccurrenceExpander(zones).Expand(source.Series with { Overrides = [] }, long.MinValue, occurrence.Seconds, MaxCounted, found);
        return found.Count(o => o.Start < occurrence.Seconds);
    }

    private bool HasOccurrences(EventSource source)
    {
        var found = new List<Occurrence>();
        new OccurrenceExpander(zones).Expand(source.Series, long.MinValue, long.MaxValue, 1, found);
        return found.Count > 0;
    }

    private bool IsBefore(CalendarEvent component, RecurrenceId split) =>
        component.RecurrenceId is { } id && IsBefore(id, component, split);

    private bool IsBefore(CalendarDateTime time, CalendarEvent master, RecurrenceId split) => Seconds(time, master) < split.Seconds;

    /// <summary>An occurrence's original start as its master writes times.</summary>
    private CalendarDateTime Written(RecurrenceId occurrence, CalendarEvent master)
    {
        var start = master.Start;
        var seconds = occurrence.Seconds;
        if (occurrence.Kind == OccurrenceKind.Timed && start is { Kind: CalendarTimeKind.Zoned, ZoneId: { } zone } && zones.Clock(zone) is { } clock)
            seconds = clock.ToLocal(seconds);
        return start with { LocalSeconds = seconds };
    }

    /// <summary>Wall-clock seconds in the master's zone.</summary>
    private long Wall(CalendarDateTime time, CalendarEvent master)
    {
        if (time.Kind == master.Start.Kind && time.ZoneId == master.Start.ZoneId)
            return time.LocalSeconds;
        if (time.IsDate || time.Kind == CalendarTimeKind.Floating)
            return time.LocalSeconds;
        var utc = Seconds(time, master);
        return master.Start is { Kind: CalendarTimeKind.Zoned, ZoneId: { } zone } && zones.Clock(zone) is { } clock ? clock.ToLocal(utc) : utc;
    }

    /// <summary>Seconds as occurrences of the master count them.</summary>
    private long Seconds(CalendarDateTime time, CalendarEvent master)
    {
        var zone = time.Kind == CalendarTimeKind.Zoned ? time.ZoneId
            : time.Kind == CalendarTimeKind.Utc ? null
            : master.Start.Kind == CalendarTimeKind.Zoned ? master.Start.ZoneId : null;
        return zone is not null && zones.Clock(zone) is { } clock ? clock.ToUtc(time.LocalSeconds) : time.LocalSeconds;
    }

    private bool SameMoment(CalendarDateTime left, CalendarDateTime right) =>
        left.Kind == right.Kind && left.ZoneId == right.ZoneId ? left.LocalSeconds == right.LocalSeconds
        : !left.IsDate && !right.IsDate && Resolve(left) == Resolve(right);

    private long Resolve(CalendarDateTime time) =>
        time is { Kind: CalendarTimeKind.Zoned, ZoneId: { } zone } && zones.Clock(zone) is { } clock ? clock.ToUtc(time.LocalSeconds) : time.LocalSeconds;

    private static string RuleText(CalendarEvent master) => master.Rules.Count > 0 ? master.Rules[0].ToString() : "";
}
