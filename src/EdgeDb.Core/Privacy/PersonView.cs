using EdgeDb.Core.Access;

namespace EdgeDb.Core.Privacy;

/// <summary>Whom an export is about, and who gets it.</summary>
/// <param name="Person">Whom.</param>
/// <param name="Sight">What whoever gets it sees: an export leads nobody to calendars that they cannot see otherwise.</param>
/// <param name="IsOwn">It is the person, who sees all that is theirs; or the machine's console.</param>
internal sealed record PersonView(Person Person, Sight Sight, bool IsOwn);
