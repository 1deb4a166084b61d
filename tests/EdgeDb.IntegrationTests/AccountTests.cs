using System.Globalization;
using System.Net;
using System.Text.Json;
using EdgeDb.Core.Accounts;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Accounts over HTTP and on the command line, against the running service.</summary>
public sealed class AccountTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private readonly TemporaryFolder _folder = new();
    private ServiceProcess _service = null!;

    public async ValueTask InitializeAsync() => _service = await ServiceProcess.StartAsync(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_first_owner_claims_the_household_and_from_then_on_nothing_is_told_to_strangers()
    {
        using var owner = new Browser(_service);
        using var stranger = new Browser(_service);
        Assert.False((await stranger.Api.GetAsync("/api/session")).Json.Flag("claimed"));
        (await stranger.Api.GetAsync("/api/members")).Expect(HttpStatusCode.OK);

        var claimed = (await owner.Api.PostAsync("/api/setup", new { name = "Ana", password = Password })).Expect(HttpStatusCode.Created);
        Assert.Equal("owner", claimed.Json.Text("role"));
        Assert.Contains("httponly", claimed.Headers["Set-Cookie"], StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", claimed.Headers["Set-Cookie"], StringComparison.OrdinalIgnoreCase);
        (await owner.Api.GetAsync("/api/members")).Expect(HttpStatusCode.OK);
        (await stranger.Api.PostAsync("/api/setup", new { name = "Eve", password = Password })).Expect(HttpStatusCode.Conflict);

        foreach (var operation in ApiContract.Instance.Operations)
        {
            var isNumber = operation.In("path").Any(static p => p.GetProperty("schema").TryGetProperty("type", out var type) && type.ValueEquals("integer"));
            var address = operation.Template.Replace("{id}", isNumber ? "7" : Guid.Empty.ToString(), StringComparison.Ordinal);
            var answer = await stranger.Api.SendAsync(new HttpMethod(operation.Method), address, null);
            if (operation.Id is "showSession" or "signIn" or "signOut" or "setUp" or "beginProviderSignIn" or "finishProviderSignIn" or "beginPairing" or "takePairing" or "getLive" or "getOpenApi")
                Assert.NotEqual("urn:edgedb:problem:sign-in", Problem(answer));
            else if (answer.Status == HttpStatusCode.OK)
                Assert.True(operation.Template is "/health/live" or "/health/ready" or "/openapi/v1.json" || operation.Template.StartsWith("/trust", StringComparison.Ordinal), operation.Id);
        }

        Assert.Equal("urn:edgedb:problem:sign-in", Problem((await stranger.Api.GetAsync("/api/events")).Expect(HttpStatusCode.Unauthorized)));
    }

    [Fact]
    public async Task Signing_in_and_out_and_a_lost_phone()
    {
        using var owner = await ClaimAsync();
        using var phone = new Browser(_service);
        var refused = (await phone.Api.PostAsync("/api/session", new { name = "ana", password = "wrong" })).Expect(HttpStatusCode.Unauthorized);
        Assert.Equal("urn:edgedb:problem:wrong-credentials", Problem(refused));
        (await phone.Api.PostAsync("/api/session", new { name = "ana", password = Password })).Expect(HttpStatusCode.OK);
        (await phone.Api.GetAsync("/api/members")).Expect(HttpStatusCode.OK);

        var sessions = await owner.Api.ListAsync("/api/sessions");
        Assert.Equal(2, sessions.Count);
        (await owner.Api.DeleteAsync($"/api/sessions/{sessions.Single(static s => !s.Flag("current")).Text("id")}")).Expect(HttpStatusCode.NoContent);
        (await phone.Api.GetAsync("/api/members")).Expect(HttpStatusCode.Unauthorized);
        (await owner.Api.GetAsync("/api/members")).Expect(HttpStatusCode.OK);

        (await owner.Api.DeleteAsync("/api/session")).Expect(HttpStatusCode.NoContent);
        (await owner.Api.GetAsync("/api/members")).Expect(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_stream_of_changes_ends_when_its_session_is_revoked()
    {
        using var owner = await ClaimAsync();
        using var phone = new Browser(_service);
        (await phone.Api.PostAsync("/api/session", new { name = "Ana", password = Password })).Expect(HttpStatusCode.OK);
        using var stream = await phone.OpenAsync("/api/changes");
        var reading = stream.ReadToEndAsync(TestContext.Current.CancellationToken);

        await owner.Api.DeleteAsync($"/api/sessions/{(await owner.Api.ListAsync("/api/sessions")).Single(static s => !s.Flag("current")).Text("id")}");
        Assert.Contains("hello", await reading, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_does_what_children_may_and_keeps_its_own_account()
    {
        using var owner = await ClaimAsync();
        var member = await owner.Api.AddMemberAsync("Kim");
        var kim = (await owner.Api.PostAsync("/api/accounts", new { name = "Kim", role = "child", member, password = Password, hours = "00:00-23:59" })).Expect(HttpStatusCode.Created);
        using var child = await SignInAsync("Kim");

        Assert.Equal([kim.Id], (await child.Api.ListAsync("/api/accounts")).Select(static a => a.Text("id")));
        (await child.Api.GetAsync("/api/config")).Expect(HttpStatusCode.Forbidden);
        (await child.Api.PostAsync("/api/accounts", new { name = "Eve", role = "owner" })).Expect(HttpStatusCode.Forbidden);
        (await child.Api.GetAsync("/api/tokens")).Expect(HttpStatusCode.Forbidden);
        (await child.Api.PutAsync($"/api/accounts/{kim.Id}", new { role = "owner" })).Expect(HttpStatusCode.Forbidden);
        (await child.Api.PutAsync($"/api/accounts/{kim.Id}", new { hours = "" })).Expect(HttpStatusCode.Forbidden);
        var ana = (await owner.Api.ListAsync("/api/accounts")).Single(static a => a.Text("name") == "Ana").Text("id");
        (await child.Api.PutAsync($"/api/accounts/{ana}/password", new { password = "another one" })).Expect(HttpStatusCode.NotFound);
        (await child.Api.PutAsync($"/api/accounts/{kim.Id}/password", new { password = "another one" })).Expect(HttpStatusCode.Forbidden);
        (await child.Api.PutAsync($"/api/accounts/{kim.Id}/password", new { password = "another one", current = Password })).Expect(HttpStatusCode.NoContent);
        (await child.Api.GetAsync("/api/events")).Expect(HttpStatusCode.OK);

        (await owner.Api.PutAsync($"/api/accounts/{kim.Id}", new { disabled = true }, kim.Version)).Expect(HttpStatusCode.PreconditionFailed);
        (await owner.Api.PutAsync($"/api/accounts/{kim.Id}", new { disabled = true, hours = "", member = "" })).Expect(HttpStatusCode.OK);
        (await child.Api.GetAsync("/api/events")).Expect(HttpStatusCode.Unauthorized);
        (await owner.Api.DeleteAsync($"/api/accounts/{ana}")).Expect(HttpStatusCode.Conflict);
        (await owner.Api.DeleteAsync($"/api/accounts/{kim.Id}")).Expect(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_second_factor_is_set_up_asked_for_and_replaced_by_a_recovery_code()
    {
        using var owner = await ClaimAsync();
        var ana = (await owner.Api.ListAsync("/api/accounts")).Single().Text("id");
        var begun = (await owner.Api.PostAsync($"/api/accounts/{ana}/totp", new { current = Password })).Expect(HttpStatusCode.OK).Json;
        (await owner.Api.PutAsync($"/api/accounts/{ana}/totp", new { code = "000000" })).Expect(HttpStatusCode.BadRequest);
        var codes = (await owner.Api.PutAsync($"/api/accounts/{ana}/totp", new { code = Code(begun.Text("secret")) })).Expect(HttpStatusCode.OK).Json.Texts("codes");

        using var phone = new Browser(_service);
        var asked = (await phone.Api.PostAsync("/api/session", new { name = "Ana", password = Password })).Expect(HttpStatusCode.Unauthorized);
        Assert.Equal("urn:edgedb:problem:second-factor", Problem(asked));
        (await phone.Api.PostAsync("/api/session", new { name = "Ana", password = Password, totp = codes[0] })).Expect(HttpStatusCode.OK);
        (await phone.Api.PostAsync("/api/session", new { name = "Ana", password = Password, totp = codes[0] })).Expect(HttpStatusCode.Unauthorized);
        Assert.Equal(9, (await owner.Api.ListAsync("/api/accounts")).Single().Number("recoveryCodes"));
        Assert.NotEqual(codes, (await owner.Api.PostAsync($"/api/accounts/{ana}/recovery-codes", new { current = Password })).Expect(HttpStatusCode.OK).Json.Texts("codes"));
        (await owner.Api.PostAsync($"/api/accounts/{ana}/totp/remove", new { current = Password })).Expect(HttpStatusCode.NoContent);
        (await phone.Api.PostAsync("/api/session", new { name = "Ana", password = Password })).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_tablet_is_paired_by_a_code_and_who_enters_a_pin_there_has_their_own_rights()
    {
        using var owner = await ClaimAsync();
        var kim = (await owner.Api.PostAsync("/api/accounts", new { name = "Kim", role = "adult" })).Expect(HttpStatusCode.Created).Id;
        (await owner.Api.PutAsync($"/api/accounts/{kim}/pin", new { pin = "2580" })).Expect(HttpStatusCode.NoContent);
        using var wall = new Browser(_service);
        var pairing = (await wall.Api.PostAsync("/api/pairings")).Expect(HttpStatusCode.Created).Json;
        var (code, secret) = (pairing.Text("code"), pairing.Text("secret"));
        Assert.EndsWith($"/pair?code={code.Replace("-", "", StringComparison.Ordinal)}", pairing.Text("address"), StringComparison.Ordinal);

        (await wall.Api.PostAsync($"/api/pairings/{code}/session", new { secret })).Expect(HttpStatusCode.Accepted);
        (await wall.Api.PostAsync($"/api/pairings/{code}/approve", new { name = "Kitchen" })).Expect(HttpStatusCode.Unauthorized);
        (await owner.Api.GetAsync($"/api/pairings/{code}")).Expect(HttpStatusCode.OK);
        (await owner.Api.PostAsync($"/api/pairings/{code}/approve", new { name = "Kitchen" })).Expect(HttpStatusCode.NoContent);
        (await wall.Api.PostAsync($"/api/pairings/{code}/session", new { secret = "another" })).Expect(HttpStatusCode.NotFound);
        (await wall.Api.PostAsync($"/api/pairings/{code}/session", new { secret })).Expect(HttpStatusCode.Created);

        var session = (await wall.Api.GetAsync("/api/session")).Json;
        Assert.Equal(("kiosk", "Kitchen"), (session.Text("role"), session.Text("name")));
        Assert.Equal("Kim", session.GetProperty("visitors").EnumerateArray().Single().Text("name"));
        (await wall.Api.PostAsync("/api/members", new { name = "Lea" })).Expect(HttpStatusCode.Forbidden);
        (await wall.Api.PostAsync("/api/session", new { account = kim, pin = "1357" })).Expect(HttpStatusCode.Unauthorized);
        var visit = (await wall.Api.PostAsync("/api/session", new { account = kim, pin = "2580" })).Expect(HttpStatusCode.OK).Json;
        Assert.Equal("adult", visit.Text("role"));
        Assert.InRange(visit.GetProperty("visitSeconds").GetInt32(), 1, 300);
        (await wall.Api.PostAsync("/api/members", new { name = "Lea" })).Expect(HttpStatusCode.Created);
        (await wall.Api.DeleteAsync("/api/session")).Expect(HttpStatusCode.NoContent);
        (await wall.Api.PostAsync("/api/members", new { name = "Mo" })).Expect(HttpStatusCode.Forbidden);

        var device = (await owner.Api.ListAsync("/api/devices")).Single().Text("id");
        (await owner.Api.DeleteAsync($"/api/devices/{device}")).Expect(HttpStatusCode.NoContent);
        Assert.Null((await wall.Api.GetAsync("/api/session")).Json.TextOrNull("role"));
        (await owner.Api.DeleteAsync($"/api/accounts/{kim}/pin")).Expect(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Tokens_have_their_scopes_and_end_when_they_are_removed()
    {
        using var owner = await ClaimAsync();
        var token = (await owner.Api.PostAsync("/api/tokens", new { name = "display", scopes = new[] { "events:read", "household:read" }, expiresInDays = 30 })).Expect(HttpStatusCode.Created);
        using var program = new Browser(_service, token.Json.Text("token"));
        (await program.Api.GetAsync("/api/events")).Expect(HttpStatusCode.OK);
        (await program.Api.GetAsync("/api/members")).Expect(HttpStatusCode.Forbidden);
        (await program.Api.PostAsync("/api/members", new { name = "Eve" })).Expect(HttpStatusCode.Forbidden);

        var issued = (await owner.Api.PostAsync("/api/tokens/access", new { scopes = new[] { "events:read" } })).Expect(HttpStatusCode.OK);
        using var page = new Browser(_service, issued.Json.Text("token"));
        using var tampered = new Browser(_service, issued.Json.Text("token")[..^4] + "AAAA");
        (await page.Api.GetAsync("/api/events")).Expect(HttpStatusCode.OK);
        (await page.Api.GetAsync("/api/config")).Expect(HttpStatusCode.Forbidden);
        (await tampered.Api.GetAsync("/api/events")).Expect(HttpStatusCode.Unauthorized);

        Assert.Equal("display", (await owner.Api.ListAsync("/api/tokens")).Single().Text("name"));
        (await owner.Api.DeleteAsync($"/api/tokens/{token.Id}")).Expect(HttpStatusCode.NoContent);
        (await program.Api.GetAsync("/api/events")).Expect(HttpStatusCode.Unauthorized);
        (await owner.Api.DeleteAsync("/api/session")).Expect(HttpStatusCode.NoContent);
        (await page.Api.GetAsync("/api/events")).Expect(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Guessing_has_to_wait()
    {
        using var owner = await ClaimAsync();
        using var stranger = new Browser(_service);
        Answer answer;
        var attempts = 0;
        do
        {
            answer = await stranger.Api.PostAsync("/api/session", new { name = "Ana", password = "wrong" });
            attempts++;
        }
        while (answer.Status == HttpStatusCode.Unauthorized && attempts < 50);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.Status);
        Assert.InRange(attempts, AttemptLimits.FirstDelayed + 1, 49);
        Assert.True(int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture) >= 1);
    }

    [Fact]
    public async Task The_console_is_always_let_in_through_the_service_and_without_it()
    {
        await RunAsync("account", "add", "Ana", "--role", "owner", Password);
        using var browser = await SignInAsync("Ana");
        var file = Path.Combine(_folder.Path, "service.address");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        await RunAsync("account", "add", "Ben", "--role", "adult", Password);
        await RunAsync("account", "set-role", "ben", "owner");
        await RunAsync("account", "unlock", "Ana");
        await RunAsync("account", "set-password", "Ana", "another password");
        (await browser.Api.GetAsync("/api/members")).Expect(HttpStatusCode.Unauthorized);
        Assert.Equal(0, (await ServiceProcess.RunAsync(["config", "show", "--data", _folder.Path])).ExitCode);
        Assert.Contains("Ben  owner", await RunAsync("account", "list"), StringComparison.Ordinal);

        await _service.StopAsync();
        await RunAsync("account", "remove", "Ben");
        await RunAsync("account", "set-password", "Ana", Password);
        Assert.Equal("Ana  owner\n", (await RunAsync("account", "list")).ReplaceLineEndings("\n"));
        Assert.Equal(2, (await ServiceProcess.RunAsync(["account", "remove", "Ana", "--data", _folder.Path])).ExitCode);
        await _service.DisposeAsync();
        _service = await ServiceProcess.StartAsync(_folder.Path);
        using var again = await SignInAsync("Ana");
        (await again.Api.GetAsync("/api/members")).Expect(HttpStatusCode.OK);
    }

    private static string? Problem(Answer answer) =>
        answer.Text.Length > 0 && answer.Text[0] == '{' && JsonDocument.Parse(answer.Text).RootElement.TryGetProperty("type", out var type) ? type.GetString() : null;

    internal static string Code(string secret)
    {
        var bytes = new byte[Totp.SecretBytes];
        for (var bit = 0; bit < bytes.Length * 8; bit++)
            if (("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(secret[bit / 5], StringComparison.Ordinal) & (16 >> (bit % 5))) != 0)
                bytes[bit / 8] |= (byte)(128 >> (bit % 8));
        return Totp.Code(bytes, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30).ToString("D6", CultureInfo.InvariantCulture);
    }

    private async Task<Browser> ClaimAsync()
    {
        var owner = new Browser(_service);
        (await owner.Api.PostAsync("/api/setup", new { name = "Ana", password = Password })).Expect(HttpStatusCode.Created);
        return owner;
    }

    private async Task<Browser> SignInAsync(string name)
    {
        var browser = new Browser(_service);
        (await browser.Api.PostAsync("/api/session", new { name, password = Password })).Expect(HttpStatusCode.OK);
        return browser;
    }

    /// <summary>Runs a command; its last argument is typed when the command asks for a password.</summary>
    private async Task<string> RunAsync(params string[] arguments)
    {
        var asks = arguments[1] is "add" or "set-password";
        var (code, output, errors) = await ServiceProcess.RunAsync([.. asks ? arguments[..^1] : arguments, "--data", _folder.Path], asks ? arguments[^1] + "\n" : null);
        Assert.True(code == 0, errors);
        return output;
    }

    /// <summary>A client with cookies, or a token, of its own.</summary>
    private sealed class Browser : IDisposable
    {
        private readonly HttpClient _http;

        public Browser(ServiceProcess service, string? token = null)
        {
            _http = new HttpClient { BaseAddress = service.Address };
            if (token is not null)
                _http.DefaultRequestHeaders.Authorization = new("Bearer", token);
            Api = new(service, _http);
        }

        public Api Api { get; }

        public async Task<StreamReader> OpenAsync(string address)
        {
            var response = await _http.GetAsync(new Uri(address, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            return new(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        }

        public void Dispose() => _http.Dispose();
    }
}
