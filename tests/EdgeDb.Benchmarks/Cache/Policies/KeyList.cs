namespace EdgeDb.Benchmarks.Cache.Policies;

/// <summary>A doubly linked list of keys, each at most once. The front is the newest. Every operation takes constant time.</summary>
internal sealed class KeyList(int keys)
{
    private const int Absent = -2;
    private const int End = -1;
    private readonly int[] _newer = Filled(keys);
    private readonly int[] _older = new int[keys];

    public int Count { get; private set; }

    /// <summary>The newest key, or -1.</summary>
    public int First { get; private set; } = End;

    /// <summary>The oldest key, or -1.</summary>
    public int Last { get; private set; } = End;

    public bool Contains(int key) => _newer[key] != Absent;

    /// <summary>The key added just after this one, or -1.</summary>
    public int Newer(int key) => _newer[key];

    public void AddFirst(int key)
    {
        _newer[key] = End;
        _older[key] = First;
        if (First != End)
            _newer[First] = key;
        else
            Last = key;
        First = key;
        Count++;
    }

    public void AddLast(int key)
    {
        _older[key] = End;
        _newer[key] = Last;
        if (Last != End)
            _older[Last] = key;
        else
            First = key;
        Last = key;
        Count++;
    }

    public bool Remove(int key)
    {
        if (!Contains(key))
            return false;
        var (newer, older) = (_newer[key], _older[key]);
        if (newer != End)
            _older[newer] = older;
        else
            First = older;
        if (older != End)
            _newer[older] = newer;
        else
            Last = newer;
        _newer[key] = Absent;
        Count--;
        return true;
    }

    public void MoveToFirst(int key)
    {
        Remove(key);
        AddFirst(key);
    }

    public int RemoveLast()
    {
        var key = Last;
        Remove(key);
        return key;
    }

    private static int[] Filled(int keys)
    {
        var links = new int[keys];
        Array.Fill(links, Absent);
        return links;
    }
}
