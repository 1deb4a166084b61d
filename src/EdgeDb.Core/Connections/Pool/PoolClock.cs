namespace EdgeDb.Core.Connections;

/// <summary>The monotonic clock of a <see cref="TimeProvider"/> in its own unit: thresholds are converted once, not each reading.</summary>
internal readonly struct PoolClock(TimeProvider time)
{
    private readonly double _perTick = (double)time.TimestampFrequency / TimeSpan.TicksPerSecond;
    private readonly long _origin = time.GetTimestamp();

    /// <summary>Since the clock was made, so that sums of readings stay far from overflow.</summary>
    public long Now => time.GetTimestamp() - _origin;

    /// <summary>A span in the clock's unit; <see cref="long.MaxValue"/> for an infinite one.</summary>
    public long From(TimeSpan span) => span == Timeout.InfiniteTimeSpan ? long.MaxValue : (long)(span.Ticks * _perTick);

    public long ToTicks(long elapsed) => (long)(elapsed / _perTick);

    public TimeSpan ToSpan(long elapsed) => new(ToTicks(elapsed));
}
