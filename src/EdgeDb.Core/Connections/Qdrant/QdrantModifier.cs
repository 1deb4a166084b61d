using System.Text.Json.Serialization;

namespace EdgeDb.Core.Connections;

/// <summary>How the weights of sparse vectors are changed when they are searched.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QdrantModifier>))]
internal enum QdrantModifier
{
    /// <summary>Not.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>By the inverse document frequency in the collection.</summary>
    [JsonStringEnumMemberName("idf")]
    Idf,
}
