namespace EdgeDb.Benchmarks.Cache.Policies;

/// <summary>A cache of a fixed number of keys. Keys are positions in <see cref="CacheTrace.Keys"/>.</summary>
internal interface IReplacementPolicy
{
    /// <summary>Asks for a key and stores it when it is missing and the policy wants it. True for a hit.</summary>
    bool Request(int key);
}
