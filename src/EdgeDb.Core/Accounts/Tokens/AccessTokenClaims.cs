namespace EdgeDb.Core.Accounts;

/// <summary>What an access token says. Who it is and what they may do is looked up by the credential at each use, so that revoking holds at once.</summary>
/// <param name="CredentialId">The session or API token it was made for (<c>sid</c>).</param>
/// <param name="Scopes">What it is narrowed down to, as scopes with spaces between; null for everything its credential has (<c>scope</c>).</param>
/// <param name="IssuedAt">Unix seconds (<c>iat</c>).</param>
/// <param name="ExpiresAt">Unix seconds (<c>exp</c>).</param>
internal sealed record AccessTokenClaims(string CredentialId, string? Scopes, long IssuedAt, long ExpiresAt);
