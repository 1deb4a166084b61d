namespace EdgeDb.Core.Connections;

/// <summary>Dense vectors.</summary>
/// <param name="Size">Number of their elements.</param>
/// <param name="Distance">What nearness means.</param>
internal sealed record QdrantVector(int Size, QdrantDistance Distance);
