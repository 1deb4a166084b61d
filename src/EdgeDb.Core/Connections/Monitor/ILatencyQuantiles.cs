namespace EdgeDb.Core.Connections;

/// <summary>
/// How long recent operations took. Timeouts and hedges are set from it. Both members are read on the path of every operation: no
/// allocation, no wait, and a few nanoseconds while little has changed.
/// </summary>
public interface ILatencyQuantiles
{
    /// <summary>Operations the quantiles are made of. Few say little: who decides by a quantile asks for a count first.</summary>
    long Count { get; }

    /// <summary>The duration that the share <paramref name="q"/> (0 to 1) of these operations did not exceed, in ticks of <see cref="TimeSpan"/>; 0 without any.</summary>
    long QuantileTicks(double q);
}
