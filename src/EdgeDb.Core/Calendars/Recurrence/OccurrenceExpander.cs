namespace EdgeDb.Core.Calendars;

/// <summary>
/// Turns series into the occurrences that overlap a window. Rules repeat on the wall clock of the event's own zone, so that 09:00
/// stays 09:00 over a clock change. The choices RFC 5545 leaves open follow what people see on their phones:
/// <list type="bullet">
/// <item>DTSTART is shown even if the rule does not select it, and does not use up COUNT (Google, Apple; the RFC calls it undefined).</item>
/// <item>An occurrence in a skipped hour is shown, with the offset from before the gap; one in a doubled hour is the first.</item>
/// <item>An override shows once wherever it was moved to, also when its RECURRENCE-ID fits no occurrence; a cancelled one shows
/// nothing. Of two for one occurrence the higher SEQUENCE, then the later in the file, wins.</item>
/// <item>A cancelled master cancels its series with all overrides.</item>
/// </list>
/// Keeps scratch memory between calls: not thread-safe, one instance a run.
/// </summary>
public sealed class OccurrenceExpander(CalendarZones zones)
{
    /// <summary>More exceptions from an EXRULE within one window are no calendar but an attack on the memory.</summary>
    private const int MaxExcluded = 100_000;

    private static readonly List<Occurrence> None = [];

    private readonly List<long> _excluded = [];
    private readonly List<long> _excludedDays = [];
    private readonly List<SeriesOverride> _overrides = [];
    private readonly List<SeriesOverride> _following = [];
    private readonly Dictionary<RecurrenceId, int> _overrideById = [];
    private readonly HashSet<long> _overriddenDays = [];
    private List<Occurrence> _found = None;
    private int _firstFound;
    private int _limit;
    private long _from;
    private long _to;
    private long _previous;
    private bool _ascending;
    private int _hint;

    /// <summary>
    /// Appends the occurrences of a series that overlap the window, ordered by start. An occurrence overlaps when it ends after the
    /// window's start and starts before its end; one without duration, when it starts within. The seconds of both bounds are those
    /// of the occurrence's own kind: UTC for timed ones, wall clock for floating and all-day ones, so a caller that looks
    /// through some zone's eyes pads the window by a day and filters.
    /// </summary>
    /// <param name="series">Master and overrides of one UID.</param>
    /// <param name="fromSeconds">Start of the window.</param>
    /// <param name="toSeconds">Exclusive end of the window.</param>
    /// <param name="limit">At most this many are appended.</param>
    /// <param name="into">Receives them.</param>
    /// <returns>False when the limit cut the series short.</returns>
    public bool Expand(EventSeries series, long fromSeconds, long toSeconds, int limit, List<Occurrence> into)
    {
        _found = into;
        _firstFound = into.Count;
        _limit = limit;
        _from = Math.Clamp(fromSeconds, CivilDate.MinSeconds, CivilDate.MaxSeconds);
        _to = Math.Clamp(toSeconds, CivilDate.MinSeconds, CivilDate.MaxSeconds);
        _previous = long.MinValue;
        _ascending = true;

        var complete = true;
        if (series.Master is not { } master)
            complete = AddLoneOverrides(series.Overrides);
        else if (master.Status != EventStatus.Cancelled)
            complete = master.IsRecurring || series.Overrides.Count > 0 ? AddSeries(master, series.Overrides) : AddSingle(master);

        if (!_ascending)
            SortAndRemoveRepeats();
        // Do not keep the caller's list alive.
        _found = None;
        return complete;
    }

    private bool AddSingle(CalendarEvent source)
    {
        var start = ResolvedTime.Of(source.Start, zones);
        return Add(source, EventSpan.Of(source, start, zones), start, null);
    }

