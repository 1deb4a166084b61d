namespace EdgeDb.Core.Connections;

/// <summary>When circuits of one endpoint open and close. The thresholds are explained at <see cref="EndpointBreaker"/>.</summary>
internal sealed record CircuitBreakerOptions
{
    /// <summary><see cref="FailureKind.Connect"/> failures in a row that open the endpoint. Default 3, range 1 to 1,000.</summary>
    public int ConnectFailures { get; init; } = 3;

    /// <summary>The same for an endpoint that failed now and then within <see cref="FlakyMemory"/>. Default 6, range <see cref="ConnectFailures"/> to 1,000.</summary>
    public int ConnectFailuresWhenFlaky { get; init; } = 6;

    /// <summary>How long a connect failure between answers is remembered. Default 24 h, range 0 (never) to 30 d.</summary>
    public TimeSpan FlakyMemory { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Least time from the first failure in a row to the one that opens the endpoint; for slow answers from <see cref="SlowFailuresToSuspect"/> on.
    /// Default 250 ms, range 0 to 60 s.
    /// </summary>
    public TimeSpan MinimumSpan { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary><see cref="FailureKind.Timeout"/> and <see cref="FailureKind.Overload"/> failures in a row that open the endpoint. Default 5, range 2 to 1,000.</summary>
    public int SlowFailures { get; init; } = 5;

    /// <summary>
    /// Of those, how many begin <see cref="MinimumSpan"/>, the time in which a smaller concurrency limit may help. Default 3, range 1 to <see cref="SlowFailures"/> - 1.
    /// </summary>
    public int SlowFailuresToSuspect { get; init; } = 3;

    /// <summary>Share of slow failures within <see cref="Window"/> that opens the endpoint. Default 0.5, range 0.05 to 1.</summary>
    public double SlowRatio { get; init; } = 0.5;

    /// <summary>Outcomes within <see cref="Window"/> below which the ratio says nothing. Default 20, range 2 to 100,000.</summary>
    public int MinimumThroughput { get; init; } = 20;

    /// <summary>Length of the sliding window of the ratio, kept in ten buckets. Default 10 s, range 100 ms to 10 min.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><see cref="FailureKind.Query"/> failures of one operation class in a row that open this class. Default 10, range 1 to 1,000.</summary>
    public int QueryFailures { get; init; } = 10;

    /// <summary>First break. Default 5 s, range 10 ms to 10 min. It doubles with each break that follows within <see cref="StableAfter"/>.</summary>
    public TimeSpan FirstBreak { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest break. Default 60 s, range <see cref="FirstBreak"/> to 1 h.</summary>
    public TimeSpan LongestBreak { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Share of a break that is left to chance, so that clients do not return together. Default 0.2, range 0 to 0.5. It only shortens.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>
    /// Time into a break after which <see cref="EndpointBreaker.ReportReachable"/> ends it. Default 1 s, range 0 to 1 h. It doubles with each break that
    /// was ended so and whose probe failed.
    /// </summary>
    public TimeSpan EarliestEnd { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time closed after which the next break is the first again. Default 60 s, range 0 to 1 h.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Answers in a row that close a half-open circuit. Default 2, range 1 to 100.</summary>
    public int ProbeSuccesses { get; init; } = 2;

    /// <summary>Age after which a probe counts as failed, whatever becomes of it. Default 60 s, range 100 ms to 10 min.</summary>
    public TimeSpan ProbeLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Adds one sentence for each value outside its range.</summary>
    public void Validate(string name, ICollection<string> problems)
    {
        var ranges = new OptionRanges(name, problems);
        ranges.Check(nameof(ConnectFailures), ConnectFailures, 1, 1000);
        ranges.Check(nameof(ConnectFailuresWhenFlaky), ConnectFailuresWhenFlaky, ConnectFailures, 1000);
        ranges.Check(nameof(FlakyMemory), FlakyMemory, TimeSpan.Zero, TimeSpan.FromDays(30));
        ranges.Check(nameof(MinimumSpan), MinimumSpan, TimeSpan.Zero, TimeSpan.FromSeconds(60));
        ranges.Check(nameof(SlowFailures), SlowFailures, 2, 1000);
        ranges.Check(nameof(SlowFailuresToSuspect), SlowFailuresToSuspect, 1, Math.Max(1, SlowFailures - 1));
        ranges.Check(nameof(SlowRatio), SlowRatio, 0.05, 1);
        ranges.Check(nameof(MinimumThroughput), MinimumThroughput, 2, 100_000);
        ranges.Check(nameof(Window), Window, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        ranges.Check(nameof(QueryFailures), QueryFailures, 1, 1000);
        ranges.Check(nameof(FirstBreak), FirstBreak, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10));
        ranges.Check(nameof(LongestBreak), LongestBreak, FirstBreak, TimeSpan.FromHours(1));
        ranges.Check(nameof(Jitter), Jitter, 0, 0.5);
        ranges.Check(nameof(EarliestEnd), EarliestEnd, TimeSpan.Zero, TimeSpan.FromHours(1));
        ranges.Check(nameof(StableAfter), StableAfter, TimeSpan.Zero, TimeSpan.FromHours(1));
        ranges.Check(nameof(ProbeSuccesses), ProbeSuccesses, 1, 100);
        ranges.Check(nameof(ProbeLimit), ProbeLimit, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
    }
}
