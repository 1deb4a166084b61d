using System.Collections.Concurrent;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Tests.Connections;

/// <summary>Kestrel on a free port of 127.0.0.1, that counts what it is asked.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private int _running;
    private int _mostRunning;
    private int _requests;
    private int _connections;

    private WebServer(RequestDelegate answer, X509Certificate2? certificate, SslProtocols tls, HttpProtocols protocols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            listen.Use(next => async connection =>
            {
                Interlocked.Increment(ref _connections);
                try
                {
                    await next(connection);
                }
                finally
                {
                    Interlocked.Decrement(ref _connections);
                }
            });
            if (certificate is not null)
                listen.UseHttps(certificate, https => https.SslProtocols = tls);
        }));
        _application = builder.Build();
        _application.Run(async context =>
        {
            Interlocked.Increment(ref _requests);
            var running = Interlocked.Increment(ref _running);
            for (var most = _mostRunning; running > most && Interlocked.CompareExchange(ref _mostRunning, running, most) != most; most = _mostRunning)
            {
            }

            Headers.Enqueue(context.Request.Headers.ToDictionary(static h => h.Key, static h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase));
            if (context.Features.Get<ITlsHandshakeFeature>() is { } handshake)
                Protocol = handshake.Protocol;
            try
            {
                await answer(context);
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        });
    }

    /// <summary>For example https://localhost:40123/.</summary>
    public Uri Address { get; private set; } = null!;

    public int Port => Address.Port;

    /// <summary>Requests so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Requests being answered now.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>The most at once so far.</summary>
    public int MostRunning => Volatile.Read(ref _mostRunning);

    /// <summary>Connections open now.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>TLS version of the last request.</summary>
    public SslProtocols Protocol { get; private set; }

    /// <summary>Headers of each request.</summary>
    public ConcurrentQueue<Dictionary<string, string>> Headers { get; } = new();

    public static async Task<WebServer> StartAsync(
        RequestDelegate answer, X509Certificate2? certificate = null, SslProtocols tls = SslProtocols.None, HttpProtocols protocols = HttpProtocols.Http1AndHttp2)
    {
        var server = new WebServer(answer, certificate, tls, protocols);
        await server._application.StartAsync();
        server.Address = new UriBuilder(server._application.Urls.First()) { Host = "localhost" }.Uri;
        return server;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
