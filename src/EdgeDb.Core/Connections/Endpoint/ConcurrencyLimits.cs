namespace EdgeDb.Core.Connections;

/// <summary>Makes the limit of a pool.</summary>
internal static class ConcurrencyLimits
{
    private const int FirstLimit = 8;

    /// <summary>Null for <see cref="ConcurrencyLimitKind.Fixed"/>: the pool's own size is that limit.</summary>
    public static IConcurrencyLimit? Create(ConcurrencyLimitKind kind, ConnectionPoolOptions pool)
    {
        var most = (int)Math.Min((long)pool.MaxSize * pool.LeasesPerConnection, int.MaxValue);
        var first = Math.Min(FirstLimit, most);
        return kind switch
        {
            ConcurrencyLimitKind.Cinnamon => new CinnamonLimit(first, 1, most, Random.Shared.Next()),
            ConcurrencyLimitKind.Gradient2 => new Gradient2Limit(first, 1, most),
            ConcurrencyLimitKind.Aimd => new AimdLimit(first, 1, most),
            _ => null,
        };
    }
}
