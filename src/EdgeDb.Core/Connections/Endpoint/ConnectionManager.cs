namespace EdgeDb.Core.Connections;

/// <summary>Every endpoint of the process. Work does not pass through here but through the endpoint itself.</summary>
internal sealed class ConnectionManager : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Entry[] _entries = [];

    /// <summary>All endpoints, in the order they were added.</summary>
    public IReadOnlyList<IConnectionEndpoint> Endpoints => Array.ConvertAll(Volatile.Read(ref _entries), static entry => entry.Endpoint);

    /// <summary>The endpoint of this name; null when there is none.</summary>
    public IConnectionEndpoint? Find(string name)
    {
        foreach (var entry in Volatile.Read(ref _entries))
            if (entry.Endpoint.Name == name)
                return entry.Endpoint;
        return null;
    }

    /// <summary>Adds an endpoint, which is closed with the manager. Throws <see cref="ArgumentException"/> when its name is taken.</summary>
    public void Add(IConnectionEndpoint endpoint) => Add(endpoint, isOwned: true);

    /// <summary>Adds an endpoint that somebody else closes. Throws <see cref="ArgumentException"/> when its name is taken.</summary>
    public void Watch(IConnectionEndpoint endpoint) => Add(endpoint, isOwned: false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var entry in Volatile.Read(ref _entries))
            if (entry.IsOwned)
                await entry.Endpoint.DisposeAsync().ConfigureAwait(false);
    }

    private void Add(IConnectionEndpoint endpoint, bool isOwned)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        lock (_gate)
        {
            if (Find(endpoint.Name) is not null)
                throw new ArgumentException($"There is an endpoint {endpoint.Name} already; give this one another name.", nameof(endpoint));
            Volatile.Write(ref _entries, [.. _entries, new Entry(endpoint, isOwned)]);
        }
    }

    private sealed record Entry(IConnectionEndpoint Endpoint, bool IsOwned);
}
