namespace EdgeDb.Core.Settings;

/// <summary>Parts of the service that can be rolled out gradually and switched off; off, the service behaves as if the part did not exist.</summary>
internal enum Feature
{
    /// <summary>Limits of connections that follow the latencies, and the tuner. Rolled out by connection.</summary>
    PoolAdaptivity,

    /// <summary>Opening connections ahead of the load that is forecast. Rolled out by connection.</summary>
    Forecast,

    /// <summary>The request pipeline; without it every request runs by itself.</summary>
    Pipeline,

    /// <summary>Like requests in one execution.</summary>
    Batching,

    /// <summary>Kept answers.</summary>
    Caching,

    /// <summary>Redis behind the kept answers.</summary>
    SecondLevel,

    /// <summary>Answers made before they are asked for.</summary>
    Warming,

    /// <summary>Equal requests at the same time in one execution.</summary>
    Coalescing,
}
