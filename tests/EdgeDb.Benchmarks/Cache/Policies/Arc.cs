namespace EdgeDb.Benchmarks.Cache.Policies;

/// <summary>
/// ARC (Megiddo and Modha, FAST 2003): keys seen once and keys seen more often, each with its ghosts; a hit in the ghosts of one moves the target size
/// towards it.
/// </summary>
internal sealed class Arc(int capacity, int keys) : IReplacementPolicy
{
    private readonly KeyList _once = new(keys);
    private readonly KeyList _often = new(keys);
    private readonly KeyList _onceGhosts = new(keys);
    private readonly KeyList _oftenGhosts = new(keys);
    private double _target;

    public bool Request(int key)
    {
        if (_once.Remove(key) || _often.Remove(key))
        {
            _often.AddFirst(key);
            return true;
        }

        if (_onceGhosts.Contains(key))
        {
            _target = Math.Min(capacity, _target + Math.Max(1.0, (double)_oftenGhosts.Count / _onceGhosts.Count));
            Replace(inOftenGhosts: false);
            _onceGhosts.Remove(key);
            _often.AddFirst(key);
        }
        else if (_oftenGhosts.Contains(key))
        {
            _target = Math.Max(0, _target - Math.Max(1.0, (double)_onceGhosts.Count / _oftenGhosts.Count));
            Replace(inOftenGhosts: true);
            _oftenGhosts.Remove(key);
            _often.AddFirst(key);
        }
        else
        {
            MakeRoom();
            _once.AddFirst(key);
        }

        return false;
    }

    private void MakeRoom()
    {
        if (_once.Count + _onceGhosts.Count == capacity)
        {
            if (_once.Count == capacity)
            {
                _once.RemoveLast();
            }
            else
            {
                _onceGhosts.RemoveLast();
                Replace(inOftenGhosts: false);
            }

            return;
        }

        var total = _once.Count + _often.Count + _onceGhosts.Count + _oftenGhosts.Count;
        if (total < capacity)
            return;
        if (total == 2 * capacity)
            _oftenGhosts.RemoveLast();
        Replace(inOftenGhosts: false);
    }

    private void Replace(bool inOftenGhosts)
    {
        if (_once.Count > 0 && (_once.Count > _target || (inOftenGhosts && _once.Count == (int)_target)))
            _onceGhosts.AddFirst(_once.RemoveLast());
        else if (_often.Count > 0)
            _oftenGhosts.AddFirst(_often.RemoveLast());
    }
}
