namespace EdgeDb.Core.Calendars;

/// <summary>A property parameter; values are decoded (quotes removed, RFC 6868 carets resolved).</summary>
public sealed record CalendarParameter(string Name, IReadOnlyList<string> Values)
{
    /// <summary>The first value, or the empty string.</summary>
    public string Value => Values.Count > 0 ? Values[0] : "";
}
