using System.Collections.Concurrent;
using EdgeDb.Core.Access;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// Access tokens: signed, for ten minutes, made for a session or an API token and worth no more than that is at the moment of use. A token that was verified is kept until it
/// expires, since verifying a signature costs more than the answer does.
/// </summary>
internal sealed class AccessTokens(SigningKeyRing keys, string household, Sessions sessions, ApiTokens tokens, AccountClock clock)
{
    /// <summary>How long a token holds.</summary>
    public const long LifetimeSeconds = 600;

    private const int KeptMost = 64;

    private readonly ConcurrentDictionary<string, Verified> _verified = new(StringComparer.Ordinal);

    /// <summary>Makes a token for whoever asks. Throws <see cref="AccountException"/> when it would be given more than they have.</summary>
    /// <param name="principal">Who asks; they came with a session or an API token.</param>
    /// <param name="scopes">What the token is narrowed down to; null: not at all.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<(string Token, long ExpiresAt)> IssueAsync(Principal principal, AccessRights? scopes, CancellationToken ct)
    {
        if (Live(principal.CredentialId) is not { } live || live.Principal != principal)
            throw new AccountException(AccountError.Conflict, "An access token is made for a session or an API token, and not for a visit, another access token or the console.");
        if (scopes is { } asked && !asked.IsWithin(principal.Rights | principal.OwnRights))
            throw AccountException.Bad("scopes", "'scopes' asks for more than you may do.");
        var key = await keys.CurrentAsync(ct).ConfigureAwait(false);
        var now = clock.Now;
        var claims = new AccessTokenClaims(principal.CredentialId, scopes?.ToString(), now, now + LifetimeSeconds);
        return (AccessTokenFormat.Write(key, household, claims), claims.ExpiresAt);
    }

    /// <summary>Who holds this token, and when they may be here; null for nobody.</summary>
    public (Principal Principal, AllowedHours? Hours)? Find(ReadOnlySpan<char> token)
    {
        var now = clock.Now;
        if (_verified.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out var verified))
        {
            if (verified.ExpiresAt <= now || Live(verified.CredentialId) is not { } source)
                return null;
            if (source.Principal == verified.Source)
                return (verified.Principal, source.Hours);
        }

        if (AccessTokenFormat.Read(token, keys.Verifying, household) is not { } claims || claims.ExpiresAt <= now || Live(claims.CredentialId) is not { } live)
            return null;
        // Of another version's scopes those that are known hold; without any known one the token is worth nothing.
        var scopes = AccessRights.None;
        if (claims.Scopes is not null)
            _ = AccessRights.TryParse(claims.Scopes, out scopes, out _);
        var of = live.Principal;
        var narrowed = claims.Scopes is null
            ? of
            : new Principal(of.Role, of.AccountId, of.MemberId, of.CredentialId, of.Name, scopes & (of.Rights | of.OwnRights));
        if (_verified.Count >= KeptMost)
            MakeRoom(now);
        _verified[token.ToString()] = new(claims.CredentialId, of, narrowed, claims.ExpiresAt);
        return (narrowed, live.Hours);
    }

    /// <summary>Whom a token was made for that was narrowed down to <paramref name="principal"/>; null when that is none of a token.</summary>
    public Principal? SourceOf(Principal principal) => _verified.Values.FirstOrDefault(verified => verified.Principal == principal)?.Source;

    private (Principal Principal, AllowedHours? Hours)? Live(string credentialId)
    {
        if (sessions.FindById(credentialId) is { Principal: { } signedIn } session)
            return (signedIn, session.Hours);
        return tokens.FindById(credentialId)?.Principal is { } program ? (program, null) : null;
    }

    private void MakeRoom(long now)
    {
        foreach (var (token, verified) in _verified)
            if (verified.ExpiresAt <= now)
                _verified.TryRemove(token, out _);
        if (_verified.Count >= KeptMost)
            _verified.Clear();
    }

    private sealed record Verified(string CredentialId, Principal Source, Principal Principal, long ExpiresAt);
}
