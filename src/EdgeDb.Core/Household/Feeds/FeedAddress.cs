using System.Collections.Frozen;

namespace EdgeDb.Core.Household;

/// <summary>
/// Where a feed is read from: <c>http</c>, <c>https</c>, <c>webcal</c>/<c>webcals</c> or a file. Private calendar addresses
/// carry their secret in the path or query, so <see cref="ToString"/> masks it; <see cref="Value"/> is for the request only.
/// </summary>
public sealed class FeedAddress
{
    /// <summary>Longest address accepted, in characters.</summary>
    public const int MaxLength = 2048;

    /// <summary>Words that tell feeds apart and are nobody's secret.</summary>
    private static readonly FrozenSet<string> PlainWords = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "calendar", "calendars", "ical", "ics", "webcal", "feed", "feeds", "public", "private", "published", "export", "events", "holidays",
        "basic.ics", "calendar.ics", "feed.ics", "events.ics", "public.ics", "remote.php", "dav", "public-calendars");

    private readonly Uri _uri;

    private FeedAddress(Uri uri) => _uri = uri;

    /// <summary>The whole address, with its secret.</summary>
    public string Value => _uri.OriginalString;

    /// <summary>The path of a file feed; null for others.</summary>
    public string? FilePath => _uri.IsFile ? _uri.LocalPath : null;

    /// <summary>What to request, in the order to try: webcal means https, and http where nothing answers there.</summary>
    public IReadOnlyList<Uri> Candidates =>
        _uri.Scheme is "webcal" or "webcals" && With("https") is { } secure
            ? _uri.Scheme == "webcal" ? [secure, With("http")] : [secure]
            : [_uri];

    /// <summary>
    /// Reads what a person pasted. Throws <see cref="HouseholdException"/> naming <paramref name="field"/>.
    /// </summary>
    /// <param name="text">An address, or where <paramref name="allowFile"/> a path.</param>
    /// <param name="field">Field to name in an error.</param>
    /// <param name="allowFile">True on the command line. Over the network a file address would let anybody read the board's files.</param>
    public static FeedAddress Parse(string? text, string field, bool allowFile)
    {
        text = text?.Trim() ?? "";
        if (text.Length is 0 or > MaxLength)
            throw HouseholdException.Bad(field, $"'{field}' must be an address of 1 to {MaxLength} characters; it has {text.Length}.");
        if (text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.Contains('\x7f', StringComparison.Ordinal))
            throw HouseholdException.Bad(field, $"'{field}' holds a control character.");

        if (allowFile && !text.Contains("://", StringComparison.Ordinal))
            return new(new Uri(Path.GetFullPath(text), UriKind.Absolute));
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
            throw HouseholdException.Bad(field, $"'{field}' is no address; it should look like https://example.org/family.ics.");
        if (uri.IsFile)
        {
            return allowFile && uri.Host.Length == 0
                ? new(uri)
                : throw HouseholdException.Bad(field, $"'{field}' is a file; files are given when the service is started (--feed) or imported.");
        }
        if (uri.Scheme is not ("http" or "https" or "webcal" or "webcals"))
            throw HouseholdException.Bad(field, $"'{field}' must begin with https://, http:// or webcal://; it begins with {HouseholdException.Shorten(uri.Scheme)}.");
        if (uri.Host.Length == 0 || uri.HostNameType == UriHostNameType.Unknown)
            throw HouseholdException.Bad(field, $"'{field}' names no host.");
        return new(uri);
    }

    /// <summary>Scheme, host and file name; whatever may be a secret is dots.</summary>
    public override string ToString()
    {
        if (_uri.IsFile)
            return _uri.LocalPath;
        var port = _uri.IsDefaultPort || _uri.Port < 0 ? "" : $":{_uri.Port}";
        var segments = _uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Mask);
        return $"{_uri.Scheme}://{_uri.Host}{port}/{string.Join('/', segments)}{(_uri.Query.Length > 0 ? "?…" : "")}";
    }

    /// <summary>Masks every address-like secret of this feed in a text, for example an exception's message.</summary>
    public string MaskIn(string text) =>
        text.Replace(Value, ToString(), StringComparison.Ordinal)
            .Replace(_uri.AbsoluteUri, ToString(), StringComparison.Ordinal)
            .Replace(_uri.PathAndQuery.Length > 1 ? _uri.PathAndQuery : Value, "/…", StringComparison.Ordinal);

    // No shape of a segment is safe to show: one random key in thirty of 20 letters and digits happens to be letters only.
    private static string Mask(string segment) =>
        PlainWords.Contains(segment) ? segment : segment.EndsWith(".ics", StringComparison.OrdinalIgnoreCase) ? "….ics" : "…";

    private Uri With(string scheme) =>
        new UriBuilder(_uri) { Scheme = scheme, Port = _uri.IsDefaultPort || _uri.Port < 0 ? -1 : _uri.Port }.Uri;
}
