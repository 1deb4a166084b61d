namespace EdgeDb.Core.Calendars;

/// <summary>
/// Names one occurrence of a series by its original start, whatever it was moved to. Its text form is a UTC time
/// (<c>20260105T080000Z</c>), a floating time (<c>20260105T090000</c>) or a date (<c>20260105</c>).
/// </summary>
/// <param name="Kind">What <paramref name="Seconds"/> counts.</param>
/// <param name="Seconds">Original start in seconds since the epoch of <paramref name="Kind"/>.</param>
public readonly record struct RecurrenceId(OccurrenceKind Kind, long Seconds);
