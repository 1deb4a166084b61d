using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Once a household has an owner, nothing that is worth something travels in the clear beyond this machine.</summary>
public sealed class HttpsOnlyTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private readonly TemporaryFolder _folder = new();
    private SecureService _service = null!;
    private HttpClient _house = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string HouseHost => $"{HouseAddress.Own}:{_service.Service.Address.Port}";

    public async ValueTask InitializeAsync()
    {
        _service = await SecureService.StartWithAsync(_folder, "--listen", "*");
        _house = Client($"http://{HouseHost}");
    }

    public async ValueTask DisposeAsync()
    {
        _house.Dispose();
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Plain_http_leads_to_https_from_the_claim_on_and_takes_nothing()
    {
        Assert.Equal(HttpStatusCode.OK, (await _house.GetAsync(new Uri("/api/members", UriKind.Relative), Ct)).StatusCode);
        await ClaimAsync();

        foreach (var (method, path) in new[]
        {
            (HttpMethod.Get, "/"), (HttpMethod.Get, "/api/members?limit=1"), (HttpMethod.Head, "/api/members"), (HttpMethod.Get, "/trusty"), (HttpMethod.Get, "/health/ready"),
            (HttpMethod.Get, "/api/changes"), (HttpMethod.Get, "/metrics"), (HttpMethod.Get, "/nothing.txt"),
        })
        {
            using var answer = await _house.SendAsync(new HttpRequestMessage(method, new Uri(path, UriKind.Relative)), Ct);
            Assert.Equal((HttpStatusCode.TemporaryRedirect, $"https://{HouseAddress.Own}:{_service.Port}{path}"), (answer.StatusCode, answer.Headers.Location!.OriginalString));
            Assert.Contains("no-store", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
            Assert.Empty(await answer.Content.ReadAsStringAsync(Ct));
        }

        foreach (var (method, path) in new[] { ("POST", "/api/session"), ("POST", "/api/setup"), ("PUT", "/api/household"), ("DELETE", "/api/sample"), ("POST", "/api/pairings"), ("PROPFIND", "/") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(new { name = "Ana", password = Password }) };
            using var answer = await _house.SendAsync(request, Ct);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Equal("urn:edgedb:problem:https-needed", JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement.Text("type"));
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }

        // What a device needs before it can trust the authority, and the sign of life.
        foreach (var path in new[] { "/trust", "/trust/authority.pem", "/health/live" })
            Assert.Equal(HttpStatusCode.OK, (await _house.GetAsync(new Uri(path, UriKind.Relative), Ct)).StatusCode);
        // On the machine itself nothing travels.
        Assert.Equal(HttpStatusCode.Unauthorized, (await _service.Service.Http.GetAsync(new Uri("/api/members", UriKind.Relative), Ct)).StatusCode);
    }

    [Fact]
    public async Task A_redirect_carries_nothing_that_would_become_a_header()
    {
        await ClaimAsync();
        foreach (var path in new[] { "/%0d%0aSet-Cookie:%20a=b", "/a?x=%0d%0aSet-Cookie:%20a=b", "/%E5%98%8A%E5%98%8DSet-Cookie:%20a=b", "//attacker.example/", "/\\attacker.example/" })
        {
            using var wire = await Wire.ConnectAsync(new(HouseAddress.Own, _service.Service.Address.Port));
            await wire.SendAsync($"GET {path} HTTP/1.1\r\nHost: {HouseHost}\r\nConnection: close\r\n\r\n");
            var answer = await wire.ReadToEndAsync();
            Assert.DoesNotContain("\nSet-Cookie", answer, StringComparison.OrdinalIgnoreCase);
            if (Wire.Statuses(answer)[0] == 307)
                Assert.Contains($"\r\nLocation: https://{HouseAddress.Own}:{_service.Port}/", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_cookie_of_https_is_for_https_alone_and_one_of_plain_http_is_not_taken_there()
    {
        var plain = await ClaimAsync();
        using var authority = await _service.TrustAsync();
        using var secure = SecureService.Client(authority, $"https://localhost:{_service.Port}");
        using var signedIn = await secure.PostAsJsonAsync(new Uri("/api/session", UriKind.Relative), new { name = "Ana", password = Password }, Ct);
        var cookie = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"));
        var parts = cookie.Split("; ").Select(static part => part.ToLowerInvariant()).ToList();
        Assert.StartsWith("__Host-edgedb=", cookie, StringComparison.Ordinal);
        Assert.Superset(new HashSet<string> { "secure", "httponly", "samesite=strict", "path=/" }, parts.ToHashSet());
        Assert.DoesNotContain(parts, static part => part.StartsWith("domain", StringComparison.Ordinal));

        using var other = SecureService.Client(authority, $"https://localhost:{_service.Port}");
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(other, plain));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(other, cookie.Split(';')[0]));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(_service.Service.Http, cookie.Split(';')[0]));
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient http, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/members", UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Cookie", cookie);
        using var answer = await http.SendAsync(request, Ct);
        return answer.StatusCode;
    }

    private static HttpClient Client(string address) => new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = new Uri(address) };

    /// <summary>On the machine itself; returns the cookie.</summary>
    private async Task<string> ClaimAsync()
    {
        using var local = Client(_service.Service.Address.OriginalString);
        using var claimed = await local.PostAsJsonAsync(new Uri("/api/setup", UriKind.Relative), new { name = "Ana", password = Password }, Ct);
        Assert.Equal(HttpStatusCode.Created, claimed.StatusCode);
        return claimed.Headers.GetValues("Set-Cookie").First().Split(';')[0];
    }
}
