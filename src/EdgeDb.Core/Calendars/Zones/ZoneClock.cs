using NodaTime;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// Converts between wall-clock and UTC seconds of one zone from a table of its transitions, at a few nanoseconds a value where
/// <see cref="DateTimeZone.MapLocal"/> takes a hundred. Immutable, so one clock serves all threads.
/// A local time that a clock change skips has the offset before the gap (RFC 5545 §3.3.5), one that happens twice is the first.
/// </summary>
internal sealed class ZoneClock
{
    private static readonly Instant TableStart = Instant.FromUtc(1990, 1, 1, 0, 0);
    private static readonly Instant TableEnd = Instant.FromUtc(2060, 1, 1, 0, 0);

    // Interval i holds UTC seconds [_utc[i], _utc[i + 1]) and wall-clock seconds [_local[i], _local[i + 1]).
    private readonly long[] _utc;
    private readonly long[] _local;
    private readonly int[] _offsets;

    public ZoneClock(DateTimeZone zone)
    {
        Zone = zone;
        var utc = new List<long>();
        var local = new List<long>();
        var offsets = new List<int>();
        foreach (var interval in zone.GetZoneIntervals(new Interval(TableStart, TableEnd)))
        {
            var start = utc.Count == 0 ? TableStart.ToUnixTimeSeconds() : interval.Start.ToUnixTimeSeconds();
            var offset = interval.WallOffset.Seconds;
            utc.Add(start);
            // Both a gap (later offset greater) and an overlap (earlier one greater) end at the transition plus the greater offset:
            // skipped times and the first of doubled ones belong to the interval before.
            local.Add(start + (offsets.Count == 0 ? offset : Math.Max(offset, offsets[^1])));
            offsets.Add(offset);
        }

        utc.Add(TableEnd.ToUnixTimeSeconds());
        local.Add(TableEnd.ToUnixTimeSeconds() + offsets[^1]);
        _utc = [.. utc];
        _local = [.. local];
        _offsets = [.. offsets];
    }

    public static ZoneClock Utc { get; } = new(DateTimeZone.Utc);

    public DateTimeZone Zone { get; }

    /// <summary>UTC seconds of a wall-clock time.</summary>
    /// <param name="local">Wall-clock seconds since 1970-01-01T00:00:00.</param>
    /// <param name="hint">Where the last conversion was found; consecutive instances are nearly always in the same interval. One that
    /// belongs to another clock does no harm.</param>
    public long ToUtc(long local, ref int hint)
    {
        if ((uint)hint < (uint)_offsets.Length && local >= _local[hint] && local < _local[hint + 1])
            return local - _offsets[hint];
        if (local < _local[0] || local >= _local[^1])
            return OutsideTable(local);
        hint = Find(_local, local);
        return local - _offsets[hint];
    }

    /// <inheritdoc cref="ToUtc(long, ref int)"/>
    public long ToUtc(long local)
    {
        var hint = 0;
        return ToUtc(local, ref hint);
    }

    /// <summary>Wall-clock seconds of a UTC time.</summary>
    public long ToLocal(long utc)
    {
        if (utc >= _utc[0] && utc < _utc[^1])
            return utc + _offsets[Find(_utc, utc)];
        return utc + Zone.GetUtcOffset(Instant.FromUnixTimeSeconds(Clamp(utc))).Seconds;
    }

    private static int Find(long[] starts, long value)
    {
        var index = Array.BinarySearch(starts, value);
        return index >= 0 ? index : ~index - 1;
    }

    private long OutsideTable(long local)
    {
        var wall = new CalendarDateTime(Clamp(local), CalendarTimeKind.Floating).Local;
        var mapping = Zone.MapLocal(wall);
        return local - mapping.EarlyInterval.WallOffset.Seconds;
    }

    // A day inside the years 1 to 9999, so that no offset leads out of what NodaTime can express.
    private static long Clamp(long seconds) => Math.Clamp(
        seconds, CivilDate.MinSeconds + CivilDate.SecondsPerDay, CivilDate.MaxSeconds - CivilDate.SecondsPerDay);
}
