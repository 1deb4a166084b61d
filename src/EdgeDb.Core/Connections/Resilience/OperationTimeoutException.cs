namespace EdgeDb.Core.Connections;

/// <summary>An operation was not answered within the time it got, or its caller's deadline was over before it began.</summary>
public sealed class OperationTimeoutException : TimeoutException
{
    internal OperationTimeoutException(string message, string endpoint, FailureKind failure, Exception? inner)
        : base(message, inner)
    {
        Endpoint = endpoint;
        Failure = failure;
    }

    /// <summary>Name of the endpoint.</summary>
    public string Endpoint { get; }

    /// <summary><see cref="FailureKind.Timeout"/>; <see cref="FailureKind.Caller"/> when the caller left it too little time to say anything about the endpoint.</summary>
    public FailureKind Failure { get; }
}
