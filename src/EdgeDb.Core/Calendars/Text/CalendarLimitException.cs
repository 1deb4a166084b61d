namespace EdgeDb.Core.Calendars;

/// <summary>A calendar is larger than its reader was told to accept.</summary>
public sealed class CalendarLimitException : IOException
{
    /// <summary>Names the limit and its value.</summary>
    public CalendarLimitException(string limit, long value, string unit)
        : base($"The calendar has more than {value} {unit} ({limit}). Raise {limit} or subscribe to a smaller calendar.")
    {
        Limit = limit;
        Value = value;
    }

    /// <summary>The property of <see cref="CalendarReaderLimits"/> that was exceeded.</summary>
    public string Limit { get; }

    /// <summary>Its value.</summary>
    public long Value { get; }
}
