namespace EdgeDb.Core.Connections;

/// <summary>How one endpoint is used.</summary>
internal sealed record EndpointOptions
{
    /// <summary>Its connections.</summary>
    public ConnectionPoolOptions Pool { get; init; } = new();

    /// <summary>What bounds the work it gets at once. Default <see cref="ConcurrencyLimitKind.Cinnamon"/>.</summary>
    public ConcurrencyLimitKind Limit { get; init; }

    /// <summary>How it is protected.</summary>
    public EndpointResilienceOptions Resilience { get; init; } = new();

    /// <summary>What is remembered of its queries.</summary>
    public QueryMonitorOptions Monitor { get; init; } = new();

    /// <summary>Whether connections are opened ahead of the load that is forecast. Default false: one multiplexed connection is enough for any load; PostgreSQL's is true.</summary>
    public bool OpensAhead { get; init; }

    /// <summary>Bytes of this process that one connection costs. Default 128 KiB (Npgsql with TLS), range 1 KiB to 64 MiB.</summary>
    public long ConnectionCostBytes { get; init; } = 128 * 1024;

    /// <summary>What is isolated from the start: the endpoint (then it opens nothing either) or some of its operation classes. Default none.</summary>
    public IReadOnlyList<Isolation> Isolations { get; init; } = [];

    /// <summary>Adds one sentence for each value outside its range.</summary>
    public void Validate(string name, ICollection<string> problems)
    {
        Pool.Validate(name, problems);
        Resilience.Validate(name, problems);
        if (!Enum.IsDefined(Limit))
            problems.Add($"{name}: Limit is {Limit}; it is one of {string.Join(", ", Enum.GetNames<ConcurrencyLimitKind>())}.");
        new OptionRanges(name, problems).Check(nameof(ConnectionCostBytes), ConnectionCostBytes, 1024, 64 * 1024 * 1024);
    }

    internal void ThrowIfInvalid(string name)
    {
        var problems = new List<string>();
        Validate(name, problems);
        problems.ThrowIfAny();
    }
}
