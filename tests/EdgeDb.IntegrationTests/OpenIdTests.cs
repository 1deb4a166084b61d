using System.Net;
using System.Text.Json;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Signing in with a provider of OpenID Connect, a double of one; from the browser's side, which keeps back its strict cookie when it comes from there.</summary>
public sealed class OpenIdTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private readonly TemporaryFolder _folder = new();
    private readonly OpenIdProviderDouble _provider = new();
    private ServiceProcess _service = null!;

    public async ValueTask InitializeAsync() => _service = await ServiceProcess.StartAsync(_folder.Path, "--oidc", _provider.Setting);

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _provider.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Who_has_linked_their_account_signs_in_with_the_provider_anywhere()
    {
        using var home = await ClaimAsync();
        var ana = (await home.Api.ListAsync("/api/accounts")).Single();
        Assert.Equal("Doorkeeper", (await home.Api.GetAsync("/api/session")).Json.TextOrNull("provider"));
        Assert.Null(ana.TextOrNull("provider"));

        // A browser that was left alone is not enough.
        (await home.Api.PostAsync($"/api/accounts/{ana.Text("id")}/oidc", new { })).Expect(HttpStatusCode.Forbidden);
        Assert.Equal("/account?oidc=linked", await home.ComeBackAsync(_provider.SignIn(await LinkAsync(home))));
        Assert.Equal(_provider.Issuer, (await home.Api.ListAsync("/api/accounts")).Single().TextOrNull("provider"));

        using var phone = new Browser(_service);
        (await phone.Api.GetAsync("/api/members")).Expect(HttpStatusCode.Unauthorized);
        var address = await phone.BeginAsync("?to=/month");
        Assert.Equal("lax", phone.Cookies["edgedb-oidc"].SameSite);
        Assert.Equal("/month", await phone.ComeBackAsync(_provider.SignIn(address)));
        Assert.Equal("strict", phone.Cookies["edgedb"].SameSite);
        Assert.False(phone.Cookies.ContainsKey("edgedb-oidc"));
        Assert.Equal("Ana", (await phone.Api.GetAsync("/api/session")).Json.TextOrNull("name"));
        (await phone.Api.GetAsync("/api/members")).Expect(HttpStatusCode.OK);

        // The same browser is known the second time, though its session stays behind on the way.
        await phone.ComeBackAsync(_provider.SignIn(await phone.BeginAsync("")));
        var security = (await home.Api.GetAsync("/api/security")).Json;
        Assert.Equal(1, security.GetProperty("counts").EnumerateArray().Single(static count => count.Text("kind") == "new-device").Number("count"));

        (await home.Api.DeleteAsync($"/api/accounts/{ana.Text("id")}/oidc")).Expect(HttpStatusCode.NoContent);
        (await phone.Api.GetAsync("/api/members")).Expect(HttpStatusCode.Unauthorized);
        Assert.Equal("/?oidc=unlinked", await phone.ComeBackAsync(_provider.SignIn(await phone.BeginAsync(""))));

        await _service.StopAsync();
        var (_, lines, _) = await ServiceProcess.RunAsync(["audit", "export", "--data", _folder.Path]);
        var told = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)
            .Select(static entry => $"{entry.Text("kind")} {entry.TextOrNull("what")}").ToList();
        Assert.Contains("account Ana: linked with Doorkeeper", told);
        Assert.Equal(2, told.Count(static entry => entry.StartsWith("sign-in ", StringComparison.Ordinal)));
        Assert.Contains("sign-in-failed the provider vouches for somebody without an account here", told);
        Assert.Contains("account Ana: not linked with a provider any more", told);
        Assert.DoesNotContain(_provider.Subject, lines, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_links_others_and_nobody_is_two_accounts()
    {
        using var owner = await ClaimAsync();
        var ana = (await owner.Api.ListAsync("/api/accounts")).Single().Text("id");
        var kim = (await owner.Api.PostAsync("/api/accounts", new { name = "Kim", role = "child", password = Password })).Expect(HttpStatusCode.Created).Id;
        using var child = new Browser(_service);
        (await child.Api.PostAsync("/api/session", new { name = "Kim", password = Password })).Expect(HttpStatusCode.OK);
        // Or a child could be met by the sign-in of whom it says to be.
        (await child.Api.PutAsync($"/api/accounts/{kim}/oidc", new { subject = "f3c2-ana" })).Expect(HttpStatusCode.Forbidden);
        (await child.Api.PutAsync($"/api/accounts/{ana}/oidc", new { subject = "kim" })).Expect(HttpStatusCode.NotFound);
        (await owner.Api.PutAsync($"/api/accounts/{kim}/oidc", new { subject = "kim" })).Expect(HttpStatusCode.NoContent);
        (await owner.Api.PutAsync($"/api/accounts/{ana}/oidc", new { subject = "kim" })).Expect(HttpStatusCode.Conflict);
        _provider.Subject = "kim";
        Assert.Equal("/account?oidc=taken", await owner.ComeBackAsync(_provider.SignIn(await LinkAsync(owner))));

        using var phone = new Browser(_service);
        await phone.ComeBackAsync(_provider.SignIn(await phone.BeginAsync("")));
        Assert.Equal("Kim", (await phone.Api.GetAsync("/api/session")).Json.TextOrNull("name"));
        (await owner.Api.PutAsync($"/api/accounts/{kim}", new { disabled = true })).Expect(HttpStatusCode.OK);
        (await phone.Api.GetAsync("/api/events")).Expect(HttpStatusCode.Unauthorized);
        Assert.Equal("/?oidc=unlinked", await phone.ComeBackAsync(_provider.SignIn(await phone.BeginAsync(""))));
    }

    [Fact]
    public async Task What_proves_nothing_signs_nobody_in_and_leads_nowhere_else()
    {
        using var owner = await ClaimAsync();
        var ana = (await owner.Api.ListAsync("/api/accounts")).Single().Text("id");
        (await owner.Api.PutAsync($"/api/accounts/{ana}/oidc", new { subject = _provider.Subject })).Expect(HttpStatusCode.NoContent);
        using var phone = new Browser(_service);

        foreach (var to in (string[])["https://evil.example", "//evil.example", "/\\evil.example", "/%2F/evil.example", "/a//b", "/a?b", "/a#b", "javascript:alert(1)", "evil", ""])
            (await phone.Api.GetAsync($"/api/session/oidc?to={Uri.EscapeDataString(to)}")).Expect(HttpStatusCode.BadRequest);
        // Nobody begins here on behalf of another browser.
        var theirs = _provider.SignIn(await owner.BeginAsync(""));
        Assert.Equal("/?oidc=again", await phone.ComeBackAsync(theirs));
        Assert.Equal("/?oidc=denied", await phone.ComeBackAsync(_provider.Deny(await phone.BeginAsync(""))));
        _provider.Claims = static claims => claims["nonce"] = "another";
        Assert.Equal("/?oidc=refused", await phone.ComeBackAsync(_provider.SignIn(await phone.BeginAsync(""))));
        _provider.Claims = static claims => (claims["iat"], claims["exp"]) = (1_500_000_000, 1_500_000_300);
        Assert.Equal("/?oidc=clock", await phone.ComeBackAsync(_provider.SignIn(await phone.BeginAsync(""))));
        Assert.False(phone.Cookies.ContainsKey("edgedb"));
        _provider.Claims = null;
        var good = _provider.SignIn(await phone.BeginAsync(""));
        var cookie = phone.Cookies["edgedb-oidc"];
        Assert.Equal("/", await phone.ComeBackAsync(good));
        phone.Cookies["edgedb-oidc"] = cookie;
        Assert.Equal("/?oidc=again", await phone.ComeBackAsync(good));

        // Whoever comes back again and again with nothing waits, and then the provider is not asked either.
        for (var i = 0; i < 8; i++)
            await phone.ComeBackAsync(new(_service.Address, "/api/session/oidc/return?code=x&state=x"));
        var asked = _provider.Requests.Count;
        Assert.Equal("/?oidc=delayed", await phone.ComeBackAsync(_provider.SignIn(await phone.BeginAsync(""))));
        Assert.Equal(asked, _provider.Requests.Count);
        Assert.DoesNotContain(OpenIdProviderDouble.Secret, _service.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_was_signed_out_while_linking_links_nothing()
    {
        using var owner = await ClaimAsync();
        var address = await LinkAsync(owner);
        (await owner.Api.DeleteAsync("/api/session")).Expect(HttpStatusCode.NoContent);

        Assert.Equal("/account?oidc=again", await owner.ComeBackAsync(_provider.SignIn(address)));
        (await owner.Api.PostAsync("/api/session", new { name = "Ana", password = Password })).Expect(HttpStatusCode.OK);
        Assert.Null((await owner.Api.ListAsync("/api/accounts")).Single().TextOrNull("provider"));
    }

    [Fact]
    public async Task A_provider_that_is_away_keeps_nobody_from_their_password()
    {
        using var owner = await ClaimAsync();
        _provider.Instead = static _ => (500, []);
        using var phone = new Browser(_service);

        Assert.Equal("/?oidc=away", (await phone.Api.GetAsync("/api/session/oidc")).Expect(HttpStatusCode.SeeOther).Headers["Location"]);
        (await phone.Api.PostAsync("/api/session", new { name = "Ana", password = Password })).Expect(HttpStatusCode.OK);
        var upstream = (await owner.Api.GetAsync("/health/ready")).Json.GetProperty("upstreams").EnumerateArray().Select(static u => u.Text("name"));
        Assert.Contains("oidc", upstream);
    }

    [Theory]
    [InlineData("http://edgedb@auth.example.org/", "http:// is for a provider on this machine")]
    [InlineData("https://auth.example.org/", "what the provider calls this service")]
    [InlineData("https://edgedb:x@auth.example.org/?secret-file=/nowhere", "cannot be read")]
    [InlineData("https://edgedb@auth.example.org/?service=board", "service is no address")]
    [InlineData("https://edgedb@auth.example.org/?colour=blue", "those there are: ")]
    public async Task Settings_that_cannot_work_are_refused_at_the_start(string setting, string why)
    {
        var (exit, _, errors) = await ServiceProcess.RunAsync(["serve", "--data", _folder.File("another"), "--oidc", setting]);

        Assert.Equal(2, exit);
        Assert.Contains(why, errors, StringComparison.Ordinal);
    }

    private async Task<Browser> ClaimAsync()
    {
        var owner = new Browser(_service);
        (await owner.Api.PostAsync("/api/setup", new { name = "Ana", password = Password })).Expect(HttpStatusCode.Created);
        return owner;
    }

    private static async Task<Uri> LinkAsync(Browser browser)
    {
        var account = (await browser.Api.GetAsync("/api/session")).Json.Text("account");
        return new((await browser.Api.PostAsync($"/api/accounts/{account}/oidc", new { current = Password })).Expect(HttpStatusCode.OK).Json.Text("address"));
    }

    /// <summary>A browser as far as cookies go: one that is strict is not sent when another site leads here.</summary>
    private sealed class Browser : IDisposable
    {
        private readonly HttpClient _http;
        private readonly Jar _jar = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });

        public Browser(ServiceProcess service)
        {
            _http = new HttpClient(_jar) { BaseAddress = service.Address };
            Api = new(service, _http);
        }

        public Api Api { get; }

        public Dictionary<string, (string Value, string SameSite)> Cookies => _jar.Cookies;

        /// <summary>Begins to sign in; returns where the provider is.</summary>
        public async Task<Uri> BeginAsync(string query) => new((await Api.GetAsync("/api/session/oidc" + query)).Expect(HttpStatusCode.SeeOther).Headers["Location"]);

        /// <summary>The provider leads back here. Returns where it goes on.</summary>
        public async Task<string> ComeBackAsync(Uri address)
        {
            _jar.ComesFromElsewhere = true;
            try
            {
                return (await Api.GetAsync(address.PathAndQuery)).Expect(HttpStatusCode.SeeOther).Headers["Location"];
            }
            finally
            {
                _jar.ComesFromElsewhere = false;
            }
        }

        public void Dispose() => _http.Dispose();
    }

    private sealed class Jar(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        public Dictionary<string, (string Value, string SameSite)> Cookies { get; } = [];

        public bool ComesFromElsewhere { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var sent = Cookies.Where(cookie => !ComesFromElsewhere || cookie.Value.SameSite != "strict").Select(static cookie => $"{cookie.Key}={cookie.Value.Value}").ToList();
            if (sent.Count > 0)
                request.Headers.Add("Cookie", string.Join("; ", sent));
            var response = await base.SendAsync(request, cancellationToken);
            if (!response.Headers.TryGetValues("Set-Cookie", out var set))
                return response;
            foreach (var parts in set.Select(static cookie => cookie.Split("; ")))
            {
                Assert.Contains("httponly", parts);
                var (name, value) = (parts[0].Split('=')[0], parts[0].Split('=', 2)[1]);
                if (parts.Contains("max-age=0"))
                    Cookies.Remove(name);
                else
                    Cookies[name] = (value, parts.Single(static part => part.StartsWith("samesite=", StringComparison.Ordinal))[9..]);
            }

            return response;
        }
    }
}
