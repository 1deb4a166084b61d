using EdgeDb.Core.Connections;
using EdgeDb.Core.OpenId;
using EdgeDb.Core.Settings;

namespace EdgeDb.Options;

/// <summary>The upstream servers of the service; null for one that is not given.</summary>
internal sealed record UpstreamOptions
{
    public Upstream<PostgresOptions>? Postgres { get; init; }

    public Upstream<PostgresOptions>? PostgresReplica { get; init; }

    public Upstream<RedisSettings>? Redis { get; init; }

    public Upstream<QdrantSettings>? Qdrant { get; init; }

    public Upstream<OpenIdSettings>? OpenId { get; init; }

    /// <summary>What is shown to each that asks for something.</summary>
    public IEnumerable<(Setting Setting, Secret Credential)> Credentials()
    {
        if (Postgres is not null)
            yield return (SettingTable.Postgres, Postgres.Server.Password);
        if (PostgresReplica is not null)
            yield return (SettingTable.PostgresReplica, PostgresReplica.Server.Password);
        if (Redis?.Server.Password is { } password)
            yield return (SettingTable.Redis, password);
        if (Qdrant?.Server.ApiKey is { } key)
            yield return (SettingTable.Qdrant, key);
        if (OpenId?.Server.ClientSecret is { } secret)
            yield return (SettingTable.OpenId, secret);
    }

    /// <summary>The setting and the host of each that is given.</summary>
    public IEnumerable<(Setting Setting, string Host)> Hosts()
    {
        if (Postgres is not null)
            yield return (SettingTable.Postgres, Postgres.Server.Host);
        if (PostgresReplica is not null)
            yield return (SettingTable.PostgresReplica, PostgresReplica.Server.Host);
        if (Redis is not null)
            yield return (SettingTable.Redis, Redis.Server.Host);
        if (Qdrant is not null)
            yield return (SettingTable.Qdrant, new Uri(Qdrant.Server.Address).IdnHost);
        if (OpenId is not null)
            yield return (SettingTable.OpenId, new Uri(OpenId.Server.Issuer).IdnHost);
    }
}

/// <summary>One server: where it is, and how its endpoint is used.</summary>
internal sealed record Upstream<T>(T Server, EndpointOptions Endpoint);
