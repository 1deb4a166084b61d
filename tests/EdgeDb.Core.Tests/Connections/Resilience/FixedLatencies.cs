using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Tests.Connections.Resilience;

/// <summary>Latencies that a test states: half, 95 % and 99 % took at most so many milliseconds.</summary>
internal sealed class FixedLatencies(double p95Ms, double p99Ms, long count = 1000) : ILatencyQuantiles
{
    public long Count => count;

    public long QuantileTicks(double q) => TimeSpan.FromMilliseconds(q switch
    {
        0.95 => p95Ms,
        0.99 => p99Ms,
        _ => throw new ArgumentOutOfRangeException(nameof(q), q, "Only the kept quantiles are cheap."),
    }).Ticks;
}
