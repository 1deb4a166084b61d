using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;

namespace EdgeDb.Api;

/// <summary>/api/tokens: tokens of programs, and short-lived access tokens for who has come with a session or one of those.</summary>
internal static class TokensApi
{
    private const int MaxDays = 3650;

    public static void MapTokensApi(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/api/tokens", HttpReads.Methods, ListAsync).Requires(AccessDomain.Tokens, AccessVerb.Read);
        routes.MapPost("/api/tokens", AddAsync).Requires(AccessDomain.Tokens, AccessVerb.Add);
        routes.MapDelete("/api/tokens/{id}", RemoveAsync).Requires(AccessDomain.Tokens, AccessVerb.Delete);
        // Whoever may see their own session may have a token for it.
        routes.MapPost("/api/tokens/access", IssueAsync).Requires(AccessDomain.Sessions, AccessVerb.Read);
    }

    private static Task ListAsync(HttpContext context, AccountServices services)
    {
        var reader = new RequestReader(context.Request, "limit", "cursor");
        var ticket = context.Ticket();
        var page = Page.Of([.. services.Tokens.All.Where(token => MayTouch(ticket, token))], static token => token.Id, reader);
        var most = ticket.Principal!.AccountId is { } account ? ApiTokens.MostOf(services.Accounts.Require(account)) : AccessRights.None;
        return context.AnswerAsync(new TokenList([.. page.Items.Select(Body)], page.Next, AccountFields.Scopes(most)), ApiJson.Web.TokenList);
    }

    private static async Task AddAsync(HttpContext context, AccountServices services)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.TokenInput, context.RequestAborted);
        var name = AccountRules.Name(input.Name);
        var scopes = AccountFields.Scopes(input.Scopes, orAll: false)!.Value;
        if (input.ExpiresInDays is < 1 or > MaxDays)
            throw ProblemException.Invalid("expiresInDays", $"'expiresInDays' must be from 1 to {MaxDays}, or left out for a token that holds until it is removed.");
        if (context.Ticket().Principal!.AccountId is not { } account)
            throw new AccountException(AccountError.Conflict, "A token belongs to an account: sign in first.");
        TimeSpan? lifetime = input.ExpiresInDays is { } days ? TimeSpan.FromDays(days) : null;
        var (token, text) = await services.Tokens.AddAsync(services.Accounts.Require(account), name, scopes, lifetime, context.RequestAborted);
        Tell(context, services, token, $"made with {scopes}");
        context.Response.StatusCode = StatusCodes.Status201Created;
        var body = Body(token);
        await context.AnswerAsync(
            new NewTokenBody(body.Id, body.Name, body.Account, body.Scopes, body.CreatedAt, body.ExpiresAt, body.SeenAt, text),
            ApiJson.Web.NewTokenBody);
    }

    private static async Task RemoveAsync(HttpContext context, string id, AccountServices services)
    {
        _ = new RequestReader(context.Request);
        var ticket = context.Ticket();
        if (services.Tokens.All.FirstOrDefault(token => token.Id == id && MayTouch(ticket, token)) is not { } token)
            throw AccountException.Missing("token");
        await services.Tokens.RemoveAsync(id, context.RequestAborted);
        Tell(context, services, token, "removed");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task IssueAsync(HttpContext context, AccountServices services)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.AccessTokenInput, context.RequestAborted);
        var scopes = AccountFields.Scopes(input.Scopes, orAll: true);
        var (token, expiresAt) = await services.AccessTokens.IssueAsync(context.Ticket().Principal!, scopes, context.RequestAborted);
        await context.AnswerAsync(new AccessTokenBody(token, TimeText.Instant(expiresAt)), ApiJson.Web.AccessTokenBody);
    }

    private static bool MayTouch(AccessTicket ticket, ApiToken token) => ticket.Extent == AccessExtent.All || token.AccountId == ticket.Principal!.AccountId;

    private static TokenBody Body(ApiToken token) => new(
        token.Id,
        token.Name,
        token.AccountId,
        AccountFields.Scopes(token.Scopes),
        TimeText.Instant(token.CreatedAt),
        TimeText.Instant(token.ExpiresAt),
        token.SeenAt == 0 ? null : TimeText.Instant(token.SeenAt));

    private static void Tell(HttpContext context, AccountServices services, ApiToken token, string what) =>
        services.Tell(new(AccountEventKind.TokensChanged, token.AccountId, context.Ticket().Principal!.Name, AccountFields.From(context), $"{token.Name}: {what}"));
}
