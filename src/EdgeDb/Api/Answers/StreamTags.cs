using System.Globalization;
using EdgeDb.Core.Caching;

namespace EdgeDb.Api;

/// <summary>
/// Entity tags of answers that are written straight to the client: when what they are made of was last changed, taken before it is read. If a commit falls
/// in between, the tag is older than the data, and the next request merely fetches it again.
/// </summary>
internal sealed class StreamTags(CacheTags tags)
{
    // The clock starts over with the process, so a tag of an earlier one must never match.
    private readonly string _boot = Guid.NewGuid().ToString("N")[..12];

    /// <summary>True when the client has this answer: a 304 is set and nothing else is to be sent.</summary>
    public bool NotModified(HttpContext context, params ReadOnlySpan<string> names)
    {
        long changedAt = 0;
        foreach (var name in names)
            changedAt = Math.Max(changedAt, tags.Get(name).InvalidatedAt);
        return AnswerHeaders.NotModified(context, string.Create(CultureInfo.InvariantCulture, $"\"{_boot}-{changedAt}\""));
    }
}
