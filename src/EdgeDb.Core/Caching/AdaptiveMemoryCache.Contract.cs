using Microsoft.Extensions.Caching.Memory;

namespace EdgeDb.Core.Caching;

// The contract of Microsoft.Extensions.Caching.Memory.
public sealed partial class AdaptiveMemoryCache
{
    /// <inheritdoc />
    public bool TryGetValue(object key, out object? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_table.TryGet(key, out var entry) && Answers(entry))
        {
            value = entry.Value;
            return true;
        }

        _hits.AddMiss();
        value = null;
        return false;
    }

    /// <summary>An entry that is stored when it is disposed of. Its size must be set; unlike that of the typed entries it is taken as it is.</summary>
    public ICacheEntry CreateEntry(object key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new ContractEntry(this, key, _hash.Of(key), _logger);
    }

    /// <inheritdoc />
    public void Remove(object key)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Settle(_clock.Now);
            if (_table.TryGet(key, out var entry))
                Drop(entry, EvictionReason.Removed);
        }
    }

    /// <inheritdoc />
    public MemoryCacheStatistics GetCurrentStatistics()
    {
        var counts = Counts;
        return new() { CurrentEntryCount = counts.Entries, CurrentEstimatedSize = counts.SizeBytes, TotalHits = counts.Hits, TotalMisses = counts.Misses };
    }

    /// <summary>Look-ups and changes throw from now on. Calls no callbacks.</summary>
    public void Dispose()
    {
        lock (_gate)
            _disposed = true;
    }

    internal void Commit(ContractEntry entry)
    {
        entry.SizeBytes = entry.Size
            ?? throw new InvalidOperationException($"The entry '{entry.Key}' has no size: the cache is bounded in bytes, set ICacheEntry.Size to those of the value.");
        var now = _clock.Now;
        entry.Start(now);
        if (Store(entry, now))
            entry.Listen();
    }
}
