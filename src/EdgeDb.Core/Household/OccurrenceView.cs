using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Household;

/// <summary>An occurrence as a reader sees it: resolved, coloured and joined with everybody it concerns.</summary>
/// <param name="IsBusy">The viewer sees the time only: all but <paramref name="Kind"/>, <paramref name="Start"/>, <paramref name="End"/> and a grey is empty.</param>
/// <param name="EventId">Event the occurrence belongs to.</param>
/// <param name="Uid">UID of the event.</param>
/// <param name="Recurrence">Original start within its series; null without recurrence.</param>
/// <param name="Kind">Timed and floating ones have been placed on the UTC time line; all-day ones keep wall-clock seconds.</param>
/// <param name="Start">Seconds since the epoch of <paramref name="Kind"/>.</param>
/// <param name="End">Exclusive end, same unit.</param>
/// <param name="Zone">IANA name of the event's zone; null when floating, all-day or UTC.</param>
/// <param name="Summary">Title, may be empty.</param>
/// <param name="Location">Place, or null.</param>
/// <param name="Status">Never <see cref="EventStatus.Cancelled"/>.</param>
/// <param name="Private">CLASS:PRIVATE.</param>
/// <param name="Editable">Belongs to a local calendar, and the viewer may act on it.</param>
/// <param name="Color"><c>#rrggbb</c> or a CSS colour name.</param>
/// <param name="CalendarIds">Every calendar that holds this event.</param>
/// <param name="MemberIds">Whom the event names; if nobody, every member of those calendars.</param>
public sealed record OccurrenceView(
    bool IsBusy,
    string EventId,
    string Uid,
    RecurrenceId? Recurrence,
    OccurrenceKind Kind,
    long Start,
    long End,
    string? Zone,
    string Summary,
    string? Location,
    EventStatus Status,
    bool Private,
    bool Editable,
    string Color,
    IReadOnlyList<string> CalendarIds,
    IReadOnlyList<string> MemberIds)
{
    private const string BusyColor = "#9ca3af";

    /// <summary>A time that is taken.</summary>
    internal static OccurrenceView Busy(OccurrenceKind kind, long start, long end) =>
        new(true, "", "", null, kind, start, end, null, "", null, EventStatus.Confirmed, false, false, BusyColor, [], []);
}
