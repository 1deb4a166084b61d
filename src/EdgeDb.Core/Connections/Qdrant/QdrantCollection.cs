namespace EdgeDb.Core.Connections;

/// <summary>A collection as its server describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Status">Whether it is well.</param>
/// <param name="OptimizerError">What is wrong with its optimizers; null when nothing is.</param>
/// <param name="Points">Number of points, approximate; null when the server does not say.</param>
/// <param name="IndexedVectors">Number of vectors in the index, approximate; null when the server does not say.</param>
/// <param name="Segments">Number of segments.</param>
/// <param name="Vectors">Its dense vectors by name; the name is empty for a collection that has one without.</param>
/// <param name="SparseVectors">Its sparse vectors by name.</param>
/// <param name="Hnsw">Its index.</param>
internal sealed record QdrantCollection(
    string Name,
    QdrantStatus Status,
    string? OptimizerError,
    long? Points,
    long? IndexedVectors,
    int Segments,
    IReadOnlyDictionary<string, QdrantVector> Vectors,
    IReadOnlyDictionary<string, QdrantSparseVector> SparseVectors,
    QdrantHnsw Hnsw);
