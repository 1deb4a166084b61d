using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Memory;

namespace EdgeDb.Core.Caching;

/// <summary>
/// Decides what stays: W-TinyLFU (Einziger, Friedman, Manes, "TinyLFU", ACM TOS 13(4), 2017). New entries pass through a window in order of use. Who leaves it must
/// have been asked for more often than the entries of the main part that would have to go; main is probation and, after a hit, protected.
/// <para>
/// The size of the window follows marginal use, which is where this differs from the hill climbing of Caffeine ("Adaptive software cache management", Middleware 2018):
/// a key that returns right after it was refused would have been a hit in a larger window, and a hit on probation would be lost in a smaller main. Each
/// moves the window by one entry, so where both happen equally often it rests. Hill climbing needs a sample of ten capacities for a single step, more than a household asks
/// in a day, and compares with another time of day. The command <c>bench cache</c> has both.
/// </para>
/// Guarded by the lock of the cache.
/// </summary>
internal sealed class ReplacementPolicy
{
    private const double LeastWindowShare = 0.01;
    private const double LargestWindowShare = 0.9;
    private const double ProtectedShareOfMain = 0.8;
    private const int LeastDepth = 4;
    private const int LeastSample = 16;
    private const int SamplesOfPeriod = 10;

    // Caffeine's defence against keys chosen to collide with a popular one: of a warm candidate's defeats one in 128 is a victory.
    private const int WarmCount = 6;
    private const uint LuckMask = 127;
    private readonly EntrySlots _slots = new();
    private readonly EntryList _window;
    private readonly EntryList _probation;
    private readonly EntryList _protected;
    private readonly EntryList _pinned;
    private readonly EntryList _stale;
    private FrequencySketch _frequency;
    private RejectedKeys _rejected;
    private int _maxEntries;

    // Fewer than _maxEntries where the bytes are the tighter bound.
    private int _entriesWhenFull;
    private double _windowShare = LeastWindowShare;
    private uint _luck;

    public ReplacementPolicy(int maxEntries, long maxBytes, ulong seed)
    {
        MaxBytes = maxBytes;
        _window = new EntryList(CacheSegment.Window, _slots);
        _probation = new EntryList(CacheSegment.Probation, _slots);
        _protected = new EntryList(CacheSegment.Protected, _slots);
        _pinned = new EntryList(CacheSegment.Pinned, _slots);
        _stale = new EntryList(CacheSegment.Stale, _slots);
        _luck = (uint)seed | 1;
        Grow(maxEntries);
        MaxEntries = maxEntries;
    }

    /// <summary>The bound in entries. What exceeds a smaller one goes with the next evictions.</summary>
    public int MaxEntries
    {
        get => _maxEntries;
        set
        {
            if (value >= _slots.Capacity)
                Grow(value);
            _maxEntries = _entriesWhenFull = value;
        }
    }

    public long MaxBytes { get; set; }

    public int Entries => _window.Count + _probation.Count + _protected.Count + _pinned.Count + _stale.Count;

    public long SizeBytes => _window.SizeBytes + _probation.SizeBytes + _protected.SizeBytes + _pinned.SizeBytes + _stale.SizeBytes;

    /// <summary>The part of the capacity that new entries may pass through, 0.01 to 0.9.</summary>
    public double WindowShare => _windowShare;

    /// <summary>In the order in which they would be evicted.</summary>
    public IEnumerable<CacheEntry> All => Each(_stale).Concat(Each(_probation)).Concat(Each(_window)).Concat(Each(_protected)).Concat(Each(_pinned));

    /// <summary>Whether an entry that is never evicted fits beside the others of its kind.</summary>
    public bool CanPin(long sizeBytes) => _pinned.Count < _maxEntries && _pinned.SizeBytes + sizeBytes <= MaxBytes;

    /// <param name="entry">The new entry.</param>
    /// <param name="replaced">The entry of the same key that it replaces; it is taken out.</param>
    public void Add(CacheEntry entry, CacheEntry? replaced)
    {
        _frequency.Add(entry.Hash, Period);
        // A new value of a known key is a use of it, not a newcomer.
        var list = replaced?.Segment is CacheSegment.Probation or CacheSegment.Protected ? _protected : _window;
        if (entry.Priority == CacheItemPriority.NeverRemove)
            list = _pinned;
        if (replaced is not null)
            Remove(replaced);
        else if (entry.Priority > CacheItemPriority.Low && _rejected.Take(entry.Hash, Depth))
            MoveWindow(1); // Not for what is fetched ahead: nobody asked.
        _slots.Take(entry);
        list.Add(entry);
    }

    public void Hit(CacheEntry entry)
    {
        _frequency.Add(entry.Hash, Period);
        switch (entry.Segment)
        {
            case CacheSegment.Window:
                _window.MoveToNewest(entry);
                break;
            case CacheSegment.Protected:
                _protected.MoveToNewest(entry);
                break;
            case CacheSegment.Probation:
                MoveWindow(-1);
                _probation.Remove(entry);
                _protected.Add(entry);
                Demote();
                break;
        }
    }

    public void Remove(CacheEntry entry)
    {
        List(entry).Remove(entry);
        _slots.Release(entry);
    }

    public void Resize(CacheEntry entry, long sizeBytes)
    {
        var list = List(entry);
        list.Remove(entry);
        entry.SizeBytes = sizeBytes;
        list.Add(entry);
    }

