namespace EdgeDb.Core.Connections;

/// <summary>The kind of a failure: what this folder and the pool throw is known, the rest the source of the connections says.</summary>
internal static class FailureKinds
{
    public static FailureKind Of(Exception failure, Func<Exception, FailureKind> classify) => failure switch
    {
        OperationTimeoutException timeout => timeout.Failure,
        ConnectionOpenException open => open.Failure,
        // No room in our own queue says nothing about the endpoint.
        CircuitOpenException or PoolBusyException => FailureKind.Caller,
        _ => classify(failure),
    };
}
