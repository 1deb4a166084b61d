namespace EdgeDb.Core.Caching;

/// <summary>
/// The tags by name, and the clock of their invalidations: a count, not a time. Bounded: when there are too many, half of them are forgotten, and what was
/// made of those is true no more. Safe for all threads.
/// </summary>
/// <param name="capacity">Names known at once; at least 2. Default 4,096.</param>
public sealed class CacheTags(int capacity = 4096)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CacheTag> _tags = new(StringComparer.Ordinal);
    private long _now;

    /// <summary>The clock. Take it before anything is read for a value; what is invalidated later is invalidated for that value.</summary>
    public long Now => Volatile.Read(ref _now);

    /// <summary>Names known now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _tags.Count;
        }
    }

    /// <summary>The tag of a name. One that was not known counts as invalidated just now: nobody knows what happened to it before.</summary>
    public CacheTag Get(string name)
    {
        lock (_lock)
        {
            if (_tags.TryGetValue(name, out var tag))
                return tag;
            if (_tags.Count >= capacity)
                Forget();
            return _tags[name] = new(name, _now);
        }
    }

    /// <summary>What is made of <paramref name="name"/> is true no more. Complete when it returns: who asks the clock afterwards begins after it.</summary>
    public void Invalidate(string name)
    {
        lock (_lock)
        {
            // The tag first: who sees the new clock must see the tag invalidated.
            var now = _now + 1;
            if (_tags.TryGetValue(name, out var tag))
                tag.Invalidate(now);
            Volatile.Write(ref _now, now);
        }
    }

    /// <summary>The clock and the tags, to go on with after a restart; at most <paramref name="most"/> of them, which costs the others' values.</summary>
    internal CacheTagsState Save(int most)
    {
        lock (_lock)
            return new(_now, [.. _tags.Values.Take(most).Select(static tag => KeyValuePair.Create(tag.Name, tag.InvalidatedAt))]);
    }

    /// <summary>Goes on where an earlier process has ended. Throws <see cref="InvalidOperationException"/> once anything was asked or invalidated here.</summary>
    internal void Restore(CacheTagsState state)
    {
        lock (_lock)
        {
            if (_now != 0 || _tags.Count > 0)
                throw new InvalidOperationException("Tags that are in use cannot go on from another state.");
            foreach (var (name, invalidatedAt) in state.Tags.Take(capacity))
                _tags[name] = new(name, invalidatedAt);
            Volatile.Write(ref _now, state.Now);
        }
    }

    /// <summary>Forgets half, any: what was made of them is lost, and a household has some hundred names at most.</summary>
    private void Forget()
    {
        foreach (var name in _tags.Keys.Take(capacity / 2).ToArray())
        {
            _tags[name].Invalidate(long.MaxValue);
            _tags.Remove(name);
        }
    }
}
