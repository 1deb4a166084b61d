namespace EdgeDb.Core.Caching;

/// <summary>The bounds of an <see cref="AdaptiveMemoryCache"/>.</summary>
public sealed class AdaptiveMemoryCacheOptions
{
    /// <summary>Entries at most, 16 to 1,000,000. Default 1,000. Can be changed later (<see cref="AdaptiveMemoryCache.MaxEntries"/>).</summary>
    public int MaxEntries { get; init; } = 1000;

    /// <summary>Bytes at most, at least 1. Default 16 MiB. Can be changed later (<see cref="AdaptiveMemoryCache.ByteBudget"/>).</summary>
    public long ByteBudget { get; init; } = 16 << 20;

    /// <summary>An entry larger than this part of the budget is refused, above 0 to 1. Default an eighth.</summary>
    public double LargestShare { get; init; } = 0.125;

    /// <summary>Hashes of keys and the luck of candidates depend on it; fixed only where a run must be repeated. Default: random.</summary>
    public ulong? Seed { get; init; }
}
