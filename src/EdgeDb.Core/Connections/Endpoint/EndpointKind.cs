namespace EdgeDb.Core.Connections;

/// <summary>What an endpoint speaks.</summary>
internal enum EndpointKind
{
    /// <summary>A local file.</summary>
    Sqlite,

    /// <summary>PostgreSQL.</summary>
    Postgres,

    /// <summary>Web servers.</summary>
    Http,

    /// <summary>Redis.</summary>
    Redis,

    /// <summary>Qdrant.</summary>
    Qdrant,
}
