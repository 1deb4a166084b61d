using EdgeDb.Core.Access;

namespace EdgeDb.Core.Household;

/// <summary>An event that somebody asks for.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Sight">What they see.</param>
internal readonly record struct EventAsked(string Id, Sight Sight);
