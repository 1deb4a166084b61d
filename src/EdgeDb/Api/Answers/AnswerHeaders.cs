using EdgeDb.Core.Pipeline;

namespace EdgeDb.Api;

/// <summary>What of HTTP concerns answers that are kept: RFC 9110 (validators, codings), RFC 9111, RFC 9211 (Cache-Status), RFC 9218 (Priority).</summary>
internal static class AnswerHeaders
{
    /// <summary>The household changes behind the browser's back: it may keep an answer, and asks each time whether it still holds. No proxy may.</summary>
    public const string Private = "private, no-cache";

    private static readonly string[] Statuses = Enum.GetValues<AnswerOrigin>().Select(
        static origin => origin switch
        {
            AnswerOrigin.Hit => "edgedb; hit",
            AnswerOrigin.Shared => "edgedb; fwd=miss; collapsed",
            AnswerOrigin.SecondLevel => "edgedb; hit; detail=second-level",
            AnswerOrigin.Stale => "edgedb; hit; detail=stale-while-revalidate",
            AnswerOrigin.StaleIfError => "edgedb; hit; detail=stale-if-error",
            _ => "edgedb; fwd=miss",
        }).ToArray();

    public static string CacheStatus(AnswerOrigin origin) => Statuses[(int)origin];

    /// <summary>The best coding that the client takes.</summary>
    public static ContentCoding Coding(HttpRequest request)
    {
        var accepted = request.Headers.AcceptEncoding;
        var best = ContentCoding.Identity;
        foreach (var header in accepted)
            foreach (var range in header.AsSpan().Split(','))
            {
                var item = header.AsSpan(range).Trim();
                var parameters = item.IndexOf(';');
                var name = parameters < 0 ? item : item[..parameters].TrimEnd();
                if (parameters >= 0 && IsRefused(item[(parameters + 1)..]))
                    continue;
                if (name.Equals("br", StringComparison.OrdinalIgnoreCase))
                    return ContentCoding.Brotli;
                if (name.Equals("gzip", StringComparison.OrdinalIgnoreCase))
                    best = ContentCoding.Gzip;
            }

        return best;
    }

    /// <summary>Names the answer; true when the client has it, in whatever coding: a 304 is set and nothing else is to be sent.</summary>
    public static bool NotModified(HttpContext context, string tag)
    {
        var held = Held(context.Request, tag);
        // A 304 names what the client holds, or its cache does not know which of its answers that confirms (RFC 9111, 4.3.4).
        context.Response.Headers.ETag = held ?? tag;
        context.Response.Headers.CacheControl = Private;
        if (held is null)
            return false;
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    // What If-None-Match has of the answer: its tag or that of one of its codings; null when nothing. Weak comparison.
    private static string? Held(HttpRequest request, string tag)
    {
        foreach (var header in request.Headers.IfNoneMatch)
            foreach (var range in header.AsSpan().Split(','))
            {
                var candidate = header.AsSpan(range).Trim();
                if (candidate.StartsWith("W/", StringComparison.Ordinal))
                    candidate = candidate[2..];
                if (candidate is "*" || candidate.SequenceEqual(tag))
                    return tag;
                // "abc-br" and "abc-gz" are codings of "abc".
                if (candidate.Length == tag.Length + 3 && candidate.StartsWith(tag.AsSpan(0, tag.Length - 1), StringComparison.Ordinal)
                    && candidate[(tag.Length - 1)..] is "-br\"" or "-gz\"")
                    return candidate.ToString();
            }

        return null;
    }

    /// <summary>Who goes first: what a browser fetches ahead is of least, urgency 0 to 2 of most weight. The kiosk page asks with urgency 1.</summary>
    public static RequestPriority Priority(HttpRequest request)
    {
        if (request.Headers["Sec-Purpose"].ToString().StartsWith("prefetch", StringComparison.Ordinal))
            return RequestPriority.Prefetch;
        var priority = request.Headers["Priority"].ToString();
        var at = priority.IndexOf("u=", StringComparison.Ordinal);
        return at < 0 || at + 2 >= priority.Length ? RequestPriority.Normal : priority[at + 2] switch
        {
            >= '0' and <= '2' => RequestPriority.Urgent,
            '6' or '7' => RequestPriority.Prefetch,
            _ => RequestPriority.Normal,
        };
    }

    private static bool IsRefused(ReadOnlySpan<char> parameters)
    {
        var weight = parameters.Trim();
        return weight.StartsWith("q=0", StringComparison.OrdinalIgnoreCase) && weight[3..].Trim("0.").IsEmpty;
    }
}
