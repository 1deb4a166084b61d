namespace EdgeDb.Api;

// The shapes of /api/tls in /openapi/v1.json.

internal sealed record TlsBody(string Authority, string Fingerprint, string AuthorityUntil, string CertificateUntil, IReadOnlyList<string> Names);

internal sealed record TlsList(IReadOnlyList<TlsBody> Items, string? Next);
