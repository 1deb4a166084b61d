namespace EdgeDb.Benchmarks.Cache.Policies;

/// <summary>Evicts the key that was asked for longest ago.</summary>
internal sealed class Lru(int capacity, int keys) : IReplacementPolicy
{
    private readonly KeyList _recency = new(keys);

    public bool Request(int key)
    {
        if (_recency.Remove(key))
        {
            _recency.AddFirst(key);
            return true;
        }

        if (_recency.Count == capacity)
            _recency.RemoveLast();
        _recency.AddFirst(key);
        return false;
    }
}
