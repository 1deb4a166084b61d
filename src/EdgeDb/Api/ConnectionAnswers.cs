using EdgeDb.Core.Connections;

namespace EdgeDb.Api;

/// <summary>Endpoints, queries and the tuner's work as the API shows them.</summary>
internal static class ConnectionAnswers
{
    public static ConnectionBody Of(IConnectionEndpoint endpoint, PostgresRouter? postgres, Tuner tuner)
    {
        var (monitor, latency) = (endpoint.Monitor, endpoint.Monitor.Latency);
        return new(
            endpoint.Name,
            Name(endpoint.Kind),
            postgres?.StandingOf(endpoint.Name) is { } standing ? Of(standing) : null,
            Of(endpoint.Statistics, endpoint.PoolOptions),
            new(latency.Count, Quantile(latency, 0.5), Quantile(latency, 0.95), Quantile(latency, 0.99)),
            new(
                monitor.Failures(FailureKind.Connect), monitor.Failures(FailureKind.Timeout), monitor.Failures(FailureKind.Query),
                monitor.Failures(FailureKind.Overload), monitor.Failures(FailureKind.Caller)),
            endpoint.Resilience is { } resilience ? Of(resilience) : null,
            Of(endpoint.Forecast),
            [.. tuner.Of(endpoint.Name).Select(setting => Of(endpoint.Name, setting.Tunable, setting.Value, setting.Configured, setting.Pin))]);
    }

    public static TunableBody Of(string endpoint, Tunable tunable, double value, double configured, TuningPin? pin) => new(
        $"{endpoint}.{tunable.Name}",
        tunable.Name,
        tunable.Unit,
        value,
        configured,
        tunable.Minimum,
        tunable.Maximum,
        tunable.Grain,
        tunable.Cost,
        pin is null ? null : new(pin.Value, pin.Before, Instant(pin.Until)));

    public static QueryBody Of(QuerySummary query) => new(
        query.Shape?.Text ?? "(queries that found no place)",
        Name(query.Class),
        query.Count,
        query.Errors,
        query.CallerErrors,
        query.TotalTime.TotalSeconds,
        query.P50.TotalMilliseconds,
        query.P95.TotalMilliseconds,
        query.P99.TotalMilliseconds,
        query.Max.TotalMilliseconds,
        query.IsAnomalous);

    public static TunerBody Of(Tuner tuner) => new(
        Name(tuner.Mode),
        tuner.FrozenUntil is { } until ? Instant(until) : null,
        tuner.Proposal is { } p
            ? new(p.Id, Instant(p.At), p.Subject, $"{p.Subject}.{p.Tunable}", p.From, p.To, p.IsTried ? "tried" : "waiting", p.Pairs, Percent(p.Effect))
            : null);

    public static TuningEntryBody Of(long id, TuningEntry entry) => new(
        id,
        Instant(entry.At),
        entry.Subject,
        $"{entry.Subject}.{entry.Tunable}",
        entry.Unit,
        entry.From,
        entry.To,
        entry.Configured,
        Name(entry.Outcome),
        entry.Reason,
        entry.Pairs,
        Percent(entry.Effect),
        entry.Chance);

    /// <summary>The name of a value as the API writes it.</summary>
    public static string Name<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private static ServerBody Of(PostgresStanding standing) => new(
        standing.TakesWrites is { } takesWrites ? Role(takesWrites) : null,
        standing.SetAsPrimary is { } set ? Role(set) : null,
        standing.IsReachable,
        standing.Timeline,
        standing.Lag?.Bytes,
        standing.Lag?.Time.TotalSeconds,
        standing.ObservedAt is { } at ? Instant(at) : null,
        standing.Problems);

    private static string Role(bool primary) => primary ? "primary" : "standby";

    private static PoolBody Of(in PoolStatistics pool, ConnectionPoolOptions options) => new(
        pool.Open,
        pool.Idle,
        pool.Leased,
        pool.Opening,
        pool.Waiting,
        pool.Limit,
        options.MinIdle,
        options.MaxSize,
        pool.Acquired,
        pool.Waited,
        pool.TimedOut,
        pool.Rejected,
        pool.Opened,
        pool.OpenFailures,
        pool.LastOpenFailure,
        pool.ClosedIdle,
        pool.ClosedAged,
        pool.ClosedBroken,
        pool.AffinityAsked,
        pool.AffinityHits,
        pool.Leaks,
        pool.WaitTime.TotalSeconds,
        pool.HoldTime.TotalSeconds,
        pool.OpenTime.TotalSeconds);

    private static CircuitBody Of(EndpointResilience resilience)
    {
        var circuit = resilience.Breaker.Snapshot();
        return new(
            Name(circuit.State),
            circuit.Reason,
            circuit.RetryAfter?.TotalSeconds,
            circuit.TimesOpened,
            circuit.Refused,
            [.. circuit.Classes.Select(static c => new ClassCircuitBody(c.OperationClass, Name(c.State), c.Reason, c.RetryAfter?.TotalSeconds, c.FailuresInARow))],
            [.. circuit.Latest.Select(static e => new CircuitEventBody(
                Instant(e.At), Name(e.Kind), Name(e.Level), e.OperationClass, e.Reason, e.Until is { } until ? Instant(until) : null))],
            resilience.Budget.Balance,
            resilience.Budget.Withdrawn,
            resilience.Budget.Refused,
            resilience.Hedges);
    }

    private static ForecastBody Of(EndpointForecast forecast)
    {
        var points = new List<ForecastPointBody>();
        for (var horizon = 0; horizon < LoadForecast.Horizons.Count; horizon++)
            if (forecast.Load.Estimate(horizon) is { } estimate)
                points.Add(new((int)LoadForecast.Horizons[horizon].TotalMinutes, estimate.Point, estimate.Interval.Lower, estimate.Interval.Upper, estimate.Trusted));
        return new(forecast is { OpensAhead: true, IsAllowed: true }, points);
    }

    private static double Quantile(ILatencyQuantiles latency, double share) => TimeSpan.FromTicks(latency.QuantileTicks(share)).TotalMilliseconds;

    private static double Percent(double effect) => Math.Round(100 * (Math.Exp(effect) - 1), 2);

    private static string Instant(DateTimeOffset at) => TimeText.Instant(at.ToUnixTimeSeconds());
}
