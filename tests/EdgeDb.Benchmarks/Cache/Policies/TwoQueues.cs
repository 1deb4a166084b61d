namespace EdgeDb.Benchmarks.Cache.Policies;

/// <summary>
/// 2Q, the full version (Johnson and Shasha, VLDB 1994), with the sizes that its paper recommends: a quarter in order of arrival, and ghosts of half
/// the capacity, from which a key goes to the list in order of use.
/// </summary>
internal sealed class TwoQueues(int capacity, int keys) : IReplacementPolicy
{
    private readonly KeyList _arrivals = new(keys);
    private readonly KeyList _ghosts = new(keys);
    private readonly KeyList _main = new(keys);

    public bool Request(int key)
    {
        if (_main.Remove(key))
        {
            _main.AddFirst(key);
            return true;
        }

        if (_arrivals.Contains(key))
            return true;
        var known = _ghosts.Remove(key);
        if (_arrivals.Count + _main.Count == capacity)
            Evict();
        (known ? _main : _arrivals).AddFirst(key);
        return false;
    }

    private void Evict()
    {
        if (_arrivals.Count > capacity / 4 || _main.Count == 0)
        {
            _ghosts.AddFirst(_arrivals.RemoveLast());
            if (_ghosts.Count > capacity / 2)
                _ghosts.RemoveLast();
        }
        else
        {
            _main.RemoveLast();
        }
    }
}
