using System.Diagnostics.Metrics;
using System.Text.Json;

namespace EdgeDb.Core.Connections;

/// <summary>
/// What pools, circuits and query monitors count, as instruments. All are read when somebody asks: an operation pays nothing for them.
/// </summary>
internal static class ConnectionMetrics
{
    private const string Endpoint = "endpoint";
    private const string Pool = "db.client.connection.pool.name";

    /// <summary>Creates the instruments of these endpoints.</summary>
    public static void Register(Meter meter, IReadOnlyList<IConnectionEndpoint> endpoints)
    {
        RegisterPools(new(meter, endpoints, Pool));
        RegisterConnections(new(meter, endpoints, Endpoint));
        RegisterOperations(meter, endpoints);
        RegisterForecasts(new(meter, endpoints, Endpoint));
        RegisterProtection(new(meter, [.. endpoints.Where(static e => e.Resilience is not null)], Endpoint));
    }

    /// <summary>Creates the instruments of the tuner.</summary>
    public static void Register(Meter meter, Tuner tuner)
    {
        meter.CreateObservableCounter(
            "edgedb.tuner.changes",
            () => Array.ConvertAll(
                Words<TuningOutcome>.All, outcome => new Measurement<long>(tuner.CountOf(outcome.Value), new KeyValuePair<string, object?>("outcome", outcome.Word))),
            "{change}", "Changes of settings, by how they ended.");
        meter.CreateObservableGauge(
            "edgedb.tuner.mode",
            () => Array.ConvertAll(
                Words<TunerMode>.All, mode => new Measurement<int>(mode.Value == tuner.Mode ? 1 : 0, new KeyValuePair<string, object?>("mode", mode.Word))),
            null, "1 for the mode the tuner is in, 0 for the others.");
    }

    /// <summary>What OpenTelemetry has a name for.</summary>
    private static void RegisterPools(EndpointInstruments pools)
    {
        pools.Gauge("db.client.connection.count", "{connection}", "Open connections.", "db.client.connection.state", static e =>
        {
            var pool = e.Statistics;
            return [("idle", pool.Idle), ("used", pool.Open - pool.Idle)];
        });
        pools.Gauge("db.client.connection.max", "{connection}", "Most connections a pool may open.", static e => e.PoolOptions.MaxSize);
        pools.Gauge("db.client.connection.idle.min", "{connection}", "Connections a pool keeps open.", static e => e.PoolOptions.MinIdle);
        pools.Gauge("db.client.connection.pending_requests", "{request}", "Callers that wait for a connection.", static e => e.Statistics.Waiting);
        pools.Counter("db.client.connection.timeouts", "{timeout}", "Callers that waited for a connection in vain.", static e => e.Statistics.TimedOut);
        pools.Times("db.client.connection.wait_time", "Time until callers had a connection, or gave up.", static e =>
        {
            var pool = e.Statistics;
            return (pool.Acquired + pool.TimedOut, pool.WaitTime);
        });
        pools.Times("db.client.connection.use_time", "Time connections were held, by leases that have ended.", static e =>
        {
            var pool = e.Statistics;
            return (pool.Acquired - pool.Leased, pool.HoldTime);
        });
        pools.Times("db.client.connection.create_time", "Time that opening connections took.", static e =>
        {
            var pool = e.Statistics;
            return (pool.Opened, pool.OpenTime);
        });
    }

    private static void RegisterConnections(EndpointInstruments connections)
    {
        connections.Gauge("edgedb.connection.lease_limit", "{lease}", "Leases allowed at once now, as the concurrency limit has found.", static e => e.Statistics.Limit);
        connections.Gauge("edgedb.connection.opening", "{connection}", "Connections being opened.", static e => e.Statistics.Opening);
        connections.Counter("edgedb.connection.rejections", "{request}", "Callers turned away because too many waited.", static e => e.Statistics.Rejected);
        connections.Counter("edgedb.connection.open_failures", "{attempt}", "Attempts to open a connection that failed.", static e => e.Statistics.OpenFailures);
        connections.Counter("edgedb.connection.leaks", "{lease}", "Leases reported as not returned.", static e => e.Statistics.Leaks);
        connections.Counter("edgedb.connection.affinity_requests", "{lease}", "Leases that named a query shape.", static e => e.Statistics.AffinityAsked);
        connections.Counter(
            "edgedb.connection.affinity_hits", "{lease}", "Leases on a connection that had run their query shape lately.", static e => e.Statistics.AffinityHits);
        connections.Counter("edgedb.connection.closed", "{connection}", "Connections closed, by the reason.", "reason", static e =>
        {
            var pool = e.Statistics;
            return [("idle", pool.ClosedIdle), ("aged", pool.ClosedAged), ("broken", pool.ClosedBroken)];
        });
    }

