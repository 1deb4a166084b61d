using System.Text.Json;
using EdgeDb.Tests;

namespace EdgeDb.IntegrationTests;

/// <summary>One documented method of one documented address.</summary>
/// <param name="Id">operationId.</param>
/// <param name="Method">Upper case.</param>
/// <param name="Template">Address with <c>{id}</c>.</param>
/// <param name="Definition">The operation.</param>
/// <param name="Parameters">Its parameters and those of its address, resolved.</param>
internal sealed record ApiOperation(string Id, string Method, string Template, JsonElement Definition, IReadOnlyList<JsonElement> Parameters)
{
    public IEnumerable<JsonElement> In(string place) => Parameters.Where(p => p.GetProperty("in").GetString() == place);
}

/// <summary>openapi.json, and what it promises of requests and answers.</summary>
internal sealed class ApiContract
{
    private readonly JsonSchema _schema;

    private ApiContract(JsonElement document)
    {
        Document = document;
        _schema = new(document);
        var operations = new List<ApiOperation>();
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            var shared = path.Value.TryGetProperty("parameters", out var list) ? list.EnumerateArray().ToList() : [];
            foreach (var method in path.Value.EnumerateObject().Where(static m => m.Name != "parameters"))
            {
                var own = method.Value.TryGetProperty("parameters", out var more) ? more.EnumerateArray().ToList() : [];
                operations.Add(
                    new(
                        method.Value.GetProperty("operationId").GetString()!,
                        method.Name.ToUpperInvariant(),
                        path.Name,
                        method.Value,
                        [.. shared.Concat(own).Select(_schema.Resolve)]));
            }
        }
        Operations = operations;
    }

    public static ApiContract Instance { get; } = new(JsonDocument.Parse(File.ReadAllBytes(FilePath)).RootElement);

    public static string FilePath => Repository.Path("src", "EdgeDb", "Api", "openapi.json");

    public JsonElement Document { get; }

    public IReadOnlyList<ApiOperation> Operations { get; }

    public ApiOperation Operation(string id) => Operations.Single(o => o.Id == id);

    /// <summary>The operation a request means; null when it is not documented.</summary>
    public ApiOperation? Find(string method, string path) =>
        Operations.FirstOrDefault(o => o.Method == method && Matches(o.Template, path));

    /// <summary>The schema of a JSON request body.</summary>
    public static JsonElement? BodySchema(ApiOperation operation) =>
        operation.Definition.TryGetProperty("requestBody", out var body)
        && body.GetProperty("content").TryGetProperty("application/json", out var json)
            ? json.GetProperty("schema")
            : null;

    /// <summary>Names and schemas of the fields of a JSON request body.</summary>
    public IEnumerable<(string Name, JsonElement Schema)> BodyFields(ApiOperation operation)
    {
        if (BodySchema(operation) is not { } schema)
            yield break;
        schema = _schema.Resolve(schema);
        var parts = schema.TryGetProperty("allOf", out var all) ? all.EnumerateArray().Select(_schema.Resolve) : [schema];
        foreach (var part in parts)
            if (part.TryGetProperty("properties", out var properties))
                foreach (var property in properties.EnumerateObject())
                    yield return (property.Name, _schema.Resolve(property.Value));
    }

    public JsonElement Resolve(JsonElement element) => _schema.Resolve(element);

    /// <summary>What of an answer, or of a request that was accepted, the document does not say; empty when it says all.</summary>
    public List<string> Check(
        string method, string path, IEnumerable<string> query, string? requestBody, int status, string? contentType, string body, IEnumerable<string> headers)
    {
        // HEAD is GET without a body, everywhere.
        var isHead = method == "HEAD";
        if (Find(isHead ? "GET" : method, path) is not { } operation)
            return status is 404 or 405 or 421 ? [] : [$"{method} {path} answers {status} and is not documented"];
        var responses = operation.Definition.GetProperty("responses");
        if (!responses.TryGetProperty(status.ToString(System.Globalization.CultureInfo.InvariantCulture), out var response)
            && !responses.TryGetProperty("default", out response))
            return [$"{operation.Id} answers {status}, which is not documented"];
        response = _schema.Resolve(response);

        var problems = new List<string>();
        if (status < 400)
        {
            if (response.TryGetProperty("headers", out var promised))
                foreach (var header in promised.EnumerateObject())
                    if (!headers.Contains(header.Name, StringComparer.OrdinalIgnoreCase))
                        problems.Add($"{operation.Id} promises the header {header.Name}");
            foreach (var name in query)
                if (!operation.In("query").Any(p => p.GetProperty("name").GetString() == name))
                    problems.Add($"{operation.Id} accepts the parameter {name}, which is not documented");
            if (requestBody is not null && BodySchema(operation) is { } input)
                problems.AddRange(Parse(requestBody) is { } sent ? _schema.Check(input, sent).Select(p => $"{operation.Id} accepts a body where {p}") : []);
        }

        if (isHead || !response.TryGetProperty("content", out var content))
        {
            if (body.Length > 0)
                problems.Add($"{operation.Id} answers {status} with a body, which is not documented");
            return problems;
        }
        var media = contentType?.Split(';')[0];
        if (media is null || !content.TryGetProperty(media, out var described))
            problems.Add($"{operation.Id} answers {status} as {media ?? "nothing"}, which is not documented");
        else if (media.EndsWith("json", StringComparison.Ordinal))
            problems.AddRange(_schema.Check(described.GetProperty("schema"), Parse(body)!.Value).Select(p => $"{operation.Id} answers {status} where {p}"));
        return problems;
    }

    private static JsonElement? Parse(string text) => JsonDocument.Parse(text).RootElement;

    private static bool Matches(string template, string path)
    {
        var at = template.IndexOf("{id}", StringComparison.Ordinal);
        if (at < 0)
            return template == path;
        var (before, after) = (template[..at], template[(at + 4)..]);
        return path.Length > before.Length + after.Length
            && path.StartsWith(before, StringComparison.Ordinal) && path.EndsWith(after, StringComparison.Ordinal)
            && !path[before.Length..^after.Length].Contains('/', StringComparison.Ordinal);
    }
}
