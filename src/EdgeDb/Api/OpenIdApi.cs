using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;
using EdgeDb.Core.OpenId;
using EdgeDb.Hosting;

namespace EdgeDb.Api;

/// <summary>/api/session/oidc: signing in with the household's provider; /api/accounts/{id}/oidc: who an account is there.</summary>
internal static partial class OpenIdApi
{
    private const string Return = "/api/session/oidc/return";
    private const string Outcome = "oidc";
    private const int MaxPageLength = 200;
    private const int MaxSubjectLength = 255;

    public static void MapOpenIdApi(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/session/oidc", BeginAsync).IsPublic();
        routes.MapGet("/api/session/oidc/return", ReturnAsync).IsPublic();
        routes.MapPost("/api/accounts/{id}/oidc", BeginLinkAsync).Requires(AccessDomain.Accounts, AccessVerb.Change);
        routes.MapPut("/api/accounts/{id}/oidc", LinkAsync).Requires(AccessDomain.Accounts, AccessVerb.Change);
        routes.MapDelete("/api/accounts/{id}/oidc", UnlinkAsync).Requires(AccessDomain.Accounts, AccessVerb.Change);
    }

    private static async Task BeginAsync(HttpContext context, AccountServices services, SignInProvider provider, ILogger<OpenIdProvider> logger)
    {
        var page = Page(new RequestReader(context.Request, "to").Text("to", MaxPageLength));
        var openId = provider.Require();
        // On the way back the session's cookie stays behind, so what it is goes along.
        var before = services.Sessions.Find(SessionCookie.Read(context.Request));
        if (before is { IsDevice: true, Principal: not null })
            throw new AccountException(AccountError.Conflict, "This is a paired device: enter a PIN here, or remove the device first.");
        try
        {
            var (address, cookie) = await openId.BeginAsync(ReturnTo(context, openId), page, before?.Id ?? "", "", context.RequestAborted);
            OpenIdCookie.Write(context, cookie);
            GoTo(context, address.AbsoluteUri);
        }
        catch (OpenIdException failure)
        {
            LogFailed(logger, failure.Message);
            GoTo(context, page, Word(failure.Failure));
        }
    }

    /// <summary>
    /// Where the provider sends the browser back to. Whatever happened, a person looks at this: the answer leads to a page of ours, which is told by one word. The parameters are the
    /// provider's, and more of them than anybody could list; a text that is read is bounded.
    /// </summary>
    private static async Task ReturnAsync(HttpContext context, AccountServices services, SignInProvider provider, ILogger<OpenIdProvider> logger)
    {
        var openId = provider.Require();
        var from = context.Connection.RemoteIpAddress;
        var (page, outcome) = ("/", (string?)null);
        try
        {
            // Each asks the provider something: who comes back again and again with nothing waits, as for a wrong password.
            services.SignIn.CountGuess(Outcome, from);
            var cookie = OpenIdCookie.Read(context.Request);
            OpenIdCookie.Remove(context);
            var flow = openId.Take(cookie, Single(context, "state"));
            page = flow.Page;
            var subject = await openId.FinishAsync(flow, Single(context, "iss"), Single(context, "error"), Single(context, "code"), context.RequestAborted);
            var link = new AccountLink(openId.Settings.Key, subject);
            if (flow.Links.Length > 0)
            {
                await FinishLinkAsync(context, services, openId, flow, link);
                outcome = "linked";
            }
            else
            {
                var (_, text) = await services.SignIn.SignInLinkedAsync(link, from, services.Sessions.Recall(flow.Session), AccountFields.Agent(context), context.RequestAborted);
                SessionCookie.Write(context, text);
            }

            services.SignIn.ForgetGuesses(Outcome, from);
        }
        catch (OpenIdException failure)
        {
            LogFailed(logger, failure.Message);
            if (failure.Failure is OpenIdFailure.NotBegun or OpenIdFailure.Unproven)
                services.SignIn.RefuseLinked(from, failure.Message);
            outcome = Word(failure.Failure);
        }
        catch (AccountException refused)
        {
            outcome = Word(refused.Error);
        }

        GoTo(context, page, outcome);
    }

