namespace EdgeDb.Core.Connections;

/// <summary>What a person has taken out until he lets it in again.</summary>
/// <param name="Endpoint">Name of the endpoint.</param>
/// <param name="OperationClass">The only class that is meant; null for the whole endpoint.</param>
/// <param name="Since">When.</param>
internal sealed record Isolation(string Endpoint, string? OperationClass, DateTimeOffset Since)
{
    /// <summary>What the circuit gives as its reason.</summary>
    public const string Reason = "A person isolated it.";
}
