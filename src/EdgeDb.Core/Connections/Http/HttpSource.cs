namespace EdgeDb.Core.Connections;

/// <summary>
/// Connections to an endpoint over HTTP. One is enough: it takes <see cref="HttpLimits.MaxConnectionsPerHost"/> leases, so a pool of it has
/// <see cref="PoolOptions"/>.
/// </summary>
internal sealed class HttpSource : IConnectionSource<HttpConnection>
{
    private readonly HttpTransport _transport;
    private readonly HttpSettings _settings;

    /// <summary>Throws <see cref="ArgumentException"/> with every problem of the settings in one message.</summary>
    public HttpSource(string name, HttpSettings settings, HttpTransport transport)
    {
        settings.Problems().ThrowIfAny($"The settings of '{name}' cannot be used");
        (Name, _settings, _transport) = (name, settings, transport);
    }

    public string Name { get; }

    /// <summary>Options of a pool of shared connections over HTTP. They hold nothing open, so they have neither age nor idle time.</summary>
    public static ConnectionPoolOptions PoolOptions(HttpLimits limits) => new()
    {
        MaxSize = 1,
        LeasesPerConnection = limits.MaxConnectionsPerHost,
        QueueCapacity = limits.QueueCapacity,
        IdleTimeout = Timeout.InfiniteTimeSpan,
        MaxLifetime = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Asks once, because an open that succeeds means that the endpoint is back.</summary>
    public async ValueTask<HttpConnection> OpenAsync(ConnectionRole role, CancellationToken ct)
    {
        var connection = new HttpConnection(_transport, _settings);
        await AskHealthAsync(connection, ct).ConfigureAwait(false);
        return connection;
    }

    public bool IsUsable(HttpConnection connection) => true;

    public async ValueTask<bool> CheckAsync(HttpConnection connection, CancellationToken ct)
    {
        try
        {
            await AskHealthAsync(connection, ct).ConfigureAwait(false);
            return true;
        }
        catch (HttpException)
        {
            return false;
        }
    }

    public bool TryAssign(HttpConnection connection, ConnectionRole role) => true;

    public bool TryReset(HttpConnection connection) => true;

    public ValueTask CloseAsync(HttpConnection connection) => ValueTask.CompletedTask;

    public FailureKind Classify(Exception exception) => HttpFailures.Classify(exception);

    private async ValueTask AskHealthAsync(HttpConnection connection, CancellationToken ct)
    {
        var call = _settings.HealthPath is { } path
            ? new HttpCall { Uri = new Uri(path, UriKind.Relative) }
            : new HttpCall { Uri = new Uri("", UriKind.Relative), Method = HttpMethod.Head };
        var answer = await connection.SendAsync(call, ct).ConfigureAwait(false);
        // Without a path for it a 404 is a sign of life as good as any.
        if (_settings.HealthPath is not null || answer.Status is >= 500 or 429)
            answer.ThrowIfFailed();
    }
}
