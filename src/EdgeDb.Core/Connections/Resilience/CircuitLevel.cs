namespace EdgeDb.Core.Connections;

/// <summary>What a circuit protects the rest from.</summary>
public enum CircuitLevel
{
    /// <summary>One address: a server, a host, a file.</summary>
    Endpoint,

    /// <summary>One kind of operation on an endpoint; the others go on.</summary>
    OperationClass,
}
