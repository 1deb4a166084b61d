namespace EdgeDb.Core.Storage;

/// <summary>A list as one parameter of a statement: <c>IN (SELECT value FROM json_each(?1))</c>.</summary>
internal static class JsonList
{
    /// <summary>A JSON array. For ids, which need no escapes.</summary>
    public static string Of(IReadOnlyList<string> ids) => $"[{string.Join(',', ids.Select(static id => $"\"{id}\""))}]";
}
