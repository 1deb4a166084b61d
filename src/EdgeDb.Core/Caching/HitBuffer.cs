using System.Runtime.InteropServices;

namespace EdgeDb.Core.Caching;

/// <summary>
/// Counts of hits and misses, and the hits that the replacement policy has not seen yet. A reader pays one atomic addition, which counts the hit and gives it a place in a
/// ring; whoever fills the ring passes it on if the lock is free. If it is not, the oldest hits are overwritten: the policy may miss some under load, the counts
/// are exact. One thread alone loses none.
/// </summary>
internal sealed class HitBuffer
{
    private const int Places = 64;
    private const int MaxStripes = 16;
    private readonly Counters[] _counters;
    private readonly Place[][] _rings;
    private readonly int _mask;

    public HitBuffer(int processors)
    {
        var stripes = 1;
        while (stripes < processors && stripes < MaxStripes)
            stripes *= 2;
        _mask = stripes - 1;
        _counters = new Counters[stripes];
        _rings = new Place[stripes][];
        for (var i = 0; i < stripes; i++)
            _rings[i] = new Place[Places];
    }

    public long Hits
    {
        get
        {
            var hits = 0L;
            for (var i = 0; i < _counters.Length; i++)
                hits += Volatile.Read(ref _counters[i].Hits);
            return hits;
        }
    }

    public long Misses
    {
        get
        {
            var misses = 0L;
            for (var i = 0; i < _counters.Length; i++)
                misses += Volatile.Read(ref _counters[i].Misses);
            return misses;
        }
    }

    /// <summary>True when the ring is full: drain it now.</summary>
    public bool AddHit(CacheEntry entry)
    {
        var stripe = Environment.CurrentManagedThreadId & _mask;
        var hit = Interlocked.Increment(ref _counters[stripe].Hits);
        _rings[stripe][hit & (Places - 1)].Entry = entry;
        return (hit & (Places - 1)) == 0;
    }

    public void AddMiss() => Interlocked.Increment(ref _counters[Environment.CurrentManagedThreadId & _mask].Misses);

    /// <summary>Hands every hit to the policy, those of one thread in their order. Under the lock of the cache.</summary>
    public void Drain(ReplacementPolicy policy)
    {
        for (var stripe = 0; stripe < _counters.Length; stripe++)
        {
            ref var counters = ref _counters[stripe];
            var hits = Volatile.Read(ref counters.Hits);
            for (var hit = Math.Max(counters.Drained, hits - Places) + 1; hit <= hits; hit++)
            {
                ref var place = ref _rings[stripe][hit & (Places - 1)].Entry;
                var entry = place;
                place = null;
                // Empty when its reader was stopped between counting and noting; out of the cache when it was evicted since.
                if (entry is { Segment: not CacheSegment.None })
                    policy.Hit(entry);
            }

            counters.Drained = hits;
        }
    }

    // Alone on its cache lines: neighbours prefetch in pairs.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Counters
    {
        [FieldOffset(128)]
        public long Hits;

        [FieldOffset(136)]
        public long Misses;

        [FieldOffset(144)]
        public long Drained;
    }

    // A struct, or every store would check the type of the array.
    private struct Place
    {
        public CacheEntry? Entry;
    }
}
