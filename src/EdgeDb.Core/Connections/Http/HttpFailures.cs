namespace EdgeDb.Core.Connections;

/// <summary>What a failure of work over HTTP says about the endpoint, and about asking again.</summary>
internal static class HttpFailures
{
    /// <summary>
    /// <see cref="PoolBusyException"/> is ours: this process asks too much at once, and the endpoint is not to blame.
    /// </summary>
    public static FailureKind Classify(Exception exception) => exception is HttpException http ? http.Kind : FailureKind.Caller;

    /// <summary>Where HTTP knows more than the kind; null elsewhere.</summary>
    public static RetryAdvice? Advise(Exception exception, FailureKind kind) => exception switch
    {
        // Its own word, in Retry-After.
        HttpException { RetryAfter: { } wait } when kind == FailureKind.Overload => new(true, wait > TimeSpan.Zero ? wait : TimeSpan.Zero),
        // A gateway that lost the server behind it, which may be another one next time.
        HttpException { Failure: HttpFailure.Status, Status: 502 } => new(true),
        // A certificate does not become valid by asking again.
        HttpException { Failure: HttpFailure.Tls } => new(false),
        _ => null,
    };
}
