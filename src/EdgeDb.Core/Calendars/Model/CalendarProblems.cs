namespace EdgeDb.Core.Calendars;

/// <summary>Collects problems: keeps the first <paramref name="capacity"/>, counts all.</summary>
public sealed class CalendarProblems(int capacity = 200)
{
    private readonly List<CalendarProblem> _items = [];

    /// <summary>The first problems, in the order found.</summary>
    public IReadOnlyList<CalendarProblem> Items => _items;

    /// <summary>How many were found, kept or not.</summary>
    public int Count { get; private set; }

    /// <summary>Adds one.</summary>
    public void Add(CalendarProblem problem)
    {
        Count++;
        if (_items.Count < capacity)
            _items.Add(problem);
    }
}
