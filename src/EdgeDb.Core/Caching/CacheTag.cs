namespace EdgeDb.Core.Caching;

/// <summary>
/// Something that kept values are made of. A value holds its tags and the clock from before it was made; it is true as long as none of them was
/// invalidated since. So invalidating costs the same however many values there are, and a value that was being made meanwhile needs no lock to be found out.
/// </summary>
public sealed class CacheTag
{
    private long _invalidatedAt;

    internal CacheTag(string name, long invalidatedAt)
    {
        Name = name;
        _invalidatedAt = invalidatedAt;
    }

    /// <summary>As its registry knows it.</summary>
    public string Name { get; }

    /// <summary>The clock of its registry when it was last invalidated, or when the registry came to know it; <see cref="long.MaxValue"/> once forgotten.</summary>
    public long InvalidatedAt => Volatile.Read(ref _invalidatedAt);

    /// <summary>None of the tags was invalidated after <paramref name="started"/>.</summary>
    public static bool AllHold(ReadOnlySpan<CacheTag> tags, long started)
    {
        foreach (var tag in tags)
            if (tag.InvalidatedAt > started)
                return false;
        return true;
    }

    internal void Invalidate(long now) => Volatile.Write(ref _invalidatedAt, now);
}
