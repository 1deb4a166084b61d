using EdgeDb.Core.Access;

namespace EdgeDb.Api;

/// <summary>Says what endpoints require, and who has come.</summary>
internal static class AccessExtensions
{
    /// <summary>One of the rights that it takes to call the endpoint; all that are said are required.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder endpoint, AccessDomain domain, AccessVerb verb)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new AccessRequirement(domain, verb));

    /// <summary>For what is needed before anybody has signed in, and tells nothing of the household.</summary>
    public static TBuilder IsPublic<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(AccessRequirement.Public);

    /// <summary>Who has come, and how far the right reaches by which they were let in.</summary>
    public static AccessTicket Ticket(this HttpContext context) =>
        context.Features.Get<AccessTicket>() ?? throw new InvalidOperationException("No principal: the request did not pass the access guard.");

    /// <summary>Who acts on rows. Not for public endpoints, where there may be nobody.</summary>
    public static Actor Actor(this HttpContext context)
    {
        var ticket = context.Ticket();
        return new(ticket.Principal!.Sight, ticket.Extent == AccessExtent.Own);
    }
}
