using System.Net;
using System.Security.Cryptography;

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

/// <summary>Reads feeds: conditional requests, bounded in time, size and redirects. Never puts an address into a message.</summary>
internal sealed class FeedClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly FeedLimits _limits;
    private readonly TimeProvider _time;

    internal FeedClient(FeedLimits limits, TimeProvider time)
    {
        _limits = limits;
        _time = time;
        var handler = new SocketsHttpHandler
        {
            // Redirects are followed by hand: their number, their scheme and what the user is told are ours to decide.
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Brotli | DecompressionMethods.Deflate,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxConnectionsPerServer = 4,
            MaxResponseHeadersLength = 32,
        };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new("EdgeDb", "1"));
        _http.DefaultRequestHeaders.Accept.Add(new("text/calendar"));
        _http.DefaultRequestHeaders.Accept.Add(new("*/*", 0.5));
    }

    /// <summary>Reads a feed. Throws <see cref="FeedFailure"/>; cancellation of <paramref name="cancellationToken"/> passes through.</summary>
    internal async Task<FeedResponse> ReadAsync(
        FeedAddress address, string? etag, string? lastModified, byte[]? lastHash, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_limits.Timeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return address.FilePath is { } path
                ? await ReadFileAsync(path, lastHash, linked.Token).ConfigureAwait(false)
                : await ReadHttpAsync(address, etag, lastModified, lastHash, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FeedFailure("timeout", $"The calendar was not read within {_limits.Timeout.TotalSeconds:0} seconds.");
        }
        catch (HttpRequestException exception)
        {
            throw new FeedFailure(
                exception.HttpRequestError switch
                {
                    HttpRequestError.NameResolutionError => "unknown-host",
                    HttpRequestError.SecureConnectionError => "tls",
                    _ => "unreachable",
                },
                exception.HttpRequestError switch
                {
                    HttpRequestError.NameResolutionError => "The host's name could not be resolved.",
                    HttpRequestError.SecureConnectionError => "No secure connection could be made; the server's certificate may be invalid, or the clock wrong.",
                    HttpRequestError.ConnectionError => "The host did not accept the connection.",
                    HttpRequestError.ResponseEnded => "The answer broke off.",
                    _ => "The host's answer could not be read.",
                });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new FeedFailure("unreadable", address.FilePath is null ? "The answer could not be decoded." : address.MaskIn(exception.Message));
        }
    }

    public void Dispose() => _http.Dispose();

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
            catch (HttpRequestException exception) when (
                i + 1 < candidates.Count
                && exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError)
            {
                // webcal without https: the next candidate is plain http.
            }
        }
    }

    private async Task<FeedResponse> RequestAsync(
        Uri uri, string? etag, string? lastModified, byte[]? lastHash, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            if (lastHash is not null && etag is not null)
                request.Headers.TryAddWithoutValidation("If-None-Match", etag);
            if (lastHash is not null && lastModified is not null)
                request.Headers.TryAddWithoutValidation("If-Modified-Since", lastModified);

            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NotModified && lastHash is not null)
                return new(null, lastHash, etag, lastModified);
            if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308)
            {
                uri = Redirected(uri, response, redirects);
                continue;
            }
            if (!response.IsSuccessStatusCode)
                throw Refused(response);
            if (response.Content.Headers.ContentLength > _limits.MaxBytes)
                throw TooLarge();

            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                return Answer(
                    await ReadBoundedAsync(stream, cancellationToken).ConfigureAwait(false),
                    lastHash,
                    response.Headers.ETag?.ToString(),
                    response.Content.Headers.TryGetValues("Last-Modified", out var values) ? values.FirstOrDefault() : null);
            }
        }
    }

    private Uri Redirected(Uri from, HttpResponseMessage response, int redirects)
    {
        if (redirects == _limits.MaxRedirects)
            throw new FeedFailure("too-many-redirects", $"The server redirected more than {_limits.MaxRedirects} times.");
        if (response.Headers.Location is not { } location)
            throw new FeedFailure("bad-redirect", "The server redirected without saying where to.");
        var target = location.IsAbsoluteUri ? location : new Uri(from, location);
        // From https to http the secret in the address would travel in the clear.
        if (target.Scheme is not ("http" or "https") || (from.Scheme == "https" && target.Scheme == "http"))
            throw new FeedFailure("bad-redirect", "The server redirected to an address that is not secure.");
        return target;
    }

    private FeedFailure Refused(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        TimeSpan? retryAfter = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => null,
        };
        return new(
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
    }

    private async Task<FeedResponse> ReadFileAsync(string path, byte[]? lastHash, CancellationToken cancellationToken)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
            return Answer(await ReadBoundedAsync(stream, cancellationToken).ConfigureAwait(false), lastHash, null, null);
    }

    private async Task<byte[]> ReadBoundedAsync(Stream stream, CancellationToken cancellationToken) =>
        await BoundedRead.ToArrayAsync(stream, _limits.MaxBytes, cancellationToken).ConfigureAwait(false) ?? throw TooLarge();

    private FeedFailure TooLarge() => new("too-large", $"The calendar is larger than {_limits.MaxBytes / (1024 * 1024)} MB.");

    private static FeedResponse Answer(byte[] content, byte[]? lastHash, string? etag, string? lastModified)
    {
        var hash = SHA256.HashData(content);
        return new(lastHash is not null && hash.AsSpan().SequenceEqual(lastHash) ? null : content, hash, etag, lastModified);
    }
}
