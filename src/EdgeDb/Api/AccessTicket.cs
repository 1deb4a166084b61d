using EdgeDb.Core.Access;

namespace EdgeDb.Api;

/// <summary>A request that was let in.</summary>
/// <param name="Principal">Who has come; null where an endpoint is public and nobody has signed in.</param>
/// <param name="Extent">How far their right reaches.</param>
internal sealed record AccessTicket(Principal? Principal, AccessExtent Extent)
{
    /// <summary>The calendar that was written to, for the audit log; null where that says nothing more than the row.</summary>
    public string? Calendar { get; set; }
}
