using System.Net;
using System.Text.Json;
using EdgeDb.Core.Accounts;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>A board without a battery wakes up in 1970, and whoever answers for a time server sets its clock. The running service, with the clock in the attacker's hand.</summary>
public sealed class ClockTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private static readonly DateTimeOffset Beginning = DateTimeOffset.UnixEpoch.AddMinutes(1);
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3653);

    private readonly TemporaryFolder _folder = new();
    private SteeredClock _clock = null!;
    private SecureService _secure = null!;
    private Visitor _nobody = null!;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private ServiceProcess Service => _secure.Service;

    public async ValueTask InitializeAsync()
    {
        _clock = new(_folder.File("clock"));
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_secure is not null)
        {
            _nobody.Dispose();
            await _secure.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task What_has_expired_stays_expired_wherever_the_clock_goes()
    {
        using var owner = await ClaimAsync();
        var access = (await owner.SendAsync("POST", "/api/tokens/access", new { })).Json.Text("token");
        var token = (await owner.SendAsync("POST", "/api/tokens", new { name = "a day", scopes = new[] { "members:read" }, expiresInDays = 1 })).Json.Text("token");
        await ExpectAsync(200, 200, 200);

        // Back: nothing ends, and nothing lasts longer for it. With and without a start in between.
        _clock.At(Beginning);
        await ExpectAsync(200, 200, 200);
        await RestartAsync(Beginning);
        await ExpectAsync(200, 200, 200);
        _clock.Ahead(TimeSpan.FromMinutes(11));
        await ExpectAsync(200, 401, 200);
        _clock.At(Beginning);
        await ExpectAsync(200, 401, 200);
        _clock.Ahead(TimeSpan.FromHours(25));
        await ExpectAsync(200, 401, 401);
        // A session is over when nobody has used it, and what is used while the clock jumps is in use.
        await RestartAsync(Now + TenYears);
        await ExpectAsync(401, 401, 401);
        foreach (var time in new[] { Now, Beginning })
        {
            _clock.At(time);
            await ExpectAsync(401, 401, 401);
            await RestartAsync(time);
            await ExpectAsync(401, 401, 401);
        }

        // The family gets in as ever, and stays in.
        using var again = await Visitor.SignInAsync(Service, "Ana", Password);
        _clock.Ahead(TimeSpan.Zero);
        Assert.Equal(200, (await again.SendAsync("GET", "/api/members")).Status);
        var issued = (await again.SendAsync("POST", "/api/tokens/access", new { })).Json.Text("token");
        using var later = Visitor.Bearer(Service, "later", issued);
        Assert.Equal(200, (await later.SendAsync("GET", "/api/members")).Status);

        async Task ExpectAsync(int ofSession, int ofAccess, int ofToken)
        {
            var statuses = new List<int>();
            foreach (var (header, value) in new[] { ("Cookie", owner.Value!), ("Authorization", $"Bearer {access}"), ("Authorization", $"Bearer {token}") })
            {
                using var visitor = new Visitor(Service, header, header, value);
                statuses.Add((await visitor.SendAsync("GET", "/api/members")).Status);
            }

            Assert.Equal([ofSession, ofAccess, ofToken], statuses);
        }
    }

    [Fact]
    public async Task A_cookie_that_was_copied_before_it_was_renewed_ends_the_session_and_is_told()
    {
        using var owner = await ClaimAsync();
        using var phone = await Visitor.SignInAsync(Service, "Ana", Password);
        await RestartAsync(Now + TimeSpan.FromHours(25));
        var renewed = await AskAsync(phone.Value!);
        Assert.StartsWith("edgedb=", renewed.Cookie, StringComparison.Ordinal);
        Assert.NotEqual(phone.Value, renewed.Cookie);
        Assert.Equal(200, (await AskAsync(renewed.Cookie)).Status);
        // The minute for which it holds on is one that passes, whatever the clock says; a start ends it.
        await RestartAsync(Now + TimeSpan.FromHours(25));

        Assert.Equal(401, (await AskAsync(phone.Value!)).Status);

        Assert.Equal(401, (await AskAsync(renewed.Cookie)).Status);
        // The owner's own session goes on, and shows what has happened.
        using var still = new Visitor(Service, "owner", "Cookie", owner.Value);
        await Api.EventuallyAsync("the warning", async () => (await still.SendAsync("GET", "/api/security")).Text is var text && text.Contains("session-stolen", StringComparison.Ordinal) ? text : null);
    }

    [Fact]
    public async Task Who_has_to_wait_after_wrong_passwords_waits_whatever_the_clock_says()
    {
        using var owner = await ClaimAsync();
        using var thief = new Visitor(Service, "thief", from: IPAddress.Parse("127.0.0.66"));
        await UntilRefusedAsync(most: AttemptLimits.FirstDelayed + 4);
        foreach (var ahead in new[] { TenYears, -TenYears, TimeSpan.Zero })
        {
            _clock.Ahead(ahead);
            // A jump that ended the delay would let five through again. The first ones are short, and a slow machine may be late for one.
            await UntilRefusedAsync(most: 3);
        }

        async Task UntilRefusedAsync(int most)
        {
            for (var let = 0; (await GuessAsync()).Status != 429; let++)
                Assert.InRange(let, 0, most);
        }

        Task<Visitor.Reply> GuessAsync() => thief.SendAsync("POST", "/api/session", new { name = "Ana", password = "wrong" });
    }

    [Fact]
    public async Task Https_shows_a_certificate_that_holds_at_the_time_of_the_clock_and_the_authority_stays()
    {
        using var authority = await _secure.TrustAsync();
        foreach (var time in new[] { Beginning, Now, Now + TimeSpan.FromDays(3 * 365), Beginning, Now })
        {
            _clock.At(time);
            using var shown = await _secure.ShownAsync();
            Assert.Equal(authority.Subject, shown.Issuer);
            var judged = time > authority.NotBefore ? time : authority.NotBefore;
            Assert.InRange(judged.UtcDateTime, shown.NotBefore.ToUniversalTime(), shown.NotAfter.ToUniversalTime());
        }
    }

    [Fact]
    public async Task The_log_keeps_the_order_in_which_all_happened_and_tells_of_each_start_in_the_past()
    {
        using var owner = await ClaimAsync();
        foreach (var (ahead, i) in new[] { TenYears, TimeSpan.Zero, -TenYears }.Zip(Enumerable.Range(0, 3)))
        {
            await RestartAsync(Now + ahead);
            // Of the console, which is never signed out.
            await RunAsync("account", "add", $"Kim {i}", "--role", "guest");
        }

        await Service.StopAsync();
        await RunAsync("audit", "verify");
        var entries = (await RunAsync("audit", "export")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.Equal(Enumerable.Range(1, entries.Count).Select(static n => (long)n), entries.Select(static entry => entry.Number("sequence")));
        var told = entries.Select(static entry => $"{entry.Text("kind")} {entry.TextOrNull("who")} {entry.TextOrNull("what")}").ToList();
        var added = Enumerable.Range(0, 3).Select(i => told.FindIndex(text => text.Contains($"Kim {i}", StringComparison.Ordinal))).ToList();
        Assert.Equal(added.Order(), added);
        Assert.DoesNotContain(-1, added);
        // Behind the newest entry, both times.
        Assert.Equal(2, told.Count(static text => text.StartsWith("clock-jump", StringComparison.Ordinal)));
    }

    private async Task<Visitor.Reply> AskAsync(string cookie)
    {
        using var visitor = new Visitor(Service, "somebody", "Cookie", cookie);
        return await visitor.SendAsync("GET", "/api/members");
    }

    private async Task<Visitor> ClaimAsync()
    {
        var claimed = await _nobody.SendAsync("POST", "/api/setup", new { name = "Ana", password = Password });
        Assert.Equal(201, claimed.Status);
        return new(Service, "owner", "Cookie", claimed.Cookie);
    }

    private async Task StartAsync()
    {
        _secure = await SecureService.StartWithAsync(_folder, _clock.Environment, "--tls", "on");
        _nobody = new(Service, "nobody");
    }

    /// <summary>As when the board was off, and wakes up at another time.</summary>
    private async Task RestartAsync(DateTimeOffset at)
    {
        await Service.StopAsync();
        _nobody.Dispose();
        await _secure.DisposeAsync();
        _clock.At(at);
        await StartAsync();
    }

    /// <summary>A command on the machine, whose clock is the service's.</summary>
    private async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await ServiceProcess.RunAsync([.. arguments, "--data", Service.DataFolder], "no password\n", _clock.Environment);
        Assert.True(code == 0, output + errors);
        return output;
    }
}
