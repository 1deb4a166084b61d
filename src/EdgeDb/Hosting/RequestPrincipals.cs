using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;

namespace EdgeDb.Hosting;

/// <summary>
/// Who sends a request: by the token of its Authorization header, else by its cookie, else anybody while the household has no owner. A token that is none is nobody, whatever
/// the cookie says: who sends one means it.
/// </summary>
internal sealed class RequestPrincipals(AccountServices accounts, ConsoleCredential console)
{
    private const string Bearer = "Bearer ";

    /// <summary>Null when nobody has signed in who may be told anything.</summary>
    /// <param name="context">The request.</param>
    /// <param name="session">The session of the cookie, when that decided.</param>
    public Principal? Find(HttpContext context, out Session? session)
    {
        session = null;
        var authorization = context.Request.Headers.Authorization;
        if (authorization.Count > 0)
            return authorization is [{ } single] && single.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? FindBearer(single.AsSpan(Bearer.Length)) : null;

        var cookie = SessionCookie.Read(context.Request);
        if (cookie.Length > 0)
        {
            var method = context.Request.Method;
            var changes = !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method);
            if (accounts.Authenticator.TryFindCookie(cookie, changes, out session) is { } signedIn)
                return signedIn;
        }

        return accounts.Accounts.IsClaimed ? null : Principal.Anybody;
    }

    private Principal? FindBearer(ReadOnlySpan<char> token) => console.Matches(token) ? Principal.Console : accounts.Authenticator.TryFindBearer(token);
}
