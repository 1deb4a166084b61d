using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Core.Caching;

/// <summary>
/// A cache in memory that is bounded in entries and in bytes, keeps what <see cref="ReplacementPolicy"/> chooses, and forgets exactly what a tag concerns
/// (<see cref="CacheTags"/>). It stands where a <c>MemoryCache</c> with a size limit stands; the differences: a full cache evicts instead of refusing, sizes are bytes,
/// absolute times relative to now do not follow a wall clock that jumps, and entries of other ones are not linked.
/// <para>
/// A hit takes no lock and allocates nothing. Everything else is under one lock, so that table, lists and sums always agree; callbacks run on the thread pool.
/// </para>
/// Safe for all threads. Values are kept as they are: they must not change.
/// </summary>
public sealed partial class AdaptiveMemoryCache : IMemoryCache
{
    private const int LeastEntries = 16;
    private const int MostEntries = 1_000_000;

    // What an entry takes besides its value and the characters of its key: the object, its node in the table, its share of links and counters.
    private const int OwnBytes = 240;
    private const long SweepMilliseconds = 60_000;
    private readonly Lock _gate = new();
    private readonly EntryTable _table;
    private readonly ReplacementPolicy _policy;
    private readonly HitBuffer _hits = new(Environment.ProcessorCount);
    private readonly KeyHash _hash;
    private readonly CoarseClock _clock;
    private readonly ILogger _logger;
    private readonly double _largestShare;
    private long _sweptAt;
    private int _storedSinceSweep;
    private long _evicted;
    private long _expired;
    private long _invalidated;
    private long _overtaken;
    private bool _disposed;

