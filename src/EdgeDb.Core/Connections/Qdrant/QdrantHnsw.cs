namespace EdgeDb.Core.Connections;

/// <summary>The index of dense vectors (Malkov and Yashunin, arXiv:1603.09320).</summary>
/// <param name="M">Edges of a node.</param>
/// <param name="EfConstruct">Neighbours considered while it is built.</param>
internal sealed record QdrantHnsw(int? M, int? EfConstruct);
