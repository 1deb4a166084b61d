using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>What was seen on its way, or found later, is worth nothing a second time.</summary>
public sealed class ReplayTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private readonly TemporaryFolder _folder = new();
    private ServiceProcess _service = null!;
    private Visitor _nobody = null!;
    private Visitor _owner = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await ServiceProcess.StartAsync(_folder.Path);
        _nobody = new Visitor(_service, "nobody");
        var claimed = await _nobody.SendAsync("POST", "/api/setup", new { name = "Ana", password = Password });
        Assert.Equal(201, claimed.Status);
        _owner = new(_service, "owner", "Cookie", claimed.Cookie);
    }

    public async ValueTask DisposeAsync()
    {
        _owner.Dispose();
        _nobody.Dispose();
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_code_of_the_second_factor_and_a_recovery_code_are_taken_once()
    {
        var account = (await _owner.SendAsync("GET", "/api/session")).Json.Text("account");
        var secret = (await _owner.SendAsync("POST", $"/api/accounts/{account}/totp", new { current = Password })).Json.Text("secret");
        // The code that turns it on is used with that.
        var code = AccountTests.Code(secret);
        var begun = await _owner.SendAsync("PUT", $"/api/accounts/{account}/totp", new { code });
        Assert.Equal(200, begun.Status);
        Assert.Equal(401, await SignInAsync(code));

        var recovery = begun.Json.Texts("codes")[0];
        Assert.Equal(200, await SignInAsync(recovery));
        Assert.Equal(401, await SignInAsync(recovery));
    }

    [Fact]
    public async Task A_pairing_is_approved_once_and_its_secret_is_taken_once_also_after_a_restart()
    {
        var asked = (await _nobody.SendAsync("POST", "/api/pairings")).Json;
        var (code, secret) = (asked.Text("code"), asked.Text("secret"));
        Assert.Equal(204, (await _owner.SendAsync("POST", $"/api/pairings/{code}/approve", new { name = "Hall" })).Status);
        Assert.Equal(404, (await _owner.SendAsync("POST", $"/api/pairings/{code}/approve", new { name = "Thief" })).Status);
        var paired = await _nobody.SendAsync("POST", $"/api/pairings/{code}/session", new { secret });
        Assert.Equal(201, paired.Status);
        using var again = new Visitor(_service, "again", "Cookie", paired.Cookie);
        Assert.Equal(200, (await again.SendAsync("GET", "/api/household")).Status);

        Assert.Equal(404, (await _nobody.SendAsync("POST", $"/api/pairings/{code}/session", new { secret })).Status);
        await _service.StopAsync();
        await using var restarted = await ServiceProcess.StartAsync(_folder.Path);
        using var later = new Visitor(restarted, "later");
        Assert.Equal(404, (await later.SendAsync("POST", $"/api/pairings/{code}/session", new { secret })).Status);
    }

    [Fact]
    public async Task A_set_up_is_done_once()
    {
        Assert.Equal(409, (await _nobody.SendAsync("POST", "/api/setup", new { name = "Eve", password = Password })).Status);
        Assert.Equal(["Ana"], (await _owner.SendAsync("GET", "/api/accounts")).Json.GetProperty("items").EnumerateArray().Select(static account => account.Text("name")));
    }

    [Fact]
    public async Task What_a_session_had_ends_with_it_and_a_restart_brings_nothing_back()
    {
        var access = (await _owner.SendAsync("POST", "/api/tokens/access", new { })).Json.Text("token");
        var token = (await _owner.SendAsync("POST", "/api/tokens", new { name = "display", scopes = new[] { "members:read" } })).Json;
        using var byAccess = Visitor.Bearer(_service, "access", access);
        using var byToken = Visitor.Bearer(_service, "token", token.Text("token"));
        var ofToken = (await byToken.SendAsync("POST", "/api/tokens/access", new { })).Text;
        Assert.Equal(200, (await byAccess.SendAsync("GET", "/api/members")).Status);
        Assert.Equal(200, (await byToken.SendAsync("GET", "/api/members")).Status);

        Assert.Equal(204, (await _owner.SendAsync("DELETE", $"/api/tokens/{token.Text("id")}")).Status);
        Assert.Equal(204, (await _owner.SendAsync("DELETE", "/api/session")).Status);

        await AllRefusedAsync(_service);
        await _service.StopAsync();
        await using var restarted = await ServiceProcess.StartAsync(_folder.Path);
        await AllRefusedAsync(restarted);

        async Task AllRefusedAsync(ServiceProcess service)
        {
            foreach (var (header, value) in new[] { ("Cookie", _owner.Value!), ("Authorization", $"Bearer {access}"), ("Authorization", $"Bearer {token.Text("token")}") })
            {
                using var replayed = new Visitor(service, header, header, value);
                Assert.Equal(401, (await replayed.SendAsync("GET", "/api/members")).Status);
            }
        }
    }

    [Fact]
    public async Task A_new_password_ends_all_sessions_of_the_account_but_the_one_that_set_it()
    {
        using var phone = await Visitor.SignInAsync(_service, "Ana", Password);
        var account = (await _owner.SendAsync("GET", "/api/session")).Json.Text("account");

        Assert.Equal(204, (await _owner.SendAsync("PUT", $"/api/accounts/{account}/password", new { password = "another horse battery", current = Password })).Status);

        Assert.Equal(401, (await phone.SendAsync("GET", "/api/members")).Status);
        Assert.Equal(401, (await _nobody.SendAsync("POST", "/api/session", new { name = "Ana", password = Password })).Status);
    }

    private async Task<int> SignInAsync(string totp) => (await _nobody.SendAsync("POST", "/api/session", new { name = "Ana", password = Password, totp })).Status;
}
