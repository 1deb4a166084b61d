using Microsoft.Extensions.Caching.Memory;

namespace EdgeDb.Core.Caching;

/// <summary>How long a value is good, what it was made of and what it costs.</summary>
public readonly struct CacheEntryOptions
{
    /// <summary>Valid until invalidated, of normal priority.</summary>
    public CacheEntryOptions()
    {
    }

    /// <summary>Bytes of the value. The cache adds the key and what it needs itself.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>How long the value is valid. Default: until it is invalidated or evicted.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>
    /// How long after <see cref="TimeToLive"/> the value is kept for those who take a stale one, also when a tag invalidates it before. It goes first when
    /// others need the place. Default: it is removed as soon as it is not valid.
    /// </summary>
    public TimeSpan StaleFor { get; init; }

    /// <summary><see cref="CacheTags.Now"/> from before anything was read for the value. Without tags of no meaning.</summary>
    public long Started { get; init; }

    /// <summary>What the value was made of.</summary>
    public CacheTag[]? Tags { get; init; }

    /// <summary>
    /// An entry never displaces one of higher priority. <see cref="CacheItemPriority.NeverRemove"/> is never evicted. Default: <see cref="CacheItemPriority.Normal"/>.
    /// </summary>
    public CacheItemPriority Priority { get; init; } = CacheItemPriority.Normal;
}
