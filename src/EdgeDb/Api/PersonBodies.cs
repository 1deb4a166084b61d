namespace EdgeDb.Api;

internal sealed record ErasurePreviewBody(string Id, string Name, ErasureRefusalBody? Refused, IReadOnlyList<ErasureLineBody> Goes, IReadOnlyList<ErasureLineBody> Stays);

internal sealed record ErasureRefusalBody(string Reason, string Detail);

internal sealed record ErasureLineBody(string What, long Count, string Text);

internal sealed record ErasureInput(string? Confirm, IReadOnlyList<string>? Addresses, string? Backups);

internal sealed record ErasureBody(bool Finished);
