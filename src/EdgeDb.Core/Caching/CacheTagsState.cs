namespace EdgeDb.Core.Caching;

/// <summary>What <see cref="CacheTags"/> know at one moment.</summary>
/// <param name="Now">The clock.</param>
/// <param name="Tags">Names, and when each was last invalidated.</param>
internal sealed record CacheTagsState(long Now, IReadOnlyList<KeyValuePair<string, long>> Tags);
