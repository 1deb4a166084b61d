namespace EdgeDb.Core.Calendars;

/// <summary>Prints the instances of one rule.</summary>
internal static class RulePrinter
{
    /// <summary>Instances printed of a rule that has no end when neither limit nor window ends it.</summary>
    public const int DefaultEndlessLimit = 1_000;

    /// <param name="rule">The rule.</param>
    /// <param name="start">DTSTART.</param>
    /// <param name="clock">Zone of the start; null prints wall-clock times, or dates for a DATE.</param>
    /// <param name="from">First second printed, UTC with a clock, else wall clock.</param>
    /// <param name="to">Exclusive end of what is printed.</param>
    /// <param name="limit">Lines at most.</param>
    /// <param name="lines">Receives them.</param>
    /// <param name="id">Id of the request, or null.</param>
    public static void Print(
        RecurrenceRule rule, CalendarDateTime start, ZoneClock? clock, long from, long to, int limit, JsonLines lines, byte[]? id)
    {
        var seconds = clock?.ToUtc(start.LocalSeconds) ?? start.LocalSeconds;
        var kind = clock is not null ? OccurrenceKind.Timed : start.IsDate ? OccurrenceKind.AllDay : OccurrenceKind.Floating;
        var resolved = new ResolvedTime(kind, clock, start.LocalSeconds, seconds);
        var (lastLocal, lastUtc) = resolved.LastOf(rule);
        from = Math.Clamp(from, CivilDate.MinSeconds, CivilDate.MaxSeconds);
        to = Math.Clamp(to, CivilDate.MinSeconds, CivilDate.MaxSeconds + 1);
        // Wall-clock bounds a day wider than the UTC ones; what is between is told apart below.
        var fromLocal = clock is null ? from : clock.ToLocal(from) - CivilDate.SecondsPerDay;
        var toLocal = clock is null ? to : clock.ToLocal(to) + CivilDate.SecondsPerDay;

        var hint = 0;
        var previous = long.MinValue;
        foreach (var local in new RecurrenceEnumerator(rule, start.LocalSeconds, start.IsDate, fromLocal, Math.Min(lastLocal, toLocal)))
        {
            var at = clock?.ToUtc(local, ref hint) ?? local;
            // Two wall-clock times can be one instant where the clocks skip an hour.
            if (at < from || at >= to || at > lastUtc || at == previous)
                continue;
            if (limit-- == 0)
                return;
            previous = at;
            lines.Begin(id);
            lines.Raw("\"start\":"u8);
            if (clock is not null)
                lines.Instant(at);
            else if (start.IsDate)
                lines.Date(at);
            else
                lines.Local(at);
            lines.Raw("}\n"u8);
        }
    }
}
