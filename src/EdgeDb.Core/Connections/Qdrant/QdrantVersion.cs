namespace EdgeDb.Core.Connections;

/// <summary>What a Qdrant server says of itself.</summary>
/// <param name="Title">"qdrant - vector search engine".</param>
/// <param name="Version">For example "1.15.4".</param>
/// <param name="Commit">Of its sources; null when it does not say.</param>
internal sealed record QdrantVersion(string Title, string Version, string? Commit);
