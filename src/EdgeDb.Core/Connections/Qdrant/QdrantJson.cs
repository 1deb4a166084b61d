using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeDb.Core.Connections;

/// <summary>
/// The bodies of the REST API, as far as they are used (docs/redoc/master/openapi.json of qdrant/qdrant). What is not listed is skipped, so that a
/// newer server can say more.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(QdrantVersion))]
[JsonSerializable(typeof(QdrantError))]
[JsonSerializable(typeof(QdrantAnswer<bool>))]
[JsonSerializable(typeof(QdrantAnswer<QdrantNames>))]
[JsonSerializable(typeof(QdrantAnswer<QdrantExistence>))]
[JsonSerializable(typeof(QdrantAnswer<QdrantDescription>))]
[JsonSerializable(typeof(QdrantCreation))]
internal sealed partial class QdrantJson : JsonSerializerContext;

/// <summary>What every answer is wrapped in.</summary>
internal sealed record QdrantAnswer<T>([property: JsonRequired] T Result);

internal sealed record QdrantError(QdrantErrorStatus? Status);

internal sealed record QdrantErrorStatus(string? Error);

internal sealed record QdrantNames([property: JsonRequired] QdrantName[] Collections);

internal sealed record QdrantName([property: JsonRequired] string Name);

internal sealed record QdrantExistence([property: JsonRequired] bool Exists);

/// <summary>OptimizerStatus is "ok", or an object with an error.</summary>
internal sealed record QdrantDescription(
    [property: JsonRequired] QdrantStatus Status,
    JsonElement OptimizerStatus,
    long? PointsCount,
    long? IndexedVectorsCount,
    int SegmentsCount,
    [property: JsonRequired] QdrantConfig Config);

internal sealed record QdrantConfig([property: JsonRequired] QdrantParams Params, QdrantHnsw? HnswConfig);

/// <summary>Vectors holds the parameters of one vector without a name, or an object of named ones.</summary>
internal sealed record QdrantParams(JsonElement Vectors, Dictionary<string, QdrantSparseVector>? SparseVectors);

internal sealed record QdrantCreation(
    IReadOnlyDictionary<string, QdrantVector> Vectors, IReadOnlyDictionary<string, QdrantSparseVector>? SparseVectors, QdrantHnsw? HnswConfig);
