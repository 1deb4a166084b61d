namespace EdgeDb.Core.Connections;

/// <summary>In which order <see cref="QueryMonitor.Top"/> lists.</summary>
public enum QueryOrder
{
    /// <summary>What took most time in all.</summary>
    TotalTime,

    /// <summary>What is slow now, by the 99th percentile.</summary>
    P99,

    /// <summary>What failed most often, the caller's own faults left out.</summary>
    Errors,
}

/// <summary>What is known of one shape.</summary>
/// <param name="Shape">The shape; null for those that found no place, counted together.</param>
/// <param name="Class">As declared, or <see cref="QueryClass.Analytics"/> when it has shown to be.</param>
/// <param name="Count">Operations that succeeded or timed out, since the shape was first seen.</param>
/// <param name="Errors">Failures since then, without <see cref="FailureKind.Caller"/>.</param>
/// <param name="CallerErrors">Failures of kind <see cref="FailureKind.Caller"/>.</param>
/// <param name="TotalTime">What the operations of <paramref name="Count"/> took together.</param>
/// <param name="P50">Median of the latest one to two windows, within 3.1 %; like the following.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Max">The longest ever.</param>
/// <param name="IsAnomalous">It takes at least twice its usual time.</param>
public sealed record QuerySummary(
    QueryShape? Shape,
    QueryClass Class,
    long Count,
    long Errors,
    long CallerErrors,
    TimeSpan TotalTime,
    TimeSpan P50,
    TimeSpan P95,
    TimeSpan P99,
    TimeSpan Max,
    bool IsAnomalous);
