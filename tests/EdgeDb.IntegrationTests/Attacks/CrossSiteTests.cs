using System.Net;
using System.Text;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>A page of another site, open in the browser of somebody who is signed in here. The browser would not send the cookie (SameSite); each request carries it all the same.</summary>
public sealed class CrossSiteTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private readonly TemporaryFolder _folder = new();
    private ServiceProcess _service = null!;
    private string _cookie = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _service = await ServiceProcess.StartAsync(_folder.Path);
        using var nobody = new Visitor(_service, "nobody");
        var claimed = await nobody.SendAsync("POST", "/api/setup", new { name = "Ana", password = Password });
        Assert.Contains("samesite=strict", claimed.Headers, StringComparison.OrdinalIgnoreCase);
        _cookie = claimed.Cookie;
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    public static TheoryData<string, string, int> Requests => new()
    {
        // What a form or a fetch without preflight can send.
        { "Origin: https://attacker.example", "application/json", 403 },
        { "Origin: https://attacker.example", "text/plain", 403 },
        { "Origin: https://attacker.example", "application/x-www-form-urlencoded", 403 },
        { "Origin: https://attacker.example", "multipart/form-data; boundary=x", 403 },
        { "Origin: null", "application/json", 403 },
        { "Origin: http://localhost.attacker.example", "application/json", 403 },
        { "Origin: http://localhost:1", "application/json", 403 },
        { "Origin: file://", "application/json", 403 },
        { "Origin: http://HOST@attacker.example", "application/json", 403 },
        { "Sec-Fetch-Site: cross-site", "application/json", 403 },
        { "Sec-Fetch-Site: same-site", "application/json", 403 },
        { "Sec-Fetch-Site: cross-site\r\nOrigin: http://HOST", "application/json", 403 },
        // An old browser that says neither cannot send JSON without asking first.
        { "Referer: https://attacker.example/", "text/plain", 415 },
        { "Referer: https://attacker.example/", "application/x-www-form-urlencoded", 415 },
        { "Referer: https://attacker.example/", "multipart/form-data; boundary=x", 415 },
        { "Referer: https://attacker.example/", "text/plain; x=application/json", 415 },
        { "Referer: https://attacker.example/", "", 415 },
        // Our own pages.
        { "Sec-Fetch-Site: same-origin\r\nOrigin: http://HOST", "application/json", 201 },
        { "Origin: http://HOST", "application/json", 201 },
    };

    [Theory, MemberData(nameof(Requests))]
    public async Task Another_sites_page_changes_nothing_with_somebodys_cookie(string headers, string type, int status)
    {
        var host = _service.Address.Authority;
        const string Body = "{\"name\":\"Eve\"}";
        using var wire = await Wire.ConnectAsync(new(IPAddress.Loopback, _service.Address.Port));
        await wire.SendAsync(
            $"POST /api/members HTTP/1.1\r\nHost: {host}\r\nCookie: {_cookie}\r\n{headers.Replace("HOST", host, StringComparison.Ordinal)}\r\n"
            + (type.Length == 0 ? "" : $"Content-Type: {type}\r\n") + $"Content-Length: {Body.Length}\r\nConnection: close\r\n\r\n{Body}");

        var answer = await wire.ReadToEndAsync();

        Assert.Equal([status], Wire.Statuses(answer));
        Assert.DoesNotContain("Access-Control-", answer, StringComparison.OrdinalIgnoreCase);
        using var owner = new Visitor(_service, "owner", "Cookie", _cookie);
        Assert.Equal(status == 201, (await owner.SendAsync("GET", "/api/members")).Text.Contains("Eve", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_site_is_never_allowed_to_read_and_signs_nobody_in_or_out()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = _service.Address };
        foreach (var (method, path) in new[] { ("OPTIONS", "/api/members"), ("GET", "/api/members"), ("GET", "/api/changes"), ("GET", "/"), ("POST", "/api/session"), ("DELETE", "/api/session"), ("POST", "/api/pairings"), ("POST", "/api/setup") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
            request.Headers.TryAddWithoutValidation("Origin", "https://attacker.example");
            request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", "PUT");
            request.Headers.TryAddWithoutValidation("Cookie", _cookie);
            if (method == "POST")
                request.Content = new StringContent($"{{\"name\":\"Ana\",\"password\":\"{Password}\"}}", Encoding.UTF8, "application/json");
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);

            Assert.DoesNotContain(answer.Headers, static header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
            Assert.Equal("same-origin", answer.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
            Assert.False(answer.Headers.Contains("Set-Cookie"));
            if (method != "GET")
                Assert.True(answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed, $"{method} {path}: {answer.StatusCode}");
        }

        using var owner = new Visitor(_service, "owner", "Cookie", _cookie);
        Assert.Equal(200, (await owner.SendAsync("GET", "/api/members")).Status);
    }

    [Fact]
    public async Task A_name_that_was_made_to_point_here_gets_nothing_also_with_the_cookie()
    {
        foreach (var (method, path) in new[] { ("GET", "/api/members"), ("GET", "/"), ("GET", "/trust"), ("GET", "/health/live"), ("POST", "/api/session"), ("DELETE", "/api/sample") })
            foreach (var host in new[] { "attacker.example", $"attacker.example:{_service.Address.Port}", "attacker.example.", "localhost.attacker.example", "127.0.0.1.nip.io", "xn--attacker-8ya.example" })
            {
                using var wire = await Wire.ConnectAsync(new(IPAddress.Loopback, _service.Address.Port));
                // The page and what it asks for are of the same origin to the browser.
                await wire.SendAsync($"{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nSec-Fetch-Site: same-origin\r\nCookie: {_cookie}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                Assert.Equal([421], Wire.Statuses(await wire.ReadToEndAsync()));
            }
    }
}
