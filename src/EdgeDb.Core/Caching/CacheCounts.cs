namespace EdgeDb.Core.Caching;

/// <summary>What a cache holds and what it did since it was made.</summary>
/// <param name="Hits">Look-ups that were answered.</param>
/// <param name="Misses">Look-ups that were not.</param>
/// <param name="Entries">Entries, those kept for stale answers included.</param>
/// <param name="SizeBytes">Their size.</param>
/// <param name="WindowShare">The part of the capacity that new entries pass through, 0.01 to 0.9: small where popularity lasts, large where the newest is asked for again.</param>
/// <param name="Evicted">Entries that went because others needed the place, entries refused for that reason included.</param>
/// <param name="Expired">Entries that went because their time was over.</param>
/// <param name="Invalidated">Entries that went because of a tag or change token.</param>
/// <param name="Overtaken">Values that were not stored because a tag had been invalidated while they were computed.</param>
public readonly record struct CacheCounts(
    long Hits, long Misses, int Entries, long SizeBytes, double WindowShare, long Evicted, long Expired, long Invalidated, long Overtaken);
