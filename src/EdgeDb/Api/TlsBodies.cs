namespace EdgeDb.Api;

// The shape of /api/tls in /openapi/v1.json.

internal sealed record TlsBody(string Authority, string Fingerprint, string AuthorityUntil, string CertificateUntil, IReadOnlyList<string> Names);
