namespace EdgeDb.Benchmarks.Cache.Policies;

/// <summary>
/// The clairvoyant optimum (Belady, "A study of replacement algorithms for a virtual-storage computer", 1966): gives up the key that is asked for
/// latest from now on, the arriving one included. So it is a bound for policies too that may refuse a key.
/// </summary>
internal sealed class Optimum : IReplacementPolicy
{
    private readonly int _capacity;
    private readonly int[] _nextUse;
    private readonly int[] _keptUntil;
    private readonly PriorityQueue<int, int> _latest = new();
    private int _now;
    private int _count;

    public Optimum(int capacity, int keys, int[] requests)
    {
        _capacity = capacity;
        _keptUntil = new int[keys];
        _nextUse = new int[requests.Length];
        var next = new int[keys];
        Array.Fill(next, int.MaxValue);
        for (var i = requests.Length - 1; i >= 0; i--)
        {
            _nextUse[i] = next[requests[i]];
            next[requests[i]] = i;
        }
    }

    public bool Request(int key)
    {
        var nextUse = _nextUse[_now++];
        var hit = _keptUntil[key] != 0;
        if (nextUse == int.MaxValue)
        {
            // Its place is free at once: nobody will ask again.
            if (hit)
                Release(key);
            return hit;
        }

        if (!hit)
            _count++;
        _keptUntil[key] = nextUse;
        _latest.Enqueue(key, -nextUse);
        while (_count > _capacity)
        {
            _latest.TryDequeue(out var candidate, out var use);
            // A key has one element for each of its requests; only the one of its coming request counts.
            if (_keptUntil[candidate] == -use)
                Release(candidate);
        }

        return hit;
    }

    private void Release(int key)
    {
        _keptUntil[key] = 0;
        _count--;
    }
}
