namespace EdgeDb.Core.Connections;

/// <summary>One server of a cluster: the source of its connections and the endpoint that protects it. Closed by whoever made them.</summary>
internal sealed record PostgresMember(PostgresSource Source, ConnectionEndpoint<PostgresConnection> Endpoint);
