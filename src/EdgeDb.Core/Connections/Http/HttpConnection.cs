namespace EdgeDb.Core.Connections;

/// <summary>
/// The way to one endpoint. It is shared: the sockets are the transport's, which opens them when they are needed, reuses them in any order and
/// bounds them, and over HTTP/2 one carries many requests.
/// </summary>
internal sealed class HttpConnection(HttpTransport transport, HttpSettings settings)
{
    private readonly Uri _base = settings.Base;

    /// <summary>
    /// Sends a call whose address is relative to the endpoint's, with the endpoint's trust, credential and timeout (the shorter one counts). Throws as
    /// <see cref="HttpTransport.SendAsync"/>.
    /// </summary>
    public async Task<HttpAnswer> SendAsync(HttpCall call, CancellationToken ct)
    {
        if (call.Uri.IsAbsoluteUri)
            throw new ArgumentException($"The address must be relative to {settings}.", nameof(call));
        var answer = await transport.SendAsync(
            call with
            {
                Uri = new Uri(_base, call.Uri),
                Trust = settings.Trust,
                Credential = settings.Credential is var (name, secret) ? (name, secret.Value) : null,
                Timeout = call.Timeout < settings.Timeout ? call.Timeout : settings.Timeout,
            },
            ct).ConfigureAwait(false);
        if (answer.Status is 401 or 403)
            settings.Credential?.Value.Refused();
        return answer;
    }
}
