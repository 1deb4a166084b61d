using System.Security.Cryptography;
using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Household;

/// <summary>What one request brought.</summary>
/// <param name="Content">The body; null when the feed has not changed (304, or the same bytes as last time).</param>
/// <param name="Hash">SHA-256 of the body; of the last one on 304.</param>
/// <param name="ETag">To send next time.</param>
/// <param name="LastModified">To send next time.</param>
internal sealed record FeedResponse(byte[]? Content, byte[]? Hash, string? ETag, string? LastModified)
{
    public byte[]? Content { get; private set; } = Content;

    /// <summary>Hands over the body and forgets it: up to 10 MB that would otherwise live until its last event is written.</summary>
    public byte[] TakeContent()
    {
        var content = Content!;
        Content = null;
        return content;
    }
}

/// <summary>Reads feeds: conditional requests, bounded in time, size, redirects and reach. Never puts an address into a message.</summary>
/// <param name="limits">Bounds.</param>
/// <param name="web">Sends the requests.</param>
/// <param name="reach">Where addresses of feeds may lead now.</param>
/// <param name="time">The clock.</param>
internal sealed class FeedClient(FeedLimits limits, WebEndpoint web, Func<HttpReach> reach, TimeProvider time)
{
    private static readonly QueryShape Get = QueryShapes.Named("feed.get", QueryClass.Read);
    private static readonly (string Name, string Value)[] Accept = [("Accept", "text/calendar, */*; q=0.5")];

    /// <summary>Reads a feed. Throws <see cref="FeedFailure"/>; cancellation of <paramref name="cancellationToken"/> passes through.</summary>
    internal async Task<FeedResponse> ReadAsync(
        FeedAddress address, string? etag, string? lastModified, byte[]? lastHash, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limits.Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return address.FilePath is { } path
                ? await ReadFileAsync(path, lastHash, linked.Token).ConfigureAwait(false)
                : await ReadHttpAsync(address, etag, lastModified, lastHash, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FeedFailure("timeout", $"The calendar was not read within {limits.Timeout.TotalSeconds:0} seconds.");
        }
        catch (HttpException exception)
        {
            throw Failed(exception);
        }
        catch (PoolBusyException)
        {
            throw new FeedFailure("busy", "Too many other requests are under way.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FeedFailure("unreadable", address.MaskIn(exception.Message));
        }
    }

    private async Task<FeedResponse> ReadHttpAsync(
        FeedAddress address, string? etag, string? lastModified, byte[]? lastHash, CancellationToken cancellationToken)
    {
        var candidates = address.Candidates;
        for (var i = 0; ; i++)
        {
            try
            {
                return await RequestAsync(candidates[i], etag, lastModified, lastHash, cancellationToken).ConfigureAwait(false);
            }
            catch (HttpException exception) when (i + 1 < candidates.Count && exception.Failure is HttpFailure.Unreachable or HttpFailure.Tls)
            {
                // webcal without https: the next candidate is plain http.
            }
        }
    }

    private async Task<FeedResponse> RequestAsync(
        Uri uri, string? etag, string? lastModified, byte[]? lastHash, CancellationToken cancellationToken)
    {
        var headers = new List<(string Name, string Value)>(Accept);
        if (lastHash is not null && etag is not null)
            headers.Add(("If-None-Match", etag));
        if (lastHash is not null && lastModified is not null)
            headers.Add(("If-Modified-Since", lastModified));
        var answer = await web.SendAsync(
            Get,
            new HttpCall { Uri = uri, Headers = headers, Timeout = limits.Timeout, MaxAnswerBytes = limits.MaxBytes, MaxRedirects = limits.MaxRedirects, Reach = reach() },
            cancellationToken).ConfigureAwait(false);
        if (answer.Status == 304 && lastHash is not null)
            return new(null, lastHash, etag, lastModified);
        answer.ThrowIfFailed();
        return Answer(answer.Body, lastHash, answer.ETag, answer.LastModified);
    }

    private FeedFailure Failed(HttpException exception) => exception.Failure switch
    {
        HttpFailure.UnknownHost => new("unknown-host", "The host's name could not be resolved."),
        HttpFailure.NotPublic => new("not-public", "The address leads into the home network or to this machine; the setting feedsFromHome allows that."),
        HttpFailure.Unreachable => new("unreachable", "The host did not accept the connection."),
        HttpFailure.Tls => new("tls", "No secure connection could be made; the server's certificate may be invalid, or the clock wrong."),
        HttpFailure.Ended => new("unreachable", "The answer broke off."),
        HttpFailure.Timeout => new("timeout", $"The calendar was not read within {limits.Timeout.TotalSeconds:0} seconds."),
        HttpFailure.TooLarge => TooLarge(),
        HttpFailure.Undecodable => new("unreadable", "The answer could not be decoded."),
        HttpFailure.TooManyRedirects => new("too-many-redirects", $"The server redirected more than {limits.MaxRedirects} times."),
        HttpFailure.RedirectWithoutTarget => new("bad-redirect", "The server redirected without saying where to."),
        HttpFailure.InsecureRedirect => new("bad-redirect", "The server redirected to an address that is not secure."),
        HttpFailure.Status => Refused(exception.Status, exception.RetryAfter),
        _ => new("unreachable", "The host's answer could not be read."),
    };

    private static FeedFailure Refused(int status, TimeSpan? retryAfter) => new(
        $"http-{status}",
        status switch
        {
            401 or 403 => "The server refuses access; the secret address may have been changed.",
            404 or 410 => "There is no calendar at this address any more.",
            429 => "The server asks to be asked less often.",
            >= 500 => $"The server has a problem of its own (HTTP {status}).",
            _ => $"The server answered with HTTP {status}.",
        },
        retryAfter);

    private async Task<FeedResponse> ReadFileAsync(string path, byte[]? lastHash, CancellationToken cancellationToken)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
        {
            return Answer(
                await BoundedRead.ToArrayAsync(stream, limits.MaxBytes, cancellationToken).ConfigureAwait(false) ?? throw TooLarge(), lastHash, null, null);
        }
    }

    private FeedFailure TooLarge() => new("too-large", $"The calendar is larger than {limits.MaxBytes / (1024 * 1024)} MB.");

    private static FeedResponse Answer(byte[] content, byte[]? lastHash, string? etag, string? lastModified)
    {
        var hash = SHA256.HashData(content);
        return new(lastHash is not null && hash.AsSpan().SequenceEqual(lastHash) ? null : content, hash, etag, lastModified);
    }
}
