namespace EdgeDb.Core.Caching;

/// <summary>
/// Milliseconds since some start, which a wall clock that jumps does not move. Every hit asks for the time: the counter of .NET for elapsed milliseconds costs a quarter of a
/// timestamp, which alone would be half of a hit, and times to live need no more exactness than the few milliseconds that it has.
/// </summary>
internal readonly struct CoarseClock(TimeProvider time)
{
    private readonly bool _isSystem = ReferenceEquals(time, TimeProvider.System);

    public TimeProvider Time => time;

    public long Now => _isSystem ? Environment.TickCount64 : (long)((Int128)time.GetTimestamp() * 1000 / time.TimestampFrequency);

    /// <summary>The time after a duration, rounded up; never for what does not fit.</summary>
    public static long After(long now, TimeSpan duration)
    {
        var milliseconds = Milliseconds(duration);
        return milliseconds > long.MaxValue - now ? long.MaxValue : now + milliseconds;
    }

    public static long Milliseconds(TimeSpan duration) => (duration.Ticks / TimeSpan.TicksPerMillisecond) + (duration.Ticks % TimeSpan.TicksPerMillisecond > 0 ? 1 : 0);
}
