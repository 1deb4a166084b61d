using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Connections;

/// <summary>Opens and judges connections to one Redis server. They are shared, so nothing of them needs a reset and every role fits.</summary>
internal sealed class RedisSource : IConnectionSource<RedisConnection>
{
    private readonly RedisSettings _settings;
    private readonly RedisInvalidations? _invalidations;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Throws <see cref="ArgumentException"/> with every problem of the settings in one message.</summary>
    /// <param name="name">Name of the endpoint.</param>
    /// <param name="settings">Where the server is and how to talk to it.</param>
    /// <param name="invalidations">Whom to tell of changed keys; given exactly when <see cref="RedisSettings.Tracking"/> is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public RedisSource(string name, RedisSettings settings, RedisInvalidations? invalidations, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var problems = new List<string>();
        settings.Validate(name, problems);
        if (settings.Tracking is null != invalidations is null)
            problems.Add($"{name}: {(invalidations is null ? "Tracking is set, but nobody would be told." : "Somebody is to be told of changes, but Tracking is not set.")}");
        problems.ThrowIfAny();
        Name = name;
        _settings = settings;
        _invalidations = invalidations;
        _time = time;
        _logger = logger;
    }

    public string Name { get; }

    public event Action? Lost;

    public async ValueTask<RedisConnection> OpenAsync(ConnectionRole role, CancellationToken ct)
    {
        var connection = await RedisConnection.OpenAsync(_settings, _invalidations, _time, _logger, ct).ConfigureAwait(false);
        _ = TellEndAsync(connection);
        return connection;
    }

    public bool IsUsable(RedisConnection connection) => connection.IsOpen;

    public async ValueTask<bool> CheckAsync(RedisConnection connection, CancellationToken ct)
    {
        try
        {
            await connection.PingAsync(ct).ConfigureAwait(false);
            return true;
        }
        catch (RedisException)
        {
            return false;
        }
    }

    public bool TryAssign(RedisConnection connection, ConnectionRole role) => true;

    public bool TryReset(RedisConnection connection) => connection.IsOpen;

    public ValueTask CloseAsync(RedisConnection connection) => connection.DisposeAsync();

    public FailureKind Classify(Exception exception) => RedisFailures.Classify(exception);

    private async Task TellEndAsync(RedisConnection connection)
    {
        await connection.Ended.ConfigureAwait(false);
        Lost?.Invoke();
    }
}
