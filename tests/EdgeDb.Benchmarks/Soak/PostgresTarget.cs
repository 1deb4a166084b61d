using EdgeDb.Benchmarks.Pool;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;

namespace EdgeDb.Benchmarks.Soak;

/// <summary>Primary and replica behind the router. Each read asks for the position of the latest acknowledged write of its key.</summary>
internal sealed class PostgresTarget : SoakTarget
{
    private const string WriteSql = "UPDATE soak SET number = $2, body = $3 WHERE key = $1 AND number < $2";
    private const string ReadSql = "SELECT body FROM soak WHERE key = $1";
    private const string AllSql = "SELECT key, body FROM soak WHERE number > 0";

    private static readonly PostgresCommand<(int Key, long Number)> Write = new(WriteSql, static (ref p, row) =>
    {
        p.Add(row.Key);
        p.Add(row.Number);
        p.Add(SoakLedger.Text(row.Key, row.Number));
    });

    private static readonly PostgresCommand<int> Read = new(ReadSql, static (ref p, key) => p.Add(key));
    private static readonly PostgresCommand<int> All = new(AllSql, static (ref _, _) => { });

    private static readonly Operation WriteOperation = new(Write.Shape, ConnectionRole.Write, OperationRepeat.AfterFailure, default);
    private static readonly Operation ReadOperation = new(Read.Shape, ConnectionRole.Read, OperationRepeat.Hedged, default);
    private static readonly Operation AllOperation = new(All.Shape.As(QueryClass.Analytics), ConnectionRole.Analytics, OperationRepeat.AfterFailure, default);

    private readonly PostgresMember[] _members;
    private readonly PostgresRouter _router;
    private readonly ulong[] _positions = new ulong[Keys];

    /// <param name="servers">Where they run.</param>
    /// <param name="primaryPort">Of the proxy in front of the primary.</param>
    /// <param name="replicaPort">Of the proxy in front of the replica.</param>
    public PostgresTarget(Upstreams servers, int primaryPort, int replicaPort)
    {
        _members = [Member(servers, "primary", primaryPort), Member(servers, "replica", replicaPort)];
        _router = new PostgresRouter(_members, new PostgresRouterOptions(), TimeProvider.System, NullLogger.Instance);
    }

    public override string Name => "postgres";

    public override IReadOnlyList<IConnectionEndpoint> Endpoints => Array.ConvertAll(_members, static member => member.Endpoint);

    public static async Task PrepareAsync(Upstreams servers)
    {
        await using var connection = new NpgsqlConnection(servers.PostgresConnectionString(admin: true) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"""
            DROP TABLE IF EXISTS soak;
            CREATE TABLE soak (key int PRIMARY KEY, number bigint NOT NULL, body text);
            INSERT INTO soak SELECT key, 0 FROM generate_series(0, {Keys - 1}) key;
            GRANT ALL ON soak TO {servers.PostgresUser}
            """,
            connection);
        await command.ExecuteNonQueryAsync();
    }

    public override async ValueTask WriteAsync(int key, long number, TimeSpan timeout, CancellationToken ct)
    {
        var answer = await _router.WriteAsync(
            WriteOperation with { Timeout = timeout }, (key, number), static (connection, row, ct) => connection.ExecuteAsync(Write, row, ct), ct);
        if (answer.Position is { } position)
            Volatile.Write(ref _positions[key], (ulong)position);
    }

    public override async ValueTask<SoakAnswer> ReadAsync(int key, TimeSpan timeout, CancellationToken ct)
    {
        var answer = await _router.ReadAsync(
            ReadOperation with { Timeout = timeout },
            Volatile.Read(ref _positions[key]) is > 0 and var after ? new NpgsqlLogSequenceNumber(after) : null,
            key,
            static (connection, key, ct) => connection.FirstAsync(Read, key, static row => row.IsDBNull(0) ? null : row.GetString(0), ct),
            ct);
        return new(answer.Value, answer.MayBeOld);
    }

    public override async ValueTask<string?[]> ReadAllAsync(TimeSpan timeout, CancellationToken ct)
    {
        var answer = await _router.ReadAsync(
            AllOperation with { Timeout = timeout },
            null,
            0,
            static async (connection, _, ct) =>
            {
                var texts = new string?[Keys];
                await connection.QueryAsync(All, 0, texts, static (row, texts) => texts[row.GetInt32(0)] = row.GetString(1), ct);
                return texts;
            },
            ct);
        return answer.Value;
    }

    public override async ValueTask DisposeAsync()
    {
        await _router.DisposeAsync();
        foreach (var member in _members)
            await member.Endpoint.DisposeAsync();
    }

    private static PostgresMember Member(Upstreams servers, string name, int port)
    {
        var source = new PostgresSource(UpstreamEndpoints.Options(servers, port) with { Name = name }, TimeProvider.System);
        var options = new EndpointOptions { Resilience = new EndpointResilienceOptions { Hedging = new HedgingOptions { IsEnabled = true } } };
        return new(source, new ConnectionEndpoint<PostgresConnection>(source, EndpointKind.Postgres, options, PostgresFailures.Advise, TimeProvider.System, NullLogger.Instance));
    }
}
