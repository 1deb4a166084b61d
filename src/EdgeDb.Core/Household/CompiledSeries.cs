using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Household;

/// <summary>A series made ready for the database off the writer: its index columns, display parts and occurrences of one window.</summary>
/// <param name="Uid">UID.</param>
/// <param name="Summary">Title of the master.</param>
/// <param name="Sequence">Highest SEQUENCE of the components.</param>
/// <param name="Stamp">Latest of LAST-MODIFIED and DTSTAMP, Unix seconds.</param>
/// <param name="Kind">Unit of the next two.</param>
/// <param name="StartsAt">No occurrence starts before this (<see cref="SeriesBounds"/>).</param>
/// <param name="EndsAt">No occurrence ends after this; null without end.</param>
/// <param name="Recurring">Has a rule, further dates or overrides.</param>
/// <param name="Private">Any of its components is, wherever that occurs: the texts of all of them are in <paramref name="Source"/>.</param>
/// <param name="SourceHash">See <see cref="SeriesSource"/>.</param>
/// <param name="Source">The VEVENTs as iCalendar text.</param>
/// <param name="Parts">What occurrences show; occurrences point here by index.</param>
/// <param name="Occurrences">Those within the window asked for, or all of an event that does not recur.</param>
/// <param name="Outside">Occurrences left out because they lie outside of the years 1 to 9999.</param>
/// <param name="Dense">The series has more occurrences in the window than are kept of one; none of them is stored, and each answer expands it for itself.</param>
internal sealed record CompiledSeries(
    string Uid,
    string Summary,
    int Sequence,
    long Stamp,
    OccurrenceKind Kind,
    long StartsAt,
    long? EndsAt,
    bool Recurring,
    bool Private,
    byte[] SourceHash,
    ReadOnlyMemory<byte> Source,
    IReadOnlyList<CompiledPart> Parts,
    IReadOnlyList<CompiledOccurrence> Occurrences,
    bool Dense,
    int Outside)
{
    /// <summary>Whom it concerns afterwards; null leaves that as it is.</summary>
    public IReadOnlyList<EventMember>? Members { get; init; }

    /// <summary>How far from it its alarms ring; null without any.</summary>
    public AlarmReach? Alarms { get; init; }
}

/// <summary>One row of the occurrence table.</summary>
internal readonly record struct CompiledOccurrence(long Start, long End, OccurrenceKind Kind, RecurrenceId? Recurrence, int Part);

/// <summary>What the occurrences of one component show.</summary>
/// <param name="Summary">Title, may be empty.</param>
/// <param name="Location">Place, or null.</param>
/// <param name="Zone">IANA name the component's own zone resolved to; null when floating, all-day or UTC.</param>
/// <param name="Color">CSS colour of the event's own, or null.</param>
/// <param name="Status">Status.</param>
/// <param name="Private">By its CLASS.</param>
/// <param name="Component">By <see cref="EventMemberLines.ComponentOf"/>; null when it is known to name nobody.</param>
internal sealed record CompiledPart(string Summary, string? Location, string? Zone, string? Color, EventStatus Status, bool Private, string? Component);
