using System.Net;
using System.Text.Json;

namespace EdgeDb.IntegrationTests;

/// <summary>An answer, read whole.</summary>
internal sealed record Answer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    public string? ETag => Headers.GetValueOrDefault("ETag");

    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public IReadOnlyList<JsonElement> Items => [.. Json.GetProperty("items").EnumerateArray()];

    public string? Next => Json.GetProperty("next").GetString();

    public string Id => Json.Text("id");

    public long Version => Json.GetProperty("version").GetInt64();

    /// <summary>The fields a problem names.</summary>
    public IReadOnlyList<string> Fields =>
        Json.TryGetProperty("errors", out var errors) ? [.. errors.EnumerateArray().Select(static e => e.Text("field"))] : [];

    /// <summary>Itself, when the status is the expected one.</summary>
    public Answer Expect(HttpStatusCode status) =>
        Status == status ? this : throw new InvalidOperationException($"Expected {status}, and it is {Status}: {Text}");

    public override string ToString() => $"{(int)Status} {Text}";
}

internal static class JsonElementExtensions
{
    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static string? TextOrNull(this JsonElement element, string name) => element.GetProperty(name).GetString();

    public static bool Flag(this JsonElement element, string name) => element.GetProperty(name).GetBoolean();

    public static long Number(this JsonElement element, string name) => element.GetProperty(name).GetInt64();

    public static IReadOnlyList<string> Texts(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(static e => e.GetString()!)];
}
