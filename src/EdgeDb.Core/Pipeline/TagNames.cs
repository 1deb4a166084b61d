using EdgeDb.Core.Caching;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// How commits reach answers. A commit that touches "topic/row" invalidates what shows anything of the topic (tag "topic") and what shows that row (tag
/// "topic/row"); one that touches "topic" invalidates the former and, by the tag "topic/", whatever shows one of its rows.
/// </summary>
internal static class TagNames
{
    public static string Row(string topic, string row) => $"{topic}{StorageCommit.RowSeparator}{row}";

    public static string AllRows(string topic) => $"{topic}{StorageCommit.RowSeparator}";

    /// <summary>Invalidates what a commit has changed. Called before the writers are answered.</summary>
    public static void Invalidate(CacheTags tags, StorageCommit commit)
    {
        foreach (var touched in commit.Topics)
        {
            var topic = StorageCommit.TopicOf(touched);
            if (topic.Length == touched.Length)
                tags.Invalidate(AllRows(touched));
            else
                tags.Invalidate(topic.ToString());
            tags.Invalidate(touched);
        }
    }
}
