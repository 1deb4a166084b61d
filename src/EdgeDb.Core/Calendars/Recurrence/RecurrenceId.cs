namespace EdgeDb.Core.Calendars;

/// <summary>
/// Names one occurrence of a series by its original start, whatever it was moved to. Its text form is a UTC time
/// (<c>20260105T080000Z</c>), a floating time (<c>20260105T090000</c>) or a date (<c>20260105</c>).
/// </summary>
/// <param name="Kind">What <paramref name="Seconds"/> counts.</param>
/// <param name="Seconds">Original start in seconds since the epoch of <paramref name="Kind"/>.</param>
public readonly record struct RecurrenceId(OccurrenceKind Kind, long Seconds)
{
    /// <summary>Reads the text form.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RecurrenceId id)
    {
        id = default;
        if (!CalendarDateTime.TryParse(text, null, out var time, out _))
            return false;
        var kind = time.Kind switch
        {
            CalendarTimeKind.Date => OccurrenceKind.AllDay,
            CalendarTimeKind.Floating => OccurrenceKind.Floating,
            _ => OccurrenceKind.Timed,
        };
        id = new(kind, time.LocalSeconds);
        return true;
    }

    /// <summary>The text form.</summary>
    public override string ToString() => new CalendarDateTime(
        Seconds,
        Kind switch
        {
            OccurrenceKind.AllDay => CalendarTimeKind.Date,
            OccurrenceKind.Floating => CalendarTimeKind.Floating,
            _ => CalendarTimeKind.Utc,
        }).ToString();
}
