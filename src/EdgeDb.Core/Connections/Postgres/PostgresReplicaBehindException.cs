using NpgsqlTypes;

namespace EdgeDb.Core.Connections;

/// <summary>The replica has not replayed what the caller must see; its rows were thrown away. The router asks the primary then.</summary>
internal sealed class PostgresReplicaBehindException(NpgsqlLogSequenceNumber replayed, NpgsqlLogSequenceNumber wanted)
    : Exception($"The replica has replayed {replayed}, the caller needs {wanted}.");
