using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Household;

/// <summary>What reading a calendar changed.</summary>
/// <param name="Events">Events and series it holds.</param>
/// <param name="Changed">Of these, new or changed ones.</param>
/// <param name="Removed">Events that are gone from the source and were removed from its mirror.</param>
/// <param name="Skipped">Properties, events and lines that could not be understood.</param>
/// <param name="Problems">The first of those.</param>
internal sealed record CalendarImportResult(long Events, long Changed, long Removed, long Skipped, IReadOnlyList<CalendarProblem> Problems);
