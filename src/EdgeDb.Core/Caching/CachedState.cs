namespace EdgeDb.Core.Caching;

/// <summary>What is known of an entry that is in the cache, valid or not.</summary>
/// <param name="Age">Time since it was stored.</param>
/// <param name="IsExpired">Its time to live is over.</param>
/// <param name="IsInvalidated">One of its tags was invalidated after its computation began.</param>
public readonly record struct CachedState(TimeSpan Age, bool IsExpired, bool IsInvalidated)
{
    /// <summary>A look-up would be answered with it.</summary>
    public bool IsValid => !IsExpired && !IsInvalidated;
}
