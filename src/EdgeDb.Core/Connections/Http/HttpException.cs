namespace EdgeDb.Core.Connections;

/// <summary>A request over HTTP that failed. The message names the host, never the path or the query: they may be somebody's secret.</summary>
internal sealed class HttpException(HttpFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How.</summary>
    public HttpFailure Failure { get; } = failure;

    /// <summary>Of the answer, with <see cref="HttpFailure.Status"/>; else 0.</summary>
    public int Status { get; init; }

    /// <summary>When the host wants to be asked again, if it says so.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What this says about the endpoint.</summary>
    public FailureKind Kind => Failure switch
    {
        HttpFailure.UnknownHost or HttpFailure.Unreachable or HttpFailure.Tls or HttpFailure.Ended or HttpFailure.Protocol => FailureKind.Connect,
        HttpFailure.NotPublic => FailureKind.Caller,
        HttpFailure.Timeout => FailureKind.Timeout,
        HttpFailure.Status => Status switch
        {
            408 => FailureKind.Timeout,
            429 or 503 => FailureKind.Overload,
            >= 500 => FailureKind.Query,
            _ => FailureKind.Caller,
        },
        _ => FailureKind.Query,
    };
}
