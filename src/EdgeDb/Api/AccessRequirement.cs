using EdgeDb.Core.Access;

namespace EdgeDb.Api;

/// <summary>What an endpoint asks of whoever calls it. Every endpoint has one at least; the service does not start with one that has none.</summary>
/// <param name="Domain">What it is about.</param>
/// <param name="Verb">What it does.</param>
/// <param name="IsPublic">It answers everybody, also in a household with accounts.</param>
internal sealed record AccessRequirement(AccessDomain Domain, AccessVerb Verb, bool IsPublic = false)
{
    public static AccessRequirement Public { get; } = new(default, default, IsPublic: true);
}
