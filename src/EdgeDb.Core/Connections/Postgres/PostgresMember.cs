namespace EdgeDb.Core.Connections;

/// <summary>One server of a cluster. Closed by whoever made its parts.</summary>
/// <param name="Source">The source of its connections.</param>
/// <param name="Endpoint">What protects it.</param>
/// <param name="SetAsPrimary">What the configuration says it is; null for nothing. Work follows what the server says, and a difference is told.</param>
internal sealed record PostgresMember(PostgresSource Source, ConnectionEndpoint<PostgresConnection> Endpoint, bool? SetAsPrimary = null);