    private static void RegisterOperations(Meter meter, IReadOnlyList<IConnectionEndpoint> endpoints)
    {
        var duration = new LatencyHistogram(meter, "db.client.operation.duration", "Duration of operations that succeeded or timed out, by endpoint and class.");
        foreach (var endpoint in endpoints)
            foreach (var (@class, word) in Words<QueryClass>.All)
                duration.Add(endpoint.Monitor.WindowsOf(@class), new(Endpoint, endpoint.Name), new("class", word));

        var operations = new EndpointInstruments(meter, endpoints, Endpoint);
        operations.Counter(
            "edgedb.operation.failures", "{operation}", "Operations that failed, by the kind of the failure.", "kind",
            static e => Array.ConvertAll(Words<FailureKind>.All, kind => (kind.Word, (double)e.Monitor.Failures(kind.Value))));
        operations.Gauge("edgedb.query.shapes", "{shape}", "Shapes of queries that are watched.", static e => e.Monitor.ShapeCount);
        operations.Gauge("edgedb.query.anomalies", "{shape}", "Shapes of queries that take at least twice their usual time.", static e => e.Monitor.AnomalyCount);
    }

    private static void RegisterForecasts(EndpointInstruments forecasts)
    {
        forecasts.Gauge(
            "edgedb.forecast.leases", "{lease}", "Leases a minute that are expected so far ahead.", "horizon", static e => Estimates(e, static f => f.Point));
        forecasts.Gauge(
            "edgedb.forecast.leases_upper", "{lease}", "Leases a minute that are exceeded so far ahead once in twenty times.", "horizon",
            static e => Estimates(e, static f => f.Interval.Upper));
        forecasts.Gauge(
            "edgedb.forecast.trusted", null, "1 while the forecast is closer than the last value, 0 while that is told instead.", "horizon",
            static e => Estimates(e, static f => f.Trusted ? 1 : 0));
        forecasts.Counter("edgedb.forecast.drifts", "{drift}", "Times the load of an endpoint was found to have changed.", static e => e.Forecast.Load.Drifts);
    }

    private static IEnumerable<(string Horizon, double Read)> Estimates(IConnectionEndpoint endpoint, Func<LoadEstimate, double> read)
    {
        for (var i = 0; i < LoadForecast.Horizons.Count; i++)
            if (endpoint.Forecast.Load.Estimate(i) is { } estimate)
                yield return (FormattableString.Invariant($"{LoadForecast.Horizons[i].TotalMinutes}m"), read(estimate));
    }

    private static void RegisterProtection(EndpointInstruments endpoints)
    {
        endpoints.Gauge("edgedb.circuit.state", null, "1 for the state the circuit of an endpoint is in, 0 for the others.", "state", static e =>
        {
            var now = e.Resilience!.Breaker.State;
            return Array.ConvertAll(Words<CircuitState>.All, state => (state.Word, state.Value == now ? 1.0 : 0));
        });
        endpoints.Counter("edgedb.circuit.openings", "{opening}", "Times the circuit of an endpoint opened.", static e => e.Resilience!.Breaker.Snapshot().TimesOpened);
        endpoints.Counter("edgedb.circuit.refusals", "{operation}", "Operations that a circuit refused.", static e => e.Resilience!.Breaker.Snapshot().Refused);
        endpoints.Counter(
            "edgedb.extra_attempts", "{attempt}", "Attempts beside the first ones of operations: retries and hedges together.", static e => e.Resilience!.Budget.Withdrawn);
        endpoints.Counter(
            "edgedb.extra_attempt.refusals", "{attempt}", "Extra attempts that the budget had nothing left for.", static e => e.Resilience!.Budget.Refused);
        endpoints.Gauge("edgedb.extra_attempt.budget", "{attempt}", "Extra attempts that could start now.", static e => e.Resilience!.Budget.Balance);
        endpoints.Counter("edgedb.hedges", "{attempt}", "Reads that were asked a second time before the first answer.", static e => e.Resilience!.Hedges);
    }

    /// <summary>The values of an enumeration as tags: half_open, not HalfOpen.</summary>
    private static class Words<T>
        where T : struct, Enum
    {
        public static readonly (T Value, string Word)[] All =
            Array.ConvertAll(Enum.GetValues<T>(), static value => (value, JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString())));
    }
}
