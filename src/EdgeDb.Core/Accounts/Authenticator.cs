using EdgeDb.Core.Access;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// Who a request comes from. Everything it asks is in memory: a cookie or token that was seen before costs no SQL, no hash and no garbage.
/// </summary>
/// <param name="accounts">Whether the household has an owner.</param>
/// <param name="sessions">Sessions and devices.</param>
/// <param name="tokens">API tokens.</param>
/// <param name="accessTokens">Access tokens.</param>
/// <param name="watch">Tells when somebody stops being valid.</param>
/// <param name="timeOfDay">The time of day of the household, for accounts that may be used at certain hours only.</param>
internal sealed class Authenticator(AccountStore accounts, Sessions sessions, ApiTokens tokens, AccessTokens accessTokens, PrincipalWatch watch, Func<TimeOnly> timeOfDay)
{
    /// <summary>
    /// Who holds this cookie; null for nobody. <paramref name="session"/> is set with it: when <see cref="Session.IsRenewalDue"/>, the answer brings the text of
    /// <see cref="Sessions.RenewAsync"/> as the new cookie.
    /// </summary>
    /// <param name="cookie">The cookie's value.</param>
    /// <param name="changes">True for a request that changes something: it prolongs a visit at a kiosk.</param>
    /// <param name="session">The session.</param>
    public Principal? TryFindCookie(ReadOnlySpan<char> cookie, bool changes, out Session? session)
    {
        session = sessions.Find(cookie);
        if (session?.Principal is not { } principal)
        {
            session = null;
            return null;
        }

        session.NoteUse();
        if (session.Visit is { IsOver: false } visit && IsTime(visit.Hours))
        {
            if (changes)
                visit.Prolong();
            return visit.Principal;
        }

        if (IsTime(session.Hours))
            return principal;
        session = null;
        return null;
    }

    /// <summary>Who holds this token of the Authorization header (after <c>Bearer</c>): an API token or an access token; null for nobody.</summary>
    public Principal? TryFindBearer(ReadOnlySpan<char> token) =>
        token.StartsWith(ApiTokens.Prefix, StringComparison.Ordinal) ? tokens.Find(token)?.Principal : accessTokens.Find(token) is { } found && IsTime(found.Hours) ? found.Principal : null;

    /// <summary>
    /// Cancelled when <paramref name="principal"/> may not be answered any more: revoked, signed out, or with other rights than before. For answers that last.
    /// </summary>
    // What an access token was narrowed down to is made anew for each token and ends with its source.
    public CancellationToken Watch(Principal principal) => watch.Watch(accessTokens.SourceOf(principal) ?? principal, IsValid);

    private bool IsValid(Principal principal)
    {
        if (principal.CredentialId.Length == 0)
            return principal != Principal.Anybody || !accounts.IsClaimed;
        if (sessions.FindById(principal.CredentialId) is { } session)
            return session.Principal == principal || session.Visit?.Principal == principal;
        return tokens.FindById(principal.CredentialId)?.Principal == principal;
    }

    private bool IsTime(AllowedHours? hours) => hours is null || hours.Contains(timeOfDay());
}
