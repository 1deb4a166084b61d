namespace EdgeDb.Core.Connections;

/// <summary>What is counted of one shape.</summary>
internal sealed class QueryStatistics
{
    /// <summary>Number of kinds of failure.</summary>
    public static readonly int FailureKindCount = Enum.GetValues<FailureKind>().Length;

    private static readonly double[] Shown = [0.5, 0.95, 0.99];

    private readonly long _analyticsFromTicks;
    private readonly LatencyWindows _windows;
    private readonly LatencyQuantiles _quantiles;
    private readonly LatencyWindows.WindowEnded _windowEnded;
    private readonly ShiftDetector _shift = new();
    private readonly long[] _failures = new long[FailureKindCount];
    private long _maxTicks;
    private bool _isAnalytics;

    public QueryStatistics(QueryShape? shape, QueryMonitorOptions options)
    {
        Shape = shape;
        _analyticsFromTicks = options.AnalyticsFrom.Ticks;
        _windows = new(options.Window.Ticks, options.WindowLeastCount);
        _quantiles = new(_windows);
        _windowEnded = OnWindowEnded;
    }

    public QueryShape? Shape { get; }

    public ILatencyQuantiles Latency => _quantiles;

    public QueryClass Class => Volatile.Read(ref _isAnalytics) ? QueryClass.Analytics : Shape?.Class ?? QueryClass.Other;

    public bool IsAnomalous => _shift.IsRaised;

    /// <summary>See <see cref="LatencyWindows.DueTicks"/>: how long ago it was last used, without a clock of its own.</summary>
    public long DueTicks => _windows.DueTicks;

    public void Record(long nowTicks, long durationTicks)
    {
        _windows.Record(nowTicks, durationTicks, _windowEnded);
        var max = Volatile.Read(ref _maxTicks);
        while (durationTicks > max)
            max = Interlocked.CompareExchange(ref _maxTicks, durationTicks, max);
    }

    public void RecordFailure(FailureKind failure) => Interlocked.Increment(ref _failures[(int)failure]);

    public QuerySummary Summarize()
    {
        Span<long> ticks = stackalloc long[Shown.Length];
        _quantiles.Compute(Shown, ticks);
        var caller = Volatile.Read(ref _failures[(int)FailureKind.Caller]);
        var errors = -caller;
        for (var kind = 0; kind < _failures.Length; kind++)
            errors += Volatile.Read(ref _failures[kind]);
        return new(
            Shape, Class, _windows.TotalCount, errors, caller, new(_windows.TotalTicks), new(ticks[0]), new(ticks[1]), new(ticks[2]),
            new(Volatile.Read(ref _maxTicks)), IsAnomalous);
    }

    private void OnWindowEnded(ReadOnlySpan<int> counts)
    {
        _shift.Add(counts);
        if (Shape?.Class != QueryClass.Read)
            return;
        long count = 0;
        foreach (var bucket in counts)
            count += bucket;
        long below = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            if ((below += counts[i]) * 2 < count)
                continue;
            // Between the two limits it stays what it is, or it would change connections all the time.
            var median = LatencyBuckets.MiddleTicks(i);
            Volatile.Write(ref _isAnalytics, median >= (_isAnalytics ? _analyticsFromTicks / 2 : _analyticsFromTicks));
            break;
        }
    }
}
