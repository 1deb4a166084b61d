namespace EdgeDb.Api;

// The shapes of /api/connections in /openapi/v1.json.

internal sealed record PoolBody(
    int Open,
    int Idle,
    int Leased,
    int Opening,
    int Waiting,
    int Limit,
    int MinIdle,
    int MaxSize,
    long Acquired,
    long Waited,
    long TimedOut,
    long Rejected,
    long Opened,
    long OpenFailures,
    string? LastOpenFailure,
    long ClosedIdle,
    long ClosedAged,
    long ClosedBroken,
    long AffinityAsked,
    long AffinityHits,
    long Leaks,
    double WaitSeconds,
    double HoldSeconds,
    double OpenSeconds);

internal sealed record LatencyBody(long Count, double P50Ms, double P95Ms, double P99Ms);

internal sealed record FailureCounts(long Connect, long Timeout, long Query, long Overload, long Caller);

internal sealed record ClassCircuitBody(string OperationClass, string State, string Reason, double? RetryAfterSeconds, int FailuresInARow);

internal sealed record CircuitEventBody(string At, string Kind, string Level, string? OperationClass, string Reason, string? Until);

internal sealed record CircuitBody(
    string State,
    string Reason,
    double? RetryAfterSeconds,
    long TimesOpened,
    long Refused,
    IReadOnlyList<ClassCircuitBody> Classes,
    IReadOnlyList<CircuitEventBody> Events,
    double RetryBalance,
    long Retries,
    long RetriesRefused,
    long Hedges);

internal sealed record ForecastPointBody(int Minutes, double LeasesPerMinute, double Low, double High, bool Trusted);

internal sealed record ForecastBody(bool OpensAhead, IReadOnlyList<ForecastPointBody> Horizons);

internal sealed record OverrideBody(double Value, double Before, string Until);

internal sealed record TunableBody(
    string Id,
    string Name,
    string Unit,
    double Value,
    double Configured,
    double Minimum,
    double Maximum,
    double Step,
    string Cost,
    OverrideBody? Override);

internal sealed record ServerBody(
    string? Role,
    string? SetAs,
    bool Reachable,
    long? Timeline,
    long? LagBytes,
    double? LagSeconds,
    string? ObservedAt,
    IReadOnlyList<string> Problems);

internal sealed record ConnectionBody(
    string Name,
    string Kind,
    ServerBody? Server,
    PoolBody Pool,
    LatencyBody Latency,
    FailureCounts Failures,
    CircuitBody? Circuit,
    ForecastBody Forecast,
    IReadOnlyList<TunableBody> Tunables);

internal sealed record ConnectionList(IReadOnlyList<ConnectionBody> Items, string? Next);

internal sealed record QueryBody(
    string Query,
    string Class,
    long Count,
    long Errors,
    long CallerErrors,
    double TotalSeconds,
    double P50Ms,
    double P95Ms,
    double P99Ms,
    double MaxMs,
    bool Anomalous);

internal sealed record QueryList(IReadOnlyList<QueryBody> Items, string? Next);

internal sealed record ProposalBody(
    long Id, string At, string Connection, string Tunable, double From, double To, string State, int Pairs, double EffectPercent);

internal sealed record TunerBody(string Mode, string? FrozenUntil, ProposalBody? Proposal);

internal sealed record TuningEntryBody(
    long Id,
    string At,
    string Connection,
    string Tunable,
    string Unit,
    double From,
    double To,
    double Configured,
    string Outcome,
    string Reason,
    int Pairs,
    double EffectPercent,
    double Chance);

internal sealed record TuningHistory(IReadOnlyList<TuningEntryBody> Items, string? Next);

internal sealed record TunableInput(long? Value);

internal sealed record OverrideInput(long? Value, int? Minutes);

internal sealed record TunerInput(string? Mode);

internal sealed record FreezeInput(int? Minutes);

internal sealed record CircuitInput(string? OperationClass);
