namespace EdgeDb.Benchmarks.Cache.Policies;

/// <summary>
/// SIEVE (Zhang et al., NSDI 2024): a queue in order of arrival and a hand that walks from old to new, spares visited keys once and evicts the first
/// that was not.
/// </summary>
internal sealed class Sieve(int capacity, int keys) : IReplacementPolicy
{
    private readonly KeyList _queue = new(keys);
    private readonly bool[] _visited = new bool[keys];
    private int _hand = -1;

    public bool Request(int key)
    {
        if (_queue.Contains(key))
        {
            _visited[key] = true;
            return true;
        }

        if (_queue.Count == capacity)
            Evict();
        _queue.AddFirst(key);
        _visited[key] = false;
        return false;
    }

    private void Evict()
    {
        var candidate = _hand >= 0 ? _hand : _queue.Last;
        while (_visited[candidate])
        {
            _visited[candidate] = false;
            candidate = _queue.Newer(candidate);
            if (candidate < 0)
                candidate = _queue.Last;
        }

        _hand = _queue.Newer(candidate);
        _queue.Remove(candidate);
    }
}
