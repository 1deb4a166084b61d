namespace EdgeDb.Benchmarks.Cache.Policies;

/// <summary>
/// S3-FIFO (Yang et al., SOSP 2023): a small queue of a tenth, a main queue, and a ghost queue as long as main. What leaves the small queue after more
/// than one hit goes to main, as does a key that the ghost queue knows; main spares a key once for each of up to three hits.
/// </summary>
internal sealed class S3Fifo(int capacity, int keys) : IReplacementPolicy
{
    private const int MaxHits = 3;
    private const int HitsToMain = 2;
    private readonly int _smallCapacity = Math.Max(1, capacity / 10);
    private readonly KeyList _small = new(keys);
    private readonly KeyList _main = new(keys);
    private readonly KeyList _ghosts = new(keys);
    private readonly byte[] _hits = new byte[keys];

    public bool Request(int key)
    {
        if (_small.Contains(key) || _main.Contains(key))
        {
            _hits[key] = (byte)Math.Min(_hits[key] + 1, MaxHits);
            return true;
        }

        while (_small.Count + _main.Count >= capacity)
        {
            if (_small.Count >= _smallCapacity || _main.Count == 0)
                EvictSmall();
            else
                EvictMain();
        }

        _hits[key] = 0;
        if (_ghosts.Remove(key))
            _main.AddFirst(key);
        else
            _small.AddFirst(key);
        return false;
    }

    private void EvictSmall()
    {
        while (_small.Count > 0)
        {
            var key = _small.RemoveLast();
            if (_hits[key] >= HitsToMain)
            {
                _hits[key] = 0;
                _main.AddFirst(key);
                continue;
            }

            _ghosts.AddFirst(key);
            if (_ghosts.Count > capacity - _smallCapacity)
                _ghosts.RemoveLast();
            return;
        }
    }

    private void EvictMain()
    {
        while (true)
        {
            var key = _main.RemoveLast();
            if (_hits[key] == 0)
                return;
            _hits[key]--;
            _main.AddFirst(key);
        }
    }
}
