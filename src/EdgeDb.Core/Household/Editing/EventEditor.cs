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
    /// <summary>Occurrences that overlap one moment, looked through at most.</summary>
    private const int MaxCounted = 100_000;

    private readonly SeriesClock _clock = new(zones);

    /// <summary>A new event.</summary>
    public static EventSource Create(string uid, EventDraft draft, Instant now)
    {
        var editor = CalendarEventEditor.Create(uid, draft.Start, now);
        Write(editor, draft, null);
        return EventSource.Of(editor.Component);
    }

    /// <summary>Changes the whole series.</summary>
    public void ChangeAll(EventSource source, EventDraft draft)
    {
        var before = source.Event;
        var editor = new CalendarEventEditor(source.Master);
        Write(editor, draft with { Rule = MovedRule(before, draft) }, EventView.Of(source.Master, zones));
        editor.MarkRevised(now);
        if (before.IsRecurring)
            MoveExceptions(source, before, draft);
    }

    /// <summary>Changes one occurrence; it becomes an override, or its override is changed.</summary>
    public void ChangeThis(EventSource source, RecurrenceId occurrence, EventDraft draft)
    {
        var master = source.Event;
        Require(source, occurrence);
        if (!master.IsRecurring)
        {
            ChangeAll(source, draft);
            return;
        }
        if (draft.Rule is not null && draft.Rule.ToString() != RuleText(master))
            throw HouseholdException.Bad("rrule", "One occurrence cannot repeat by itself; use scope=following or scope=all to change the rule.");

        var component = FindOverride(source, occurrence);
        if (component is null)
        {
            component = EventSource.Copy(source.Master);
            var fresh = new CalendarEventEditor(component);
            foreach (var name in (ReadOnlySpan<string>)["RRULE", "RDATE", "EXDATE", "EXRULE"])
                fresh.Remove(name);
            fresh.SetTime("RECURRENCE-ID", _clock.Written(occurrence, master));
            source.Overrides.Add(component);
        }
        var editor = new CalendarEventEditor(component);
        Write(editor, draft with { Rule = null }, EventView.Of(component, zones));
        editor.MarkRevised(now);
    }

    /// <summary>Changes an occurrence and all later ones: the series ends before it, and a second one begins.</summary>
    /// <returns>The second series, or null when nothing was left of the first and the series was changed as a whole.</returns>
    public EventSource? ChangeFollowing(EventSource source, RecurrenceId occurrence, EventDraft draft)
    {
        var master = source.Event;
        Require(source, occurrence);
        // What was done to this very occurrence before is what is being replaced.
        if (FindOverride(source, occurrence) is { } replaced)
            source.Overrides.Remove(replaced);
        if (!master.IsRecurring || occurrence.Seconds == _clock.Seconds(master.Start, master))
        {
            ChangeAll(source, draft);
            return null;
        }

        var component = EventSource.Copy(source.Master);
        var second = EventSource.Of(component);
        foreach (var later in source.Overrides.Where(o => !_clock.IsBefore(EventSource.Typed(o), occurrence)).ToList())
        {
            source.Overrides.Remove(later);
            new CalendarEventEditor(later).SetText("UID", newUid);
            second.Overrides.Add(later);
        }
        KeepExceptions(component, master, occurrence, later: true);
        var editor = new CalendarEventEditor(component);
        editor.SetText("UID", newUid);
        editor.SetTime("DTSTART", _clock.Written(occurrence, master));
        var cut = EventSource.Typed(component);
        Write(editor, draft with { Rule = Remaining(MovedRule(cut, draft), master, occurrence) }, EventView.Of(component, zones));
        editor.MarkRevised(now);
        MoveExceptions(second, cut, draft);

        EndBefore(source, master, occurrence);
        if (HasOccurrences(source))
            return second;
        // Everything earlier had been deleted one by one.
        source.TakeOver(second);
        return null;

        // COUNT is the total of both halves, deleted occurrences included; a rule that was changed has a count of its own.
        RecurrenceRule? Remaining(RecurrenceRule? rule, CalendarEvent master, RecurrenceId occurrence)
        {
            if (rule is not { Count: { } count } || draft.Rule!.ToString() != RuleText(master))
                return rule;
            var left = count - RuleStartsBefore(master, _clock.Written(occurrence, master).LocalSeconds);
            return left < 1 ? null : rule.WithCount(left);
        }
    }

    /// <summary>Removes one occurrence.</summary>
    /// <returns>False when nothing of the event is left.</returns>
    public bool DeleteThis(EventSource source, RecurrenceId occurrence)
    {
        var master = source.Event;
        Require(source, occurrence);
        if (!master.IsRecurring)
            return false;
        if (FindOverride(source, occurrence) is { } component)
            source.Overrides.Remove(component);
        var editor = new CalendarEventEditor(source.Master);
        editor.AddExceptionDate(_clock.Written(occurrence, master));
        editor.MarkRevised(now);
        return HasOccurrences(source);
    }

    /// <summary>Removes an occurrence and all later ones.</summary>
    /// <returns>False when nothing of the event is left.</returns>
    public bool DeleteFollowing(EventSource source, RecurrenceId occurrence)
    {
        var master = source.Event;
        Require(source, occurrence);
        if (!master.IsRecurring)
            return false;
        source.Overrides.RemoveAll(o => !_clock.IsBefore(EventSource.Typed(o), occurrence));
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
        var start = _clock.Written(occurrence, master);
        var shift = start.LocalSeconds - master.Start.LocalSeconds;
        var editor = new CalendarEventEditor(copy);
        editor.SetTime("DTSTART", start);
        if (master.End is { } end)
            editor.SetTime("DTEND", end with { LocalSeconds = end.LocalSeconds + shift });
        return copy;
    }

    /// <summary>Writes what differs from what the component says already; the rest keeps its place, its parameters and its wording.</summary>
    private static void Write(CalendarEventEditor editor, EventDraft draft, EventView? shown)
    {
        var read = shown?.Event;
        if (draft.Summary != (read?.Summary ?? ""))
            editor.SetText("SUMMARY", draft.Summary);
        if (draft.Description != read?.Description)
            editor.SetText("DESCRIPTION", draft.Description);
        if (draft.Location != read?.Location)
            editor.SetText("LOCATION", draft.Location);
        if (draft.Url != read?.Url)
            editor.SetRaw("URL", draft.Url);
        if (draft.Color != read?.Color)
            editor.SetRaw("COLOR", draft.Color);
        if (draft.Status != (read?.Status ?? EventStatus.Confirmed))
            editor.SetRaw(
                "STATUS",
                draft.Status switch { EventStatus.Tentative => "TENTATIVE", EventStatus.Cancelled => "CANCELLED", _ => null });
        if (draft.Private != (read?.Private ?? false))
            editor.SetRaw("CLASS", draft.Private ? "PRIVATE" : null);
        // An end in another zone is where it was only as long as the start is.
        if (draft.Start != shown?.Start || draft.End != shown.End)
        {
            editor.SetTime("DTSTART", draft.Start);
            editor.SetEnd(draft.End);
        }
        if (draft.Rule?.ToString() != shown?.Rule)
            editor.SetRule(draft.Rule);
        EventSource.SetReminders(editor.Component, draft.RemindersMinutes);
        EventMemberLines.Set(editor.Component, draft.Members);
    }

    /// <summary>The rule of a draft; one that the person left as it was goes along with the start.</summary>
    private RecurrenceRule? MovedRule(CalendarEvent before, EventDraft draft)
    {
        var start = draft.Start;
        if (draft.Rule is not { } rule || rule.ToString() != RuleText(before)
            || (start.LocalSeconds == before.Start.LocalSeconds && start.Kind == before.Start.Kind && start.ZoneId == before.Start.ZoneId))
            return draft.Rule;
        return RuleShift.Apply(rule, before.Start.LocalSeconds, start.LocalSeconds, rule.Until is { } until ? Until(until) : null);

        CalendarDateTime Until(CalendarDateTime until)
        {
            var days = SeriesClock.Day(start.LocalSeconds) - SeriesClock.Day(before.Start.LocalSeconds);
            if (until.IsDate || start.IsDate)
                return new(SeriesClock.Day(_clock.Wall(until, before)) + days, CalendarTimeKind.Date);
            var local = _clock.Wall(until, before) + (start.LocalSeconds - before.Start.LocalSeconds);
            return start.Kind == CalendarTimeKind.Floating
                ? new(local, CalendarTimeKind.Floating)
                : new(_clock.Resolve(start with { LocalSeconds = local }), CalendarTimeKind.Utc);
        }
    }

    /// <summary>
    /// After the series has changed from <paramref name="before"/>: further dates, exceptions and overrides move with it.
    /// Those that a new rule has no occurrence for are dropped, or they would show at a time the series has left.
    /// </summary>
    private void MoveExceptions(EventSource source, CalendarEvent before, EventDraft draft)
    {
        var editor = new CalendarEventEditor(source.Master);
        var ruleChanged = (draft.Rule?.ToString() ?? "") != RuleText(before);
        if (ruleChanged && draft.Rule is null)
        {
            foreach (var name in (ReadOnlySpan<string>)["RDATE", "EXDATE", "EXRULE"])
                editor.Remove(name);
            source.Overrides.Clear();
            return;
        }

        var after = source.Event;
        var isMoved = after.Start.LocalSeconds != before.Start.LocalSeconds || after.Start.Kind != before.Start.Kind || after.Start.ZoneId != before.Start.ZoneId;
        if (!isMoved && !ruleChanged)
            return;

        // Exceptions go back last: until then the master says what the rule alone yields.
        editor.Remove("EXDATE");
        editor.Remove("RDATE");
        foreach (var date in before.RecurrenceDates)
            source.Master.Properties.Add(
                DateProperty(after.Start.IsDate ? new(Move(date.Start)) : new(Move(date.Start), date.End is { } end ? Move(end) : null, date.Duration)));
        source.Overrides.RemoveAll(component => ruleChanged && !IsStart(source, Move(EventSource.Typed(component).RecurrenceId!.Value)));
        foreach (var component in source.Overrides)
            MoveOverride(component, Move(EventSource.Typed(component).RecurrenceId!.Value), after);
        var exceptions = before.ExceptionDates.Select(Move).Where(e => !ruleChanged || e.IsDate != after.Start.IsDate || IsStart(source, e)).ToList();
        foreach (var exception in exceptions)
            editor.AddExceptionDate(exception);

        CalendarDateTime Move(CalendarDateTime time)
        {
            var wall = _clock.Wall(time, before);
            if (after.Start.IsDate || (time.IsDate && !before.Start.IsDate))
                return new(SeriesClock.Day(wall) + SeriesClock.Day(after.Start.LocalSeconds) - SeriesClock.Day(before.Start.LocalSeconds), CalendarTimeKind.Date);
            return after.Start with { LocalSeconds = wall + (after.Start.LocalSeconds - before.Start.LocalSeconds) };
        }
    }

    /// <summary>Gives an override its moved original start. One that kept the series' time follows it; one that was moved stays where it was put.</summary>
    private void MoveOverride(CalendarComponent component, CalendarDateTime moved, CalendarEvent master)
    {
        var typed = EventSource.Typed(component);
        var editor = new CalendarEventEditor(component);
        editor.SetTime("RECURRENCE-ID", moved);
        if (typed.ThisAndFuture)
        {
            var place = component.Properties.FindIndex(static p => p.Name == "RECURRENCE-ID");
            var plain = component.Properties[place];
            component.Properties[place] = new(plain.Name, [.. plain.Parameters, new("RANGE", ["THISANDFUTURE"])], plain.RawValue);
        }
        if (!_clock.SameMoment(typed.Start, typed.RecurrenceId!.Value))
            return;
        editor.SetTime("DTSTART", moved);
        if (typed.Start.IsDate != moved.IsDate)
            editor.SetEnd(master.End is { } masterEnd ? moved with { LocalSeconds = moved.LocalSeconds + masterEnd.LocalSeconds - master.Start.LocalSeconds } : null);
        else if (typed.End is { } end)
            editor.SetTime("DTEND", moved with { LocalSeconds = moved.LocalSeconds + end.LocalSeconds - typed.Start.LocalSeconds });
    }

    private void EndBefore(EventSource source, CalendarEvent master, RecurrenceId occurrence)
    {
        var editor = new CalendarEventEditor(source.Master);
        if (master.Rules is [var rule, ..] && !EndsBefore(rule, master, occurrence))
        {
            // UNTIL is inclusive. It has the kind of DTSTART, in UTC when that has a zone (RFC 5545 §3.3.10).
            var until = occurrence.Kind == OccurrenceKind.AllDay
                ? new CalendarDateTime(occurrence.Seconds - 86_400, CalendarTimeKind.Date)
                : new CalendarDateTime(occurrence.Seconds - 1, occurrence.Kind == OccurrenceKind.Floating ? CalendarTimeKind.Floating : CalendarTimeKind.Utc);
            editor.SetRule(Limit(rule, until));
        }
        KeepExceptions(source.Master, master, occurrence, later: false);
        editor.MarkRevised(now);
    }

    // An UNTIL behind the rule's own end would bring it back to life: the cut may be at a further date that comes later.
    private bool EndsBefore(RecurrenceRule rule, CalendarEvent master, RecurrenceId occurrence) =>
        (rule.Count is { } count && RuleStartsBefore(master, _clock.Written(occurrence, master).LocalSeconds) >= count)
        || (rule.Until is { } until && _clock.Seconds(until, master) < occurrence.Seconds - (until.IsDate ? 86_400 : 0));

    /// <summary>Of RDATE and EXDATE, keeps what lies before the split, or what does not.</summary>
    private void KeepExceptions(CalendarComponent component, CalendarEvent master, RecurrenceId split, bool later)
    {
        var editor = new CalendarEventEditor(component);
        editor.Remove("EXDATE");
        foreach (var exception in master.ExceptionDates)
            if (_clock.IsBefore(exception, master, split) != later)
                editor.AddExceptionDate(exception);
        editor.Remove("RDATE");
        foreach (var date in master.RecurrenceDates)
            if (_clock.IsBefore(date.Start, master, split) != later)
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
        var wall = _clock.Written(occurrence, master).LocalSeconds;
        return source.Overrides.FirstOrDefault(o => EventSource.Typed(o) is { ThisAndFuture: false, RecurrenceId: { } id } && _clock.Wall(id, master) == wall);
    }

    private void Require(EventSource source, RecurrenceId occurrence)
    {
        var master = source.Event;
        var kind = master.Start.Kind switch
        {
            CalendarTimeKind.Date => OccurrenceKind.AllDay,
            CalendarTimeKind.Floating => OccurrenceKind.Floating,
            _ => OccurrenceKind.Timed,
        };
        // A moved occurrence is still one of the rule's at its original start.
        if (occurrence.Kind != kind || !(IsStart(source, _clock.Written(occurrence, master)) || FindOverride(source, occurrence) is not null))
            throw new HouseholdException(HouseholdError.NotFound, $"The event has no occurrence '{occurrence}'.", "recurrenceId");
    }

    /// <summary>True when an occurrence starts then, whatever an override makes of it.</summary>
    private bool IsStart(EventSource source, CalendarDateTime start)
    {
        var series = source.Series;
        var found = new List<Occurrence>();
        var at = _clock.Seconds(start, series.Master!);
        // Overlap alone does not say that it starts there, and a long event has many that do; so all are looked at.
        new OccurrenceExpander(zones).Expand(series with { Overrides = [] }, at, at + 1, MaxCounted, found);
        return found.Exists(o => o.Start == at);
    }

    private static int RuleStartsBefore(CalendarEvent master, long wallClock)
    {
        var count = 0;
        foreach (var _ in master.Rules[0].Enumerate(master.Start, toLocalSeconds: wallClock - 1))
            count++;
        return count;
    }

    private bool HasOccurrences(EventSource source)
    {
        var found = new List<Occurrence>();
        new OccurrenceExpander(zones).Expand(source.Series, long.MinValue, long.MaxValue, 1, found);
        return found.Count > 0;
    }

    private static string RuleText(CalendarEvent master) => master.Rules.Count > 0 ? master.Rules[0].ToString() : "";
}
