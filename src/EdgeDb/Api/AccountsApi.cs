using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;
using EdgeDb.Core.Household;
using EdgeDb.Core.Security;

namespace EdgeDb.Api;

/// <summary>/api/accounts: who may sign in, and with what.</summary>
internal static class AccountsApi
{
    public static void MapAccountsApi(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/api/accounts", HttpReads.Methods, ListAsync).Requires(AccessDomain.Accounts, AccessVerb.Read);
        routes.MapPost("/api/accounts", AddAsync).Requires(AccessDomain.Accounts, AccessVerb.Add);
        routes.MapPut("/api/accounts/{id}", ChangeAsync).Requires(AccessDomain.Accounts, AccessVerb.Change);
        routes.MapDelete("/api/accounts/{id}", RemoveAsync).Requires(AccessDomain.Accounts, AccessVerb.Delete);
        routes.MapPost("/api/accounts/{id}/unlock", UnlockAsync).Requires(AccessDomain.Accounts, AccessVerb.Change);
        routes.MapPut("/api/accounts/{id}/password", SetPasswordAsync).Requires(AccessDomain.Accounts, AccessVerb.Change);
        routes.MapPut("/api/accounts/{id}/pin", SetPinAsync).Requires(AccessDomain.Accounts, AccessVerb.Change);
        routes.MapDelete("/api/accounts/{id}/pin", RemovePinAsync).Requires(AccessDomain.Accounts, AccessVerb.Change);
        routes.MapPost("/api/accounts/{id}/totp", BeginTotpAsync).Requires(AccessDomain.Accounts, AccessVerb.Change);
        routes.MapPut("/api/accounts/{id}/totp", ConfirmTotpAsync).Requires(AccessDomain.Accounts, AccessVerb.Change);
        routes.MapPost("/api/accounts/{id}/totp/remove", RemoveTotpAsync).Requires(AccessDomain.Accounts, AccessVerb.Change);
        routes.MapPost("/api/accounts/{id}/recovery-codes", RenewRecoveryCodesAsync).Requires(AccessDomain.Accounts, AccessVerb.Change);
    }

    public static AccountBody Body(Account account) => new(
        account.Id,
        account.Name,
        AccountRules.Text(account.Role),
        account.MemberId,
        account.Hours?.ToString(),
        account.IsDisabled,
        account.Password is not null,
        account.Pin is not null,
        account.HasTotp,
        account.RecoveryCodes,
        account.Link?.Provider,
        TimeText.Instant(account.CreatedAt),
        account.Version);

    private static Task ListAsync(HttpContext context, AccountServices services)
    {
        var reader = new RequestReader(context.Request, "limit", "cursor");
        var ticket = context.Ticket();
        var page = Page.Of(
            [.. services.Accounts.All.Values.Where(account => ticket.Extent == AccessExtent.All || account.Id == ticket.Principal!.AccountId)
                .OrderBy(static account => account.Id, StringComparer.Ordinal)],
            static account => account.Id,
            reader);
        return context.AnswerAsync(new AccountList([.. page.Items.Select(Body)], page.Next), ApiJson.Web.AccountList);
    }

