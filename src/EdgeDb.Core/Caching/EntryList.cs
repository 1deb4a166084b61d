namespace EdgeDb.Core.Caching;

/// <summary>Entries of one segment in order of use. Guarded by the lock of the cache.</summary>
internal sealed class EntryList(CacheSegment segment, EntrySlots slots)
{
    private int _newest = EntrySlots.None;
    private int _oldest = EntrySlots.None;

    public int Count { get; private set; }

    public long SizeBytes { get; private set; }

    /// <summary>The entry that goes first.</summary>
    public CacheEntry? Oldest => At(_oldest);

    public CacheEntry? NewerThan(CacheEntry entry) => At(slots.Newer[entry.Slot]);

    public void Add(CacheEntry entry)
    {
        entry.Segment = segment;
        Link(entry.Slot);
        Count++;
        SizeBytes += entry.SizeBytes;
    }

    public void Remove(CacheEntry entry)
    {
        Unlink(entry.Slot);
        entry.Segment = CacheSegment.None;
        Count--;
        SizeBytes -= entry.SizeBytes;
    }

    public void MoveToNewest(CacheEntry entry)
    {
        if (entry.Slot == _newest)
            return;
        Unlink(entry.Slot);
        Link(entry.Slot);
    }

    private void Link(int slot)
    {
        slots.Newer[slot] = EntrySlots.None;
        slots.Older[slot] = _newest;
        if (_newest == EntrySlots.None)
            _oldest = slot;
        else
            slots.Newer[_newest] = slot;
        _newest = slot;
    }

    private void Unlink(int slot)
    {
        var (newer, older) = (slots.Newer[slot], slots.Older[slot]);
        if (newer == EntrySlots.None)
            _newest = older;
        else
            slots.Older[newer] = older;
        if (older == EntrySlots.None)
            _oldest = newer;
        else
            slots.Newer[older] = newer;
    }

    private CacheEntry? At(int slot) => slot == EntrySlots.None ? null : slots.Entries[slot];
}
