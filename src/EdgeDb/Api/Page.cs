namespace EdgeDb.Api;

/// <summary>One page of a list that is ordered by id; the cursor is the last id of the page before.</summary>
internal static class Page
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 500;

    public static int Limit(RequestReader reader) => reader.Integer("limit", DefaultLimit, 1, MaxLimit);

    /// <summary>The id to continue behind; null for the first page.</summary>
    public static string? Cursor(RequestReader reader)
    {
        if (reader.Text("cursor") is not { } text)
            return null;
        return Guid.TryParseExact(text, "D", out var id) ? id.ToString() : throw ProblemException.Invalid("cursor", "'cursor' is not one that this endpoint gave.");
    }

    /// <summary>A page of a list that is short enough to be read whole.</summary>
    public static (IReadOnlyList<T> Items, string? Next) Of<T>(IReadOnlyList<T> all, Func<T, string> id, RequestReader reader)
    {
        var limit = Limit(reader);
        var cursor = Cursor(reader);
        var items = all.Where(item => cursor is null || string.CompareOrdinal(id(item), cursor) > 0).Take(limit + 1).ToList();
        if (items.Count <= limit)
            return (items, null);
        items.RemoveAt(limit);
        return (items, id(items[^1]));
    }
}
