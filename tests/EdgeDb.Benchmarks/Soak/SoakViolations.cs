namespace EdgeDb.Benchmarks.Soak;

/// <summary>What must not have happened. Counts all and keeps the first of each kind.</summary>
internal sealed class SoakViolations
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (long Count, string First)> _kinds = new(StringComparer.Ordinal);

    public long Count
    {
        get
        {
            lock (_gate)
                return _kinds.Values.Sum(static kind => kind.Count);
        }
    }

    public void Add(string kind, string what)
    {
        lock (_gate)
        {
            var known = _kinds.TryGetValue(kind, out var entry);
            _kinds[kind] = (entry.Count + 1, known ? entry.First : what);
        }
    }

    /// <summary>Adds one unless the condition holds.</summary>
    public void Require(bool holds, string kind, string what)
    {
        if (!holds)
            Add(kind, what);
    }

    public void Print()
    {
        lock (_gate)
            foreach (var (kind, (count, first)) in _kinds)
                Console.WriteLine($"VIOLATION {kind}, {count} times; the first: {first}");
    }
}
