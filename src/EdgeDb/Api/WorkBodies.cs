namespace EdgeDb.Api;

// The shapes of /api/work in /openapi/v1.json.

internal sealed record WorkBody(string Kind, string Name, string State, int? Done, int? Total, string Since, string? NextTry);

internal sealed record WorkList(IReadOnlyList<WorkBody> Items, string? Next);
