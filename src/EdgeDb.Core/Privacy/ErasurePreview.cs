namespace EdgeDb.Core.Privacy;

/// <summary>What an erasure would do, for who decides about it.</summary>
internal sealed class ErasurePreview
{
    /// <summary>One thing.</summary>
    /// <param name="What">A stable word, such as <c>events</c>.</param>
    /// <param name="Count">How many.</param>
    /// <param name="Text">What happens with it and why, in a sentence.</param>
    internal sealed record Line(string What, long Count, string Text);

    /// <summary>Why somebody cannot be erased.</summary>
    /// <param name="Reason">A stable word, such as <c>last-owner</c>.</param>
    /// <param name="Detail">The same in a sentence.</param>
    internal sealed record Refusal(string Reason, string Detail);

    private readonly List<Line> _goes = [];
    private readonly List<Line> _stays = [];

    /// <summary>What is erased.</summary>
    public IReadOnlyList<Line> Going => _goes;

    /// <summary>What stays, and why.</summary>
    public IReadOnlyList<Line> Staying => _stays;

    /// <summary>Why the person cannot be erased; null when they can.</summary>
    public Refusal? Refused { get; set; }

    /// <summary>Adds something that is erased, when there is any.</summary>
    public void Goes(string what, long count, string text) => Add(_goes, what, count, text);

    /// <summary>Adds something that stays, when there is any.</summary>
    public void Stays(string what, long count, string text) => Add(_stays, what, count, text);

    private static void Add(List<Line> lines, string what, long count, string text)
    {
        if (count > 0)
            lines.Add(new(what, count, text));
    }
}
