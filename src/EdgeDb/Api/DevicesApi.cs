using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;
using EdgeDb.Core.Security;
using EdgeDb.Hosting;

namespace EdgeDb.Api;

/// <summary>/api/pairings: how a tablet on the wall becomes one of the household; /api/devices: those that have.</summary>
internal static class DevicesApi
{
    public static void MapDevicesApi(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/pairings", BeginAsync).IsPublic();
        routes.MapMethods("/api/pairings/{id}", HttpReads.Methods, ShowAsync).Requires(AccessDomain.Devices, AccessVerb.Add);
        routes.MapPost("/api/pairings/{id}/approve", ApproveAsync).Requires(AccessDomain.Devices, AccessVerb.Add);
        routes.MapPost("/api/pairings/{id}/session", TakeAsync).IsPublic();
        routes.MapMethods("/api/devices", HttpReads.Methods, ListAsync).Requires(AccessDomain.Devices, AccessVerb.Read);
        routes.MapDelete("/api/devices/{id}", RemoveAsync).Requires(AccessDomain.Devices, AccessVerb.Delete);
    }

    private static Task BeginAsync(HttpContext context, AccountServices services)
    {
        _ = new RequestReader(context.Request);
        var (code, secret) = services.Pairings.Begin(AccountFields.Agent(context), SignInService.AddressKey(context.Connection.RemoteIpAddress));
        // As the device reached us, which is a name that others at home reach us by too.
        var address = $"{context.Request.Scheme}://{context.Request.Host}/pair?code={code}";
        context.Response.StatusCode = StatusCodes.Status201Created;
        return context.AnswerAsync(new PairingBody(ReadableCode.Grouped(code), secret, address, QrBody.Of(address), (int)Pairings.Lifetime.TotalSeconds), ApiJson.Web.PairingBody);
    }

    private static Task ShowAsync(HttpContext context, string id, AccountServices services)
    {
        _ = new RequestReader(context.Request);
        var from = context.Connection.RemoteIpAddress;
        services.SignIn.CountGuess("pairing", from);
        var agent = services.Pairings.AgentOf(id) ?? throw NoSuchCode();
        services.SignIn.ForgetGuesses("pairing", from);
        return context.AnswerAsync(new WaitingDeviceBody(ReadableCode.Grouped(ReadableCode.Read(id, Pairings.CodeCharacters)!), agent), ApiJson.Web.WaitingDeviceBody);
    }

    private static async Task ApproveAsync(HttpContext context, string id, AccountServices services)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.ApprovalInput, context.RequestAborted);
        var name = AccountRules.Name(input.Name);
        var from = context.Connection.RemoteIpAddress;
        services.SignIn.CountGuess("pairing", from);
        services.Pairings.Approve(id, name, context.Ticket().Principal!.AccountId);
        services.SignIn.ForgetGuesses("pairing", from);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task TakeAsync(HttpContext context, string id, AccountServices services)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.PairingSecretInput, context.RequestAborted);
        var secret = AccountFields.Secret(input.Secret, "secret");
        if (services.Pairings.TryTake(id, secret) is not var (name, approvedBy))
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            await context.AnswerAsync(new PairingStateBody(Paired: false), ApiJson.Web.PairingStateBody);
            return;
        }

        // Who approved may have lost the right to since.
        if (approvedBy is not null && services.Accounts.All.GetValueOrDefault(approvedBy) is not { IsDisabled: false })
            throw NoSuchCode();
        var (device, text) = await services.Sessions.StartDeviceAsync(name, approvedBy, AccountFields.Agent(context), context.RequestAborted);
        SessionCookie.Write(context, text);
        services.Tell(new(AccountEventKind.DevicePaired, approvedBy, services.Accounts.All.GetValueOrDefault(approvedBy ?? "")?.Name ?? "console", AccountFields.From(context), device.Name));
        context.Response.StatusCode = StatusCodes.Status201Created;
        await context.AnswerAsync(new PairingStateBody(Paired: true), ApiJson.Web.PairingStateBody);
    }

    private static Task ListAsync(HttpContext context, AccountServices services)
    {
        var reader = new RequestReader(context.Request, "limit", "cursor");
        var sessions = services.Sessions.Active.Where(static session => session.IsDevice).ToDictionary(static session => session.Id, StringComparer.Ordinal);
        var page = Page.Of(services.Sessions.Devices, static device => device.Id, reader);
        return context.AnswerAsync(
            new DeviceList(
                [.. page.Items.Where(device => sessions.ContainsKey(device.Id)).Select(device => new DeviceBody(
                    device.Id, device.Name, device.ApprovedBy, sessions[device.Id].Agent, TimeText.Instant(device.CreatedAt), TimeText.Instant(sessions[device.Id].SeenAt)))],
                page.Next),
            ApiJson.Web.DeviceList);
    }

    private static async Task RemoveAsync(HttpContext context, string id, AccountServices services)
    {
        _ = new RequestReader(context.Request);
        if (await services.Sessions.RevokeAsync(session => session.IsDevice && session.Id == id, context.RequestAborted) == 0)
            throw AccountException.Missing("device");
        services.Tell(new(AccountEventKind.SessionsRevoked, null, context.Ticket().Principal!.Name, AccountFields.From(context), $"device {id}"));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static AccountException NoSuchCode() => new(AccountError.NotFound, "No device shows this code; codes hold ten minutes.", "code");
}
