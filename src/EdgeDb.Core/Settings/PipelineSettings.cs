namespace EdgeDb.Core.Settings;

/// <summary>How requests are answered. Immutable; read through <see cref="Live{T}"/>. Defaults and ranges are in the table of settings.</summary>
internal sealed record PipelineSettings
{
    /// <summary>Answers kept at most.</summary>
    public required int CacheEntries { get; init; }

    /// <summary>Memory of the kept answers at most, in bytes.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>How long an answer is fresh.</summary>
    public required TimeSpan CacheTtl { get; init; }

    /// <summary>How long after that it is still given while a new one is made.</summary>
    public required TimeSpan StaleWhileRevalidate { get; init; }

    /// <summary>How long after that it is given, marked as stale, when no new one can be made.</summary>
    public required TimeSpan StaleIfError { get; init; }

    /// <summary>How long answers are fresh while the second level is lost and nobody tells what has changed.</summary>
    public required TimeSpan TtlWithoutSecondLevel { get; init; }

    /// <summary>Requests executed together at most.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Longest time a request waits for others to join it; none while nothing else runs.</summary>
    public required TimeSpan BatchDelay { get; init; }

    /// <summary>Time a request has for its answer.</summary>
    public required TimeSpan RequestDeadline { get; init; }

    /// <summary>Executions at once.</summary>
    public required int RequestConcurrency { get; init; }

    /// <summary>Requests that may wait for their execution; more are refused.</summary>
    public required int RequestQueue { get; init; }
}
