using System.Text;

namespace EdgeDb.Core.Calendars;

/// <summary>Collects problems: keeps the first <paramref name="capacity"/>, counts all.</summary>
public sealed class CalendarProblems(int capacity = 200)
{
    // What CalendarProblem promises of a value it quotes.
    private const int MaxQuotedLength = 100;

    private readonly List<CalendarProblem> _items = [];

    /// <summary>For text whose problems were told when it came in: keeps none. From any thread; only its <see cref="Count"/> is then not exact.</summary>
    internal static CalendarProblems Ignored { get; } = new(0);

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

    /// <summary>Adds one that quotes a value before its reason; nothing is built once the list is full, as a hostile feed makes millions.</summary>
    internal void Add(int line, string component, string? uid, string property, string reason, ReadOnlySpan<byte> value)
    {
        if (_items.Count < capacity)
            _items.Add(new CalendarProblem(line, component, uid, property, value.IsEmpty ? reason : $"\"{Shorten(value)}\" {reason}"));
        Count++;
    }

    private static string Shorten(ReadOnlySpan<byte> value)
    {
        // Four bytes a character at most: enough to fill the quote, and never the whole of a megabyte.
        var text = Encoding.UTF8.GetString(value[..Math.Min(value.Length, 4 * MaxQuotedLength)]);
        return text.Length <= MaxQuotedLength ? text : string.Concat(text.AsSpan(0, MaxQuotedLength - 1), "…");
    }
}
