namespace EdgeDb.Api;

// The shapes of /api/audit and /api/security in /openapi/v1.json.

internal sealed record AuditEntryBody(long Sequence, string At, long Boot, string Kind, string Actor, string? Who, string? What, bool Erased, string Hash);

internal sealed record AuditEntryList(IReadOnlyList<AuditEntryBody> Items, string? Next);

internal sealed record SecurityBody(int Open, IReadOnlyList<SecurityCountBody> Counts, IReadOnlyList<WarningBody> Items, string? Next);

internal sealed record SecurityCountBody(string Kind, long Count);

internal sealed record WarningBody(long Sequence, string At, string Kind, string? Text, bool Acknowledged);
