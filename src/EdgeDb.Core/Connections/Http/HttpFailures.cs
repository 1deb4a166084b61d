namespace EdgeDb.Core.Connections;

/// <summary>What a failure of work over HTTP says about the endpoint.</summary>
internal static class HttpFailures
{
    /// <summary>
    /// <see cref="PoolBusyException"/> is ours: this process asks too much at once, and the endpoint is not to blame.
    /// </summary>
    public static FailureKind Classify(Exception exception) => exception is HttpException http ? http.Kind : FailureKind.Caller;
}
