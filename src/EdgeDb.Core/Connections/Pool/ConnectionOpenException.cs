namespace EdgeDb.Core.Connections;

/// <summary>A connection could not be opened and no other one is there to wait for. The cause is the inner exception.</summary>
public sealed class ConnectionOpenException : Exception
{
    internal ConnectionOpenException(string endpoint, FailureKind failure, Exception cause)
        : base($"No connection to {endpoint} could be opened: {cause.Message}", cause) => Failure = failure;

    /// <summary>What the cause says about the endpoint.</summary>
    public FailureKind Failure { get; }
}
