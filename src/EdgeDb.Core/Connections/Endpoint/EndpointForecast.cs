namespace EdgeDb.Core.Connections;

/// <summary>Counts the leases of an endpoint minute by minute and says how many connections the next minutes will need.</summary>
/// <param name="opensAhead">Whether connections are opened for it.</param>
internal sealed class EndpointForecast(bool opensAhead)
{
    /// <summary>Length of a counting interval.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private long _acquired;
    private TimeSpan _held;
    private TimeSpan _meanHold;

    /// <summary>Whether connections are opened ahead.</summary>
    public bool OpensAhead { get; set; } = opensAhead;

    /// <summary>Whether what was foreseen may be used; false opens nothing ahead, and goes on counting. Default true.</summary>
    public bool IsAllowed { get; set; } = true;

    /// <summary>Leases an interval, forecast.</summary>
    public LoadForecast Load { get; private set; } = new(Interval);

    /// <summary>Takes up what was saved before a restart; called before the first interval.</summary>
    public void Restore(ReadOnlySpan<byte> state) => Load = LoadForecast.Restore(Interval, state, out _);

    /// <summary>One interval has ended; answers how many connections to keep open (0 when none are opened ahead).</summary>
    /// <param name="statistics">The pool now.</param>
    /// <param name="most">The pool's size.</param>
    /// <param name="end">The wall clock.</param>
    public int Observe(in PoolStatistics statistics, int most, DateTimeOffset end)
    {
        var count = statistics.Acquired - _acquired;
        var held = statistics.HoldTime - _held;
        (_acquired, _held) = (statistics.Acquired, statistics.HoldTime);
        Load.Observe(end, count);
        if (count > 0)
            _meanHold = held / count;
        return OpensAhead && IsAllowed ? PredictiveFloor.Connections(Load, _meanHold, most) : 0;
    }
}
