namespace EdgeDb.Core.Connections;

/// <summary>How one endpoint is protected, and how callers are protected from it.</summary>
internal sealed record EndpointResilienceOptions
{
    /// <summary>When work is refused.</summary>
    public CircuitBreakerOptions Breaker { get; init; } = new();

    /// <summary>How work is tried again.</summary>
    public RetryOptions Retry { get; init; } = new();

    /// <summary>How much extra load retries and hedges may be.</summary>
    public RetryBudgetOptions Budget { get; init; } = new();

    /// <summary>When slow reads are run twice.</summary>
    public HedgingOptions Hedging { get; init; } = new();

    /// <summary>How long a run may take.</summary>
    public AdaptiveTimeoutOptions Timeout { get; init; } = new();

    /// <summary>How it is checked while its circuit is open.</summary>
    public ReachabilityOptions Reachability { get; init; } = new();

    /// <summary>Adds one sentence for each value outside its range.</summary>
    public void Validate(string name, ICollection<string> problems)
    {
        Breaker.Validate($"{name}: Breaker", problems);
        Retry.Validate($"{name}: Retry", problems);
        Budget.Validate($"{name}: Budget", problems);
        Hedging.Validate($"{name}: Hedging", problems);
        Timeout.Validate($"{name}: Timeout", problems);
        Reachability.Validate($"{name}: Reachability", problems);
    }
}
