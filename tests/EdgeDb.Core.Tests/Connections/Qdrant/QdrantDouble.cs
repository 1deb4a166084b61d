using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace EdgeDb.Core.Tests.Connections;

/// <summary>
/// A double of a Qdrant server, because Debian has none: health and collections, with statuses and bodies as its OpenAPI document and its sources say
/// (qdrant/qdrant: docs/redoc/master/openapi.json, src/actix/auth.rs, src/actix/helpers.rs, src/actix/api/service_api.rs). What it does not check, a
/// real server may refuse.
/// </summary>
internal sealed class QdrantDouble : IAsyncDisposable
{
    public const string ApiKey = "double-key";

    private readonly ConcurrentDictionary<string, JsonObject> _collections = new(StringComparer.Ordinal);
    private WebServer _server = null!;

    /// <summary>For example http://localhost:40123/.</summary>
    public Uri Address => _server.Address;

    /// <summary>What /readyz says.</summary>
    public bool IsReady { get; set; } = true;

    /// <summary>Answers everything so instead; null for the usual.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    /// <summary>Method, path and query of each request.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Body of the last PUT.</summary>
    public string LastBody { get; private set; } = "";

    public static async Task<QdrantDouble> StartAsync()
    {
        var qdrant = new QdrantDouble();
        qdrant._server = await WebServer.StartAsync(qdrant.AnswerAsync);
        return qdrant;
    }

    /// <summary>Puts a description into the place of a collection's.</summary>
    public void Describe(string name, string result) => _collections[name] = JsonNode.Parse(result)!.AsObject();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.Path.Value}{context.Request.QueryString}");
        if (Instead is not null)
            return Instead(context);
        var path = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        // The root and the probes of Kubernetes are open to everybody.
        if (path is [])
            return WriteAsync(context, 200, new JsonObject { ["title"] = "qdrant - vector search engine", ["version"] = "1.15.4", ["commit"] = "20db14f" });
        if (path is ["readyz"])
            return TextAsync(context, IsReady ? 200 : 503, IsReady ? "all shards are ready" : "some shards are not ready");
        if (!context.Request.Headers.TryGetValue("api-key", out var key))
            return TextAsync(context, 401, "Must provide an API key or an Authorization bearer token");
        if (key != ApiKey)
            return TextAsync(context, 401, "Invalid API key or JWT");
        return (context.Request.Method, path) switch
        {
            ("GET", ["collections"]) => OkAsync(context, new JsonObject
            {
                ["collections"] = new JsonArray([.. _collections.Keys.Order(StringComparer.Ordinal).Select(static name => new JsonObject { ["name"] = name })]),
            }),
            ("GET", ["collections", var name, "exists"]) => OkAsync(context, new JsonObject { ["exists"] = _collections.ContainsKey(name) }),
            ("GET", ["collections", var name]) => _collections.TryGetValue(name, out var found)
                ? OkAsync(context, found.DeepClone())
                : ErrorAsync(context, 404, $"Not found: Collection `{name}` doesn't exist!"),
            ("PUT", ["collections", var name]) => CreateAsync(context, name),
            ("DELETE", ["collections", var name]) => OkAsync(context, _collections.TryRemove(name, out _)),
            _ => ErrorAsync(context, 404, "Not found"),
        };
    }

    private async Task CreateAsync(HttpContext context, string name)
    {
        using var reader = new StreamReader(context.Request.Body);
        LastBody = await reader.ReadToEndAsync();
        JsonObject schema;
        try
        {
            schema = JsonNode.Parse(LastBody)!.AsObject();
        }
        catch (JsonException failure)
        {
            await ErrorAsync(context, 400, $"Format error in JSON body: {failure.Message}");
            return;
        }

        var described = new JsonObject
        {
            ["status"] = "green",
            ["optimizer_status"] = "ok",
            ["indexed_vectors_count"] = 0,
            ["points_count"] = 0,
            ["segments_count"] = 2,
            ["config"] = new JsonObject
            {
                ["params"] = new JsonObject
                {
                    ["vectors"] = schema["vectors"]?.DeepClone(),
                    ["shard_number"] = 1,
                    ["replication_factor"] = 1,
                    ["write_consistency_factor"] = 1,
                    ["on_disk_payload"] = true,
                    ["sparse_vectors"] = schema["sparse_vectors"]?.DeepClone(),
                },
                ["hnsw_config"] = schema["hnsw_config"]?.DeepClone() ?? new JsonObject { ["m"] = 16, ["ef_construct"] = 100, ["full_scan_threshold"] = 10000 },
                ["optimizer_config"] = new JsonObject { ["deleted_threshold"] = 0.2, ["vacuum_min_vector_number"] = 1000, ["max_segment_size"] = null },
                ["wal_config"] = new JsonObject { ["wal_capacity_mb"] = 32, ["wal_segments_ahead"] = 0 },
            },
            ["payload_schema"] = new JsonObject(),
        };
        if (_collections.TryAdd(name, described))
            await OkAsync(context, true);
        else
            await ErrorAsync(context, 409, $"Wrong input: Collection `{name}` already exists!");
    }

    private static Task OkAsync(HttpContext context, JsonNode result) =>
        WriteAsync(context, 200, new JsonObject { ["result"] = result, ["status"] = "ok", ["time"] = 2.1199e-05 });

    private static Task ErrorAsync(HttpContext context, int status, string error) =>
        WriteAsync(context, status, new JsonObject { ["status"] = new JsonObject { ["error"] = error }, ["time"] = 2.1199e-05 });

    private static Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString());
    }

    private static Task TextAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(body);
    }
}
