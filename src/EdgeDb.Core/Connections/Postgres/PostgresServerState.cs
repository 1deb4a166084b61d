using NpgsqlTypes;

namespace EdgeDb.Core.Connections;

/// <summary>One observation of a server.</summary>
/// <param name="InRecovery">True for a replica, false for a server that takes writes.</param>
/// <param name="SystemIdentifier">Given by initdb and shared by a primary and all its replicas.</param>
/// <param name="Timeline">Counts promotions. On a replica the one that its restart would have to reach, which may lag behind a promotion; 0 when it does not say.</param>
/// <param name="Position">On a replica the write-ahead log that is replayed, on a primary the log that is written.</param>
/// <param name="ObservedAt">Timestamp of the time provider before the server was asked, so that the observation is never younger than it says.</param>
internal readonly record struct PostgresServerState(bool InRecovery, long SystemIdentifier, uint Timeline, NpgsqlLogSequenceNumber Position, long ObservedAt);
