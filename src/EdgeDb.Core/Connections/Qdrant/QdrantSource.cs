namespace EdgeDb.Core.Connections;

/// <summary>Opens and judges connections to one Qdrant server. A pool of it has the options of <see cref="HttpSource.PoolOptions"/>.</summary>
internal sealed class QdrantSource : IConnectionSource<QdrantConnection>
{
    private readonly QdrantSettings _settings;
    private readonly HttpTransport _transport;

    /// <summary>Throws <see cref="ArgumentException"/> with every problem of the settings in one message.</summary>
    public QdrantSource(string name, QdrantSettings settings, HttpTransport transport)
    {
        settings.ToHttp().Problems().ThrowIfAny($"The settings of '{name}' cannot be used");
        (Name, _settings, _transport) = (name, settings, transport);
    }

    public string Name { get; }

    /// <summary>Fails when nobody answers, when it is no Qdrant server, and as overloaded while it is not ready.</summary>
    public async ValueTask<QdrantConnection> OpenAsync(ConnectionRole role, CancellationToken ct)
    {
        var connection = new QdrantConnection(new HttpConnection(_transport, _settings.ToHttp()), _settings.Timeout);
        if (!await connection.IsReadyAsync(ct).ConfigureAwait(false))
            throw new HttpException(HttpFailure.Status, $"{_settings} is not ready yet: it loads, or some of its shards are away.") { Status = 503 };
        await connection.GetVersionAsync(ct).ConfigureAwait(false);
        return connection;
    }

    public bool IsUsable(QdrantConnection connection) => true;

    public async ValueTask<bool> CheckAsync(QdrantConnection connection, CancellationToken ct)
    {
        try
        {
            return await connection.IsReadyAsync(ct).ConfigureAwait(false);
        }
        catch (HttpException)
        {
            return false;
        }
    }

    public bool TryAssign(QdrantConnection connection, ConnectionRole role) => true;

    public bool TryReset(QdrantConnection connection) => true;

    public ValueTask CloseAsync(QdrantConnection connection) => ValueTask.CompletedTask;

    public FailureKind Classify(Exception exception) => HttpFailures.Classify(exception);
}
