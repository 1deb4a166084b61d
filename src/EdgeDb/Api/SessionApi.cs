using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;
using EdgeDb.Hosting;
using EdgeDb.Hosting.Tls;

namespace EdgeDb.Api;

/// <summary>/api/session: who one is, signing in and out; /api/setup: the first owner; /api/sessions: who is signed in where.</summary>
internal static class SessionApi
{
    public static void MapSessionApi(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/api/session", HttpReads.Methods, ShowAsync).IsPublic();
        routes.MapPost("/api/session", SignInAsync).IsPublic();
        routes.MapDelete("/api/session", SignOutAsync).IsPublic();
        routes.MapPost("/api/setup", SetUpAsync).IsPublic();
        routes.MapMethods("/api/sessions", HttpReads.Methods, ListAsync).Requires(AccessDomain.Sessions, AccessVerb.Read);
        routes.MapDelete("/api/sessions", RevokeAllAsync).Requires(AccessDomain.Sessions, AccessVerb.Delete);
        routes.MapDelete("/api/sessions/{id}", RevokeAsync).Requires(AccessDomain.Sessions, AccessVerb.Delete);
    }

    /// <summary>Answers who the request's cookie is now, after it was set.</summary>
    public static Task AnswerAsync(HttpContext context, AccountServices services, Principal? principal, int status)
    {
        context.Response.StatusCode = status;
        return context.AnswerAsync(Body(context, services, principal), ApiJson.Web.SessionBody);
    }

    private static Task ShowAsync(HttpContext context, AccountServices services)
    {
        _ = new RequestReader(context.Request);
        return AnswerAsync(context, services, context.Ticket().Principal, StatusCodes.Status200OK);
    }

