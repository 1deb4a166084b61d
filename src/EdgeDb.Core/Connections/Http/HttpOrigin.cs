namespace EdgeDb.Core.Connections;

/// <summary>Scheme, host and port, and whom to trust there.</summary>
internal readonly record struct HttpOriginKey(string Scheme, string Host, int Port, HttpTrust Trust)
{
    public static HttpOriginKey Of(Uri uri, HttpTrust trust) => new(uri.Scheme, uri.IdnHost, uri.Port, trust);

    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>
/// The connections to one origin: a handler of its own, because those of one handler cannot be closed host by host when others need
/// sockets. All but the handler is guarded by the lock of <see cref="HttpOrigins"/>.
/// </summary>
internal sealed class HttpOrigin(HttpOriginKey key, SocketsHttpHandler handler) : IDisposable
{
    public HttpOriginKey Key { get; } = key;

    /// <summary>Adds nothing of its own to the handler, unlike HttpClient: no default headers, no timeout, no buffer.</summary>
    public HttpMessageInvoker Invoker { get; } = new(handler);

    /// <summary>Requests under way.</summary>
    public int InFlight { get; set; }

    /// <summary>Callers that wait to begin one.</summary>
    public int Waiting { get; set; }

    /// <summary>Sockets open, idle ones included.</summary>
    public int Sockets { get; set; }

    /// <summary>Counts requests of all origins: the smallest was used the longest ago.</summary>
    public long LastUse { get; set; }

    public bool IsIdle => InFlight == 0 && Waiting == 0;

    public void Dispose() => Invoker.Dispose();
}
