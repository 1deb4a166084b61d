namespace EdgeDb.Core.Household;

/// <summary>Why a feed could not be read, in one stable word and one sentence.</summary>
/// <param name="reason">Stable word for programs: <c>unreachable</c>, <c>timeout</c>, <c>http-404</c>, <c>too-large</c>, <c>not-a-calendar</c>…</param>
/// <param name="detail">Sentence for people, without secrets.</param>
/// <param name="retryAfter">What the server asked for.</param>
internal sealed class FeedFailure(string reason, string detail, TimeSpan? retryAfter = null) : Exception(detail)
{
    public string Reason { get; } = reason;

    public string Detail { get; } = detail;

    public TimeSpan? RetryAfter { get; } = retryAfter;
}
