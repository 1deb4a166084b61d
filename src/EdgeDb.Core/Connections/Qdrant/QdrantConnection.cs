using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Calls of Qdrant's REST API. Shared by all callers, as the connection over HTTP below it. Every call throws <see cref="HttpException"/>, whose
/// message holds what the server says, and <see cref="PoolBusyException"/>.
/// </summary>
internal sealed class QdrantConnection(HttpConnection http, TimeSpan timeout)
{
    /// <summary>Longest name of a collection, in bytes of UTF-8.</summary>
    public const int MaxNameBytes = 255;

    private const int MessageLength = 200;

    /// <summary>What the server says of itself. Needs no key.</summary>
    public async Task<QdrantVersion> GetVersionAsync(CancellationToken ct)
    {
        var answer = await SendAsync(HttpMethod.Get, "", default, ct).ConfigureAwait(false);
        ThrowIfFailed(answer);
        return Parse(answer, QdrantJson.Default.QdrantVersion);
    }

    /// <summary>False while the server has not caught up with its cluster or loads its shards. Needs no key.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken ct)
    {
        var answer = await SendAsync(HttpMethod.Get, "readyz", default, ct).ConfigureAwait(false);
        if (answer.Status == 503)
            return false;
        ThrowIfFailed(answer);
        return true;
    }

