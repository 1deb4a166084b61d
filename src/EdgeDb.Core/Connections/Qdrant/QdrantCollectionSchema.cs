namespace EdgeDb.Core.Connections;

/// <summary>What a new collection is to hold.</summary>
internal sealed record QdrantCollectionSchema
{
    /// <summary>Dense vectors by name.</summary>
    public required IReadOnlyDictionary<string, QdrantVector> Vectors { get; init; }

    /// <summary>Sparse vectors by name. Default: none.</summary>
    public IReadOnlyDictionary<string, QdrantSparseVector> SparseVectors { get; init; } = new Dictionary<string, QdrantSparseVector>();

    /// <summary>Default: the server's.</summary>
    public QdrantHnsw? Hnsw { get; init; }
}
