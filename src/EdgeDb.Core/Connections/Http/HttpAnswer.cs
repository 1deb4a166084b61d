namespace EdgeDb.Core.Connections;

/// <summary>An answer, read to its end.</summary>
/// <param name="Host">Who answered, for messages.</param>
/// <param name="Status">200, 404…</param>
/// <param name="Version">1.1 or 2.0.</param>
/// <param name="Body">Decompressed. Empty for a failure, unless the call reads those.</param>
/// <param name="ETag">As sent.</param>
/// <param name="LastModified">As sent.</param>
/// <param name="RetryAfter">When the host wants to be asked again, if it says so.</param>
internal sealed record HttpAnswer(string Host, int Status, Version Version, byte[] Body, string? ETag, string? LastModified, TimeSpan? RetryAfter)
{
    /// <summary>Throws <see cref="HttpException"/> unless the status is 2xx.</summary>
    /// <param name="detail">What the body says about it.</param>
    public void ThrowIfFailed(string? detail = null)
    {
        if (Status is >= 200 and < 300)
            return;
        throw new HttpException(HttpFailure.Status, $"{Host} answered with HTTP {Status}{(detail is null ? "." : ": " + detail)}") { Status = Status, RetryAfter = RetryAfter };
    }
}