    /// <param name="options">The bounds.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told of callbacks that throw.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its range.</exception>
    public AdaptiveMemoryCache(AdaptiveMemoryCacheOptions options, TimeProvider time, ILogger<AdaptiveMemoryCache>? logger = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxEntries, LeastEntries, nameof(options.MaxEntries));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxEntries, MostEntries, nameof(options.MaxEntries));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ByteBudget, 1, nameof(options.ByteBudget));
        if (!(options.LargestShare is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.LargestShare, "LargestShare must be above 0 and at most 1.");
        // Random bits of the system's own source: RandomNumberGenerator would load OpenSSL at every start.
        var seed = options.Seed ?? BitConverter.ToUInt64(Guid.NewGuid().ToByteArray());
        _table = new EntryTable(options.MaxEntries);
        _policy = new ReplacementPolicy(options.MaxEntries, options.ByteBudget, seed);
        _hash = new KeyHash(seed);
        _largestShare = options.LargestShare;
        _clock = new CoarseClock(time);
        _logger = logger ?? NullLogger<AdaptiveMemoryCache>.Instance;
        _sweptAt = _clock.Now;
    }

    /// <summary>The tags of this cache.</summary>
    public CacheTags Tags { get; } = new();

    /// <summary>Bytes at most. A smaller budget evicts at once; entries that are never evicted stay.</summary>
    public long ByteBudget
    {
        get
        {
            lock (_gate)
                return _policy.MaxBytes;
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            lock (_gate)
            {
                Settle(_clock.Now);
                _policy.MaxBytes = value;
                EvictExcess();
            }
        }
    }

    /// <summary>Entries at most, 16 to 1,000,000. A smaller number evicts at once; entries that are never evicted stay.</summary>
    public int MaxEntries
    {
        get
        {
            lock (_gate)
                return _policy.MaxEntries;
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, LeastEntries);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MostEntries);
            lock (_gate)
            {
                Settle(_clock.Now);
                _policy.MaxEntries = value;
                EvictExcess();
            }
        }
    }

    /// <summary>Entries now, those kept for stale answers included.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _policy.Entries;
        }
    }

    /// <summary>What the cache holds and what it did.</summary>
    public CacheCounts Counts
    {
        get
        {
            lock (_gate)
                return new(_hits.Hits, _hits.Misses, _policy.Entries, _policy.SizeBytes, _policy.WindowShare, _evicted, _expired, _invalidated, _overtaken);
        }
    }

    /// <summary>The valid value of a key that need not be a string yet. No lock, no allocation.</summary>
    public bool TryGet<T>(ReadOnlySpan<char> key, [NotNullWhen(true)] out T? value)
        where T : class
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_table.TryGet(key, out var entry) && entry.Value is T found && Answers(entry))
        {
            value = found;
            return true;
        }

        _hits.AddMiss();
        value = null;
        return false;
    }

    /// <summary>
    /// The value of a key, valid or kept for stale answers (<see cref="CacheEntryOptions.StaleFor"/>). Counts neither as a use nor as a hit or miss.
    /// </summary>
    public bool TryPeek<T>(ReadOnlySpan<char> key, [NotNullWhen(true)] out T? value, out CachedState state)
        where T : class
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var now = _clock.Now;
        if (_table.TryGet(key, out var entry) && entry.Value is T found && (entry.KeepsStale ? now < entry.StaleUntil : InvalidBecause(entry, now) == EvictionReason.None))
        {
            state = new CachedState(TimeSpan.FromMilliseconds(now - entry.StoredAt), now >= entry.ValidUntil, entry.IsOvertaken(Tags));
            value = found;
            return true;
        }

        state = default;
        value = null;
        return false;
    }

    /// <summary>
    /// Stores a value in place of the one that the key has. False when it was not stored: a tag was invalidated since <see cref="CacheEntryOptions.Started"/> (the present
    /// value stays), or there is no place for it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A size or time is negative, or the time to live is 0.</exception>
    public bool Set<T>(string key, T value, in CacheEntryOptions options)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentOutOfRangeException.ThrowIfNegative(options.SizeBytes, nameof(options.SizeBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StaleFor, TimeSpan.Zero, nameof(options.StaleFor));
        if (options.TimeToLive is { } given)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(given, TimeSpan.Zero, nameof(options.TimeToLive));
        var now = _clock.Now;
        var validUntil = options.TimeToLive is { } timeToLive ? CoarseClock.After(now, timeToLive) : long.MaxValue;
        return Store(
            new CacheEntry(key, _hash.Of(key))
            {
                Value = value,
                SizeBytes = SizeWithOwn(key, options.SizeBytes),
                Priority = options.Priority,
                ValidUntil = validUntil,
                KeepsStale = options.StaleFor > TimeSpan.Zero,
                StaleUntil = CoarseClock.After(validUntil, options.StaleFor),
                Started = options.Started,
                Tags = options.Tags ?? [],
            },
            now);
    }

    /// <summary>
    /// Says that the value has another size now, as when a compressed variant was added to it. False when the key no longer has that value, also because it does not fit.
    /// </summary>
    public bool Resize<T>(string key, T value, long sizeBytes)
        where T : class
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeBytes);
        lock (_gate)
        {
            Settle(_clock.Now);
            if (!_table.TryGet(key, out var entry) || !ReferenceEquals(entry.Value, value))
                return false;
            _policy.Resize(entry, SizeWithOwn(key, sizeBytes));
            if (IsTooLarge(entry.SizeBytes))
                Drop(entry, EvictionReason.Capacity);
            EvictExcess();
            return entry.Segment != CacheSegment.None;
        }
    }

    /// <summary>Removes everything.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            Settle(_clock.Now);
            foreach (var entry in _policy.All.ToArray())
                Drop(entry, EvictionReason.Removed);
        }
    }

    /// <summary>
    /// Removes this part of the entries: the expired ones, then by priority, lowest first, in the order in which they would be evicted. Those never evicted stay.
    /// </summary>
    /// <param name="percentage">0 to 1.</param>
    public void Compact(double percentage)
    {
        lock (_gate)
        {
            var now = _clock.Now;
            Settle(now);
            var remaining = (int)(_policy.Entries * percentage);
            remaining -= Sweep(now);
            foreach (var entry in _policy.All.Where(static entry => entry.Priority != CacheItemPriority.NeverRemove).OrderBy(static entry => entry.Priority).ToArray())
            {
                if (remaining-- <= 0)
                    break;
                Drop(entry, EvictionReason.Capacity);
            }
        }
    }

    /// <summary>Whether table, lists and sums agree and the bounds are kept; for tests.</summary>
    internal bool IsIntact()
    {
        lock (_gate)
        {
            Settle(_clock.Now);
            var all = _policy.All.ToArray();
            return all.Length == _policy.Entries
                && all.Length == _table.Count
                && all.Sum(static entry => entry.SizeBytes) == _policy.SizeBytes
                && all.All(entry => _table.TryGet(entry.Key, out var found) && ReferenceEquals(found, entry))
                && _policy.Evict() is null;
        }
    }

    // Whether the entry is a valid answer; notes the hit. One that is not is put aside or removed.
    private bool Answers(CacheEntry entry)
    {
        var now = _clock.Now;
        if (InvalidBecause(entry, now) != EvictionReason.None)
        {
            lock (_gate)
                PutAside(entry, now);
            return false;
        }

        if (entry is ContractEntry contract)
            contract.Renew(now);
        if (_hits.AddHit(entry) && _gate.TryEnter())
        {
            try
            {
                Settle(now);
            }
            finally
            {
                _gate.Exit();
            }
        }

        return true;
    }

    private EvictionReason InvalidBecause(CacheEntry entry, long now)
    {
        if (now >= entry.ValidUntil)
            return EvictionReason.Expired;
        if (entry.IsOvertaken(Tags))
            return EvictionReason.TokenExpired;
        return entry is ContractEntry contract ? contract.ExpiredBecause(now, _clock.Time) : EvictionReason.None;
    }

    private bool Store(CacheEntry entry, long now)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Settle(now);
            if (entry.IsOvertaken(Tags))
            {
                _overtaken++;
                return false;
            }

            entry.StoredAt = now;
            _table.TryGet(entry.Key, out var replaced);
            var refusal = InvalidBecause(entry, now);
            if (refusal == EvictionReason.None && (IsTooLarge(entry.SizeBytes) || !CanPin(entry, replaced)))
                refusal = EvictionReason.Capacity;
            if (refusal != EvictionReason.None)
            {
                // The present value is older than the one refused.
                if (replaced is not null)
                    Drop(replaced, EvictionReason.Replaced);
                Add(refusal);
                (entry as ContractEntry)?.Leave(refusal);
                return false;
            }

            _policy.Add(entry, replaced);
            _table.Put(entry);
            (replaced as ContractEntry)?.Leave(EvictionReason.Replaced);
            if (++_storedSinceSweep > LeastEntries + (_policy.Entries / LeastEntries))
                Sweep(now);
            EvictExcess();
            return entry.Segment != CacheSegment.None;
        }
    }

    private bool CanPin(CacheEntry entry, CacheEntry? replaced) =>
        entry.Priority != CacheItemPriority.NeverRemove || replaced?.Segment == CacheSegment.Pinned || _policy.CanPin(entry.SizeBytes);

    private bool IsTooLarge(long sizeBytes) => sizeBytes > _policy.MaxBytes * _largestShare;

    private static long SizeWithOwn(string key, long sizeBytes) => Math.Min(sizeBytes, long.MaxValue / 2) + OwnBytes + (sizeof(char) * key.Length);

    // What every holder of the lock does first: after it the policy knows of all hits.
    private void Settle(long now)
    {
        _hits.Drain(_policy);
        if (now - _sweptAt >= SweepMilliseconds)
            Sweep(now);
    }

    // A look at every entry, once a minute and once for each sixteenth of the entries that is stored: 16 looks for each entry stored.
    private int Sweep(long now)
    {
        _sweptAt = now;
        _storedSinceSweep = 0;
        var before = _policy.Entries;
        foreach (var entry in _policy.All.ToArray())
            PutAside(entry, now);
        return before - _policy.Entries;
    }

    private void PutAside(CacheEntry entry, long now)
    {
        if (entry.Segment == CacheSegment.None)
            return;
        var reason = InvalidBecause(entry, now);
        if (reason == EvictionReason.None)
            return;
        if (entry.KeepsStale && now < entry.StaleUntil)
            _policy.MarkStale(entry);
        else
            Drop(entry, reason);
    }

    private void EvictExcess()
    {
        while (_policy.Evict() is { } evicted)
            Forget(evicted, EvictionReason.Capacity);
    }

    /// <summary>Takes an entry out, unless it is already.</summary>
    internal void Drop(CacheEntry entry, EvictionReason reason)
    {
        lock (_gate)
        {
            if (entry.Segment == CacheSegment.None)
                return;
            _policy.Remove(entry);
            Forget(entry, reason);
        }
    }

    // The policy has let it go.
    private void Forget(CacheEntry entry, EvictionReason reason)
    {
        _table.Remove(entry.Key);
        Add(reason);
        (entry as ContractEntry)?.Leave(reason);
    }

    private void Add(EvictionReason reason)
    {
        switch (reason)
        {
            case EvictionReason.Capacity:
                _evicted++;
                break;
            case EvictionReason.Expired:
                _expired++;
                break;
            case EvictionReason.TokenExpired:
                _invalidated++;
                break;
        }
    }
}
