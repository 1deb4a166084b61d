using EdgeDb.Core.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

/// <summary>The calls against a double that answers as Qdrant's OpenAPI document says.</summary>
public sealed class QdrantTests : IAsyncLifetime
{
    private static readonly QdrantCollectionSchema Schema = new()
    {
        Vectors = new Dictionary<string, QdrantVector> { ["dense"] = new(384, QdrantDistance.Cosine) },
        SparseVectors = new Dictionary<string, QdrantSparseVector> { ["sparse"] = new(QdrantModifier.Idf) },
        Hnsw = new(16, 64),
    };

    private readonly HttpTransport _transport = new(new HttpLimits(), TimeProvider.System);
    private QdrantDouble _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await QdrantDouble.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Opening_asks_whether_the_server_is_ready_and_what_it_is()
    {
        var connection = await OpenAsync();

        Assert.Equal(new QdrantVersion("qdrant - vector search engine", "1.15.4", "20db14f"), await connection.GetVersionAsync(Ct));
        Assert.Equal(["GET /readyz", "GET /", "GET /"], _server.Requests);
    }

    [Fact]
    public async Task A_server_that_is_not_ready_is_overloaded_and_an_open_connection_to_it_is_no_longer_alive()
    {
        var source = NewSource();
        var connection = await source.OpenAsync(ConnectionRole.General, Ct);
        Assert.True(await source.CheckAsync(connection, Ct));
        _server.IsReady = false;

        Assert.False(await source.CheckAsync(connection, Ct));
        var failure = await Assert.ThrowsAsync<HttpException>(() => source.OpenAsync(ConnectionRole.General, Ct).AsTask());
        Assert.Equal(FailureKind.Overload, source.Classify(failure));
    }

