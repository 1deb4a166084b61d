namespace EdgeDb.Core.Calendars;

/// <summary>
/// Bounds of <see cref="CalendarReader"/>. Exceeding <see cref="MaxBytes"/> or <see cref="MaxComponents"/> ends reading, as such a feed is
/// not a household's; the other bounds drop what is over them and report a problem.
/// </summary>
public sealed record CalendarReaderLimits
{
    /// <summary>The defaults.</summary>
    public static CalendarReaderLimits Default { get; } = new();

    /// <summary>Bytes of the stream as transferred, before any decoding of UTF-16. Default 10 MB.</summary>
    public long MaxBytes { get; init; } = 10_000_000;

    /// <summary>Direct children of all calendars of the stream (events, to-dos, time zones and so on). Default 50,000.</summary>
    public int MaxComponents { get; init; } = 50_000;

    /// <summary>Nesting of components, the direct child of a calendar counted as 1. Default 16.</summary>
    public int MaxDepth { get; init; } = 16;

    /// <summary>Properties and nested components of one direct child of a calendar. Default 20,000.</summary>
    public int MaxProperties { get; init; } = 20_000;

    /// <summary>Parameters of one property, and values of one parameter. Default 1,000.</summary>
    public int MaxParameters { get; init; } = 1_000;

    /// <summary>Bytes of one content line after unfolding; the rest of a longer one is dropped. Default 1 MiB.</summary>
    public int MaxLineBytes { get; init; } = 1 << 20;
}
