using Microsoft.Extensions.Caching.Memory;

namespace EdgeDb.Core.Caching;

/// <summary>
/// A value in the cache. What readers ask (value, validity) does not change once the entry is in the table, but for notes that may be lost; slot, segment and size
/// belong to the lock of the cache. Times are those of <see cref="CoarseClock"/>.
/// </summary>
internal class CacheEntry(object key, ulong hash)
{
    private long _checkedAt = -1;

    public object Key { get; } = key;

    public object? Value { get; set; }

    /// <summary>Of the key, with the seed of the cache.</summary>
    public ulong Hash { get; } = hash;

    public long SizeBytes { get; set; }

    public CacheItemPriority Priority { get; set; } = CacheItemPriority.Normal;

    public long StoredAt { get; set; }

    /// <summary>From here on no valid answer; <see cref="long.MaxValue"/> for never.</summary>
    public long ValidUntil { get; set; } = long.MaxValue;

    /// <summary>Kept for stale answers when it is no longer valid.</summary>
    public bool KeepsStale { get; init; }

    /// <summary>From here on not even a stale answer.</summary>
    public long StaleUntil { get; init; }

    /// <summary><see cref="CacheTags.Now"/> before the value was computed.</summary>
    public long Started { get; init; }

    public CacheTag[] Tags { get; init; } = [];

    /// <summary>Its place in <see cref="EntrySlots"/>.</summary>
    public int Slot { get; set; } = EntrySlots.None;

    public CacheSegment Segment { get; set; }

    public bool IsOvertaken(CacheTags tags)
    {
        if (Tags.Length == 0)
            return false;
        // Read before the tags: an invalidation in between moves the clock on, and the next look walks the tags again.
        var now = tags.Now;
        if (_checkedAt == now)
            return false;
        if (!CacheTag.AllHold(Tags, Started))
            return true;
        _checkedAt = now;
        return false;
    }
}
