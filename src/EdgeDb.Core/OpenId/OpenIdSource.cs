using EdgeDb.Core.Connections;

namespace EdgeDb.Core.OpenId;

/// <summary>
/// Opens the way to a provider by asking what it says of itself; so the pool asks again once an hour, and the circuit breaker finds out in the same way whether it is back.
/// </summary>
internal sealed class OpenIdSource : IConnectionSource<OpenIdConnection>
{
    private static readonly TimeSpan DescriptionHolds = TimeSpan.FromHours(1);

    private readonly OpenIdSettings _settings;
    private readonly HttpTransport _transport;

    /// <summary>Throws <see cref="ArgumentException"/> with every problem of the settings in one message.</summary>
    public OpenIdSource(OpenIdSettings settings, HttpTransport transport)
    {
        settings.Problems().ThrowIfAny("The settings of 'oidc' cannot be used");
        (_settings, _transport) = (settings, transport);
    }

    public string Name => "oidc";

    /// <summary>Of a pool of it: sign-ins are few, and opening waits for the provider.</summary>
    public static ConnectionPoolOptions PoolOptions(HttpLimits limits) => HttpSource.PoolOptions(limits) with
    {
        MaxLifetime = DescriptionHolds,
        OpenTimeout = TimeSpan.FromSeconds(10),
        AcquireTimeout = TimeSpan.FromSeconds(10),
        CheckAfterIdle = Timeout.InfiniteTimeSpan,
    };

    public async ValueTask<OpenIdConnection> OpenAsync(ConnectionRole role, CancellationToken ct) => await OpenIdConnection.OpenAsync(_transport, _settings, ct).ConfigureAwait(false);

    public bool IsUsable(OpenIdConnection connection) => true;

    // Nothing is held open that could have broken.
    public ValueTask<bool> CheckAsync(OpenIdConnection connection, CancellationToken ct) => ValueTask.FromResult(true);

    public bool TryAssign(OpenIdConnection connection, ConnectionRole role) => true;

    public bool TryReset(OpenIdConnection connection) => true;

    public ValueTask CloseAsync(OpenIdConnection connection) => ValueTask.CompletedTask;

    public FailureKind Classify(Exception exception) => HttpFailures.Classify(exception);
}