    /// <summary>Appends one occurrence if it overlaps the window; false when the limit does not allow it.</summary>
    private bool Add(CalendarEvent source, in EventSpan span, in ResolvedTime start, RecurrenceId? recurrenceId)
    {
        if (start.Seconds >= _to)
            return true;
        var end = span.EndOf(start, ref _hint);
        if (end <= _from && (end != start.Seconds || end < _from))
            return true;
        if (_found.Count - _firstFound >= _limit)
            return false;
        _ascending &= start.Seconds > _previous;
        _previous = start.Seconds;
        _found.Add(new Occurrence(source, recurrenceId, start.Kind, start.Seconds, end));
        return true;
    }

    private bool AddLoneOverrides(IReadOnlyList<CalendarEvent> overrides)
    {
        ClearOverrides();
        foreach (var source in overrides)
        {
            var id = ResolvedTime.Of(source.RecurrenceId ?? source.Start, zones);
            Keep(new SeriesOverride(source, new RecurrenceId(id.Kind, id.Seconds), _overrides.Count));
        }

        return AddOverrides();
    }

    private bool AddSeries(CalendarEvent master, IReadOnlyList<CalendarEvent> overrides)
    {
        var start = ResolvedTime.Of(master.Start, zones);
        var span = EventSpan.Of(master, start, zones);
        ReadOverrides(overrides, start);

        // What the window shows may come from originals outside of it: longer ones, and those that THISANDFUTURE moved.
        long reach = span.LongestSeconds, earlier = 0, later = 0;
        foreach (var following in _following)
        {
            var moved = ResolvedTime.Of(following.Source.Start, zones);
            var shift = moved.Seconds - following.Id.Seconds;
            earlier = Math.Max(earlier, shift + CivilDate.SecondsPerDay);
            later = Math.Max(later, CivilDate.SecondsPerDay - shift);
            reach = Math.Max(reach, EventSpan.Of(following.Source, moved, zones).LongestSeconds);
        }

        return AddOriginals(master, start, span, _from - reach - earlier, _to + later) & AddOverrides();
    }

    /// <summary>
    /// Appends what the rules and RDATEs give between two times, exceptions and overrides left out. Lists are walked by index here and
    /// below: through their interface, foreach would allocate for each of them and each series.
    /// </summary>
    private bool AddOriginals(CalendarEvent master, in ResolvedTime start, in EventSpan span, long from, long to)
    {
        _hint = 0;
        // A day covers any difference between the offsets of two times of one zone.
        var fromLocal = (start.Clock?.ToLocal(from) ?? from) - CivilDate.SecondsPerDay;
        var toLocal = (start.Clock?.ToLocal(to) ?? to) + CivilDate.SecondsPerDay;
        ReadExceptions(master, start, fromLocal, toLocal);

        var isShown = true;
        var several = master.Rules.Count > 1 || master.RecurrenceDates.Count > 0;
        for (var i = 0; i < master.Rules.Count; i++)
        {
            var rule = master.Rules[i];
            var (lastLocal, lastUtc) = start.LastOf(rule);
            isShown &= lastLocal >= start.LocalSeconds && lastUtc >= start.Seconds;
            foreach (var local in new RecurrenceEnumerator(
                rule, start.LocalSeconds, start.Kind == OccurrenceKind.AllDay, fromLocal, Math.Min(lastLocal, toLocal)))
            {
                var at = start.At(local, ref _hint);
                if (at.Seconds > lastUtc)
                    continue;
                isShown &= local != start.LocalSeconds;
                if (!AddOriginal(master, span, at))
                    return false;
            }
        }

        // UNTIL before DTSTART ends the series before it began, as programs do that delete "this and all following" from the first.
        if (isShown && start.LocalSeconds >= fromLocal && start.LocalSeconds <= toLocal)
        {
            _ascending = false;
            if (!AddOriginal(master, span, start))
                return false;
        }

        for (var i = 0; i < master.RecurrenceDates.Count; i++)
        {
            var period = master.RecurrenceDates[i];
            var resolved = ResolvedTime.Of(period.Start, zones);
            // A form other than that of DTSTART keeps the series' kind: a DATE on a timed series is that day at the series' time.
            if (resolved.Kind != start.Kind || resolved.Clock != start.Clock)
            {
                var seconds = start.SecondsOf(period.Start, zones);
                var local = start.Clock?.ToLocal(seconds) ?? seconds;
                if (period.Start.IsDate && start.Kind != OccurrenceKind.AllDay)
                    local = period.Start.LocalSeconds + CivilDate.FloorMod(start.LocalSeconds, CivilDate.SecondsPerDay);
                resolved = start.At(local, ref _hint);
            }

            var own = period.End is null && period.Duration is null ? span : EventSpan.Between(resolved, period.End, period.Duration, zones);
            if (!AddOriginal(master, own, resolved))
                return false;
        }

        _ascending &= !several;
        return true;
    }

