namespace EdgeDb.Core.Connections;

/// <summary>
/// The one way in which this process asks over HTTP: bounded in connections, time, size and redirects, HTTP/2 where the host offers it,
/// TLS 1.3 where it has that.
/// </summary>
internal sealed class HttpTransport : IDisposable
{
    private const int FailureBytes = 64 * 1024;

    private readonly HttpOrigins _origins;
    private readonly TimeProvider _time;

    /// <summary>Throws <see cref="ArgumentException"/> with every problem of the limits in one message.</summary>
    public HttpTransport(HttpLimits limits, TimeProvider time)
    {
        limits.Problems().ThrowIfAny("The limits of HTTP cannot be used");
        _time = time;
        _origins = new HttpOrigins(limits, time);
    }

    /// <summary>Requests under way, callers waiting, sockets open (idle ones included), hosts remembered.</summary>
    public (int InFlight, int Waiting, int Sockets, int Origins) Statistics => _origins.Statistics;

    /// <summary>
    /// Asks and reads the answer. Throws <see cref="HttpException"/>, <see cref="PoolBusyException"/> when it cannot begin, and
    /// <see cref="OperationCanceledException"/> for <paramref name="ct"/> only. An answer of any status is an answer.
    /// </summary>
    public async Task<HttpAnswer> SendAsync(HttpCall call, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(call.Timeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        var key = HttpOriginKey.Of(call.Uri, call.Trust, call.Reach);
        try
        {
            var uri = call.Uri;
            for (var redirects = 0; ; redirects++)
            {
                var (answer, location) = await AskAsync(call, uri, key, linked.Token).ConfigureAwait(false);
                if (answer is not null)
                    return answer;
                uri = Redirected(call, uri, location, redirects);
                // A trust of its own is about the host that was asked for.
                var target = HttpOriginKey.Of(uri, call.Trust, call.Reach);
                key = target.Host == call.Uri.IdnHost ? target : target with { Trust = TlsTrust.System };
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new HttpException(HttpFailure.Timeout, $"{key} did not answer within {call.Timeout.TotalSeconds:0.###} s.");
        }
        catch (OperationCanceledException failure) when (!ct.IsCancellationRequested)
        {
            throw new HttpException(HttpFailure.Unreachable, $"{key} did not accept a connection within ConnectTimeout.", failure);
        }
        catch (HttpRequestException failure)
        {
            if (failure.InnerException is AddressRefusedException refused)
                throw new HttpException(HttpFailure.NotPublic, refused.Message, failure);
            if (failure.InnerException is PoolBusyException busy)
                throw new PoolBusyException(busy.Message, busy.Waited, failure);
            throw Failed(key, failure);
        }
        catch (HttpIOException failure)
        {
            throw new HttpException(failure.HttpRequestError == HttpRequestError.ResponseEnded ? HttpFailure.Ended : HttpFailure.Protocol, $"The answer of {key} broke off.", failure);
        }
        catch (InvalidDataException failure)
        {
            throw new HttpException(HttpFailure.Undecodable, $"The answer of {key} cannot be decompressed.", failure);
        }
        catch (IOException failure)
        {
            throw new HttpException(HttpFailure.Ended, $"The connection to {key} broke.", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _origins.Dispose();

    /// <summary>One request: its answer, or, when the call follows redirects and it is one, where to.</summary>
    private async Task<(HttpAnswer? Answer, Uri? Location)> AskAsync(HttpCall call, Uri uri, HttpOriginKey key, CancellationToken ct)
    {
        var origin = await _origins.AcquireAsync(key, ct).ConfigureAwait(false);
        var isAbandoned = false;
        try
        {
            using var request = NewRequest(call, uri);
            using var response = await origin.Invoker.SendAsync(request, ct).ConfigureAwait(false);
            _origins.Answered(origin);
            var status = (int)response.StatusCode;
            if (call.MaxRedirects is not null && call.Method == HttpMethod.Get && status is 301 or 302 or 303 or 307 or 308)
                return (null, response.Headers.Location);

            var reads = response.IsSuccessStatusCode || call.ReadsFailures;
            var body = reads ? await ReadAsync(response, response.IsSuccessStatusCode ? call.MaxAnswerBytes : FailureBytes, key, ct).ConfigureAwait(false) : [];
            return (new HttpAnswer(
                key.ToString(), status, response.Version, body,
                response.Headers.ETag?.ToString(),
                response.Content.Headers.TryGetValues("Last-Modified", out var values) ? values.FirstOrDefault() : null,
                RetryAfter(response)), null);
        }
        catch (OperationCanceledException)
        {
            isAbandoned = true;
            throw;
        }
        finally
        {
            _origins.Release(origin, isAbandoned);
        }
    }

    private static HttpRequestMessage NewRequest(HttpCall call, Uri uri)
    {
        var request = new HttpRequestMessage(call.Method, uri)
        {
            // HTTP/2 where TLS agrees on it, else 1.1.
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.TryAddWithoutValidation("User-Agent", "EdgeDb/1");
        foreach (var (name, value) in call.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (call.Credential is { } credential && HttpOriginKey.Of(uri, call.Trust, call.Reach) == HttpOriginKey.Of(call.Uri, call.Trust, call.Reach))
            request.Headers.TryAddWithoutValidation(credential.Name, credential.Value);
        if (!call.Body.IsEmpty)
        {
            request.Content = new ReadOnlyMemoryContent(call.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", call.BodyType);
        }

        return request;
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, int maxBytes, HttpOriginKey key, CancellationToken ct)
    {
        if (response.Content.Headers.ContentLength > maxBytes)
            throw TooLarge();
        var stream = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                return await BoundedRead.ToArrayAsync(stream, maxBytes, ct).ConfigureAwait(false) ?? throw TooLarge();
            }
            catch (InvalidOperationException broken) when (broken is not ObjectDisposedException)
            {
                // BrotliStream's word for it; the other decompressors have the right one.
                throw new InvalidDataException(broken.Message, broken);
            }
        }

        HttpException TooLarge() => new(HttpFailure.TooLarge, $"The answer of {key} is larger than the {maxBytes} bytes that this call allows.");
    }

    private static Uri Redirected(HttpCall call, Uri from, Uri? location, int redirects)
    {
        if (redirects == call.MaxRedirects)
            throw new HttpException(HttpFailure.TooManyRedirects, $"{call.Uri.IdnHost} redirected more than {call.MaxRedirects} times.");
        if (location is null)
            throw new HttpException(HttpFailure.RedirectWithoutTarget, $"{from.IdnHost} redirected without saying where to.");
        var target = location.IsAbsoluteUri ? location : new Uri(from, location);
        if (target.Scheme is not ("http" or "https") || (from.Scheme == "https" && target.Scheme == "http"))
            throw new HttpException(HttpFailure.InsecureRedirect, $"{from.IdnHost} redirected to an address that is not secure.");
        return target;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _time.GetUtcNow(),
        _ => null,
    };

    private static HttpException Failed(HttpOriginKey key, HttpRequestException failure) => failure.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => new(HttpFailure.UnknownHost, $"The name {key.Host} cannot be resolved.", failure),
        HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError => new(HttpFailure.Unreachable, $"{key} does not accept a connection.", failure),
        HttpRequestError.SecureConnectionError => new(HttpFailure.Tls, $"No secure connection to {key}: {failure.InnerException?.Message ?? failure.Message}", failure),
        HttpRequestError.ResponseEnded => new(HttpFailure.Ended, $"The answer of {key} broke off.", failure),
        HttpRequestError.ConfigurationLimitExceeded => new(HttpFailure.TooLarge, $"The headers of {key} are larger than 32 KB.", failure),
        HttpRequestError.Unknown when failure.InnerException is IOException => new(HttpFailure.Ended, $"The connection to {key} broke.", failure),
        _ => new(HttpFailure.Protocol, $"{key} does not speak HTTP as agreed.", failure),
    };
}
