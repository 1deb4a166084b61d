using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeDb.Core.Household;
using Microsoft.AspNetCore.Http.Features;
using NodaTime;
using NodaTime.Text;

namespace EdgeDb.Api;

/// <summary>Reads a request's parameters and body; whatever is wrong ends in a problem that names the field.</summary>
internal readonly struct RequestReader
{
    public const int MaxBodyBytes = 256 * 1024;
    private const int MaxIds = 100;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xef, 0xbb, 0xbf];

    private readonly IQueryCollection _query;
    private readonly HttpRequest? _request;

    /// <summary>Refuses parameters other than <paramref name="known"/>: a misspelt filter must not answer everything.</summary>
    public RequestReader(HttpRequest request, params ReadOnlySpan<string> known)
        : this(request.Query, known) => _request = request;

    /// <summary>Reads parameters only.</summary>
    public RequestReader(IQueryCollection query, params ReadOnlySpan<string> known)
    {
        _query = query;
        foreach (var name in query.Keys)
            if (!known.Contains(name))
                throw ProblemException.Invalid(HouseholdException.Shorten(name), $"There is no parameter '{HouseholdException.Shorten(name)}' here.");
    }

    /// <summary>The single value of a parameter, or null.</summary>
    public string? Text(string name, int maxLength = 200)
    {
        var values = _query[name];
        if (values.Count == 0)
            return null;
        if (values.Count > 1)
            throw ProblemException.Invalid(name, $"'{name}' is given {values.Count} times.");
        var value = values[0] ?? "";
        if (value.Length > maxLength)
            throw ProblemException.Invalid(name, $"'{name}' may have at most {maxLength} characters; it has {value.Length}.");
        if (value.AsSpan().ContainsAnyInRange('\0', '\x1f'))
            throw ProblemException.Invalid(name, $"'{name}' holds a control character.");
        return value;
    }

    public int Integer(string name, int defaultValue, int least, int most)
    {
        if (Text(name) is not { } text)
            return defaultValue;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw ProblemException.Invalid(name, $"'{name}' must be a whole number from {least} to {most}.");
    }

    public IReadOnlyList<string> Ids(string name)
    {
        var values = _query[name];
        if (values.Count > MaxIds)
            throw ProblemException.Invalid(name, $"'{name}' may be given at most {MaxIds} times; it is given {values.Count} times.");
        var ids = new List<string>(values.Count);
        foreach (var value in values)
            ids.Add(
                Guid.TryParseExact(value, "D", out var id)
                    ? id.ToString()
                    : throw ProblemException.Invalid(name, $"'{name}' must be an id such as 019a0c1e-5b7a-7c3e-9f00-0123456789ab."));
        return ids;
    }

    public DateTimeZone Zone(string name, string defaultZone)
    {
        var text = Text(name) ?? defaultZone;
        return text.Length is > 0 and <= 64 && DateTimeZoneProviders.Tzdb.GetZoneOrNull(text) is { } zone
            ? zone
            : throw ProblemException.Invalid(name, $"'{name}' must be an IANA time zone such as Europe/Berlin.");
    }

    /// <summary>A date (midnight in <paramref name="zone"/>) or an instant. Required.</summary>
    public Instant Moment(string name, DateTimeZone zone)
    {
        var text = Text(name) ?? throw ProblemException.Invalid(name, $"'{name}' is required: a date such as 2026-01-05 or a time such as 2026-01-05T08:00:00Z.");
        if (LocalDatePattern.Iso.Parse(text) is { Success: true } date && InRange(date.Value))
            return zone.AtStartOfDay(date.Value).ToInstant();
        if (OffsetDateTimePattern.Rfc3339.Parse(text) is { Success: true } instant && InRange(instant.Value.Date))
            return instant.Value.ToInstant();
        throw ProblemException.Invalid(
            name, $"'{name}' must be a date such as 2026-01-05 or a time such as 2026-01-05T08:00:00Z, in the years 1900 to 2200.");
    }

    /// <summary>The moments <c>from</c> and <c>to</c>, of which the second is the later by at most that many days. Both are required.</summary>
    public (Instant From, Instant To) Range(DateTimeZone zone, int maxDays)
    {
        var (from, to) = (Moment("from", zone), Moment("to", zone));
        if (to <= from)
            throw ProblemException.Invalid("to", "'to' must be later than 'from'.");
        if (to - from > Duration.FromDays(maxDays))
            throw ProblemException.Invalid("to", $"'from' and 'to' may be at most {maxDays} days apart.");
        return (from, to);
    }

    /// <summary>Reads the JSON body.</summary>
    public async ValueTask<T> BodyAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var request = Request;
        if (!request.HasJsonContentType())
            throw new ProblemException(415, "unsupported-media-type", "The body's type is not understood", "Send Content-Type: application/json.", "Content-Type");
        if (request.ContentLength > MaxBodyBytes)
            throw new ProblemException(413, "too-large", "The request is too large", $"The body may have at most {MaxBodyBytes} bytes.", "body");
        // A chunked body tells its length only at its end: the server counts along and ends the reading with 413.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxBodyBytes;
        // Read whole, so that a value of the wrong type can be looked at.
        using var whole = new MemoryStream();
        await request.Body.CopyToAsync(whole, cancellationToken);
        var body = whole.GetBuffer().AsMemory(0, (int)whole.Length);
        if (body.Span.StartsWith(ByteOrderMark))
            body = body[ByteOrderMark.Length..];
        try
        {
            return JsonSerializer.Deserialize(body.Span, type)
                ?? throw ProblemException.Invalid("body", "The body must be an object; it is null.");
        }
        catch (JsonException e) when (ProblemWriter.JsonField(e) is var field && JsonMistake.Explain(body, type, e.Path, field) is { } mistake)
        {
            throw ProblemException.Invalid(field, mistake);
        }
    }

    /// <summary>The version of If-Match; null without that header or with <c>*</c>.</summary>
    public long? ExpectedVersion()
    {
        var header = Request.Headers.IfMatch.ToString();
        if (header is "" or "*")
            return null;
        return header.Length > 2 && header[0] == '"' && header[^1] == '"'
            && long.TryParse(header.AsSpan(1, header.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                ? version
                : throw ProblemException.Invalid("If-Match", "If-Match must be the version in quotes, for example \"3\".");
    }

    /// <summary>The name of Idempotency-Key; null without that header.</summary>
    public EditKey? EditKey()
    {
        var header = Request.Headers["Idempotency-Key"].ToString();
        if (header is "")
            return null;
        return header.Length == 38 && header[0] == '"' && header[^1] == '"' && Guid.TryParseExact(header.AsSpan(1, 36), "D", out var id)
            ? new(id.ToString(), $"{Request.Method} {Request.Path}{Request.QueryString}")
            : throw ProblemException.Invalid("Idempotency-Key", "Idempotency-Key must be a UUID in quotes, for example \"019a0c1e-5b7a-7c3e-9f00-0123456789ab\".");
    }

    private HttpRequest Request => _request ?? throw new InvalidOperationException("Only parameters can be read here.");

    private static bool InRange(LocalDate date) => date.Year is >= 1900 and <= 2200;
}
