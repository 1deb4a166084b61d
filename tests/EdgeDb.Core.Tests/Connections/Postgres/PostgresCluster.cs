using System.Collections.Concurrent;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Microsoft.Extensions.Logging;
using NpgsqlTypes;
using static EdgeDb.Core.Tests.Connections.Postgres.PostgresTestServer;

namespace EdgeDb.Core.Tests.Connections.Postgres;

/// <summary>Real servers of the test's own, an endpoint for each, and a router over both with one table of numbers.</summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    /// <summary>Of each operation. No test waits for it to pass; a busy machine must not reach it.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static readonly Operation Read = new(QueryShapes.Of("SELECT value FROM slot WHERE id = $1"), ConnectionRole.Read, OperationRepeat.AfterFailure, Deadline);
    public static readonly Operation Write = new(QueryShapes.Of("INSERT INTO slot"), ConnectionRole.Write, OperationRepeat.Never, Deadline);

    private static readonly PostgresCommand<(int Id, int Value)> Put =
        new("INSERT INTO slot VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET value = excluded.value", static (ref p, v) =>
        {
            p.Add(v.Id);
            p.Add(v.Value);
        });

    private static readonly PostgresCommand<int> Get = new("SELECT value FROM slot WHERE id = $1", static (ref p, id) => p.Add(id));

    private static readonly EndpointOptions Patient = new()
    {
        Pool = new ConnectionPoolOptions { OpenTimeout = Deadline, AcquireTimeout = Deadline, OverloadAcquireTimeout = Deadline },
    };

    private readonly List<PostgresMember> _members = [];

    private PostgresCluster(Upstreams servers) => Servers = servers;

    public Upstreams Servers { get; }

    public PostgresRouter Router { get; private set; } = null!;

    public ConcurrentQueue<string> Log { get; } = new();

    public static async Task<PostgresCluster> StartAsync(PostgresRouterOptions? options = null)
    {
        var cluster = new PostgresCluster(await Upstreams.StartAsync());
        await CreateTableAsync(cluster.Servers, "slot", "id int PRIMARY KEY, value int");
        foreach (var (name, port) in new[] { ("primary", cluster.Servers.PrimaryPort), ("replica", cluster.Servers.ReplicaPort) })
            cluster._members.Add(cluster.NewMember(name, port));
        cluster.Router = new PostgresRouter(cluster._members, options ?? new PostgresRouterOptions(), TimeProvider.System, new ListLogger(cluster.Log));
        // The first question has to open a connection, for which a busy machine may need longer than the router waits.
        await UntilAsync(async () =>
        {
            await cluster.Router.RefreshAsync();
            return cluster.Router.StandingOf("primary") is { TakesWrites: true, IsReachable: true } && cluster.Router.StandingOf("replica") is { TakesWrites: false, IsReachable: true };
        });
        return cluster;
    }

    /// <summary>Over connections of its own; <paramref name="swapped"/> sets the primary as a standby and the replica as the primary.</summary>
    public PostgresRouter NewRouter(PostgresRouterOptions options, bool swapped = false)
    {
        var members = new List<PostgresMember>
        {
            NewMember("primary", Servers.PrimaryPort) with { SetAsPrimary = !swapped },
            NewMember("replica", Servers.ReplicaPort) with { SetAsPrimary = swapped },
        };
        _members.AddRange(members);
        return new PostgresRouter(members, options, TimeProvider.System, new ListLogger(Log));
    }

    /// <summary>The endpoint of this name that was made latest.</summary>
    public ConnectionEndpoint<PostgresConnection> Latest(string name) => _members.Last(member => member.Source.Name == name).Endpoint;

    public ValueTask<PostgresAnswer<int>> WriteAsync(int id, int value) => WriteAsync(Router, id, value);

    public static ValueTask<PostgresAnswer<int>> WriteAsync(PostgresRouter router, int id, int value) =>
        router.WriteAsync(Write, (id, value), static (connection, slot, ct) => connection.ExecuteAsync(Put, slot, ct), None);

    public ValueTask<PostgresAnswer<int>> ReadAsync(int id, NpgsqlLogSequenceNumber? after) => ReadAsync(Router, id, after);

    public static ValueTask<PostgresAnswer<int>> ReadAsync(PostgresRouter router, int id, NpgsqlLogSequenceNumber? after) =>
        router.ReadAsync(Read, after, id, static (connection, id, ct) => connection.FirstAsync(Get, id, static row => row.GetInt32(0), ct), None);

    public Task AdminAtReplicaAsync(string sql) => AdminAsync(Servers, sql, Servers.ReplicaPort);

    /// <summary>The ids that a server holds, around the router.</summary>
    public async Task<HashSet<int>> AllAsync(int port) =>
        [.. (int[])(await AdminAsync(Servers, "SELECT coalesce(array_agg(id), '{}') FROM slot", port))!];

    public async ValueTask DisposeAsync()
    {
        await Router.DisposeAsync();
        foreach (var member in _members)
            await member.Endpoint.DisposeAsync();
        await Servers.DisposeAsync();
    }

    private PostgresMember NewMember(string name, int port)
    {
        var source = new PostgresSource(Options(Servers, port) with { Name = name }, TimeProvider.System);
        return new PostgresMember(source, new ConnectionEndpoint<PostgresConnection>(source, EndpointKind.Postgres, Patient, PostgresFailures.Advise, TimeProvider.System, new ListLogger(Log)));
    }

    private sealed class ListLogger(ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(formatter(state, exception));
    }
}
