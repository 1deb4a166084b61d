namespace EdgeDb.Core.Household;

/// <summary>Gathers what rings, each moment of an occurrence once, and no more than twice the limit at a time.</summary>
internal sealed class ReminderList(ReminderQuery query)
{
    /// <summary>How long a reminder is of use at least: of an event without an end, or when it comes behind the end.</summary>
    internal const long LeastSeconds = 3600;

    private readonly List<Reminder> _found = [];
    private readonly HashSet<(string Uid, long Start, long At)> _known = [];
    private long _to = query.To.ToUnixTimeSeconds();

    /// <summary>Whether one of that time has a place in the answer.</summary>
    public bool Wants(long at, long over) =>
        at < _to && (query.Lasting is not { } lasting || Until(at, over) > lasting.ToUnixTimeSeconds());

    /// <summary>False for what another alarm or another copy of the event has told already: programs leave the same alarm many times, and members each have a copy.</summary>
    public bool IsFirst(string uid, long start, long at) => _known.Add((uid, start, at));

    public void Add(long at, long over, OccurrenceView occurrence) => Add(new(at, Until(at, over), occurrence, null));

    public void Add(long at, long over, StoredTask task) => Add(new(at, Until(at, over), null, task));

    public ReminderPage ToPage()
    {
        Sort();
        return new(_found, _to);
    }

    private static long Until(long at, long over) => Math.Max(over, at + LeastSeconds);

    private void Add(Reminder reminder)
    {
        _found.Add(reminder);
        if (_found.Count >= 2 * query.Limit)
            Sort();
    }

    private void Sort()
    {
        _found.Sort(static (a, b) => (a.At, a.Occurrence?.Start ?? long.MaxValue).CompareTo((b.At, b.Occurrence?.Start ?? long.MaxValue)) is not 0 and var order
            ? order
            : string.CompareOrdinal(a.Occurrence?.EventId ?? a.Task!.Id, b.Occurrence?.EventId ?? b.Task!.Id));
        if (_found.Count <= query.Limit)
            return;
        // Up to the first that has no place; of more than the limit at one and the same second the rest is never told.
        _to = Math.Max(_found[query.Limit].At, _found[0].At + 1);
        var end = query.Limit;
        while (end > 0 && _found[end - 1].At >= _to)
            end--;
        _found.RemoveRange(end, _found.Count - end);
    }
}