    /// <summary>Names of all collections that the key may see, in the server's order.</summary>
    public async Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken ct)
    {
        var names = await ReadAsync(HttpMethod.Get, "collections", QdrantJson.Default.QdrantAnswerQdrantNames, ct).ConfigureAwait(false);
        return Array.ConvertAll(names.Collections, static collection => collection.Name);
    }

    /// <summary>A collection; null when there is none of that name.</summary>
    public async Task<QdrantCollection?> GetCollectionAsync(string name, CancellationToken ct)
    {
        var answer = await SendAsync(HttpMethod.Get, Path(name), default, ct).ConfigureAwait(false);
        if (answer.Status == 404)
            return null;
        ThrowIfFailed(answer);
        return Describe(name, answer, ResultOf(answer, QdrantJson.Default.QdrantAnswerQdrantDescription));
    }

    /// <summary>Whether there is a collection, or an alias, of that name.</summary>
    public async Task<bool> CollectionExistsAsync(string name, CancellationToken ct) =>
        (await ReadAsync(HttpMethod.Get, Path(name) + "/exists", QdrantJson.Default.QdrantAnswerQdrantExistence, ct).ConfigureAwait(false)).Exists;

    /// <summary>Makes a collection; fails with status 409 when there is one of that name.</summary>
    public async Task CreateCollectionAsync(string name, QdrantCollectionSchema schema, CancellationToken ct)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new QdrantCreation(schema.Vectors, schema.SparseVectors.Count == 0 ? null : schema.SparseVectors, schema.Hnsw), QdrantJson.Default.QdrantCreation);
        var answer = await SendAsync(HttpMethod.Put, Path(name) + CommitTimeout(), body, ct).ConfigureAwait(false);
        ThrowIfFailed(answer);
        if (!ResultOf(answer, QdrantJson.Default.QdrantAnswerBoolean))
            throw new HttpException(HttpFailure.Content, $"{answer.Host} says that it did not make the collection '{name}', and not why.");
    }

    /// <summary>Removes a collection with all of its points; false when there was none.</summary>
    public Task<bool> DeleteCollectionAsync(string name, CancellationToken ct) =>
        ReadAsync(HttpMethod.Delete, Path(name) + CommitTimeout(), QdrantJson.Default.QdrantAnswerBoolean, ct);

    // The server gives up when we do, and not a minute later; it counts whole seconds.
    private string CommitTimeout() => string.Create(CultureInfo.InvariantCulture, $"?timeout={Math.Max(1, (int)timeout.TotalSeconds)}");

    /// <summary>Throws <see cref="ArgumentException"/> for a name that would be another path, or that no server takes.</summary>
    private static string Path(string name)
    {
        if (name is "" or "." or ".." || Encoding.UTF8.GetByteCount(name) > MaxNameBytes || name.AsSpan().ContainsAny("/\\\0"))
            throw new ArgumentException($"A collection's name has 1 to {MaxNameBytes} bytes without / and \\ and is not . or ..; '{name}' is none.", nameof(name));
        return "collections/" + Uri.EscapeDataString(name);
    }

    private static QdrantCollection Describe(string name, HttpAnswer answer, QdrantDescription described)
    {
        try
        {
            return new QdrantCollection(
                name,
                described.Status,
                described.OptimizerStatus is { ValueKind: JsonValueKind.Object } broken ? broken.GetProperty("error").GetString() : null,
                described.PointsCount,
                described.IndexedVectorsCount,
                described.SegmentsCount,
                Vectors(described.Config.Params.Vectors),
                described.Config.Params.SparseVectors ?? [],
                described.Config.HnswConfig ?? new QdrantHnsw(null, null));
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw NotUnderstood(answer, failure);
        }
    }

    private static Dictionary<string, QdrantVector> Vectors(JsonElement element)
    {
        var vectors = new Dictionary<string, QdrantVector>(StringComparer.Ordinal);
        if (element.ValueKind != JsonValueKind.Object)
            return vectors;
        // A vector that is named "size" holds an object there.
        if (element.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number)
        {
            vectors.Add("", Vector(element));
            return vectors;
        }

        foreach (var property in element.EnumerateObject())
            vectors.Add(property.Name, Vector(property.Value));
        return vectors;

        static QdrantVector Vector(JsonElement element) => element.Deserialize(QdrantJson.Default.QdrantVector) ?? throw new JsonException("A vector is null.");
    }

    private async Task<T> ReadAsync<T>(HttpMethod method, string path, JsonTypeInfo<QdrantAnswer<T>> type, CancellationToken ct)
    {
        var answer = await SendAsync(method, path, default, ct).ConfigureAwait(false);
        ThrowIfFailed(answer);
        return ResultOf(answer, type);
    }

    private Task<HttpAnswer> SendAsync(HttpMethod method, string path, ReadOnlyMemory<byte> body, CancellationToken ct) =>
        http.SendAsync(new HttpCall { Method = method, Uri = new Uri(path, UriKind.Relative), Body = body, ReadsFailures = true, Timeout = timeout }, ct);

    // The reader of JSON checks for null where a type says so; the type of a wrapped result does not.
    private static T ResultOf<T>(HttpAnswer answer, JsonTypeInfo<QdrantAnswer<T>> type) => Parse(answer, type).Result ?? throw NotUnderstood(answer, null);

    private static T Parse<T>(HttpAnswer answer, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Body, type) ?? throw NotUnderstood(answer, null);
        }
        catch (JsonException failure)
        {
            throw NotUnderstood(answer, failure);
        }
    }

    private static HttpException NotUnderstood(HttpAnswer answer, Exception? inner) =>
        new(HttpFailure.Content, $"{answer.Host} did not answer as a Qdrant server does; check the address.", inner);

    private static void ThrowIfFailed(HttpAnswer answer)
    {
        if (answer.Status is < 200 or >= 300)
            answer.ThrowIfFailed(Explanation(answer.Body));
    }

    /// <summary>The error of a JSON answer; the text of others, as for a key that is refused.</summary>
    private static string? Explanation(byte[] body)
    {
        string? text;
        try
        {
            text = JsonSerializer.Deserialize(body, QdrantJson.Default.QdrantError)?.Status?.Error;
        }
        catch (JsonException)
        {
            text = Encoding.UTF8.GetString(body);
        }

        return string.IsNullOrWhiteSpace(text) ? null : text.Length <= MessageLength ? text : text[..MessageLength] + "…";
    }
}
