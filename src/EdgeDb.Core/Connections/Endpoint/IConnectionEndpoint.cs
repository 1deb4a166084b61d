namespace EdgeDb.Core.Connections;

/// <summary>What is seen and steered of an endpoint whatever its kind of connection: by the manager, the tuner, the metrics and the API.</summary>
internal interface IConnectionEndpoint : IAsyncDisposable
{
    /// <summary>Name in errors, metrics and the API.</summary>
    string Name { get; }

    /// <summary>What it speaks.</summary>
    EndpointKind Kind { get; }

    /// <summary>Its pool at this moment.</summary>
    PoolStatistics Statistics { get; }

    /// <summary>The pool's options; see <see cref="ConnectionPool{T}.Reconfigure"/> for what setting them throws.</summary>
    ConnectionPoolOptions PoolOptions { get; set; }

    /// <summary>What was asked of it.</summary>
    QueryMonitor Monitor { get; }

    /// <summary>How it is protected; null where nothing could be better than asking: a local file, and the web, whose hosts have nothing to do with each other.</summary>
    EndpointResilience? Resilience { get; }

    /// <summary>Whether it answers, as far as is known without asking it.</summary>
    EndpointHealth Health { get; }

    /// <summary>Its load in the next minutes.</summary>
    EndpointForecast Forecast { get; }

    /// <summary>Bytes of this process that one connection costs, for the memory ceiling.</summary>
    long ConnectionCostBytes { get; }

    /// <summary>One interval of the forecast (<see cref="EndpointForecast.Interval"/>) has ended.</summary>
    void ObserveLoad(DateTimeOffset end);

    /// <summary>Switches features of it on or off, as a roll-out or the kill switch says; off, it does as its options say and no more.</summary>
    /// <param name="adaptiveLimit">Whether its limit may follow the latencies.</param>
    /// <param name="openingAhead">Whether connections may be opened ahead of the load that is forecast.</param>
    void Allow(bool adaptiveLimit, bool openingAhead);

    /// <summary>Bounds the open connections, as memory allows.</summary>
    void SetCeiling(int connections);
}
