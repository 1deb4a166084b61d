namespace EdgeDb.Core.Caching;

/// <summary>
/// A number for each entry in the cache, and the links of the lists by these numbers. Links between the objects themselves cost a hit three cache lines elsewhere and seven write
/// barriers; here the links of 1,000 entries are 8 KB together.
/// </summary>
internal sealed class EntrySlots
{
    public const int None = -1;
    private int _free = None;

    /// <summary>The next newer entry in the list of a slot; of a free slot the next free one.</summary>
    public int[] Newer { get; private set; } = [];

    public int[] Older { get; private set; } = [];

    public CacheEntry?[] Entries { get; private set; } = [];

    public int Capacity => Entries.Length;

    /// <summary>More slots; those in use stay.</summary>
    public void Grow(int capacity)
    {
        var first = Capacity;
        var (newer, older, entries) = (Newer, Older, Entries);
        Array.Resize(ref newer, capacity);
        Array.Resize(ref older, capacity);
        Array.Resize(ref entries, capacity);
        (Newer, Older, Entries) = (newer, older, entries);
        for (var slot = capacity - 1; slot >= first; slot--)
        {
            Newer[slot] = _free;
            _free = slot;
        }
    }

    public void Take(CacheEntry entry)
    {
        entry.Slot = _free;
        _free = Newer[_free];
        Entries[entry.Slot] = entry;
    }

    public void Release(CacheEntry entry)
    {
        Entries[entry.Slot] = null;
        Newer[entry.Slot] = _free;
        _free = entry.Slot;
        entry.Slot = None;
    }
}
