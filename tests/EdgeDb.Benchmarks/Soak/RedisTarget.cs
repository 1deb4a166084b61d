using System.Globalization;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Benchmarks.Soak;

/// <summary>Two shared connections to a Redis whose data are gone whenever it is restarted.</summary>
internal sealed class RedisTarget : SoakTarget
{
    private static readonly RedisScript Write = new(
        """
        local current = redis.call('GET', KEYS[1])
        if not current or tonumber(string.match(current, '/(%d+)/')) < tonumber(ARGV[1]) then
          redis.call('SET', KEYS[1], ARGV[2])
        end
        return 1
        """);

    private static readonly string[] Names = [.. Enumerable.Range(0, Keys).Select(static key => string.Create(CultureInfo.InvariantCulture, $"soak:{key}"))];
    private static readonly RedisArgument[] AllNames = Array.ConvertAll(Names, static name => (RedisArgument)name);

    private static readonly Operation WriteOperation =
        new(QueryShapes.Named("redis.soak-write", QueryClass.Write), ConnectionRole.Write, OperationRepeat.AfterFailure, default);

    private static readonly Operation ReadOperation =
        new(QueryShapes.Named("redis.get", QueryClass.Read), ConnectionRole.Read, OperationRepeat.AfterFailure, default);

    private static readonly Operation AllOperation =
        new(QueryShapes.Named("redis.mget", QueryClass.Read), ConnectionRole.Read, OperationRepeat.AfterFailure, default);

    private readonly ConnectionEndpoint<RedisConnection> _endpoint;

    /// <param name="servers">Where it runs.</param>
    /// <param name="port">Of the proxy in front of it.</param>
    public RedisTarget(Upstreams servers, int port) => _endpoint = new(
        new RedisSource("redis", Settings(servers, port), null, TimeProvider.System, NullLogger.Instance),
        EndpointKind.Redis,
        new EndpointOptions { Pool = new ConnectionPoolOptions { MaxSize = 2, LeasesPerConnection = 100 } },
        null,
        TimeProvider.System,
        NullLogger.Instance);

    public override string Name => "redis";

    public override IReadOnlyList<IConnectionEndpoint> Endpoints => [_endpoint];

    public static RedisSettings Settings(Upstreams servers, int port) => new()
    {
        Address = string.Create(CultureInfo.InvariantCulture, $"redis://{servers.Host}:{port}"),
        Password = servers.RedisPassword,
    };

    public override async ValueTask WriteAsync(int key, long number, TimeSpan timeout, CancellationToken ct) => await _endpoint.ExecuteAsync(
        WriteOperation with { Timeout = timeout },
        (key, number),
        static (connection, row, ct) => connection.EvaluateAsync(
            Write, new RedisArgument[] { Names[row.key] }, new RedisArgument[] { row.number, SoakLedger.Text(row.key, row.number) }, 0, static (reply, _) => reply.AsInt64(), ct),
        ct);

    public override async ValueTask<SoakAnswer> ReadAsync(int key, TimeSpan timeout, CancellationToken ct) => new(
        await _endpoint.ExecuteAsync(
            ReadOperation with { Timeout = timeout },
            key,
            static (connection, key, ct) => connection.GetAsync(Names[key], 0, static (reply, _) => reply.IsNull ? null : reply.AsText(), ct),
            ct),
        MayBeOld: false);

    public override ValueTask<string?[]> ReadAllAsync(TimeSpan timeout, CancellationToken ct) => _endpoint.ExecuteAsync(
        AllOperation with { Timeout = timeout },
        0,
        static (connection, _, ct) => connection.ExecuteAsync("MGET", AllNames, 0, static (reply, _) => ReadTexts(reply), ct),
        ct);

    public override ValueTask DisposeAsync() => _endpoint.DisposeAsync();

    private static string?[] ReadTexts(RespValue reply)
    {
        var texts = new string?[reply.Count];
        var next = 0;
        foreach (var text in reply)
            texts[next++] = text.IsNull ? null : text.AsText();
        return texts;
    }
}