    /// <summary>Begins to link one's own account: the provider then says who one is there.</summary>
    private static async Task BeginLinkAsync(HttpContext context, string id, AccountServices services, SignInProvider provider)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.ConfirmInput, context.RequestAborted);
        var current = AccountsApi.Current(input.Current);
        var account = AccountsApi.RequireSelf(context, services, id);
        var openId = provider.Require();
        if (services.Sessions.FindById(context.Ticket().Principal!.CredentialId) is not { } session || session.AccountId != id)
            throw new AccountException(AccountError.Conflict, "Sign in with a browser of your own to link your account.");
        await AccountsApi.ConfirmAsync(context, services, account, current);
        try
        {
            var (address, cookie) = await openId.BeginAsync(ReturnTo(context, openId), "/account", session.Id, id, context.RequestAborted);
            OpenIdCookie.Write(context, cookie);
            await context.AnswerAsync(new OpenIdAddressBody(address.AbsoluteUri), ApiJson.Web.OpenIdAddressBody);
        }
        catch (OpenIdException away)
        {
            throw new ProblemException(503, "provider-away", "The provider does not answer", away.Message) { RetryAfter = TimeSpan.FromSeconds(30) };
        }
    }

    private static async Task FinishLinkAsync(HttpContext context, AccountServices services, OpenIdProvider openId, OpenIdFlow flow, AccountLink link)
    {
        // Whoever was signed out meanwhile links nothing any more.
        if (services.Sessions.FindById(flow.Session) is not { } session || session.AccountId != flow.Links)
            throw new OpenIdException(OpenIdFailure.NotBegun, "Who began to link an account is not signed in any more.");
        var account = await services.Accounts.SetLinkAsync(flow.Links, link, context.RequestAborted);
        services.Tell(new(AccountEventKind.CredentialsChanged, account.Id, account.Name, AccountFields.From(context), $"{account.Name}: linked with {openId.Settings.Name}"));
    }

    /// <summary>Links any account with whom the provider's administrator says that it is.</summary>
    private static async Task LinkAsync(HttpContext context, string id, AccountServices services, SignInProvider provider)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.OpenIdLinkInput, context.RequestAborted);
        if (input.Subject is not { Length: > 0 and <= MaxSubjectLength } subject || subject.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw ProblemException.Invalid("subject", $"'subject' must be what the provider calls the person (sub): 1 to {MaxSubjectLength} characters of ASCII.");
        var account = AccountsApi.Require(context, services, id);
        // Without proof: somebody could say that they are who another person is there, and would be met by that person's sign-in.
        if (context.Ticket().Extent != AccessExtent.All)
            throw new AccountException(AccountError.Forbidden, "An owner does this for you, or the provider itself (POST).");
        account = await services.Accounts.SetLinkAsync(account.Id, new(provider.Require().Settings.Key, subject), context.RequestAborted);
        AccountsApi.Tell(context, services, AccountEventKind.CredentialsChanged, account, $"linked with {provider.Name}");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task UnlinkAsync(HttpContext context, string id, AccountServices services)
    {
        _ = new RequestReader(context.Request);
        var account = AccountsApi.Require(context, services, id);
        var own = context.Ticket().Principal!;
        if (own.AccountId == id && account is { Link: not null, Password: null })
            throw new AccountException(AccountError.Conflict, "Set a password first: without the provider you could not sign in any more.");
        await services.Accounts.SetLinkAsync(id, null, context.RequestAborted);
        // Whoever came by it is out, but for who changes it.
        await services.Sessions.RevokeAsync(session => session.AccountId == id && session.Id != own.CredentialId, CancellationToken.None);
        AccountsApi.Tell(context, services, AccountEventKind.CredentialsChanged, account, "not linked with a provider any more");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static string ReturnTo(HttpContext context, OpenIdProvider openId) =>
        (openId.Settings.Service?.GetLeftPart(UriPartial.Authority) ?? $"{context.Request.Scheme}://{context.Request.Host}") + Return;

    /// <summary>A path of our own pages. What a browser could take for another site's address is refused, with everything that no path of ours has.</summary>
    private static string Page(string? to)
    {
        if (to is null)
            return "/";
        if (!to.StartsWith('/') || to.Contains("//", StringComparison.Ordinal) || !to.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_'))
            throw ProblemException.Invalid("to", "'to' must be the path of a page of this service, such as /month.");
        return to;
    }

    private static string? Single(HttpContext context, string name) => context.Request.Query[name] is [{ } value] ? value : null;

    private static void GoTo(HttpContext context, string page, string? outcome) => GoTo(context, outcome is null ? page : $"{page}?{Outcome}={outcome}");

    private static void GoTo(HttpContext context, string address)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = address;
        context.Response.Headers.CacheControl = "no-store";
    }

    private static string Word(OpenIdFailure failure) => failure switch
    {
        OpenIdFailure.Denied => "denied",
        OpenIdFailure.NotBegun => "again",
        OpenIdFailure.Away => "away",
        OpenIdFailure.Clock => "clock",
        _ => "refused",
    };

    private static string Word(AccountError error) => error switch
    {
        AccountError.Refused => "unlinked",
        AccountError.OutOfHours => "hours",
        AccountError.Delayed => "delayed",
        AccountError.Conflict => "taken",
        _ => "again",
    };

    [LoggerMessage(EventId = 4101, Level = LogLevel.Warning, Message = "Nobody was signed in by the provider: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
