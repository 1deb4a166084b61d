namespace EdgeDb.Core.Household;

/// <summary>One task as stored, for somebody who sees it.</summary>
/// <param name="Key">Row.</param>
/// <param name="Id">Public id.</param>
/// <param name="CalendarId">Its list.</param>
/// <param name="MemberId">Whom it is for; null for nobody in particular.</param>
/// <param name="Position">Its place in the list, ascending.</param>
/// <param name="Version">Counts edits, from 1.</param>
/// <param name="CompletedAt">Unix seconds; null while it is open.</param>
/// <param name="Editable">Who asked may change it.</param>
/// <param name="Tickable">Who asked may do it: also what is theirs on a list of somebody else.</param>
/// <param name="Source">VTODOs as iCalendar text, UTF-8.</param>
/// <param name="Latest">When it was last done; null for never here.</param>
internal sealed record StoredTask(
    long Key, string Id, string CalendarId, string? MemberId, long Position, long Version, long? CompletedAt, bool Editable, bool Tickable, byte[] Source, TaskDone? Latest);

/// <summary>A time that a task was done.</summary>
/// <param name="Due">Which of its times, as the API writes it; null for none.</param>
/// <param name="DoneAt">Unix seconds.</param>
/// <param name="MemberId">Who did it; null when nobody said, or they are gone.</param>
internal sealed record TaskDone(string? Due, long DoneAt, string? MemberId);
