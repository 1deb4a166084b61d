using System.Numerics;

namespace EdgeDb.Benchmarks.Cache.Policies;

/// <summary>
/// W-TinyLFU (Einziger, Friedman and Manes, "TinyLFU", 2017) with a window of 1 %; with <paramref name="climbs"/> its size follows the hit ratio as in
/// Caffeine (Einziger, Eytan, Friedman and Manes, "Adaptive software cache management", Middleware 2018): samples of ten capacities, steps of 6.25 %
/// that decay by 2 %, a new start when the ratio changes by 5 points.
/// </summary>
internal sealed class WindowTinyLfu(int capacity, int keys, bool climbs) : IReplacementPolicy
{
    private const double StepShare = 0.0625;
    private const double StepDecay = 0.98;
    private const double RestartChange = 0.05;
    private readonly KeyList _window = new(keys);
    private readonly KeyList _probation = new(keys);
    private readonly KeyList _protected = new(keys);
    private readonly FrequencyCounts _counts = new(capacity);
    private readonly int _sample = 10 * capacity;
    private int _windowCapacity = Math.Max(1, capacity / 100);
    private int _protectedCapacity = (capacity - Math.Max(1, capacity / 100)) * 8 / 10;
    private double _step = -StepShare * capacity;
    private double _lastRatio;
    private int _hits;
    private int _requests;

    public bool Request(int key)
    {
        _counts.Add(key);
        var hit = Touch(key);
        if (!hit)
        {
            _window.AddFirst(key);
            Evict();
        }

        if (climbs && Count >= capacity)
            Climb(hit);
        return hit;
    }

    private int Count => _window.Count + _probation.Count + _protected.Count;

    private bool Touch(int key)
    {
        if (_window.Contains(key))
        {
            _window.MoveToFirst(key);
        }
        else if (_protected.Contains(key))
        {
            _protected.MoveToFirst(key);
        }
        else if (_probation.Remove(key))
        {
            _protected.AddFirst(key);
            Demote();
        }
        else
        {
            return false;
        }

        return true;
    }

    private void Demote()
    {
        while (_protected.Count > _protectedCapacity)
            _probation.AddFirst(_protected.RemoveLast());
    }

    private void Evict()
    {
        if (_window.Count <= _windowCapacity)
            return;
        var candidate = _window.RemoveLast();
        if (Count + 1 > capacity)
        {
            var victim = _probation.Count > 0 ? _probation.Last : _protected.Last;
            if (victim >= 0 && _counts.Of(candidate) <= _counts.Of(victim))
                return;
            if (!_probation.Remove(victim))
                _protected.Remove(victim);
        }

        _probation.AddFirst(candidate);
    }

    private void Climb(bool hit)
    {
        _requests++;
        if (hit)
            _hits++;
        if (_requests < _sample)
            return;
        var ratio = (double)_hits / _requests;
        var change = ratio - _lastRatio;
        var amount = change >= 0 ? _step : -_step;
        _step = Math.Abs(change) >= RestartChange ? StepShare * capacity * Math.Sign(amount) : StepDecay * amount;
        (_lastRatio, _hits, _requests) = (ratio, 0, 0);
        Resize((int)amount);
    }

    private void Resize(int by)
    {
        by = Math.Clamp(by, 1 - _windowCapacity, _protectedCapacity);
        _windowCapacity += by;
        _protectedCapacity -= by;
        Demote();
        while (_window.Count < _windowCapacity && _probation.Count > 0 && by-- > 0)
            _window.AddLast(_probation.RemoveLast());
        while (_window.Count > _windowCapacity)
            _probation.AddLast(_window.RemoveLast());
    }

    /// <summary>A count-min sketch of four rows with counts up to 15, all halved after ten capacities of additions.</summary>
    private sealed class FrequencyCounts(int capacity)
    {
        private readonly int _columns = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, capacity)) * 4;
        private readonly byte[] _rows = new byte[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, capacity)) * 16];
        private int _additions;

        public int Of(int key)
        {
            var count = byte.MaxValue;
            for (var row = 0; row < 4; row++)
                count = Math.Min(count, _rows[Place(key, row)]);
            return count;
        }

        public void Add(int key)
        {
            var added = false;
            for (var row = 0; row < 4; row++)
            {
                ref var count = ref _rows[Place(key, row)];
                if (count == 15)
                    continue;
                count++;
                added = true;
            }

            if (!added || ++_additions < 10 * capacity)
                return;
            for (var i = 0; i < _rows.Length; i++)
                _rows[i] >>= 1;
            _additions /= 2;
        }

        private int Place(int key, int row)
        {
            var hash = (ulong)(uint)key * 0x9E3779B97F4A7C15UL + (ulong)row * 0xC2B2AE3D27D4EB4FUL;
            hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93UL;
            return (row * _columns) + (int)((hash ^ (hash >> 32)) & (uint)(_columns - 1));
        }
    }
}
