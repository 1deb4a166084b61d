namespace EdgeDb.Core.Calendars;

/// <summary>A property parameter; values are decoded (quotes removed, RFC 6868 carets resolved). Equal when name and values are.</summary>
/// <param name="Name">Upper-case parameter name.</param>
/// <param name="Values">In the order written; empty for a bare name without <c>=</c>.</param>
public sealed record CalendarParameter(string Name, IReadOnlyList<string> Values)
{
    /// <summary>A parameter with one value.</summary>
    public CalendarParameter(string name, string value)
        : this(name, [value])
    {
    }

    /// <summary>The first value, or the empty string.</summary>
    public string Value => Values.Count > 0 ? Values[0] : "";

    /// <inheritdoc/>
    public bool Equals(CalendarParameter? other) => other is not null && Name == other.Name && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Value);
}
