namespace EdgeDb.Core.Calendars;

/// <summary>
/// One content line (RFC 5545 §3.1), unfolded. The value stays raw (still escaped), so that a property nobody
/// understands is written back as it was read.
/// </summary>
/// <param name="Name">Upper-case property name.</param>
/// <param name="Parameters">In the order written; empty for most.</param>
/// <param name="RawValue">The text after the colon, escapes untouched.</param>
/// <param name="Line">1-based physical line where the content line began; 0 when it was not read from a file.</param>
public sealed record CalendarProperty(string Name, IReadOnlyList<CalendarParameter> Parameters, string RawValue, int Line = 0)
{
    /// <summary>The value of a parameter, or null. Names compare without case.</summary>
    public string? Parameter(string name)
    {
        foreach (var parameter in Parameters)
            if (string.Equals(parameter.Name, name, StringComparison.OrdinalIgnoreCase))
                return parameter.Value;
        return null;
    }
}
