namespace EdgeDb.Core.Connections;

/// <summary>Whether work that failed can be tried once more. It is asked for idempotent work only.</summary>
/// <param name="IsAllowed">Trying again may succeed.</param>
/// <param name="NotBefore">Least time to wait; zero when the endpoint did not say.</param>
internal readonly record struct RetryAdvice(bool IsAllowed, TimeSpan NotBefore = default)
{
    /// <summary>
    /// For sources that know no more than the kind. A connection that could not be had is worth another try, and so is a timeout before anything was sent.
    /// An answer that took too long is not: the second would meet the same load. An overloaded endpoint is left alone unless it names a time, and an operation that
    /// failed fails again, unless its source knows better (a serialization failure).
    /// </summary>
    public static RetryAdvice For(FailureKind failure, bool wasSent) =>
        new(failure == FailureKind.Connect || (failure == FailureKind.Timeout && !wasSent));
}
