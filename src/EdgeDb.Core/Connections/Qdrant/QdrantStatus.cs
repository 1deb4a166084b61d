using System.Text.Json.Serialization;

namespace EdgeDb.Core.Connections;

/// <summary>Whether a collection is well.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QdrantStatus>))]
internal enum QdrantStatus
{
    /// <summary>All is well.</summary>
    [JsonStringEnumMemberName("green")]
    Green,

    /// <summary>It is being optimised.</summary>
    [JsonStringEnumMemberName("yellow")]
    Yellow,

    /// <summary>It could be optimised, but nothing has triggered that.</summary>
    [JsonStringEnumMemberName("grey")]
    Grey,

    /// <summary>Operations failed, and it has not recovered.</summary>
    [JsonStringEnumMemberName("red")]
    Red,
}