    /// <summary>The entry is no longer valid: the next to go.</summary>
    public void MarkStale(CacheEntry entry)
    {
        if (entry.Segment is CacheSegment.Pinned or CacheSegment.Stale)
            return;
        List(entry).Remove(entry);
        _stale.Add(entry);
    }

    /// <summary>Takes one entry out if the bounds are exceeded; null when they are kept, or when only what is never evicted is left.</summary>
    public CacheEntry? Evict()
    {
        Demote();
        if (Entries <= _maxEntries && SizeBytes <= MaxBytes)
        {
            while (WindowIsOver)
                MoveToProbation(_window.Oldest!);
            return null;
        }

        _entriesWhenFull = Math.Clamp(Entries, LeastSample, _maxEntries);
        var evicted = _stale.Oldest ?? Loser();
        if (evicted is not null)
            Remove(evicted);
        return evicted;
    }

    // Counts and refused keys are lost: their places depend on the size, and they are soon learnt again.
    [MemberNotNull(nameof(_frequency), nameof(_rejected))]
    private void Grow(int maxEntries)
    {
        // One more: a new entry comes in before another one goes.
        _slots.Grow(maxEntries + 1);
        _frequency = new FrequencySketch(maxEntries);
        _rejected = new RejectedKeys(maxEntries);
    }

    private CacheEntry? Loser()
    {
        var victim = _probation.Oldest ?? _protected.Oldest;
        if (_window.Oldest is not { } candidate)
            return victim;
        if (!WindowIsOver && victim is not null)
            return victim;
        if (!Wins(candidate))
        {
            _rejected.Add(candidate.Hash);
            return candidate;
        }

        MoveToProbation(candidate);
        return victim;
    }

    // Against all that would have to go for it together, so that a large entry must be worth the small ones it displaces ("aggregated victims": Einziger, Eytan,
    // Friedman, Manes, "Lightweight robust size aware cache management", ACM TOS 18(3), 2022).
    private bool Wins(CacheEntry candidate)
    {
        var entries = Entries - _maxEntries;
        var bytes = SizeBytes - MaxBytes;
        var count = _frequency.Count(candidate.Hash);
        var rivals = 0;
        for (var victim = _probation.Oldest ?? _protected.Oldest; victim is not null; victim = NextVictim(victim))
        {
            if (victim.Priority > candidate.Priority)
                return false;
            if (victim.Priority == candidate.Priority)
                rivals += _frequency.Count(victim.Hash);
            if (rivals > 0 && !IsMoreFrequent(count, rivals))
                return false;
            entries--;
            bytes -= victim.SizeBytes;
            if (entries <= 0 && bytes <= 0)
                return rivals > 0 || count > 0;
        }

        return false;
    }

    private CacheEntry? NextVictim(CacheEntry victim) => victim.Segment == CacheSegment.Probation
        ? _probation.NewerThan(victim) ?? _protected.Oldest
        : _protected.NewerThan(victim);

    // The candidate's count holds the request that brought it, the victim's next one is still to come. In a loop a little larger than the cache all counts differ by just
    // that, and without the margin each newcomer would displace the entry that is asked for next.
    private bool IsMoreFrequent(int count, int rivals) => count > rivals + (rivals >= 2 ? 1 : 0) || (count >= WarmCount && Lucky());

    private bool Lucky()
    {
        _luck ^= _luck << 13;
        _luck ^= _luck >> 17;
        _luck ^= _luck << 5;
        return (_luck & LuckMask) == 0;
    }

    private void MoveToProbation(CacheEntry entry)
    {
        _window.Remove(entry);
        _probation.Add(entry);
    }

    private void Demote()
    {
        while (_protected.Count > (_maxEntries - WindowEntries) * ProtectedShareOfMain
            || _protected.SizeBytes > MaxBytes * (1 - _windowShare) * ProtectedShareOfMain)
        {
            var demoted = _protected.Oldest!;
            _protected.Remove(demoted);
            _probation.Add(demoted);
        }
    }

    private void MoveWindow(int entries) =>
        _windowShare = Math.Clamp(_windowShare + ((double)entries / _entriesWhenFull), LeastWindowShare, LargestWindowShare);

    private int WindowEntries => Math.Max(1, (int)(_windowShare * _maxEntries));

    private bool WindowIsOver => _window.Count > WindowEntries || _window.SizeBytes > _windowShare * MaxBytes;

    // As many refused keys as there are entries on probation: both sides of the balance look equally far. Looking further, at less weight, was tried: it costs several points
    // on loops and mixtures of them (cs, multi1) and gains less than one elsewhere.
    private int Depth => Math.Max(LeastDepth, (int)((_entriesWhenFull - WindowEntries) * (1 - ProtectedShareOfMain)));

    private long Period => (long)SamplesOfPeriod * _entriesWhenFull;

    private EntryList List(CacheEntry entry) => entry.Segment switch
    {
        CacheSegment.Window => _window,
        CacheSegment.Probation => _probation,
        CacheSegment.Protected => _protected,
        CacheSegment.Pinned => _pinned,
        CacheSegment.Stale => _stale,
        _ => throw new InvalidOperationException("The entry is not in the cache."),
    };

    private static IEnumerable<CacheEntry> Each(EntryList list)
    {
        for (var entry = list.Oldest; entry is not null; entry = list.NewerThan(entry))
            yield return entry;
    }
}
