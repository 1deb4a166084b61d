namespace EdgeDb.Core.Connections;

/// <summary>What a circuit protects the rest from.</summary>
public enum CircuitLevel
{
    /// <summary>One address: a server, a host, a file.</summary>
    Endpoint,

    /// <summary>One kind of operation on an endpoint; the others go on.</summary>
    OperationClass,

    /// <summary>All endpoints that can answer for each other, such as a primary and its replica. Open when each of them is.</summary>
    Backend,
}
