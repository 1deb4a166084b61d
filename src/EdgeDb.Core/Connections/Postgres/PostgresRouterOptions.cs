namespace EdgeDb.Core.Connections;

/// <summary>How reads and writes are divided between a primary and its replicas.</summary>
internal sealed record PostgresRouterOptions
{
    /// <summary>
    /// How old the data of a replica may be that answers without a mark. Default 10 s, range 100 ms to 1 h. A quarter of it is how often servers are
    /// asked for their position while there is work.
    /// </summary>
    public TimeSpan MaxReplicaLag { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// <see cref="PostgresRouter.History"/> of an earlier run; a server of that cluster that takes writes on an older timeline is a primary that was
    /// replaced. Default null: nothing is known.
    /// </summary>
    public PostgresHistory? Known { get; init; }

    /// <summary>Every option that is out of its range, with its value and the range; empty when all is well.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        new OptionRanges(null, problems).Check(nameof(MaxReplicaLag), MaxReplicaLag, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        return problems;
    }
}
