namespace EdgeDb.Core.Connections;

/// <summary>What happened to a circuit.</summary>
public enum CircuitEventKind
{
    /// <summary>From closed or half-open: work is refused until <see cref="CircuitEvent.Until"/>.</summary>
    Opened,

    /// <summary>From open: probes pass, one at a time.</summary>
    HalfOpened,

    /// <summary>From any other state: work passes again.</summary>
    Closed,

    /// <summary>A person shut it.</summary>
    Isolated,
}

/// <summary>One event of a circuit, for logs, metrics and the API. Events of one endpoint are delivered in the order they happened.</summary>
/// <param name="At">Wall-clock time.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Level">To which level.</param>
/// <param name="Name">Name of the endpoint.</param>
/// <param name="OperationClass">For <see cref="CircuitLevel.OperationClass"/>, else null.</param>
/// <param name="Failure">The kind of failure that led to it; null when none did.</param>
/// <param name="Reason">The same in words, with the figures and the setting that decided.</param>
/// <param name="FailuresInARow">Failures of that kind without an answer in between.</param>
/// <param name="Until">When the break ends; null when it has no end or there is none.</param>
public sealed record CircuitEvent(
    DateTimeOffset At, CircuitEventKind Kind, CircuitLevel Level, string Name, string? OperationClass, FailureKind? Failure, string Reason,
    int FailuresInARow, DateTimeOffset? Until);
