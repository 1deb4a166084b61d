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
        var problems = settings.Problems();
        if (problems.Count > 0)
            throw new ArgumentException($"The settings of '{name}' cannot be used: {string.Join(" ", problems)}", nameof(settings));
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

    public async ValueTask<HttpConnection> OpenAsync(ConnectionRole role, CancellationToken ct)
    {
        var connection = new HttpConnection(_transport, _settings);
        // With a health path an open that succeeds means something; without one the first request finds out.
        if (_settings.HealthPath is not null)
            await AskHealthAsync(connection, ct).ConfigureAwait(false);
        return connection;
    }

    public bool IsUsable(HttpConnection connection) => true;

    public async ValueTask<bool> CheckAsync(HttpConnection connection, CancellationToken ct)
    {
        try
        {
            if (_settings.HealthPath is not null)
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
        var answer = await connection.SendAsync(new HttpCall { Uri = new Uri(_settings.HealthPath!, UriKind.Relative) }, ct).ConfigureAwait(false);
        answer.ThrowIfFailed();
    }
}
