using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Requests to whatever hosts the household names, its calendar feeds above all, as one endpoint that is watched like the others. It has no circuit breaker: the hosts
/// have nothing to do with each other, are asked every half hour, and each feed has a back-off of its own. A lease is the right to have one more
/// request under way; the transport bounds connections in all and to one host.
/// </summary>
internal sealed class WebEndpoint : PooledEndpoint<HttpTransport>
{
    // A socket with TLS: buffers of the handler and of the record layer.
    private const long SocketCostBytes = 64 * 1024;

    /// <param name="transport">Sends the requests; closed by its owner.</param>
    /// <param name="limits">Those of the transport.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Receives what the pool has to say.</param>
    public WebEndpoint(HttpTransport transport, HttpLimits limits, TimeProvider time, ILogger logger)
        : base(new TransportSource(transport), EndpointKind.Http, OptionsOf(limits), time, logger)
    {
    }

    /// <summary>Asks, as <see cref="HttpTransport.SendAsync"/> does.</summary>
    public async Task<HttpAnswer> SendAsync(QueryShape shape, HttpCall call, CancellationToken ct)
    {
        using var lease = await Pool.AcquireAsync(ConnectionRole.General, shape.Id, call.Timeout, ct).ConfigureAwait(false);
        var started = Now();
        FailureKind? failure = FailureKind.Caller;
        try
        {
            var answer = await lease.Connection.SendAsync(call, ct).ConfigureAwait(false);
            failure = answer.Status >= 500 ? FailureKind.Query : null;
            return answer;
        }
        catch (HttpException failed)
        {
            // Not told to the lease: a host that fails does not end the transport for the others.
            failure = failed.Kind;
            throw;
        }
        finally
        {
            Record(shape, started, failure);
        }
    }

    private static EndpointOptions OptionsOf(HttpLimits limits) => new()
    {
        Limit = ConcurrencyLimitKind.Fixed,
        ConnectionCostBytes = SocketCostBytes,
        Pool = HttpSource.PoolOptions(limits) with { LeasesPerConnection = limits.MaxConnections, AcquireTimeout = limits.AcquireTimeout },
    };

    private sealed class TransportSource(HttpTransport transport) : IConnectionSource<HttpTransport>
    {
        public string Name => "web";

        public ValueTask<HttpTransport> OpenAsync(ConnectionRole role, CancellationToken ct) => ValueTask.FromResult(transport);

        public bool IsUsable(HttpTransport connection) => true;

        public ValueTask<bool> CheckAsync(HttpTransport connection, CancellationToken ct) => ValueTask.FromResult(true);

        public bool TryAssign(HttpTransport connection, ConnectionRole role) => true;

        public bool TryReset(HttpTransport connection) => true;

        public ValueTask CloseAsync(HttpTransport connection) => ValueTask.CompletedTask;

        public FailureKind Classify(Exception exception) => HttpFailures.Classify(exception);
    }
}
