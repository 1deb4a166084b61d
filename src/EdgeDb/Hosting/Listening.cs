using System.Net;
using EdgeDb.Core.Certificates;
using EdgeDb.Options;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EdgeDb.Hosting;

/// <summary>Where the service listens, and the limits of a connection: the first thing that a stranger on the network meets.</summary>
internal static class Listening
{
    private const int MaxConnections = 256;
    // Some browsers open a dozen, and a family may come through one router.
    private const int MaxConnectionsPerClient = 64;
    private const long MaxBodyBytes = 12 * 1024 * 1024;
    private const int MaxHeaderBytes = 16 * 1024;

    // A browser asks for some dozens of files and answers at once.
    private const int MaxStreams = 64;

    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(10);

    /// <param name="kestrel">Is configured.</param>
    /// <param name="options">Say where.</param>
    /// <param name="tls">How https is spoken; null where it is off.</param>
    public static void Configure(KestrelServerOptions kestrel, EdgeDbOptions options, ServerTls? tls)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = MaxConnections;
        limits.MaxRequestBodySize = MaxBodyBytes;
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        // By default 240 bytes a second, and what the socket has taken counts as time that is left: who reads nothing would hold a calendar of 5 MB for hours.
        limits.MinResponseDataRate = new(bytesPerSecond: 8 * 1024, gracePeriod: TimeSpan.FromSeconds(10));
        // Streams that are opened and reset at once (CVE-2023-44487) are the server's own matter: it ends such a connection.
        limits.Http2.MaxStreamsPerConnection = MaxStreams;
        limits.Http2.MaxRequestHeaderFieldSize = 8 * 1024;
        limits.Http2.InitialConnectionWindowSize = 256 * 1024;
        limits.Http2.InitialStreamWindowSize = 128 * 1024;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(60);
        var clients = new ClientConnections(MaxConnectionsPerClient);
        kestrel.ConfigureEndpointDefaults(listen => listen.Use(clients.Around));
        Listen(kestrel, options.Listen, options.Port, static listen => listen.Protocols = HttpProtocols.Http1);
        if (tls is null)
            return;
        Listen(kestrel, options.Listen, options.Tls.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            // By a callback, so that certificate and OpenSSL are loaded by the first handshake and a new certificate is shown by the next.
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = HandshakeLimit,
                OnConnection = context => tls.OptionsAsync((context.Connection.LocalEndPoint as IPEndPoint)?.Address, context.CancellationToken),
            });
        });
    }

    /// <summary>The port that was bound for a scheme. Called once the server listens.</summary>
    public static int BoundPort(WebApplication app, string scheme)
    {
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return new Uri(bound.First(address => address.StartsWith(scheme + ":", StringComparison.Ordinal)).Replace("[::]", "localhost", StringComparison.Ordinal)).Port;
    }

    /// <summary>Where programs of this machine reach it, without asking for a name.</summary>
    public static Uri LocalAddress(EdgeDbOptions options, int port) =>
        new UriBuilder("http", options.Listen is "localhost" or "*" or "0.0.0.0" ? "127.0.0.1" : options.Listen == "::" ? "::1" : options.Listen, port).Uri;

    /// <summary>What a person enters.</summary>
    public static Uri Address(EdgeDbOptions options, string scheme, int port) => new UriBuilder(
        scheme,
        options.Listen switch
        {
            "localhost" => "localhost",
            "*" or "0.0.0.0" or "::" => Dns.GetHostName(),
            var address => address,
        },
        port).Uri;

    private static void Listen(KestrelServerOptions kestrel, string listen, int port, Action<ListenOptions> configure)
    {
        switch (listen)
        {
            // Kestrel cannot take a free port on "localhost" (two addresses): then it is the IPv4 loopback alone.
            case "localhost" when port != 0:
                kestrel.ListenLocalhost(port, configure);
                break;
            case "localhost":
                kestrel.Listen(IPAddress.Loopback, 0, configure);
                break;
            case "*":
                kestrel.ListenAnyIP(port, configure);
                break;
            default:
                kestrel.Listen(IPAddress.Parse(listen), port, configure);
                break;
        }
    }
}
