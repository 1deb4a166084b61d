using System.Globalization;
using EdgeDb.Core.Access;
using NodaTime;

namespace EdgeDb.Core.Household;

/// <summary>Asks for the occurrences that overlap a window.</summary>
/// <param name="From">First instant of the window.</param>
/// <param name="To">First instant after it.</param>
/// <param name="Zone">Where floating times and days are placed.</param>
/// <param name="Sight">What the viewer sees.</param>
/// <param name="CalendarIds">Only events of any of these; all when empty.</param>
/// <param name="MemberIds">Only events of any of these; all when empty.</param>
/// <param name="Limit">Most items on a page.</param>
/// <param name="After">Continue behind this position.</param>
public sealed record OccurrenceQuery(
    Instant From,
    Instant To,
    DateTimeZone Zone,
    Sight Sight,
    IReadOnlyCollection<string> CalendarIds,
    IReadOnlyCollection<string> MemberIds,
    int Limit,
    OccurrencePosition? After = null);

/// <summary>One page, in order of start; whole days come before times that start with them.</summary>
/// <param name="Items">At most the query's limit.</param>
/// <param name="Next">Where the next page starts; null on the last.</param>
public sealed record OccurrencePage(IReadOnlyList<OccurrenceView> Items, OccurrencePosition? Next);

/// <summary>
/// A place in the order of occurrences, so that a page continues where the one before ended although rows were added or
/// removed in between.
/// </summary>
/// <param name="At">Start on the UTC time line, seconds.</param>
/// <param name="Rank">0 for whole days, 1 for times.</param>
/// <param name="EventKey">Row of the event.</param>
/// <param name="Recurrence">Original start within the series, 0 without.</param>
public readonly record struct OccurrencePosition(long At, int Rank, long EventKey, long Recurrence) : IComparable<OccurrencePosition>
{
    /// <summary>Orders by start, whole days first.</summary>
    public int CompareTo(OccurrencePosition other)
    {
        var order = At.CompareTo(other.At);
        if (order == 0)
            order = Rank.CompareTo(other.Rank);
        if (order == 0)
            order = EventKey.CompareTo(other.EventKey);
        return order != 0 ? order : Recurrence.CompareTo(other.Recurrence);
    }

    /// <summary>As a cursor in an address.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At}.{Rank}.{EventKey}.{Recurrence}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, out OccurrencePosition position)
    {
        position = default;
        Span<Range> parts = stackalloc Range[5];
        var span = text.AsSpan();
        if (text.Length > 100 || span.Split(parts, '.') != 4
            || !TryNumber(span[parts[0]], out var at) || !TryNumber(span[parts[1]], out var rank) || rank is < 0 or > 1
            || !TryNumber(span[parts[2]], out var key) || !TryNumber(span[parts[3]], out var recurrence))
            return false;
        position = new(at, (int)rank, key, recurrence);
        return true;
    }

    /// <summary>Compares by <see cref="CompareTo"/>.</summary>
    public static bool operator <(OccurrencePosition left, OccurrencePosition right) => left.CompareTo(right) < 0;

    /// <summary>Compares by <see cref="CompareTo"/>.</summary>
    public static bool operator >(OccurrencePosition left, OccurrencePosition right) => left.CompareTo(right) > 0;

    /// <summary>Compares by <see cref="CompareTo"/>.</summary>
    public static bool operator <=(OccurrencePosition left, OccurrencePosition right) => left.CompareTo(right) <= 0;

    /// <summary>Compares by <see cref="CompareTo"/>.</summary>
    public static bool operator >=(OccurrencePosition left, OccurrencePosition right) => left.CompareTo(right) >= 0;

    private static bool TryNumber(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
