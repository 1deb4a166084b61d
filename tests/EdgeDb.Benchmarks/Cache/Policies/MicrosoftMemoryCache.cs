using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;

namespace EdgeDb.Benchmarks.Cache.Policies;

/// <summary>
/// <see cref="MemoryCache"/> with a size limit, every entry of size 1. When it is full it refuses the entry and frees a twentieth in the background. The
/// refusal and the compaction are one step here, so that the ratio is the one under a light load and the same in every run. Time is counted in requests.
/// </summary>
internal sealed class MicrosoftMemoryCache : IReplacementPolicy, IDisposable
{
    // The default of MemoryCacheOptions.CompactionPercentage.
    private const double CompactedShare = 0.05;
    private static readonly object Value = new();
    private static readonly MemoryCacheEntryOptions OfSizeOne = new() { Size = 1 };
    private readonly RequestClock _clock = new();
    private readonly MemoryCache _cache;
    private readonly string[] _keys;
    private readonly int _capacity;

    public MicrosoftMemoryCache(int capacity, string[] keys)
    {
        _keys = keys;
        _capacity = capacity;
        _cache = new MemoryCache(new MemoryCacheOptions { SizeLimit = capacity, Clock = _clock, ExpirationScanFrequency = TimeSpan.FromDays(365) });
    }

    public bool Request(int key)
    {
        _clock.Requests++;
        if (_cache.TryGetValue(_keys[key], out _))
            return true;
        if (_cache.Count == _capacity)
            _cache.Compact(CompactedShare);
        else
            _cache.Set(_keys[key], Value, OfSizeOne);
        return false;
    }

    public void Dispose() => _cache.Dispose();

    private sealed class RequestClock : ISystemClock
    {
        public long Requests { get; set; }

        public DateTimeOffset UtcNow => DateTimeOffset.UnixEpoch.AddTicks(Requests);
    }
}
