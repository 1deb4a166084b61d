namespace EdgeDb.Core.Storage;

/// <summary>One commit, as <see cref="SqliteDatabase.Committed"/> reports it.</summary>
/// <param name="Version"><see cref="SqliteDatabase.CommitVersion"/> after it.</param>
/// <param name="Topics">
/// What the operations in it declared by <see cref="SqliteSession.Touch(string)"/>, each once, in the order of the first declaration; "topic/row"
/// where it was one row's.
/// </param>
public sealed record StorageCommit(long Version, IReadOnlyList<string> Topics)
{
    /// <summary>Stands between a topic and a row, and so in no name of a topic.</summary>
    public const char RowSeparator = '/';

    /// <summary>The topic of an entry of <see cref="Topics"/>, without its row.</summary>
    public static ReadOnlySpan<char> TopicOf(string touched) =>
        touched.AsSpan() is var all && all.IndexOf(RowSeparator) is >= 0 and var end ? all[..end] : all;
}
