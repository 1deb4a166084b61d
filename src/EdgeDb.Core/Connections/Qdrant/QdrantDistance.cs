using System.Text.Json.Serialization;

namespace EdgeDb.Core.Connections;

/// <summary>What nearness of vectors means. The names are those of the API.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QdrantDistance>))]
internal enum QdrantDistance
{
    /// <summary>Angle.</summary>
    Cosine,

    /// <summary>Euclidean distance.</summary>
    Euclid,

    /// <summary>Dot product.</summary>
    Dot,

    /// <summary>Sum of the differences.</summary>
    Manhattan,
}
