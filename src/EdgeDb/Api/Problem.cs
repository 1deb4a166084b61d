using System.Text.Json.Serialization;

namespace EdgeDb.Api;

/// <summary>Problem details (RFC 9457) with the request fields at fault.</summary>
internal sealed record Problem
{
    [JsonPropertyOrder(0)]
    public required string Type { get; init; }

    [JsonPropertyOrder(1)]
    public required string Title { get; init; }

    [JsonPropertyOrder(2)]
    public required int Status { get; init; }

    [JsonPropertyOrder(3)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    [JsonPropertyOrder(4)]
    public string? Instance { get; init; }

    [JsonPropertyOrder(5)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FieldProblem>? Errors { get; init; }

    /// <summary>When the account may be used, such as <c>07:00-20:00</c>; with <c>out-of-hours</c>.</summary>
    [JsonPropertyOrder(6)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Hours { get; init; }
}

/// <summary>One field, parameter or header at fault.</summary>
internal sealed record FieldProblem(string Field, string Detail);
