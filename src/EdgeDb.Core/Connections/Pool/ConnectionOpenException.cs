namespace EdgeDb.Core.Connections;

/// <summary>A connection could not be opened and no other one is there to wait for. The cause is the inner exception.</summary>
public sealed class ConnectionOpenException : Exception
{
    internal ConnectionOpenException(string endpoint, FailureKind failure, Exception cause, bool isEcho)
        : base($"No connection to {endpoint} could be opened: {cause.Message}", cause) => (Failure, IsEcho) = (failure, isEcho);

    /// <summary>What the cause says about the endpoint.</summary>
    public FailureKind Failure { get; }

    /// <summary>Another caller who waited for the same attempt was told first: the endpoint failed once, however many waited.</summary>
    internal bool IsEcho { get; }
}
