namespace EdgeDb.Benchmarks.Cache.Policies;

/// <summary>
/// LIRS (Jiang and Zhang, SIGMETRICS 2002): keys with a small distance between their last two requests keep 99 % of the places, the rest pass through
/// a queue of 1 %. The stack remembers at most two capacities of keys that are not there, as implementations bound it.
/// </summary>
internal sealed class Lirs(int capacity, int keys) : IReplacementPolicy
{
    private readonly int _lowCapacity = capacity - Math.Max(1, capacity / 100);
    private readonly KeyList _stack = new(keys);
    private readonly KeyList _queue = new(keys);
    private readonly KeyList _absent = new(keys);
    private readonly bool[] _low = new bool[keys];
    private int _lowCount;

    public bool Request(int key)
    {
        if (_low[key])
        {
            _stack.MoveToFirst(key);
            Prune();
            return true;
        }

        if (_queue.Contains(key))
        {
            if (_stack.Contains(key))
            {
                _stack.MoveToFirst(key);
                _queue.Remove(key);
                Promote(key);
            }
            else
            {
                _stack.AddFirst(key);
                _queue.MoveToFirst(key);
            }

            return true;
        }

        Add(key);
        return false;
    }

    private void Add(int key)
    {
        if (_lowCount < _lowCapacity && _queue.Count == 0)
        {
            _stack.AddFirst(key);
            _low[key] = true;
            _lowCount++;
            return;
        }

        if (_lowCount + _queue.Count == capacity)
        {
            var evicted = _queue.RemoveLast();
            if (_stack.Contains(evicted))
                _absent.AddFirst(evicted);
            if (_absent.Count > 2 * capacity)
                _stack.Remove(_absent.RemoveLast());
        }

        if (_stack.Contains(key))
        {
            _absent.Remove(key);
            _stack.MoveToFirst(key);
            Promote(key);
        }
        else
        {
            _stack.AddFirst(key);
            _queue.AddFirst(key);
        }
    }

    private void Promote(int key)
    {
        _low[key] = true;
        _lowCount++;
        if (_lowCount > _lowCapacity)
        {
            var demoted = _stack.RemoveLast();
            _low[demoted] = false;
            _lowCount--;
            _queue.AddFirst(demoted);
        }

        Prune();
    }

    // The last of the stack is always a key of small distance.
    private void Prune()
    {
        while (_stack.Last >= 0 && !_low[_stack.Last])
            _absent.Remove(_stack.RemoveLast());
    }
}
