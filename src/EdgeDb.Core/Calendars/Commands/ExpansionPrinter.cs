namespace EdgeDb.Core.Calendars;

/// <summary>
/// Prints the occurrences of a calendar in the order of their starts. The window is gone through in parts of a quarter: a later part
/// costs no more than the first, and memory holds the occurrences of one part however long the window is. Where little happens
/// parts grow, so that a window of millennia ends as well.
/// </summary>
internal sealed class ExpansionPrinter(ExpandableCalendar calendar, ZoneClock clock, JsonLines lines, byte[]? id)
{
    private const long PartSeconds = 92 * CivilDate.SecondsPerDay;

    /// <summary>A part with fewer occurrences is followed by one twice as long.</summary>
    private const int Few = 5_000;

    /// <summary>Occurrences of a longer part; with more of them it is gone through in quarters.</summary>
    private const int MaxInLongPart = 50_000;

    /// <summary>Occurrences of one series in a quarter: a rule of seconds would fill the memory.</summary>
    private const int MaxOfSeries = 1_000_000;

    // Fewer bits for the place in the list than for the time: 2^24 occurrences a part, 2^39 seconds.
    private const int IndexBits = 24;

    private readonly OccurrenceExpander _expander = new(calendar.Zones);
    private readonly List<Occurrence> _found = [];
    private long[] _order = [];

    /// <summary>Prints what overlaps [from, to) in UTC seconds; all-day and floating times are placed on the clock.</summary>
    public void Print(long from, long to)
    {
        var length = PartSeconds;
        for (var start = from; start < to;)
        {
            var end = length < to - start ? start + length : to;
            if (!TryExpand(start, end, isLong: length > PartSeconds))
            {
                length = PartSeconds;
                continue;
            }

            PrintPart(from, start, end);
            start = end;
            length = _found.Count < Few ? length * 2 : PartSeconds;
        }
    }

    /// <summary>Collects the occurrences of a part; false when a long one has too many.</summary>
    private bool TryExpand(long partFrom, long partTo, bool isLong)
    {
        _found.Clear();
        foreach (var series in calendar.Series)
        {
            var limit = isLong ? MaxInLongPart - _found.Count : MaxOfSeries;
            // A day covers every offset; what lies outside of the window on the clock is left out when it is printed.
            if (_expander.Expand(series, partFrom - CivilDate.SecondsPerDay, partTo + CivilDate.SecondsPerDay, limit, _found)
                && _found.Count < 1 << IndexBits)
                continue;
            if (isLong)
                return false;
            throw new CalendarRequestException(
                $"\"{series.Uid}\" has more than {MaxOfSeries} occurrences in three months, or all have more than {1 << IndexBits}");
        }

        return true;
    }

    private void PrintPart(long from, long partFrom, long partTo)
    {
        if (_order.Length < _found.Count)
            _order = new long[_found.Count];
        var count = 0;
        for (var i = 0; i < _found.Count; i++)
        {
            var item = _found[i];
            var start = Place(item.Kind, item.Start);
            var end = Place(item.Kind, item.End);
            // What began before this part was printed with an earlier one, unless this is the first.
            if (start < partTo && (start >= partFrom || (partFrom == from && end > from)))
                _order[count++] = (start << IndexBits) | (uint)i;
        }

        Array.Sort(_order, 0, count);
        for (var i = 0; i < count; i++)
            Print(_found[(int)(_order[i] & ((1 << IndexBits) - 1))]);
    }

    private long Place(OccurrenceKind kind, long seconds) => kind == OccurrenceKind.Timed ? seconds : clock.ToUtc(seconds);

    private void Print(in Occurrence item)
    {
        lines.Begin(id);
        lines.Raw("\"uid\":"u8);
        lines.Text(item.Event.Uid);
        lines.Raw(",\"recurrenceId\":"u8);
        if (item.RecurrenceId is { } recurrenceId)
            Time(recurrenceId.Kind, recurrenceId.Seconds);
        else
            lines.Raw("null"u8);
        lines.Raw(",\"start\":"u8);
        Time(item.Kind, item.Start);
        lines.Raw(",\"end\":"u8);
        Time(item.Kind, item.End);
        lines.Raw(item.Kind == OccurrenceKind.AllDay ? ",\"allDay\":true,\"zone\":"u8 : ",\"allDay\":false,\"zone\":"u8);
        lines.Text(ZoneId(item.Event.Start));
        lines.Raw(",\"summary\":"u8);
        lines.Text(item.Event.Summary);
        lines.Raw("}\n"u8);
    }

    private void Time(OccurrenceKind kind, long seconds)
    {
        if (kind == OccurrenceKind.AllDay)
            lines.Date(seconds);
        else
            lines.Instant(Place(kind, seconds));
    }

    private string? ZoneId(CalendarDateTime start) => start.Kind switch
    {
        CalendarTimeKind.Utc => "UTC",
        CalendarTimeKind.Zoned => calendar.Zones.Clock(start.ZoneId!)?.Zone.Id,
        _ => null,
    };
}
