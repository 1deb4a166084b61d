using EdgeDb.Core.Connections;

namespace EdgeDb.Options;

/// <summary>The upstream servers of the service; null for one that is not given.</summary>
internal sealed record UpstreamOptions
{
    public Upstream<PostgresOptions>? Postgres { get; init; }

    public Upstream<PostgresOptions>? PostgresReplica { get; init; }

    public Upstream<RedisSettings>? Redis { get; init; }

    public Upstream<QdrantSettings>? Qdrant { get; init; }

    /// <summary>How the tuner may act.</summary>
    public required TunerMode Tuner { get; init; }

    /// <summary>The option and the host of each that is given.</summary>
    public IEnumerable<(string Option, string Host)> Hosts()
    {
        if (Postgres is not null)
            yield return ("postgres", Postgres.Server.Host);
        if (PostgresReplica is not null)
            yield return ("postgres-replica", PostgresReplica.Server.Host);
        if (Redis is not null)
            yield return ("redis", Redis.Server.Host);
        if (Qdrant is not null)
            yield return ("qdrant", new Uri(Qdrant.Server.Address).IdnHost);
    }
}

/// <summary>One server: where it is, and how its endpoint is used.</summary>
internal sealed record Upstream<T>(T Server, EndpointOptions Endpoint);