    [Fact]
    public async Task A_collection_is_made_described_listed_and_removed()
    {
        var connection = await OpenAsync();
        Assert.Empty(await connection.ListCollectionsAsync(Ct));
        Assert.False(await connection.CollectionExistsAsync("notes", Ct));
        Assert.Null(await connection.GetCollectionAsync("notes", Ct));

        await connection.CreateCollectionAsync("notes", Schema, Ct);

        Assert.Equal(
            """{"vectors":{"dense":{"size":384,"distance":"Cosine"}},"sparse_vectors":{"sparse":{"modifier":"idf"}},"hnsw_config":{"m":16,"ef_construct":64}}""",
            _server.LastBody);
        Assert.Contains("PUT /collections/notes?timeout=5", _server.Requests);
        Assert.Equal(["notes"], await connection.ListCollectionsAsync(Ct));
        Assert.True(await connection.CollectionExistsAsync("notes", Ct));
        var notes = await connection.GetCollectionAsync("notes", Ct);
        Assert.NotNull(notes);
        Assert.Equal((QdrantStatus.Green, null, 0L, 0L, 2), (notes.Status, notes.OptimizerError, notes.Points, notes.IndexedVectors, notes.Segments));
        Assert.Equal(new QdrantVector(384, QdrantDistance.Cosine), Assert.Single(notes.Vectors, static v => v.Key == "dense").Value);
        Assert.Equal(new QdrantSparseVector(QdrantModifier.Idf), Assert.Single(notes.SparseVectors, static v => v.Key == "sparse").Value);
        Assert.Equal(new QdrantHnsw(16, 64), notes.Hnsw);

        Assert.True(await connection.DeleteCollectionAsync("notes", Ct));
        Assert.False(await connection.DeleteCollectionAsync("notes", Ct));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_the_callers_mistake_and_the_message_says_so()
    {
        var connection = await OpenAsync();
        await connection.CreateCollectionAsync("notes", Schema, Ct);

        var failure = await Assert.ThrowsAsync<HttpException>(() => connection.CreateCollectionAsync("notes", Schema, Ct));

        Assert.Equal((409, FailureKind.Caller), (failure.Status, failure.Kind));
        Assert.EndsWith("answered with HTTP 409: Wrong input: Collection `notes` already exists!", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "Must provide an API key or an Authorization bearer token")]
    [InlineData("wrong", "Invalid API key or JWT")]
    public async Task A_key_that_is_refused_is_told_in_the_servers_words(string? key, string message)
    {
        var connection = await OpenAsync(key);

        var failure = await Assert.ThrowsAsync<HttpException>(() => connection.ListCollectionsAsync(Ct));

        Assert.Equal((401, FailureKind.Caller), (failure.Status, failure.Kind));
        Assert.EndsWith(message, failure.Message, StringComparison.Ordinal);
    }

    // The second answer is the example at the head of Qdrant's OpenAPI document, with one vector without a name.
    [Theory]
    [InlineData("""{"status":"red","optimizer_status":{"error":"disk is full"},"segments_count":1,"payload_schema":{},"config":{"params":{"vectors":{"size":{"size":8,"distance":"Dot"}}},"hnsw_config":{"m":16,"ef_construct":100},"optimizer_config":{}}}""", QdrantStatus.Red, "disk is full", "size", 8)]
    [InlineData("""{"status":"green","segments_count":5,"disk_data_size":0,"ram_data_size":0,"config":{"params":{"vectors":{"size":4,"distance":"Dot"}},"hnsw_config":{"m":16,"ef_construct":100,"full_scan_threshold":10000},"optimizer_config":{"deleted_threshold":0.2,"max_segment_size":null},"wal_config":{"wal_capacity_mb":32,"wal_segments_ahead":0}}}""", QdrantStatus.Green, null, "", 4)]
    public async Task Both_forms_of_vectors_and_of_the_optimizer_are_understood(string body, object status, string? error, string vector, int size)
    {
        _server.Describe("c", body);
        var connection = await OpenAsync();

        var collection = await connection.GetCollectionAsync("c", Ct);

        Assert.NotNull(collection);
        Assert.Equal((status, error), (collection.Status, collection.OptimizerError));
        Assert.Equal(new QdrantVector(size, QdrantDistance.Dot), collection.Vectors[vector]);
        Assert.Null(collection.Points);
    }

    [Theory]
    [InlineData("<html>It works!</html>")]
    [InlineData("{}")]
    [InlineData("""{"result":null}""")]
    [InlineData("""{"result":{"collections":[{}]}}""")]
    [InlineData("null")]
    public async Task Another_server_at_the_address_is_noticed(string body)
    {
        var connection = await OpenAsync();
        _server.Instead = context => context.Response.WriteAsync(body);

        var failure = await Assert.ThrowsAsync<HttpException>(() => connection.ListCollectionsAsync(Ct));

        Assert.Equal((HttpFailure.Content, FailureKind.Query), (failure.Failure, failure.Kind));
        Assert.Contains("check the address", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_of_the_server_carry_the_time_to_wait()
    {
        var connection = await OpenAsync();
        _server.Instead = static context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "3";
            return context.Response.WriteAsync("""{"status":{"error":"Rate limit exceeded"},"time":0.0}""");
        };

        var failure = await Assert.ThrowsAsync<HttpException>(() => connection.CollectionExistsAsync("notes", Ct));

        Assert.Equal((FailureKind.Overload, TimeSpan.FromSeconds(3)), (failure.Kind, failure.RetryAfter));
    }

    [Fact]
    public async Task A_name_is_sent_as_one_piece_of_the_path()
    {
        var connection = await OpenAsync();
        await connection.CreateCollectionAsync("Großmutters Rezepte?#%", Schema, Ct);

        Assert.Equal(["Großmutters Rezepte?#%"], await connection.ListCollectionsAsync(Ct));
        foreach (var name in new[] { "", ".", "..", "a/b", "a\\b", new string('x', 256) })
            await Assert.ThrowsAsync<ArgumentException>(() => connection.DeleteCollectionAsync(name, Ct));
    }

    [Fact]
    public async Task A_pool_shares_one_connection()
    {
        await using var pool = new ConnectionPool<QdrantConnection>(NewSource(), HttpSource.PoolOptions(new HttpLimits()), null, TimeProvider.System, NullLogger.Instance);

        await Task.WhenAll(Enumerable.Range(0, 60).Select(async _ =>
        {
            using var lease = await pool.AcquireAsync(ConnectionRole.Read, 0, Timeout.InfiniteTimeSpan, Ct);
            await lease.Connection.ListCollectionsAsync(Ct);
        }));

        Assert.Single(_server.Requests, static request => request == "GET /readyz");
    }

    [Fact]
    public void Wrong_settings_are_refused_in_one_message_without_the_key()
    {
        var failure = Assert.Throws<ArgumentException>(
            () => new QdrantSource("vectors", new QdrantSettings { Address = "qdrant:6333", ApiKey = "se\ncret", Timeout = TimeSpan.Zero }, _transport));

        foreach (var named in new[] { "'vectors'", "Address", "Timeout is 0 ms", "Credential" })
            Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("cret", failure.Message, StringComparison.Ordinal);
    }

    private QdrantSource NewSource(string? key = QdrantDouble.ApiKey) =>
        new("vectors", new QdrantSettings { Address = _server.Address.ToString(), ApiKey = key }, _transport);

    private async Task<QdrantConnection> OpenAsync(string? key = QdrantDouble.ApiKey) => await NewSource(key).OpenAsync(ConnectionRole.General, Ct);
}
