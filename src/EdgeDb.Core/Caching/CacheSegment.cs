namespace EdgeDb.Core.Caching;

/// <summary>Where the replacement policy keeps an entry.</summary>
internal enum CacheSegment : byte
{
    /// <summary>Not in the cache: not yet, or no longer.</summary>
    None,
    Window,
    Probation,
    Protected,

    /// <summary>Never evicted (<c>CacheItemPriority.NeverRemove</c>).</summary>
    Pinned,

    /// <summary>No longer valid, kept for those who take a stale answer; evicted before everything else.</summary>
    Stale,
}
