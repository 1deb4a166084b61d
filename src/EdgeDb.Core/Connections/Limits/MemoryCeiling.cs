namespace EdgeDb.Core.Connections;

/// <summary>
/// How many connections of one endpoint fit into memory. Its share of the free memory (<see cref="MemoryShares"/>) sets the ceiling; memory pressure (PSI: the share of time in which something waited for memory) halves it at
/// once and gives it back in steps when the pressure has been gone for a while. A kernel that does not say (no cgroup, PSI switched off as
/// on Raspberry Pi OS) has no opinion, which is not an error. Not thread-safe.
/// </summary>
internal sealed class MemoryCeiling(long connectionBytes, TimeProvider time)
{
    /// <summary>Pressure (some avg10, in percent) above which the ceiling falls.</summary>
    public const double HighPressure = 10;

    /// <summary>Pressure below which it may rise again. Between the two nothing changes, so that it does not swing.</summary>
    public const double LowPressure = 2;

    /// <summary>Time between two steps; avg10 needs that long to follow what the last step did.</summary>
    public static readonly TimeSpan StepEvery = TimeSpan.FromSeconds(10);

    private readonly long _connectionBytes = connectionBytes >= 1
        ? connectionBytes
        : throw new ArgumentOutOfRangeException(nameof(connectionBytes), connectionBytes, "A connection costs at least a byte; measure it, or take 60 KB for PostgreSQL and 2 MB for SQLite.");

    private int? _pressed;
    private long? _steppedAt;

    /// <summary>The most connections that should be open, those open included; null when the kernel has no opinion.</summary>
    /// <param name="shareBytes">What the endpoint may take more, or has to give back where negative; null when the kernel does not say what is free.</param>
    /// <param name="pressurePercent">See <see cref="MemoryState.PressurePercent"/>.</param>
    /// <param name="open">Connections open now.</param>
    public int? Look(long? shareBytes, double? pressurePercent, int open)
    {
        int? fitting = shareBytes is { } share ? (int)Math.Clamp(open + Math.Floor((double)share / _connectionBytes), 1, int.MaxValue) : null;
        if (pressurePercent is { } pressure)
            Step(pressure, open);
        return _pressed is { } pressed ? Math.Min(pressed, fitting ?? int.MaxValue) : fitting;
    }

    private void Step(double pressure, int open)
    {
        if (_steppedAt is { } steppedAt && time.GetElapsedTime(steppedAt) < StepEvery)
            return;
        if (pressure >= HighPressure)
            _pressed = Math.Max(1, (_pressed is { } pressed ? Math.Min(pressed, open) : open) / 2);
        else if (pressure < LowPressure && _pressed is { } low)
            _pressed = low > open * 2 ? null : low + Math.Max(1, low / 4);
        else
            return;
        _steppedAt = time.GetTimestamp();
    }
}
