using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EdgeDb.Core.Connections;
using EdgeDb.Core.OpenId;
using EdgeDb.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.OpenId;

/// <summary>Signing in with a provider, and everything that somebody in the way of it can try.</summary>
public sealed class OpenIdProviderTests : IAsyncLifetime
{
    private const string ReturnTo = "https://board.local:8443/api/session/oidc/return";

    private readonly ManualTimeProvider _time = new();
    private readonly OpenIdProviderDouble _double = new();
    private readonly HttpTransport _transport;
    private ConnectionEndpoint<OpenIdConnection> _endpoint = null!;
    private OpenIdProvider _provider = null!;

    public OpenIdProviderTests()
    {
        _transport = new(new HttpLimits(), TimeProvider.System);
        _double.Now = _time.GetUtcNow;
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Open(Settings);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _double.DisposeAsync();
        await _endpoint.DisposeAsync();
        _transport.Dispose();
    }

    private OpenIdSettings Settings => new() { Issuer = _double.Issuer, ClientId = OpenIdProviderDouble.Client, ClientSecret = OpenIdProviderDouble.Secret };

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    public async Task Who_signs_in_there_is_named_by_the_provider(string algorithm)
    {
        _double.Signer = _double.AddKey(algorithm);

        Assert.Equal("f3c2-ana", await SignInAsync());
    }

