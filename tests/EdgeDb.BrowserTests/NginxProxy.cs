using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using EdgeDb.Tests;

namespace EdgeDb.BrowserTests;

/// <summary>A real nginx between browsers and the service, which writes down what it was asked.</summary>
internal sealed class NginxProxy : IAsyncDisposable
{
    private const string Mark = "/written-down";

    private readonly TemporaryFolder _folder;
    private readonly Process _process;
    private int _told;

    private NginxProxy(TemporaryFolder folder, Process process, int port)
    {
        _folder = folder;
        _process = process;
        Address = new(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}/"));
    }

    public Uri Address { get; }

    private string Log => _folder.File("access.log");

    /// <param name="service">Where it passes everything on to.</param>
    /// <param name="keeps">It keeps what it may. Then it takes the validators out of what it passes on, and answers those of what it keeps by itself.</param>
    /// <param name="pages">A folder with a build of the pages, served instead of the service's own; what is in it may change.</param>
    public static async Task<NginxProxy> StartAsync(Uri service, bool keeps, string? pages = null)
    {
        var passed = pages is null ? "location / {" : $$"""
            types { text/html html; text/javascript js; text/css css; image/svg+xml svg; image/png png; application/manifest+json webmanifest; }
                root {{pages}};
                add_header Cache-Control no-cache;
                location / { try_files $uri /index.html; }
                location ~ \.[a-z]+$ { try_files $uri =404; }
                location ~ ^/(api|health|trust)(/|$) {
            """;
        var folder = new TemporaryFolder();
        var port = LoopbackPort.Free();
        await File.WriteAllTextAsync(
            folder.File("nginx.conf"),
            string.Create(CultureInfo.InvariantCulture, $$"""
            daemon off;
            master_process off;
            pid {{folder.File("nginx.pid")}};
            error_log stderr crit;
            events { worker_connections 256; }
            http {
              log_format asked '$status $upstream_cache_status $request_method $request_uri';
              access_log {{folder.File("access.log")}} asked;
              client_body_temp_path {{folder.File("bodies")}};
              proxy_temp_path {{folder.File("passing")}};
              fastcgi_temp_path {{folder.File("fastcgi")}};
              uwsgi_temp_path {{folder.File("uwsgi")}};
              scgi_temp_path {{folder.File("scgi")}};
              proxy_cache_path {{folder.File("kept")}} keys_zone=kept:1m;
              server {
                listen 127.0.0.1:{{port}};
                location = {{Mark}} { access_log off; return 204; }
                {{passed}}
                  proxy_pass http://127.0.0.1:{{service.Port}};
                  proxy_http_version 1.1;
                  proxy_set_header Host $http_host;
                  proxy_set_header Connection "";
                  proxy_cache {{(keeps ? "kept" : "off")}};
                }
              }
            }
            """));
        var process = Process.Start(new ProcessStartInfo("nginx", ["-p", folder.Path, "-c", folder.File("nginx.conf")]) { RedirectStandardError = true })!;
        var proxy = new NginxProxy(folder, process, port);
        for (var ready = false; !ready;)
        {
            if (process.HasExited)
                throw new InvalidOperationException("nginx ended: " + await process.StandardError.ReadToEndAsync());
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync("127.0.0.1", port);
                ready = true;
            }
            catch (SocketException)
            {
                await Task.Yield();
            }
        }

        return proxy;
    }

    /// <summary>What was asked since the last call: status, whether it came from what the proxy keeps (HIT), and path.</summary>
    public async Task<List<(int Status, string Kept, string Path)>> AskedAsync()
    {
        // It writes down what it has answered after the answer, one after the other: before it answers this.
        using (var client = new HttpClient())
        using (await client.GetAsync(new Uri(Address, Mark)))
        {
        }
        var lines = File.Exists(Log) ? await File.ReadAllLinesAsync(Log) : [];
        var asked = lines.Skip(_told).Select(static line => line.Split(' ')).Select(static p => (int.Parse(p[0], CultureInfo.InvariantCulture), p[1], p[3])).ToList();
        _told = lines.Length;
        return asked;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }
}
