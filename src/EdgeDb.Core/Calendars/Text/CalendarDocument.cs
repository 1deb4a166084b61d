namespace EdgeDb.Core.Calendars;

/// <summary>
/// All that a calendar file or feed says, typed and compact: components are read one at a time and not kept, so ten thousand events take a few
/// megabytes. The original text of each UID is kept only when asked for.
/// </summary>
public sealed class CalendarDocument
{
    private readonly CalendarTextStore? _texts;

    internal CalendarDocument(CalendarTextStore? texts) => _texts = texts;

    /// <summary>NAME (RFC 7986), else X-WR-CALNAME; null when missing.</summary>
    public string? Name { get; internal init; }

    /// <summary>COLOR (RFC 7986), else X-APPLE-CALENDAR-COLOR without its alpha; null when missing.</summary>
    public string? Color { get; internal init; }

    /// <summary>X-WR-TIMEZONE: what the publisher shows the calendar in; null when missing.</summary>
    public string? ZoneId { get; internal init; }

    /// <summary>METHOD, upper case; null when missing.</summary>
    public string? Method { get; internal init; }

    /// <summary>REFRESH-INTERVAL (RFC 7986), else X-PUBLISHED-TTL: how often the publisher wants to be asked; null when missing.</summary>
    public CalendarDuration? RefreshInterval { get; internal init; }

    /// <summary>Events grouped by UID, in the order their UIDs appear in the file.</summary>
    public required IReadOnlyList<EventSeries> Series { get; init; }

    /// <summary>VTODOs in file order.</summary>
    public required IReadOnlyList<CalendarTodo> Todos { get; init; }

    /// <summary>VTIMEZONEs in file order; of two with one TZID the first.</summary>
    public required IReadOnlyList<CalendarTimeZoneDefinition> Zones { get; init; }

    /// <summary>What could not be understood.</summary>
    public required CalendarProblems Problems { get; init; }

    /// <summary>False when there was neither a VCALENDAR nor an event: a sign-in or error page instead of a calendar.</summary>
    public required bool IsCalendar { get; init; }

    /// <summary>True when the stream ended inside of a calendar: a download that broke off.</summary>
    public required bool IsTruncated { get; init; }

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">As <see cref="CalendarReader"/> takes it; stays open.</param>
    /// <param name="keepText">True to have <see cref="TextOf(EventSeries)"/>, at the cost of the size of the file.</param>
    /// <param name="limits">Null for the defaults.</param>
    /// <param name="problems">Becomes <see cref="Problems"/>; null for a new list.</param>
    /// <exception cref="CalendarLimitException">The stream is larger than allowed.</exception>
    public static CalendarDocument Read(
        Stream stream, bool keepText = false, CalendarReaderLimits? limits = null, CalendarProblems? problems = null)
    {
        var builder = new CalendarDocumentBuilder(keepText, problems ?? new CalendarProblems());
        using var reader = new CalendarReader(stream, builder.Problems, limits);
        while (reader.Read() is { } component)
            builder.Add(component);
        return builder.Build(reader);
    }

    /// <inheritdoc cref="Read"/>
    /// <param name="stream">As <see cref="CalendarReader"/> takes it; stays open.</param>
    /// <param name="keepText">True to have <see cref="TextOf(EventSeries)"/>, at the cost of the size of the file.</param>
    /// <param name="limits">Null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two reads of the stream.</param>
    public static async Task<CalendarDocument> ReadAsync(
        Stream stream, bool keepText = false, CalendarReaderLimits? limits = null, CancellationToken cancellationToken = default)
    {
        var builder = new CalendarDocumentBuilder(keepText, new CalendarProblems());
        using var reader = new CalendarReader(stream, builder.Problems, limits);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } component)
            builder.Add(component);
        return builder.Build(reader);
    }

    /// <summary>
    /// The VEVENTs of a series as they stood in the file, properties unknown to us included, each line folded and encoded as it should be; UTF-8
    /// without a VCALENDAR around.
    /// </summary>
    /// <exception cref="InvalidOperationException">The text was not kept.</exception>
    public byte[] TextOf(EventSeries series)
    {
        ArgumentNullException.ThrowIfNull(series);
        return Texts.Get(series.Uid);
    }

    /// <summary>The VTIMEZONE as it stood in the file, in the same form.</summary>
    /// <exception cref="InvalidOperationException">The text was not kept.</exception>
    public byte[] TextOf(CalendarTimeZoneDefinition zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        return Texts.Get(CalendarTextStore.ZoneKey(zone.Id));
    }

    private CalendarTextStore Texts => _texts ?? throw new InvalidOperationException("The document was read without keepText.");
}