    [Fact]
    public async Task The_provider_is_asked_for_nothing_but_who_it_is()
    {
        var (address, cookie) = await BeginAsync();
        var query = System.Web.HttpUtility.ParseQueryString(address.Query);

        Assert.Equal("openid", query["scope"]);
        Assert.Equal("S256", query["code_challenge_method"]);
        Assert.Equal(ReturnTo, query["redirect_uri"]);
        // What the browser must not know is not in what it is given.
        Assert.DoesNotContain(query["state"]!, cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(query["nonce"]!, Encoding.Latin1.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(cookie)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_wants_the_secret_in_the_body_gets_it_there()
    {
        _double.TakesPostOnly = true;

        Assert.Equal("f3c2-ana", await SignInAsync());
    }

    [Fact]
    public async Task The_slash_at_the_end_of_an_issuer_may_be_written_or_left_out()
    {
        await ReopenAsync(Settings with { Issuer = _double.Issuer + "/" });

        Assert.Equal("f3c2-ana", await SignInAsync());
    }

    [Fact]
    public async Task Other_audiences_are_borne_when_this_client_asked_for_the_token()
    {
        _double.Claims = static claims => (claims["aud"], claims["azp"]) = (new JsonArray("edgedb", "a-project"), "edgedb");

        Assert.Equal("f3c2-ana", await SignInAsync());
    }

    [Fact]
    public async Task A_new_key_is_found_and_an_old_one_ends()
    {
        await SignInAsync();
        var old = _double.Signer;
        _double.Signer = _double.AddKey("ES256");
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("f3c2-ana", await SignInAsync());

        _double.Keys.Remove(old);
        _double.Signer = old;
        Assert.Equal("f3c2-ana", await SignInAsync());
        _time.Advance(TimeSpan.FromHours(2));
        await RefusedAsync(OpenIdFailure.Unproven);
    }

    [Fact]
    public async Task Tokens_of_unknown_keys_do_not_make_the_provider_be_asked_again_and_again()
    {
        await SignInAsync();
        _double.Signer = _double.AddKey("RS256");
        _double.Keys.Remove(_double.Signer);
        _time.Advance(TimeSpan.FromMinutes(2));
        for (var i = 0; i < 4; i++)
            await RefusedAsync(OpenIdFailure.Unproven);

        Assert.Equal(2, _double.Requests.Count(static path => path.EndsWith("/keys", StringComparison.Ordinal)));
    }

    public static TheoryData<string> Lies => [.. Liars.Keys];

    private static readonly Dictionary<string, Action<OpenIdProviderDouble>> Liars = new()
    {
        ["another nonce"] = static d => d.Claims = static c => c["nonce"] = "another",
        ["no nonce"] = static d => d.Claims = static c => c.Remove("nonce"),
        ["another audience"] = static d => d.Claims = static c => c["aud"] = "another",
        ["no audience"] = static d => d.Claims = static c => c.Remove("aud"),
        ["two audiences and no party"] = static d => d.Claims = static c => c["aud"] = new JsonArray("edgedb", "another"),
        ["another party"] = static d => d.Claims = static c => c["azp"] = "another",
        ["another issuer"] = static d => d.Claims = static c => c["iss"] = "https://accounts.example.org",
        ["an issuer that begins alike"] = static d => d.Claims = static c => c["iss"] = c["iss"] + "2",
        ["no issuer"] = static d => d.Claims = static c => c.Remove("iss"),
        ["no subject"] = static d => d.Claims = static c => c.Remove("sub"),
        ["an empty subject"] = static d => d.Claims = static c => c["sub"] = "",
        ["a subject that is no name"] = static d => d.Claims = static c => c["sub"] = "ana\n",
        ["an endless subject"] = static d => d.Claims = static c => c["sub"] = new string('a', 256),
        ["no end"] = static d => d.Claims = static c => c.Remove("exp"),
        ["an end that is no number"] = static d => d.Claims = static c => c["exp"] = "tomorrow",
        ["no beginning"] = static d => d.Claims = static c => c.Remove("iat"),
        ["what nobody understands"] = static d => d.Header = static h => (h["crit"], h["x"]) = (new JsonArray("x"), true),
        ["algorithm none"] = static d => (d.Header, d.Token) = (static h => h["alg"] = "none", static t => t[..(t.LastIndexOf('.') + 1)]),
        ["algorithm None"] = static d => (d.Header, d.Token) = (static h => h["alg"] = "None", static t => t[..(t.LastIndexOf('.') + 1)]),
        ["algorithm none with a signature"] = static d => d.Header = static h => h["alg"] = "none",
        ["HS256 with the public key"] = SignWithPublicKey,
        ["HS256 with the public key, which it lists as a secret"] = static d =>
        {
            SignWithPublicKey(d);
            d.Keys[0].Public["kty"] = "oct";
            d.Keys[0].Public["k"] = d.Keys[0].Public["n"]!.DeepClone();
        },
        ["HS256 with the client's secret"] = static d => SignWithSecret(d, Encoding.UTF8.GetBytes(OpenIdProviderDouble.Secret)),
        ["a key of its own in the header"] = static d =>
        {
            var own = d.AddKey("RS256");
            d.Keys.Remove(own);
            d.Signer = own;
            d.Header = h => h["jwk"] = own.Public.DeepClone();
        },
        ["a changed signature"] = static d => d.Token = static t => Change(t, t.LastIndexOf('.') + 5),
        ["a changed claim"] = static d => d.Token = static t => Change(t, t.IndexOf('.', StringComparison.Ordinal) + 5),
        ["a signature left out"] = static d => d.Token = static t => t[..(t.LastIndexOf('.') + 1)],
        ["an RSA signature said to be one of ECDSA"] = static d => d.Header = static h => h["alg"] = "ES256",
        ["a key that is too short"] = static d =>
        {
            var pair = RSA.Create(1024);
            var parameters = pair.ExportParameters(false);
            var key = new JsonObject { ["kty"] = "RSA", ["kid"] = "short", ["n"] = OpenIdProviderDouble.Encode(parameters.Modulus!), ["e"] = OpenIdProviderDouble.Encode(parameters.Exponent!) };
            d.Signer = new("short", "RS256", key, data => pair.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
            d.Keys.Clear();
            d.Keys.Add(d.Signer);
        },
        ["no token at all"] = static d => d.Token = static _ => "nonsense",
        ["an empty token"] = static d => d.Token = static _ => "",
        ["an endless token"] = static d => d.Claims = static c => c["x"] = new string('x', 40_000),
    };

    [Theory, MemberData(nameof(Lies))]
    public async Task A_token_that_proves_nothing_signs_nobody_in(string lie)
    {
        Liars[lie](_double);

        await RefusedAsync(OpenIdFailure.Unproven);
    }

    [Theory]
    [InlineData(-1_000, "exp", -310)] // Made long ago, and over.
    [InlineData(0, "exp", -301)]
    [InlineData(-901, "exp", 300)] // Still good, and lay about.
    [InlineData(301, "exp", 900)] // Of the future.
    [InlineData(0, "nbf", 301)]
    public async Task A_token_of_another_time_signs_nobody_in(int madeSeconds, string claim, int seconds)
    {
        _double.Claims = claims =>
        {
            claims["iat"] = _time.GetUtcNow().ToUnixTimeSeconds() + madeSeconds;
            claims[claim] = _time.GetUtcNow().ToUnixTimeSeconds() + seconds;
        };

        await RefusedAsync(OpenIdFailure.Clock);
    }

    [Theory]
    [InlineData(299)]
    [InlineData(-299)]
    public async Task Clocks_may_differ_by_five_minutes(int seconds)
    {
        _double.Now = () => _time.GetUtcNow() + TimeSpan.FromSeconds(seconds);

        Assert.Equal("f3c2-ana", await SignInAsync());
    }

    [Fact]
    public async Task An_answer_is_good_once()
    {
        var (address, cookie) = await BeginAsync();
        var back = _double.SignIn(address);
        Assert.Equal("f3c2-ana", await FinishAsync(cookie, back));

        await FailsAsync(OpenIdFailure.NotBegun, () => FinishAsync(cookie, back));
    }

    [Fact]
    public async Task A_code_that_was_used_before_signs_nobody_in()
    {
        var (address, cookie) = await BeginAsync();
        var (second, secondCookie) = await BeginAsync();
        var back = _double.SignIn(address);
        await FinishAsync(cookie, back);
        var state = Parameter(second, "state");

        await FailsAsync(OpenIdFailure.Unproven, () => FinishAsync(secondCookie, new($"{ReturnTo}?code={Parameter(back, "code")}&state={state}&iss={Uri.EscapeDataString(_double.Issuer)}")));
    }

    [Fact]
    public async Task A_code_of_somebody_else_signs_nobody_in()
    {
        var (theirs, _) = await BeginAsync();
        var (address, cookie) = await BeginAsync();
        // Not used yet, but begun by another browser: PKCE tells.
        var code = Parameter(_double.SignIn(theirs), "code");

        await FailsAsync(OpenIdFailure.Unproven, () => FinishAsync(cookie, new($"{ReturnTo}?code={code}&state={Parameter(address, "state")}&iss={Uri.EscapeDataString(_double.Issuer)}")));
    }

    [Fact]
    public async Task An_answer_that_belongs_to_another_browser_is_refused()
    {
        var (address, cookie) = await BeginAsync();
        var (_, another) = await BeginAsync();
        var back = _double.SignIn(address);

        await FailsAsync(OpenIdFailure.NotBegun, () => FinishAsync(another, back));
        await FailsAsync(OpenIdFailure.NotBegun, () => FinishAsync("", back));
        await FailsAsync(OpenIdFailure.NotBegun, () => FinishAsync(Change(cookie, cookie.Length / 2), back));
        await FailsAsync(OpenIdFailure.NotBegun, () => FinishAsync(cookie, new(ReturnTo + "?code=x")));
        Assert.Equal("f3c2-ana", await FinishAsync(cookie, back));
    }

    [Fact]
    public async Task Somebody_who_takes_longer_than_ten_minutes_begins_again()
    {
        var (address, cookie) = await BeginAsync();
        _time.Advance(TimeSpan.FromMinutes(10));

        await FailsAsync(OpenIdFailure.NotBegun, () => FinishAsync(cookie, _double.SignIn(address)));
    }

    [Fact]
    public async Task An_answer_of_another_provider_is_refused_before_its_code_is_sent_anywhere()
    {
        foreach (var issuer in (string[])["&iss=https%3A%2F%2Faccounts.example.org", ""])
        {
            var (address, cookie) = await BeginAsync();
            await FailsAsync(OpenIdFailure.Unproven, () => FinishAsync(cookie, new($"{ReturnTo}?code=x&state={Parameter(address, "state")}{issuer}")));
        }

        Assert.DoesNotContain(_double.Requests, static path => path.EndsWith("/token", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_does_not_want_to_is_not_signed_in()
    {
        var (address, cookie) = await BeginAsync();

        await FailsAsync(OpenIdFailure.Denied, () => FinishAsync(cookie, _double.Deny(address)));
    }

    [Theory]
    [InlineData("issuer", "http://localhost/another")]
    [InlineData("authorization_endpoint", "http://accounts.example.org/authorize")]
    [InlineData("token_endpoint", "http://accounts.example.org/token")]
    [InlineData("jwks_uri", "file:///etc/passwd")]
    [InlineData("jwks_uri", null)]
    public async Task A_provider_that_describes_itself_as_somebody_else_or_without_protection_is_none(string field, string? value)
    {
        var description = JsonNode.Parse(
            $$"""{"issuer":"{{_double.Issuer}}","authorization_endpoint":"{{_double.Issuer}}/authorize","token_endpoint":"{{_double.Issuer}}/token","jwks_uri":"{{_double.Issuer}}/keys"}""")!;
        description[field] = value;
        _double.Instead = path => path.EndsWith("openid-configuration", StringComparison.Ordinal) ? (200, Encoding.UTF8.GetBytes(description.ToJsonString())) : null;

        await FailsAsync(OpenIdFailure.Away, BeginAsync);
    }

    [Theory]
    [InlineData("openid-configuration")]
    [InlineData("token")]
    [InlineData("keys")]
    public async Task Answers_without_end_without_sense_or_without_success_sign_nobody_in(string what)
    {
        foreach (var (status, body) in ((int, byte[])[])[(200, new byte[300_000]), (200, "[]"u8.ToArray()), (200, "{"u8.ToArray()), (500, []), (302, []), (404, "{}"u8.ToArray())])
        {
            _double.Instead = path => path.EndsWith(what, StringComparison.Ordinal) ? (status, body) : null;
            var failure = await Assert.ThrowsAsync<OpenIdException>(SignInAsync);
            Assert.True(failure.Failure is OpenIdFailure.Away || (what == "keys" && status == 200), $"{status}: {failure}");
            // Each with a provider that has not failed before: else it is the breaker that is tested.
            await ReopenAsync(Settings);
        }
    }

    [Fact]
    public async Task A_provider_that_is_down_is_said_to_be()
    {
        await ReopenAsync(Settings with { Issuer = $"http://127.0.0.1:{LoopbackPort.Free()}" });

        await FailsAsync(OpenIdFailure.Away, BeginAsync);
    }

    [Fact]
    public async Task A_provider_that_says_nothing_is_waited_for_no_longer_than_its_time()
    {
        _double.Silence = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = BeginAsync();
        await _double.Silence.Task;
        _time.Advance(TimeSpan.FromSeconds(11));

        await FailsAsync(OpenIdFailure.Away, () => begun);
    }

    [Fact]
    public async Task A_secret_that_the_provider_does_not_know_is_no_persons_fault()
    {
        await ReopenAsync(Settings with { ClientSecret = "another" });

        await RefusedAsync(OpenIdFailure.Away);
    }

    private static void SignWithPublicKey(OpenIdProviderDouble provider) =>
        SignWithSecret(provider, System.Buffers.Text.Base64Url.DecodeFromChars(provider.Keys[0].Public["n"]!.GetValue<string>()));

    private static void SignWithSecret(OpenIdProviderDouble provider, byte[] secret) =>
        provider.Signer = provider.Signer with { Algorithm = "HS256", Sign = data => HMACSHA256.HashData(secret, data) };

    private static string Change(string text, int at) => $"{text[..at]}{(text[at] == 'A' ? 'B' : 'A')}{text[(at + 1)..]}";

    private static string? Parameter(Uri address, string name) => System.Web.HttpUtility.ParseQueryString(address.Query)[name];

    private Task<(Uri Address, string Cookie)> BeginAsync() => _provider.BeginAsync(ReturnTo, "/", "", "", Ct);

    private async Task<string> FinishAsync(string cookie, Uri back)
    {
        var flow = _provider.Take(cookie, Parameter(back, "state"));
        return await _provider.FinishAsync(flow, Parameter(back, "iss"), Parameter(back, "error"), Parameter(back, "code"), Ct);
    }

    private async Task<string> SignInAsync()
    {
        var (address, cookie) = await BeginAsync();
        return await FinishAsync(cookie, _double.SignIn(address));
    }

    private Task RefusedAsync(OpenIdFailure how) => FailsAsync(how, SignInAsync);

    private static async Task FailsAsync(OpenIdFailure how, Func<Task> act) => Assert.Equal(how, (await Assert.ThrowsAsync<OpenIdException>(act)).Failure);

    private async Task ReopenAsync(OpenIdSettings settings)
    {
        await _endpoint.DisposeAsync();
        Open(settings);
    }

    private void Open(OpenIdSettings settings)
    {
        _endpoint = new(
            new OpenIdSource(settings, _transport), EndpointKind.Http, new EndpointOptions { Pool = OpenIdSource.PoolOptions(new HttpLimits()) }, HttpFailures.Advise, _time, NullLogger.Instance);
        _provider = new(settings, _endpoint, () => _time.GetUtcNow().ToUnixTimeSeconds(), _time);
    }
}
