using EdgeDb.Core.Access;

namespace EdgeDb.Api;

/// <summary>A request that was let in.</summary>
/// <param name="Principal">Who has come; null where an endpoint is public and nobody has signed in.</param>
/// <param name="Extent">How far their right reaches.</param>
internal sealed record AccessTicket(Principal? Principal, AccessExtent Extent);
