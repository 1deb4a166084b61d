namespace EdgeDb.Core.Connections;

/// <summary>What the tuner may change of an endpoint, and the counters that show what it did.</summary>
internal static class EndpointTuning
{
    // Fewer latencies than this have no 99th percentile to speak of.
    private const long P99Operations = 200;

    /// <summary>The endpoint as the tuner sees it. Its settings are those of the pool that change what a caller waits for or what memory is held.</summary>
    public static TuningSubject Of(IConnectionEndpoint endpoint)
    {
        var configured = endpoint.PoolOptions;
        var tunables = new List<Tunable>();
        // Over HTTP the sockets are the transport's, and the pool's one connection stands for all of them.
        if (endpoint.Kind is not (EndpointKind.Http or EndpointKind.Qdrant))
        {
            var (least, most) = Sizes(endpoint.Kind);
            tunables.Add(Setting(
                "maxSize", "connections", least, most, 1, "Memory for each connection, here and at the server.",
                static options => options.MaxSize, static (options, value) => options with { MaxSize = (int)value }));
            // Redis tells of changes on a connection that is open, and nobody looks into the second level without one.
            tunables.Add(Setting(
                "minIdle", "connections", endpoint.Kind == EndpointKind.Redis ? 1 : 0, most, 1, "Memory for connections that nobody uses at quiet times.",
                static options => options.MinIdle, static (options, value) => options with { MinIdle = (int)value }));
        }

        tunables.Add(
            Setting(
                "overloadAcquireTimeout", "ms", 5, 1000, 5, "Longer makes everybody late in an overload; shorter turns more callers away.",
                static options => options.OverloadAcquireTimeout.TotalMilliseconds,
                static (options, value) => options with { OverloadAcquireTimeout = TimeSpan.FromMilliseconds(value) }));

        // What never expires does so for a reason, such as a page cache, that no window of ten seconds shows.
        if (configured.IdleTimeout != Timeout.InfiniteTimeSpan)
        {
            tunables.Add(Setting(
                "idleTimeout", "s", 30, 3600, 30, "Memory for longer after each burst; shorter opens connections more often.",
                static options => options.IdleTimeout.TotalSeconds,
                static (options, value) => options with { IdleTimeout = TimeSpan.FromSeconds(value) }));
        }

        return new(endpoint.Name, tunables, () => Read(endpoint));

        Tunable Setting(
            string name, string unit, double minimum, double maximum, double grain, string cost,
            Func<ConnectionPoolOptions, double> get, Func<ConnectionPoolOptions, double, ConnectionPoolOptions> with) => new()
            {
                Name = name, Unit = unit, Grain = grain, Cost = cost,
                // What the configuration gives is always within the range.
                Minimum = Math.Min(minimum, get(configured)), Maximum = Math.Max(maximum, get(configured)),
                Get = () => get(endpoint.PoolOptions),
                Set = value => endpoint.PoolOptions = with(endpoint.PoolOptions, value),
            };
    }

    private static (int Least, int Most) Sizes(EndpointKind kind) => kind switch
    {
        EndpointKind.Sqlite => (2, 4),
        EndpointKind.Postgres => (1, 50),
        _ => (1, 2),
    };

    private static TuningReading Read(IConnectionEndpoint endpoint)
    {
        var (pool, monitor) = (endpoint.Statistics, endpoint.Monitor);
        var failed = pool.TimedOut + pool.Rejected
            + monitor.Failures(FailureKind.Connect) + monitor.Failures(FailureKind.Timeout) + monitor.Failures(FailureKind.Overload);
        var p99 = monitor.Latency.Count >= P99Operations ? TimeSpan.FromTicks(monitor.Latency.QuantileTicks(0.99)).TotalSeconds : 0;
        return new(
            pool.Acquired - pool.Leased, failed, (pool.WaitTime + pool.HoldTime).TotalSeconds, (double)pool.Open * endpoint.ConnectionCostBytes, p99);
    }
}
