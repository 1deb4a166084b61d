using NpgsqlTypes;

namespace EdgeDb.Core.Connections;

/// <summary>The result of routed work and what is to be known about it.</summary>
/// <param name="Value">What the work returned.</param>
/// <param name="Position">After a write, what a later read of the same household, member or session must see; null after a read.</param>
/// <param name="MayBeOld">A replica answered while no primary could be reached: the answer may lack the latest changes, the caller's own included.</param>
/// <param name="Server">Name of the endpoint that answered.</param>
internal readonly record struct PostgresAnswer<T>(T Value, NpgsqlLogSequenceNumber? Position, bool MayBeOld, string Server);
