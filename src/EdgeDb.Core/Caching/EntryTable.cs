using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace EdgeDb.Core.Caching;

/// <summary>
/// Entries by key. Read without a lock, written under the lock of the cache. Keys that are strings have a table of their own: its comparer hashes fast and turns to
/// a random seed by itself when keys collide, and a key can be looked up before it is a string.
/// </summary>
internal sealed class EntryTable
{
    private readonly ConcurrentDictionary<string, CacheEntry> _texts;
    private readonly ConcurrentDictionary<string, CacheEntry>.AlternateLookup<ReadOnlySpan<char>> _spans;
    private readonly ConcurrentDictionary<object, CacheEntry> _others = new(concurrencyLevel: 1, capacity: 0);

    public EntryTable(int capacity)
    {
        _texts = new(concurrencyLevel: 1, capacity, comparer: null);
        _spans = _texts.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public bool TryGet(ReadOnlySpan<char> key, [NotNullWhen(true)] out CacheEntry? entry) => _spans.TryGetValue(key, out entry);

    public bool TryGet(object key, [NotNullWhen(true)] out CacheEntry? entry) =>
        key is string text ? _texts.TryGetValue(text, out entry) : _others.TryGetValue(key, out entry);

    public void Put(CacheEntry entry)
    {
        if (entry.Key is string text)
            _texts[text] = entry;
        else
            _others[entry.Key] = entry;
    }

    public void Remove(object key)
    {
        if (key is string text)
            _texts.TryRemove(text, out _);
        else
            _others.TryRemove(key, out _);
    }

    /// <summary>Takes every lock of the tables; for checks.</summary>
    public int Count => _texts.Count + _others.Count;
}
