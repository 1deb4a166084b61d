using System.Globalization;
using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;

namespace EdgeDb.Api;

/// <summary>
/// Versions of what reads are made of. An answer's ETag is the sum of the versions of its topics, taken before the data is
/// read: if a commit falls in between, the tag is older than the data and the next request merely fetches it again.
/// </summary>
internal sealed class Etags
{
    private static readonly string[] Names = [Topics.Household, Topics.Members, Topics.Calendars, Topics.Feeds, Topics.Occurrences];

    private readonly long[] _versions = new long[Names.Length];

    // Versions start over with the process, so a tag of an earlier one must never match.
    private readonly string _boot = Guid.NewGuid().ToString("N")[..12];

    public Etags(SqliteDatabase database) => database.Committed += OnCommitted;

    /// <summary>True when the client already has this answer: a 304 is set and nothing else is to be sent.</summary>
    public bool NotModified(HttpContext context, params ReadOnlySpan<string> topics) => NotModified(context, 0, topics);

    /// <param name="context">The request.</param>
    /// <param name="changes">Counts what the answer shows besides and no commit tells; never falls.</param>
    /// <param name="topics">What the answer is made of.</param>
    public bool NotModified(HttpContext context, long changes, params ReadOnlySpan<string> topics)
    {
        var sum = changes;
        foreach (var topic in topics)
            sum += Volatile.Read(ref _versions[Array.IndexOf(Names, topic)]);
        return NotModified(context, string.Create(CultureInfo.InvariantCulture, $"\"{_boot}-{sum}\""));
    }

    /// <summary>The same for a tag made of the content.</summary>
    public static bool NotModified(HttpContext context, string tag)
    {
        context.Response.Headers.ETag = tag;
        // The household changes behind the browser's back: it may keep an answer, and asks each time whether it still holds.
        context.Response.Headers.CacheControl = "private, no-cache";
        foreach (var header in context.Request.Headers.IfNoneMatch)
            foreach (var candidate in (header ?? "").Split(',', StringSplitOptions.TrimEntries))
                if (candidate == tag || candidate == "*" || (candidate.StartsWith("W/", StringComparison.Ordinal) && candidate[2..] == tag))
                {
                    context.Response.StatusCode = StatusCodes.Status304NotModified;
                    return true;
                }
        return false;
    }

    private void OnCommitted(StorageCommit commit)
    {
        foreach (var topic in commit.Topics)
            if (Array.IndexOf(Names, StorageCommit.TopicOf(topic).ToString()) is >= 0 and var index)
                Interlocked.Increment(ref _versions[index]);
    }
}
