using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Household;

/// <summary>What a feed would bring, for whoever is about to add it.</summary>
/// <param name="Name">What the calendar calls itself; null when it does not.</param>
/// <param name="Events">Events; a series is one.</param>
/// <param name="IsWhole">False for a calendar that breaks off before its end.</param>
/// <param name="Next">What comes next, running events included; empty when nothing does within a year.</param>
/// <param name="Problems">What would be skipped.</param>
internal sealed record FeedPreview(string? Name, int Events, bool IsWhole, IReadOnlyList<PreviewedOccurrence> Next, CalendarProblems Problems);

/// <summary>One of what comes next.</summary>
/// <param name="Summary">Title, may be empty.</param>
/// <param name="Location">Place, or null.</param>
/// <param name="IsAllDay">Whole days.</param>
/// <param name="Start">Unix seconds; wall-clock seconds of the first day when it is all-day.</param>
/// <param name="End">The same, exclusive.</param>
internal sealed record PreviewedOccurrence(string Summary, string? Location, bool IsAllDay, long Start, long End);
