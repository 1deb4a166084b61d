using EdgeDb.Core.Connections;
using EdgeDb.Core.OpenId;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Storage;
using EdgeDb.Options;

namespace EdgeDb.Hosting;

/// <summary>Every endpoint of the service: the database file, the web, and the upstream servers that the options name.</summary>
internal sealed class UpstreamConnections : IAsyncDisposable
{
    /// <param name="options">Name the servers.</param>
    /// <param name="database">Its readers are watched.</param>
    /// <param name="web">Is taken over.</param>
    /// <param name="transport">Carries what goes over HTTP.</param>
    /// <param name="memory">Of an earlier run.</param>
    /// <param name="second">Is told what changes in Redis; given exactly when the options name one.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Receive what endpoints have to say.</param>
    public UpstreamConnections(
        EdgeDbOptions options, SqliteDatabase database, WebEndpoint web, HttpTransport transport, UpstreamMemory memory,
        SecondLevelWatch? second, TimeProvider time, ILoggerFactory loggers)
    {
        var upstream = options.Upstream;
        var logger = loggers.CreateLogger("EdgeDb.Connections");
        Manager = new ConnectionManager(new MemoryProbe("/"), new ForecastFolder(Path.Combine(options.Data, "forecast")), time);
        Manager.Watch(database.Readers);
        Manager.Add(web);
        var cluster = new List<PostgresMember>();
        if (upstream.Postgres is { } primary)
            cluster.Add(MemberOf(primary, isPrimary: true));
        if (upstream.PostgresReplica is { } replica)
            cluster.Add(MemberOf(replica, isPrimary: false));
        if (cluster.Count > 0)
            Postgres = new PostgresRouter(cluster, new PostgresRouterOptions { Known = memory.History }, time, logger);
        if (upstream.Redis is { } redis)
        {
            // Broadcast: the server remembers nothing of us, and tells also of answers that are in memory but were never read from there.
            var tracked = redis.Server with { Tracking = new() { Prefixes = [second!.Prefix], ExceptOwnChanges = true } };
            Redis = new ConnectionEndpoint<RedisConnection>(
                new RedisSource("redis", tracked, second.Invalidations, time, logger), EndpointKind.Redis, Remembered("redis", redis.Endpoint), null, time, logger);
            Manager.Add(Redis);
        }

        if (upstream.Qdrant is { } qdrant)
        {
            Manager.Add(new ConnectionEndpoint<QdrantConnection>(
                new QdrantSource("qdrant", qdrant.Server, transport), EndpointKind.Qdrant, Remembered("qdrant", qdrant.Endpoint), HttpFailures.Advise, time, logger));
        }

        if (upstream.OpenId is { } provider)
        {
            OpenId = new(new OpenIdSource(provider.Server, transport), EndpointKind.Http, Remembered("oidc", provider.Endpoint), HttpFailures.Advise, time, logger);
            Manager.Add(OpenId);
        }

        PostgresMember MemberOf(Upstream<PostgresOptions> server, bool isPrimary)
        {
            var source = new PostgresSource(server.Server, time);
            var endpoint = new ConnectionEndpoint<PostgresConnection>(source, EndpointKind.Postgres, Remembered(source.Name, server.Endpoint), PostgresFailures.Advise, time, logger);
            Manager.Add(endpoint);
            return new PostgresMember(source, endpoint, isPrimary);
        }

        // Before its first connection, which it would open at once.
        EndpointOptions Remembered(string name, EndpointOptions endpoint) =>
            endpoint with { Isolations = [.. memory.Isolations.Where(isolation => isolation.Endpoint == name)] };
    }

    /// <summary>All of them.</summary>
    public ConnectionManager Manager { get; }

    /// <summary>The PostgreSQL servers as the one cluster they are; null when none is named.</summary>
    public PostgresRouter? Postgres { get; }

    /// <summary>The second level of the cache; null when none is named.</summary>
    public ConnectionEndpoint<RedisConnection>? Redis { get; }

    /// <summary>The provider that people may sign in with; null when none is named.</summary>
    public ConnectionEndpoint<OpenIdConnection>? OpenId { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // First: it asks servers on connections of the others.
        if (Postgres is not null)
            await Postgres.DisposeAsync();
        await Manager.DisposeAsync();
    }
}
