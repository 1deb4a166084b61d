using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Household;

/// <summary>An occurrence on the reader's time line, before its texts are read: only one page of them ever is.</summary>
/// <param name="Position">Its place in the answer.</param>
/// <param name="Kind">Timed or all-day.</param>
/// <param name="Start">Seconds of <paramref name="Kind"/>.</param>
/// <param name="End">Seconds of <paramref name="Kind"/>, exclusive.</param>
/// <param name="Recurrence">Original start within its series.</param>
/// <param name="PartKey">Row of its texts, unless <paramref name="Part"/> holds them.</param>
/// <param name="Part">Texts that were read or expanded already.</param>
/// <param name="IsBusy">The viewer sees the time only.</param>
internal readonly record struct PlacedOccurrence(
    OccurrencePosition Position, OccurrenceKind Kind, long Start, long End, RecurrenceId? Recurrence, long PartKey, ShownPart? Part, bool IsBusy);

/// <summary>What an occurrence shows, and the event it belongs to.</summary>
/// <param name="EventId">Public id of the event.</param>
/// <param name="CalendarId">Calendar of the copy that is shown.</param>
/// <param name="Uid">UID.</param>
/// <param name="Texts">Its texts.</param>
/// <param name="Members">Whom it concerns; null for the members of its calendars.</param>
internal sealed record ShownPart(string EventId, string CalendarId, string Uid, CompiledPart Texts, IReadOnlyList<string>? Members);
