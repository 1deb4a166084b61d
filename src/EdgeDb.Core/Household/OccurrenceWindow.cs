using NodaTime;

namespace EdgeDb.Core.Household;

/// <summary>
/// The part of the time line whose occurrences are kept expanded. It moves a month at a time, so that a day passing does not
/// rewrite anything, and never backwards, because a board without a clock battery may boot in the past.
/// </summary>
/// <param name="From">First second, UTC.</param>
/// <param name="To">First second after it, UTC.</param>
public readonly record struct OccurrenceWindow(long From, long To)
{
    /// <summary>Floating and all-day occurrences are kept by wall clock, which differs from UTC by up to 14 hours (and 12 the other way).</summary>
    internal const long WallClockPadSeconds = 24 * 3600;

    /// <summary>The window around <paramref name="now"/>: whole months, <paramref name="monthsBack"/> before and <paramref name="monthsAhead"/> after.</summary>
    public static OccurrenceWindow Around(Instant now, int monthsBack, int monthsAhead)
    {
        var month = now.InUtc().Date.With(DateAdjusters.StartOfMonth);
        return new(UtcSeconds(month.PlusMonths(-monthsBack)), UtcSeconds(month.PlusMonths(monthsAhead + 1)));
    }

    /// <summary>True when [<paramref name="from"/>, <paramref name="to"/>) lies within.</summary>
    public bool Covers(long from, long to) => from >= From && to <= To;

    /// <summary>What both hold; empty when that is nothing.</summary>
    internal OccurrenceWindow Intersect(OccurrenceWindow other)
    {
        var (from, to) = (Math.Max(From, other.From), Math.Min(To, other.To));
        return from < to ? new(from, to) : default;
    }

    private static long UtcSeconds(LocalDate date) => date.AtMidnight().InUtc().ToInstant().ToUnixTimeSeconds();
}