    private bool AddOriginal(CalendarEvent master, in EventSpan span, in ResolvedTime at)
    {
        if (_excluded.Count > 0 && _excluded.BinarySearch(at.Seconds) >= 0)
            return true;
        var day = CivilDate.FloorDiv(at.LocalSeconds, CivilDate.SecondsPerDay);
        if (_excludedDays.Count > 0 && _excludedDays.BinarySearch(day) >= 0)
            return true;
        var id = new RecurrenceId(at.Kind, at.Seconds);
        if (_overrides.Count > 0 && (_overrideById.ContainsKey(id) || _overriddenDays.Contains(day)))
            return true;
        var governing = LastFollowing(at.Seconds);
        if (governing < 0)
            return Add(master, span, at, id);
        return _following[governing].Source.Status == EventStatus.Cancelled || AddShifted(_following[governing], at, id);
    }

    /// <summary>Index of the THISANDFUTURE override that an occurrence is under, or -1.</summary>
    private int LastFollowing(long seconds)
    {
        int low = 0, high = _following.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_following[middle].Id.Seconds <= seconds)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }

    /// <summary>An occurrence after a THISANDFUTURE override: its properties, and its move and duration on its own clock.</summary>
    private bool AddShifted(in SeriesOverride following, in ResolvedTime original, RecurrenceId id)
    {
        var start = ResolvedTime.Of(following.Source.Start, zones);
        var span = EventSpan.Of(following.Source, start, zones);
        long shift, local;
        if (start.Clock is { } clock && original.Clock is not null && clock != original.Clock)
        {
            shift = start.LocalSeconds - clock.ToLocal(following.Id.Seconds);
            local = clock.ToLocal(original.Seconds) + shift;
        }
        else
        {
            shift = start.LocalSeconds - (original.Clock?.ToLocal(following.Id.Seconds) ?? following.Id.Seconds);
            local = original.LocalSeconds + shift;
        }

        if (start.Kind == OccurrenceKind.AllDay)
            local = CivilDate.FloorDiv(local, CivilDate.SecondsPerDay) * CivilDate.SecondsPerDay;
        return Add(following.Source, span, start.At(local, ref _hint), id);
    }

    private bool AddOverrides()
    {
        foreach (var item in _overrides)
        {
            if (item.Source.Status == EventStatus.Cancelled)
                continue;
            var start = ResolvedTime.Of(item.Source.Start, zones);
            _hint = 0;
            if (!Add(item.Source, EventSpan.Of(item.Source, start, zones), start, item.Id))
                return false;
        }

        return true;
    }

    private void ReadExceptions(CalendarEvent master, in ResolvedTime start, long fromLocal, long toLocal)
    {
        _excluded.Clear();
        _excludedDays.Clear();
        for (var i = 0; i < master.ExceptionDates.Count; i++)
        {
            var date = master.ExceptionDates[i];
            if (date.IsDate && start.Kind != OccurrenceKind.AllDay)
                _excludedDays.Add(CivilDate.FloorDiv(date.LocalSeconds, CivilDate.SecondsPerDay));
            else
                _excluded.Add(start.SecondsOf(date, zones));
        }

        for (var i = 0; i < master.ExceptionRules.Count; i++)
        {
            var rule = master.ExceptionRules[i];
            var (lastLocal, lastUtc) = start.LastOf(rule);
            foreach (var local in new RecurrenceEnumerator(
                rule, start.LocalSeconds, start.Kind == OccurrenceKind.AllDay, fromLocal, Math.Min(lastLocal, toLocal)))
            {
                var at = start.At(local, ref _hint).Seconds;
                if (at <= lastUtc)
                    _excluded.Add(at);
                if (_excluded.Count >= MaxExcluded)
                    break;
            }
        }

        _excluded.Sort();
        _excludedDays.Sort();
    }

    private void ClearOverrides()
    {
        _overrides.Clear();
        _following.Clear();
        _overrideById.Clear();
        _overriddenDays.Clear();
    }

    private void ReadOverrides(IReadOnlyList<CalendarEvent> overrides, in ResolvedTime start)
    {
        if (overrides.Count == 0 && _overrides.Count == 0)
            return;
        ClearOverrides();
        for (var i = 0; i < overrides.Count; i++)
        {
            var source = overrides[i];
            if (source.RecurrenceId is not { } written)
                continue;
            var seconds = start.SecondsOf(written, zones);
            if (written.IsDate && start.Kind != OccurrenceKind.AllDay)
            {
                // The date names the occurrence of that day; its time is the series' own.
                _overriddenDays.Add(CivilDate.FloorDiv(written.LocalSeconds, CivilDate.SecondsPerDay));
                seconds = start.At(
                    written.LocalSeconds + CivilDate.FloorMod(start.LocalSeconds, CivilDate.SecondsPerDay), ref _hint).Seconds;
            }

            var item = new SeriesOverride(source, new RecurrenceId(start.Kind, seconds), i);
            // One for all later occurrences is also the override of its own.
            Keep(item);
            if (source.ThisAndFuture)
                _following.Add(item);
        }

        _following.Sort(SeriesOverride.ByRank);
    }

    private void Keep(SeriesOverride item)
    {
        if (_overrideById.TryAdd(item.Id, _overrides.Count))
            _overrides.Add(item);
        else if (Outranks(item.Source, _overrides[_overrideById[item.Id]].Source))
            _overrides[_overrideById[item.Id]] = item;
    }

    // What was said of this occurrence alone goes before what was said of it and all later ones.
    private static bool Outranks(CalendarEvent later, CalendarEvent earlier) => later.ThisAndFuture != earlier.ThisAndFuture
        ? earlier.ThisAndFuture : later.Sequence >= earlier.Sequence;

    private void SortAndRemoveRepeats()
    {
        var found = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_found)[_firstFound..];
        found.Sort(static (a, b) =>
        {
            var order = a.Start.CompareTo(b.Start);
            if (order == 0)
                order = (a.RecurrenceId?.Seconds ?? 0).CompareTo(b.RecurrenceId?.Seconds ?? 0);
            return order != 0 ? order : b.End.CompareTo(a.End);
        });
        var kept = 0;
        for (var i = 0; i < found.Length; i++)
        {
            if (kept == 0 || found[i].Start != found[kept - 1].Start || found[i].RecurrenceId != found[kept - 1].RecurrenceId)
                found[kept++] = found[i];
        }

        _found.RemoveRange(_firstFound + kept, found.Length - kept);
    }

    /// <param name="Source">The override.</param>
    /// <param name="Id">The occurrence it replaces, in the seconds of the series.</param>
    /// <param name="Order">Its place in the file.</param>
    private readonly record struct SeriesOverride(CalendarEvent Source, RecurrenceId Id, int Order)
    {
        public static readonly Comparer<SeriesOverride> ByRank = Comparer<SeriesOverride>.Create(static (a, b) =>
            (a.Id.Seconds, a.Source.Sequence, a.Order).CompareTo((b.Id.Seconds, b.Source.Sequence, b.Order)));
    }
}
