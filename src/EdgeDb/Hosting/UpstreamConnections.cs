using EdgeDb.Core.Connections;
using EdgeDb.Core.Storage;
using EdgeDb.Options;

namespace EdgeDb.Hosting;

/// <summary>Every endpoint of the service: the database file, the web, and the upstream servers that the options name.</summary>
internal static class UpstreamConnections
{
    public static ConnectionManager Create(
        EdgeDbOptions options, SqliteDatabase database, WebEndpoint web, HttpTransport transport, TimeProvider time, ILoggerFactory loggers)
    {
        var upstream = options.Upstream;
        var logger = loggers.CreateLogger("EdgeDb.Connections");
        var manager = new ConnectionManager(new MemoryProbe("/"), new ForecastFolder(Path.Combine(options.Data, "forecast")), time);
        manager.Watch(database.Readers);
        manager.Add(web);
        if (upstream.Postgres is { } primary)
            manager.Add(Postgres(primary));
        if (upstream.PostgresReplica is { } replica)
            manager.Add(Postgres(replica));
        if (upstream.Redis is { } redis)
        {
            manager.Add(new ConnectionEndpoint<RedisConnection>(
                new RedisSource("redis", redis.Server, null, time, logger), EndpointKind.Redis, redis.Endpoint, null, time, logger));
        }

        if (upstream.Qdrant is { } qdrant)
        {
            manager.Add(new ConnectionEndpoint<QdrantConnection>(
                new QdrantSource("qdrant", qdrant.Server, transport), EndpointKind.Qdrant, qdrant.Endpoint, HttpFailures.Advise, time, logger));
        }

        return manager;

        ConnectionEndpoint<PostgresConnection> Postgres(Upstream<PostgresOptions> server) =>
            new(new PostgresSource(server.Server, time), EndpointKind.Postgres, server.Endpoint, PostgresFailures.Advise, time, logger);
    }
}