    private static async Task SignInAsync(HttpContext context, AccountServices services)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.SignInInput, context.RequestAborted);
        var cookie = SessionCookie.Read(context.Request);
        var before = services.Sessions.Find(cookie);
        if (input.Pin is not null || input.Account is not null)
        {
            var account = input.Account is null ? null : AccountFields.Id(input.Account, "account");
            var pin = AccountFields.Pin(input.Pin);
            account ??= AccountFields.Id(null, "account");
            AccountFields.RequireNone(input.Name ?? input.Password ?? input.Totp, "name", "A PIN goes with 'account' alone.");
            if (before is not { IsDevice: true, Principal: not null })
                throw new AccountException(AccountError.Conflict, "A PIN is for paired devices; sign in with the password here.", "pin");
            await services.SignIn.EnterPinAsync(before, account, pin, context.RequestAborted);
            await AnswerAsync(context, services, before.Visit?.Principal, StatusCodes.Status200OK);
            return;
        }

        var (name, password) = (AccountRules.Name(input.Name), AccountFields.Secret(input.Password, "password"));
        var totp = input.Totp is null ? null : AccountFields.Secret(input.Totp, "totp");
        if (before is { IsDevice: true, Principal: not null })
            throw new AccountException(AccountError.Conflict, "This is a paired device: enter a PIN here, or remove the device first.", "password");
        var (session, text) = await services.SignIn.SignInAsync(
            name, password, totp, context.Connection.RemoteIpAddress, cookie, AccountFields.Agent(context), context.RequestAborted);
        SessionCookie.Write(context, text);
        await AnswerAsync(context, services, session.Principal, StatusCodes.Status200OK);
    }

    private static async Task SignOutAsync(HttpContext context, AccountServices services)
    {
        _ = new RequestReader(context.Request);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        // What the browser's own cache has of the answers is nobody's any more, also where it learns late that it was signed out from elsewhere. Browsers obey over https and on the machine itself.
        context.Response.Headers["Clear-Site-Data"] = "\"cache\"";
        if (services.Sessions.Find(SessionCookie.Read(context.Request)) is not { Principal: { } principal } session)
            return;
        // At a wall it is the visitor who leaves; the device is unpaired in /api/devices. The cookie stays: it is worth nothing, but the browser is known by it.
        if (session.IsDevice)
            services.Sessions.LeaveVisit(session);
        else
            await services.Sessions.EndAsync(session, context.RequestAborted);
        services.Tell(new(AccountEventKind.SignedOut, session.AccountId, principal.Name, AccountFields.From(context), session.Agent));
    }

    private static async Task SetUpAsync(HttpContext context, AccountServices services, Https https)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.SetupInput, context.RequestAborted);
        var name = AccountRules.Name(input.Name);
        var password = AccountRules.Password(AccountFields.Secret(input.Password, "password"), name);
        var member = input.Member is null ? null : AccountFields.Id(input.Member, "member");
        var code = input.Code is null ? null : AccountFields.Secret(input.Code, "code");
        if (services.Accounts.IsClaimed)
            throw new AccountException(AccountError.Conflict, "The household has an owner already; sign in.");
        if (https.Tls is not null && !context.Request.IsHttps && ClientAddress.Of(context.Connection.RemoteIpAddress) is not null)
            throw new ProblemException(403, "https-needed", "Only over https", $"A password travels encrypted only: use https on port {https.Port}.");
        var from = context.Connection.RemoteIpAddress;
        if (NeedsCode(context))
        {
            services.SignIn.CountGuess("setup", from);
            _ = services.SetupCode.Ensure();
            if (!services.SetupCode.Matches(code))
                throw new AccountException(AccountError.Forbidden, "'code' must be the set-up code: it is in the file setup-code of the data folder, and the service printed it when it started.", "code");
            services.SignIn.ForgetGuesses("setup", from);
        }

        var hash = await services.Hasher.HashAsync(password, context.RequestAborted);
        var account = await services.Accounts.AddAsync(name, Role.Owner, member, null, hash, claims: true, context.RequestAborted);
        services.Tell(new(AccountEventKind.Claimed, account.Id, account.Name, AccountFields.From(context), "first owner"));
        var before = services.Sessions.Find(SessionCookie.Read(context.Request));
        var (session, text) = await services.Sessions.StartAsync(account, AccountFields.Agent(context), before, context.RequestAborted);
        SessionCookie.Write(context, text);
        await AnswerAsync(context, services, session.Principal, StatusCodes.Status201Created);
    }

    private static Task ListAsync(HttpContext context, AccountServices services)
    {
        var reader = new RequestReader(context.Request, "limit", "cursor");
        var ticket = context.Ticket();
        var page = Page.Of(
            [.. services.Sessions.Active.Where(session => MayTouch(ticket, session)).Select(session => Body(services, ticket, session))], static body => body.Id, reader);
        return context.AnswerAsync(new SignedInList(page.Items, page.Next), ApiJson.Web.SignedInList);
    }

    private static async Task RevokeAsync(HttpContext context, string id, AccountServices services)
    {
        _ = new RequestReader(context.Request);
        var ticket = context.Ticket();
        if (await services.Sessions.RevokeAsync(session => session is { EndedAt: null, IsDevice: false } && session.Id == id && MayTouch(ticket, session), context.RequestAborted) == 0)
            throw AccountException.Missing("session");
        TellRevoked(context, services, null, $"session {id}");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task RevokeAllAsync(HttpContext context, AccountServices services)
    {
        var reader = new RequestReader(context.Request, "account");
        var account = AccountFields.Id(reader.Text("account"), "account");
        AccountFields.RequireOwn(context, AccessDomain.Sessions, account);
        services.Accounts.Require(account);
        // Who does it stays: they ask for all others to be put out.
        var own = context.Ticket().Principal!.CredentialId;
        await services.Sessions.RevokeAsync(session => session.AccountId == account && session.Id != own, context.RequestAborted);
        TellRevoked(context, services, account, "all sessions");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static void TellRevoked(HttpContext context, AccountServices services, string? account, string what) =>
        services.Tell(new(AccountEventKind.SessionsRevoked, account, context.Ticket().Principal!.Name, AccountFields.From(context), what));

    private static bool MayTouch(AccessTicket ticket, Session session) =>
        ticket.Extent == AccessExtent.All || session.Id == ticket.Principal!.CredentialId
        || (session.AccountId is not null && session.AccountId == ticket.Principal.AccountId);

    // Behind a proxy on this machine everybody seems to come from here.
    private static bool NeedsCode(HttpContext context) =>
        ClientAddress.Of(context.Connection.RemoteIpAddress) is not null || context.Request.Headers.ContainsKey("Forwarded") || context.Request.Headers.ContainsKey("X-Forwarded-For");

    private static SessionBody Body(HttpContext context, AccountServices services, Principal? principal)
    {
        var session = services.Sessions.FindById(principal?.CredentialId ?? "");
        return new(
            services.Accounts.IsClaimed,
            !services.Accounts.IsClaimed && NeedsCode(context),
            principal is null ? null : AccountRules.Text(principal.Role),
            principal?.Name,
            principal?.AccountId,
            principal?.MemberId,
            session is { IsDevice: true } ? session.Id : null,
            session?.Visit is { IsOver: false } visit ? (int)Math.Ceiling(visit.Left.TotalSeconds) : null,
            AccountFields.Scopes(principal?.Rights ?? AccessRights.None),
            AccountFields.Scopes(principal?.OwnRights ?? AccessRights.None),
            session is { IsDevice: true }
                ? [.. services.Accounts.All.Values.Where(static account => account is { Pin: not null, IsDisabled: false }).Select(static account => new VisitorBody(account.Id, account.Name))]
                : [],
            context.RequestServices.GetRequiredService<SignInProvider>().Name);
    }

    private static SignedInBody Body(AccountServices services, AccessTicket ticket, Session session) => new(
        session.Id,
        session.AccountId,
        session.AccountId is { } account ? services.Accounts.All.GetValueOrDefault(account)?.Name ?? "" : session.Principal?.Name ?? "",
        session.IsDevice,
        session.Agent,
        TimeText.Instant(session.CreatedAt),
        TimeText.Instant(session.SeenAt),
        session.Id == ticket.Principal!.CredentialId);
}
