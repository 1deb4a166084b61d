using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Connections;

/// <summary>A pool that is watched: what a local file needs, and what <see cref="ConnectionEndpoint{T}"/> adds protection to.</summary>
internal class PooledEndpoint<T> : IConnectionEndpoint
    where T : class
{
    /// <summary>Takes over the source, and disposes of it. Throws <see cref="ArgumentException"/> with every problem when the options are wrong.</summary>
    public PooledEndpoint(IConnectionSource<T> source, EndpointKind kind, EndpointOptions options, TimeProvider time, ILogger logger)
    {
        options.ThrowIfInvalid(source.Name);
        (Source, Kind, Time, ConnectionCostBytes) = (source, kind, time, options.ConnectionCostBytes);
        Clock = new PoolClock(time);
        Monitor = new QueryMonitor(options.Monitor);
        Pool = new ConnectionPool<T>(source, options.Pool, ConcurrencyLimits.Create(options.Limit, options.Pool), time, logger, IsHeld(options));
        Forecast = new EndpointForecast(options.OpensAhead);
    }

    /// <summary>Its connections.</summary>
    public ConnectionPool<T> Pool { get; }

    /// <inheritdoc/>
    public string Name => Source.Name;

    /// <inheritdoc/>
    public EndpointKind Kind { get; }

    /// <inheritdoc/>
    public PoolStatistics Statistics => Pool.Statistics;

    /// <inheritdoc/>
    public ConnectionPoolOptions PoolOptions
    {
        get => Pool.Options;
        set => Pool.Reconfigure(value);
    }

    /// <inheritdoc/>
    public QueryMonitor Monitor { get; }

    /// <inheritdoc/>
    public virtual EndpointResilience? Resilience => null;

    /// <inheritdoc/>
    public virtual EndpointHealth Health
    {
        get
        {
            var pool = Pool.Statistics;
            if (pool is { Open: 0, FailingFor: { } failing })
                return new EndpointHealth(EndpointState.Unreachable, Time.GetUtcNow() - failing, pool.LastOpenFailure);
            return new EndpointHealth(pool.Opened > 0 ? EndpointState.Reachable : EndpointState.Untried, null, null);
        }
    }

    /// <inheritdoc/>
    public EndpointForecast Forecast { get; }

    /// <inheritdoc/>
    public long ConnectionCostBytes { get; }

    protected IConnectionSource<T> Source { get; }

    protected TimeProvider Time { get; }

    protected PoolClock Clock { get; }

    /// <inheritdoc/>
    public void ObserveLoad(DateTimeOffset end) => Pool.Predict(Forecast.Observe(Pool.Statistics, Pool.Options.MaxSize, end));

    /// <inheritdoc/>
    public void Allow(bool adaptiveLimit, bool openingAhead)
    {
        Pool.IsAdaptive = adaptiveLimit;
        Forecast.IsAllowed = openingAhead;
        // What an interval that ends just now foresees is taken back by the next one.
        if (!openingAhead)
            Pool.Predict(0);
    }

    /// <inheritdoc/>
    public void SetCeiling(int connections) => Pool.SetCeiling(connections);

    /// <summary>Counts work that was done on a connection of <see cref="Pool"/> without <see cref="ConnectionEndpoint{T}.ExecuteAsync"/>.</summary>
    /// <param name="shape">What was asked.</param>
    /// <param name="started">A timestamp of the endpoint's clock.</param>
    /// <param name="failure">Null when it succeeded.</param>
    public void Record(QueryShape shape, long started, FailureKind? failure)
    {
        var now = Clock.Now;
        Monitor.Record(shape, Clock.ToTicks(now), Clock.ToTicks(now - started), failure);
    }

    private static bool IsHeld(EndpointOptions options)
    {
        foreach (var isolation in options.Isolations)
            if (isolation.OperationClass is null)
                return true;
        return false;
    }

    /// <summary>What a failure of work on one of its connections means.</summary>
    public FailureKind Classify(Exception failure) => Source.Classify(failure);

    /// <summary>For <see cref="Record"/>.</summary>
    public long Now() => Clock.Now;

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync().ConfigureAwait(false);
        if (Source is IAsyncDisposable owned)
            await owned.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }
}
