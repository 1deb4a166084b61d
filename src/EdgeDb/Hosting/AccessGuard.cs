using EdgeDb.Api;
using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;

namespace EdgeDb.Hosting;

/// <summary>
/// The one place that lets requests in: finds who has come, and holds what the endpoint requires against <see cref="AccessPolicy"/>. What they then see and may act on
/// is decided row by row in the stores, by the <see cref="Actor"/> in the ticket.
/// </summary>
internal sealed class AccessGuard(RequestDelegate next, RequestPrincipals principals, AccountServices accounts, RequestRates rates)
{
    public Task InvokeAsync(HttpContext context)
    {
        var isLimited = rates.Admit(context);
        // Routing's own refusals, such as 405, are endpoints too, but no routes.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
            return next(context);
        var requirements = endpoint.Metadata.GetOrderedMetadata<AccessRequirement>();
        if (requirements.Count == 0)
            throw new InvalidOperationException($"'{endpoint.DisplayName}' does not say what it requires.");
        var principal = principals.Find(context, out var session);
        var (requirement, extent) = Least(principal, requirements);
        // Also of who is refused: the audit log tells them.
        context.Features.Set(new AccessTicket(principal, extent));
        if (!requirement.IsPublic && extent == AccessExtent.None)
            throw principal is null ? SignInFirst() : Refused(principal, requirement);
        if (isLimited && principal is not null)
            rates.Admit(principal);
        return session is { IsRenewalDue: true } ? RenewAsync(session, context) : next(context);
    }

    /// <summary>Throws when an endpoint does not say what it requires: what nobody has thought of must not be open.</summary>
    public static void RequireRequirements(IEndpointRouteBuilder routes)
    {
        foreach (var endpoint in routes.DataSources.SelectMany(static source => source.Endpoints))
            if (endpoint.Metadata.GetMetadata<AccessRequirement>() is null)
                throw new InvalidOperationException($"'{endpoint.DisplayName}' does not say what it requires.");
    }

    /// <summary>Of what an endpoint requires that which reaches least far.</summary>
    private static (AccessRequirement Requirement, AccessExtent Extent) Least(Principal? principal, IReadOnlyList<AccessRequirement> requirements)
    {
        var least = (requirements[0], ExtentOf(requirements[0]));
        for (var i = 1; i < requirements.Count; i++)
            if (ExtentOf(requirements[i]) is var extent && extent < least.Item2)
                least = (requirements[i], extent);
        return least;

        AccessExtent ExtentOf(AccessRequirement requirement) => principal?.Extent(requirement.Domain, requirement.Verb) ?? AccessExtent.None;
    }

    /// <summary>Gives the browser a new secret with this answer, once a day.</summary>
    private async Task RenewAsync(Session session, HttpContext context)
    {
        if (await accounts.Sessions.RenewAsync(session, context.RequestAborted) is { } renewed)
            SessionCookie.Write(context, renewed);
        await next(context);
    }

    private static ProblemException SignInFirst() => new(401, "sign-in", "Sign in first", "This household has accounts. Sign in, or send the token of a program.");

    private static ProblemException Refused(Principal principal, AccessRequirement requirement) => new(
        403, "forbidden", "You may not do this",
        principal.Role == Role.Service
            ? $"The token has not the scope '{AccessRights.Of(requirement.Domain, requirement.Verb)}'."
            : "Somebody with more rights in the household can do this for you.");
}
