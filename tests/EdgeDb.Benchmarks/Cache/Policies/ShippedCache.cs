using EdgeDb.Core.Caching;

namespace EdgeDb.Benchmarks.Cache.Policies;

/// <summary>The cache that the service runs, driven as the service does: look up, and store what was missing. The seed is fixed, so every run is the same.</summary>
internal sealed class ShippedCache : IReplacementPolicy, IDisposable
{
    private static readonly object Value = new();
    private static readonly CacheEntryOptions Entry = new() { SizeBytes = 1 };
    private readonly AdaptiveMemoryCache _cache;
    private readonly string[] _keys;

    public ShippedCache(int capacity, string[] keys)
    {
        _keys = keys;
        _cache = new AdaptiveMemoryCache(new AdaptiveMemoryCacheOptions { MaxEntries = capacity, ByteBudget = long.MaxValue / 4, Seed = 1 }, TimeProvider.System);
    }

    public bool Request(int key)
    {
        if (_cache.TryGet<object>(_keys[key], out _))
            return true;
        _cache.Set(_keys[key], Value, Entry);
        return false;
    }

    public void Dispose() => _cache.Dispose();
}
