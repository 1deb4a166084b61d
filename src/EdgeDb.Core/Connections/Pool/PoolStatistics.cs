namespace EdgeDb.Core.Connections;

/// <summary>A pool at one moment, and what it has done since its start.</summary>
public readonly record struct PoolStatistics
{
    /// <summary>Open connections.</summary>
    public int Open { get; init; }

    /// <summary>Open connections without a lease.</summary>
    public int Idle { get; init; }

    /// <summary>Leases under way.</summary>
    public int Leased { get; init; }

    /// <summary>Connections being opened.</summary>
    public int Opening { get; init; }

    /// <summary>Connections being closed.</summary>
    public int Closing { get; init; }

    /// <summary>Callers that wait.</summary>
    public int Waiting { get; init; }

    /// <summary>Leases allowed at once now.</summary>
    public int Limit { get; init; }

    /// <summary>Leases given.</summary>
    public long Acquired { get; init; }

    /// <summary>Leases given after a wait.</summary>
    public long Waited { get; init; }

    /// <summary>Callers that waited in vain.</summary>
    public long TimedOut { get; init; }

    /// <summary>Callers turned away because too many waited.</summary>
    public long Rejected { get; init; }

    /// <summary>Connections opened.</summary>
    public long Opened { get; init; }

    /// <summary>Attempts to open one that failed.</summary>
    public long OpenFailures { get; init; }

    /// <summary>Why the latest attempt to open one failed; null when it did not.</summary>
    public string? LastOpenFailure { get; init; }

    /// <summary>Time since the first of the latest attempts in a row that failed; null when the latest did not.</summary>
    public TimeSpan? FailingFor { get; init; }

    /// <summary>Connections closed because they were idle for long.</summary>
    public long ClosedIdle { get; init; }

    /// <summary>Connections closed because of their age.</summary>
    public long ClosedAged { get; init; }

    /// <summary>Connections closed because they were broken.</summary>
    public long ClosedBroken { get; init; }

    /// <summary>Leases on a connection that had run the same query shape lately.</summary>
    public long AffinityHits { get; init; }

    /// <summary>Leases that named a query shape.</summary>
    public long AffinityAsked { get; init; }

    /// <summary>Leases reported as not returned.</summary>
    public long Leaks { get; init; }

    /// <summary>Time callers have waited, those in vain included.</summary>
    public TimeSpan WaitTime { get; init; }

    /// <summary>Time connections have been held.</summary>
    public TimeSpan HoldTime { get; init; }

    /// <summary>Time that opening has taken.</summary>
    public TimeSpan OpenTime { get; init; }
}
