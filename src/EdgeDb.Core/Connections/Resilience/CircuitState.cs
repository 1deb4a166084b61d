namespace EdgeDb.Core.Connections;

/// <summary>Whether work may pass a circuit.</summary>
public enum CircuitState
{
    /// <summary>Work passes.</summary>
    Closed,

    /// <summary>One probe at a time passes, until enough of them in a row were answered.</summary>
    HalfOpen,

    /// <summary>Nothing passes until the break is over.</summary>
    Open,

    /// <summary>Nothing passes until a person resets the circuit.</summary>
    Isolated,
}