    private static async Task AddAsync(HttpContext context, AccountServices services)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.AccountInput, context.RequestAborted);
        var name = AccountRules.Name(input.Name);
        var role = AccountRules.Role(input.Role);
        var member = input.Member is null ? null : AccountFields.Id(input.Member, "member");
        var hours = input.Hours is "" ? throw AccountException.Bad("hours", "'hours' must be such as 07:00-20:00; leave it out for always.") : AccountRules.Hours(input.Hours);
        var password = input.Password is null ? null : AccountRules.Password(AccountFields.Secret(input.Password, "password"), name);
        RequireClaimedForOwners(context, services, role);
        var hash = password is null ? null : await services.Hasher.HashAsync(password, context.RequestAborted);
        var account = await services.Accounts.AddAsync(name, role, member, hours, hash, claims: false, context.RequestAborted);
        Tell(context, services, AccountEventKind.AccountChanged, account, $"added as {AccountRules.Text(role)}");
        context.Response.StatusCode = StatusCodes.Status201Created;
        await context.AnswerAsync(Body(account), ApiJson.Web.AccountBody);
    }

    private static async Task ChangeAsync(HttpContext context, string id, AccountServices services)
    {
        var reader = new RequestReader(context.Request);
        var input = await reader.BodyAsync(ApiJson.Web.AccountChange, context.RequestAborted);
        var name = input.Name is null ? null : AccountRules.Name(input.Name);
        Role? role = input.Role is null ? null : AccountRules.Role(input.Role);
        var (member, hours) = (MemberOf(input.Member), AccountRules.Hours(input.Hours));
        var expected = reader.ExpectedVersion();
        Require(context, services, id);
        if (context.Ticket().Extent != AccessExtent.All && (role is not null || input.Member is not null || input.Hours is not null || input.Disabled is not null))
            throw new AccountException(AccountError.Forbidden, "You may change your name; an owner changes the rest.");
        RequireClaimedForOwners(context, services, role);
        var account = await services.Accounts.ChangeAsync(
            id,
            expected,
            before => before with
            {
                Name = name ?? before.Name,
                Role = role ?? before.Role,
                MemberId = input.Member is null ? before.MemberId : member,
                Hours = input.Hours is null ? before.Hours : hours,
                IsDisabled = input.Disabled ?? before.IsDisabled,
            },
            context.RequestAborted);
        // A disabled account is out already; its sessions would come back with it.
        if (account.IsDisabled)
            await services.Sessions.RevokeAsync(session => session.AccountId == id, CancellationToken.None);
        Tell(context, services, AccountEventKind.AccountChanged, account, $"changed; {AccountRules.Text(account.Role)}{(account.IsDisabled ? ", disabled" : "")}");
        await context.AnswerAsync(Body(account), ApiJson.Web.AccountBody);
    }

    private static async Task RemoveAsync(HttpContext context, string id, AccountServices services)
    {
        var expected = new RequestReader(context.Request).ExpectedVersion();
        var account = services.Accounts.Require(id);
        await services.Accounts.RemoveAsync(id, expected, context.RequestAborted);
        Tell(context, services, AccountEventKind.AccountChanged, account, "removed");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static Task UnlockAsync(HttpContext context, string id, AccountServices services)
    {
        _ = new RequestReader(context.Request);
        var account = services.Accounts.Require(id);
        if (context.Ticket().Extent != AccessExtent.All)
            throw new AccountException(AccountError.Forbidden, "An owner does this for you.");
        services.SignIn.Unlock(account);
        Tell(context, services, AccountEventKind.AccountChanged, account, "unlocked");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static async Task SetPasswordAsync(HttpContext context, string id, AccountServices services)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.PasswordInput, context.RequestAborted);
        var password = AccountFields.Secret(input.Password, "password");
        var current = Current(input.Current);
        var account = Require(context, services, id);
        AccountRules.Password(password, account.Name);
        await ConfirmAsync(context, services, account, current);
        var hash = await services.Hasher.HashAsync(password, context.RequestAborted);
        await services.Accounts.SetPasswordAsync(id, hash, context.RequestAborted);
        // Whoever signed in with the old one is out, but for who changes it.
        var own = context.Ticket().Principal!.CredentialId;
        await services.Sessions.RevokeAsync(session => session.AccountId == id && session.Id != own, CancellationToken.None);
        services.SignIn.Unlock(account);
        Tell(context, services, AccountEventKind.CredentialsChanged, account, "password set");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task SetPinAsync(HttpContext context, string id, AccountServices services)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.PinInput, context.RequestAborted);
        var pin = AccountRules.Pin(input.Pin);
        var current = Current(input.Current);
        var account = Require(context, services, id);
        await ConfirmAsync(context, services, account, current);
        await services.Accounts.SetPinAsync(id, await services.Hasher.HashAsync(pin, context.RequestAborted), context.RequestAborted);
        Tell(context, services, AccountEventKind.CredentialsChanged, account, "PIN set");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task RemovePinAsync(HttpContext context, string id, AccountServices services)
    {
        _ = new RequestReader(context.Request);
        var account = Require(context, services, id);
        await services.Accounts.SetPinAsync(id, null, context.RequestAborted);
        Tell(context, services, AccountEventKind.CredentialsChanged, account, "PIN removed");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task BeginTotpAsync(HttpContext context, string id, AccountServices services, HouseholdStore household)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.ConfirmInput, context.RequestAborted);
        var current = Current(input.Current);
        var account = RequireSelf(context, services, id);
        await ConfirmAsync(context, services, account, current);
        var secret = services.Enrolments.Begin(id);
        var settings = await household.SettingsAsync(context.RequestAborted);
        var uri = Totp.Uri(settings.Name, account.Name, secret);
        await context.AnswerAsync(new TotpBody(Base32.Encode(secret), uri, QrBody.Of(uri)), ApiJson.Web.TotpBody);
    }

    private static async Task ConfirmTotpAsync(HttpContext context, string id, AccountServices services)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.TotpInput, context.RequestAborted);
        var code = AccountFields.Secret(input.Code, "code");
        var account = RequireSelf(context, services, id);
        var (secret, step) = services.Enrolments.Confirm(id, code);
        await services.Accounts.SetTotpAsync(id, secret, step, context.RequestAborted);
        var codes = await services.Accounts.RenewRecoveryCodesAsync(id, CancellationToken.None);
        Tell(context, services, AccountEventKind.CredentialsChanged, account, "second factor set");
        await AnswerCodesAsync(context, codes);
    }

    private static async Task RemoveTotpAsync(HttpContext context, string id, AccountServices services)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.ConfirmInput, context.RequestAborted);
        var current = Current(input.Current);
        var account = Require(context, services, id);
        await ConfirmAsync(context, services, account, current);
        await services.Accounts.RemoveTotpAsync(id, context.RequestAborted);
        Tell(context, services, AccountEventKind.CredentialsChanged, account, "second factor removed");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task RenewRecoveryCodesAsync(HttpContext context, string id, AccountServices services)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.ConfirmInput, context.RequestAborted);
        var current = Current(input.Current);
        var account = RequireSelf(context, services, id);
        await ConfirmAsync(context, services, account, current);
        if (!account.HasTotp)
            throw new AccountException(AccountError.Conflict, "Recovery codes are for accounts with a second factor; set that up first.");
        var codes = await services.Accounts.RenewRecoveryCodesAsync(id, context.RequestAborted);
        Tell(context, services, AccountEventKind.CredentialsChanged, account, "recovery codes renewed");
        await AnswerCodesAsync(context, codes);
    }

    private static Task AnswerCodesAsync(HttpContext context, IReadOnlyList<string> codes) =>
        context.AnswerAsync(new RecoveryCodesBody([.. codes.Select(ReadableCode.Grouped)]), ApiJson.Web.RecoveryCodesBody);

    /// <summary>The account, when who asks may change it.</summary>
    internal static Account Require(HttpContext context, AccountServices services, string id)
    {
        AccountFields.RequireOwn(context, AccessDomain.Accounts, id);
        return services.Accounts.Require(id);
    }

    /// <summary>The account, when it is their own: a second factor that somebody else knows is none.</summary>
    internal static Account RequireSelf(HttpContext context, AccountServices services, string id)
    {
        var account = Require(context, services, id);
        return context.Ticket().Principal!.AccountId == id
            ? account
            : throw new AccountException(AccountError.Forbidden, "Only who has the account can do this; an owner can remove the second factor.");
    }

    /// <summary>
    /// Who changes what they themselves sign in with enters their password: a browser that was left alone must not be enough. Who resets somebody else's, as an owner, does not.
    /// </summary>
    internal static Task ConfirmAsync(HttpContext context, AccountServices services, Account account, string? current) =>
        context.Ticket().Principal!.AccountId == account.Id && account.Password is not null
            ? services.SignIn.ConfirmAsync(account, current, context.Connection.RemoteIpAddress, context.RequestAborted)
            : Task.CompletedTask;

    // Anybody is an owner in a household without one, and could claim it from afar without the set-up code.
    private static void RequireClaimedForOwners(HttpContext context, AccountServices services, Role? role)
    {
        if (role == Role.Owner && !services.Accounts.IsClaimed && context.Ticket().Principal != Principal.Console)
            throw new AccountException(AccountError.Conflict, "The first owner is made by POST /api/setup, or by 'edgedb account add' on the machine.", "role");
    }

    private static string? MemberOf(string? value) => string.IsNullOrEmpty(value) ? null : AccountFields.Id(value, "member");

    internal static string? Current(string? value) => value is null ? null : AccountFields.Secret(value, "current");

    internal static void Tell(HttpContext context, AccountServices services, AccountEventKind kind, Account account, string what) =>
        services.Tell(new(kind, account.Id, context.Ticket().Principal!.Name, AccountFields.From(context), $"{account.Name}: {what}"));
}
