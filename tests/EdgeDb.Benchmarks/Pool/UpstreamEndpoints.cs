using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>Endpoints at the real servers of the test set.</summary>
internal static class UpstreamEndpoints
{
    public static PostgresOptions Options(Upstreams servers, int? port = null) => new()
    {
        Host = servers.Host,
        Port = port ?? servers.PrimaryPort,
        Database = servers.Database,
        Username = servers.PostgresUser,
        Password = servers.PostgresPassword,
        CaFile = servers.CaFile,
    };

    public static ConnectionEndpoint<PostgresConnection> Postgres(Upstreams servers, ConnectionPoolOptions pool, int? port = null) => new(
        new PostgresSource(Options(servers, port), TimeProvider.System),
        EndpointKind.Postgres,
        new EndpointOptions { Pool = pool },
        null,
        TimeProvider.System,
        NullLogger.Instance);
}
