namespace EdgeDb.Core.Connections;

/// <summary>Whether an endpoint answers.</summary>
internal enum EndpointState
{
    /// <summary>Nobody has needed it yet.</summary>
    Untried,

    /// <summary>It answered when it was last needed.</summary>
    Reachable,

    /// <summary>No connection can be opened and none is open, or its circuit breaker keeps work away.</summary>
    Unreachable,

    /// <summary>A person keeps work away.</summary>
    Isolated,
}

/// <summary>The state of an endpoint, as far as is known without asking it.</summary>
/// <param name="State">It.</param>
/// <param name="Since">Since when it is unreachable or isolated; null for the other states.</param>
/// <param name="Reason">Why it is; null for the other states.</param>
internal readonly record struct EndpointHealth(EndpointState State, DateTimeOffset? Since, string? Reason);
