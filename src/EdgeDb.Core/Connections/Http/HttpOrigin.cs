namespace EdgeDb.Core.Connections;

/// <summary>Scheme, host and port, whom to trust there, and which of its addresses may be dialled: a connection made with more reach must not serve a request with less.</summary>
internal readonly record struct HttpOriginKey(string Scheme, string Host, int Port, TlsTrust Trust, HttpReach Reach)
{
    public static HttpOriginKey Of(Uri uri, TlsTrust trust, HttpReach reach) => new(uri.Scheme, uri.IdnHost, uri.Port, trust, reach);

    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>
/// The connections to one origin: a handler of its own, because those of one handler cannot be closed host by host when others need
/// sockets. All but the handler is guarded by the lock of <see cref="HttpOrigins"/>.
/// </summary>
internal sealed class HttpOrigin(HttpOriginKey key) : IDisposable
{
    public HttpOriginKey Key { get; } = key;

    /// <summary>Adds nothing of its own to the handler, unlike HttpClient: no default headers, no timeout, no buffer.</summary>
    public HttpMessageInvoker Invoker { get; private set; } = null!;

    /// <summary>Requests under way.</summary>
    public int InFlight { get; set; }

    /// <summary>Callers that wait to begin one.</summary>
    public int Waiting { get; set; }

    /// <summary>Sockets open, idle ones included.</summary>
    public int Sockets { get; set; }

    /// <summary>Counts requests of all origins: the smallest was used the longest ago.</summary>
    public long LastUse { get; set; }

    /// <summary>When the oldest request was begun that no answer has followed, to it or to any other; null when there is none.</summary>
    public long? SilentSince { get; set; }

    public bool IsIdle => InFlight == 0 && Waiting == 0;

    /// <summary>
    /// New requests get new connections; called once before the first. The old handler is not disposed, because a request may be about to use it; its connections end with their
    /// idle timeout, and it with them.
    /// </summary>
    public void Renew(SocketsHttpHandler handler) => Invoker = new(handler);

    public void Dispose() => Invoker.Dispose();
}
