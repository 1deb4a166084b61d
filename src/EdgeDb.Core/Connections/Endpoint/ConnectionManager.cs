namespace EdgeDb.Core.Connections;

/// <summary>
/// Every endpoint of the process, and what concerns them together: the memory they share, and the load that is forecast for them. Work does not pass through
/// here but through the endpoint itself, so the manager costs nothing while it only watches.
/// </summary>
internal sealed class ConnectionManager : IAsyncDisposable
{
    // What must stay free for everything else of the process and of the board before connections are thought of.
    private const long ReservedBytes = 32 * 1024 * 1024;

    // Several hours of learning at stake in a power cut, against a write of some KB to the card.
    private const int IntervalsBetweenSaves = 360;

    private static readonly TimeSpan MemoryPeriod = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly MemoryProbe _memory;
    private readonly ForecastFolder? _forecasts;
    private readonly TimeProvider _time;
    private readonly ITimer _memoryTimer;
    private readonly ITimer _forecastTimer;
    private Entry[] _entries = [];
    private int _intervals;

    /// <param name="memory">Where the memory that is left can be read.</param>
    /// <param name="forecasts">Where forecasts are kept across restarts; null for nowhere.</param>
    /// <param name="time">The clock.</param>
    public ConnectionManager(MemoryProbe memory, ForecastFolder? forecasts, TimeProvider time)
    {
        (_memory, _forecasts, _time) = (memory, forecasts, time);
        _memoryTimer = time.CreateTimer(static manager => ((ConnectionManager)manager!).BoundByMemory(), this, MemoryPeriod, MemoryPeriod);
        _forecastTimer = time.CreateTimer(
            static manager => ((ConnectionManager)manager!).ObserveLoad(), this, EndpointForecast.Interval, EndpointForecast.Interval);
    }

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
        await _memoryTimer.DisposeAsync().ConfigureAwait(false);
        await _forecastTimer.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
            SaveForecasts_NeedsLock();
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
            var ceiling = new MemoryCeiling(endpoint.ConnectionCostBytes, _time);
            Volatile.Write(ref _entries, [.. _entries, new Entry(endpoint, isOwned, ceiling)]);
        }
    }

    private void BoundByMemory()
    {
        // Timers of the system may overlap when one runs late, and ceilings are not thread-safe.
        lock (_gate)
        {
            var memory = _memory.Read();
            var open = Array.ConvertAll(_entries, static entry => entry.Endpoint.Statistics.Open);
            var held = new long[_entries.Length];
            var wanted = new long[_entries.Length];
            for (var i = 0; i < _entries.Length; i++)
            {
                var endpoint = _entries[i].Endpoint;
                held[i] = open[i] * endpoint.ConnectionCostBytes;
                wanted[i] = Math.Max(0, endpoint.PoolOptions.MaxSize - open[i]) * endpoint.ConnectionCostBytes;
            }

            var shares = memory.AvailableBytes is { } available ? MemoryShares.Divide(available - ReservedBytes, held, wanted) : null;
            for (var i = 0; i < _entries.Length; i++)
            {
                var (endpoint, ceiling) = (_entries[i].Endpoint, _entries[i].Ceiling);
                endpoint.SetCeiling(Math.Max(LeastOf(endpoint.Kind), ceiling.Look(shares?[i], memory.PressurePercent, open[i]) ?? int.MaxValue));
            }
        }
    }

    /// <summary>The family's page must not wait behind a long read because memory is short for other things.</summary>
    private static int LeastOf(EndpointKind kind) => kind == EndpointKind.Sqlite ? 2 : 1;

    private void ObserveLoad()
    {
        var end = _time.GetUtcNow();
        lock (_gate)
        {
            // Not at the start: replaying what was counted takes a slow core half a second, and nothing is forecast in the first minute.
            if (_intervals == 0)
                foreach (var entry in _entries)
                    if (_forecasts is not null && entry.Endpoint.Forecast.OpensAhead)
                        entry.Endpoint.Forecast.Restore(_forecasts.Read(entry.Endpoint.Name));
            foreach (var entry in _entries)
                entry.Endpoint.ObserveLoad(end);
            if (++_intervals % IntervalsBetweenSaves == 0)
                SaveForecasts_NeedsLock();
        }
    }

    private void SaveForecasts_NeedsLock()
    {
        // Before they are restored there is nothing to save, only something to overwrite.
        foreach (var entry in _entries)
            if (_intervals > 0 && entry.Endpoint.Forecast.OpensAhead)
                _forecasts?.TryWrite(entry.Endpoint.Name, entry.Endpoint.Forecast.Load.Save());
    }

    private sealed record Entry(IConnectionEndpoint Endpoint, bool IsOwned, MemoryCeiling Ceiling);
}
