namespace EdgeDb.Core.Connections;

/// <summary>Sparse vectors.</summary>
/// <param name="Modifier">Null for none.</param>
internal sealed record QdrantSparseVector(QdrantModifier? Modifier);
