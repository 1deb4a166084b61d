namespace EdgeDb.Api;

/// <summary>Ends a request with a problem document.</summary>
internal sealed class ProblemException(int status, string type, string title, string detail, string? field = null) : Exception(detail)
{
    public int Status { get; } = status;

    /// <summary>Stable name; the document's <c>type</c> is <c>urn:edgedb:problem:</c> and this.</summary>
    public string Type { get; } = type;

    public string Title { get; } = title;

    public string? Field { get; } = field;

    /// <summary>When asking again may help; null where it is not a matter of time.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>400 that names the field.</summary>
    public static ProblemException Invalid(string field, string detail) => new(400, "invalid-value", "A value is not acceptable", detail, field);
}
