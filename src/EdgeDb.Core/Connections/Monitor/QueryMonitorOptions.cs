namespace EdgeDb.Core.Connections;

/// <summary>What a <see cref="QueryMonitor"/> keeps.</summary>
public sealed record QueryMonitorOptions
{
    /// <summary>Shapes kept at once; 5 KB each. The rest is counted together. Default 256, from 1 to 10,000.</summary>
    public int MaxShapes { get; init; } = 256;

    /// <summary>
    /// Length of a window, after which older durations begin to be forgotten; what is shown covers one to two of them. Default 1 min, at least 1 s.
    /// </summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A window with fewer operations goes on, for up to 15 times its length. Default 100, at least 1.</summary>
    public int WindowLeastCount { get; init; } = 100;

    /// <summary>A read whose median is above this is taken for analytics, until it falls below half of it. Default 500 ms, more than 0.</summary>
    public TimeSpan AnalyticsFrom { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> when a value is out of its range.</summary>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxShapes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxShapes, 10_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(WindowLeastCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(AnalyticsFrom, TimeSpan.Zero);
    }
}
