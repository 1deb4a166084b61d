using System.Globalization;
using System.Net;
using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;
using Xunit;

namespace EdgeDb.Core.Tests.Accounts;

public sealed class SignInTests
{
    private const string Right = "correct horse";

    private static readonly IPAddress Phone = IPAddress.Parse("192.168.1.20");
    private static readonly IPAddress Stranger = IPAddress.Parse("192.168.1.66");
    private static readonly Argon2Cost Cheap = new(8, 1, 1);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_right_password_lets_in_and_nothing_else_does()
    {
        await using var home = await StartAsync();

        Assert.NotNull(home.Who(await SignInAsync(home, "ana", Right)));
        Assert.Equal(AccountError.Refused, await RefusedAsync(home, "Ana", "wrong"));
        Assert.Equal(AccountError.Refused, await RefusedAsync(home, "Nobody", Right));
        Assert.Equal(AccountError.Refused, await RefusedAsync(home, "Gus", "")); // Has no password.
        Assert.Equal(AccountError.Refused, await RefusedAsync(home, "Ana", new string('x', 10_000)));
    }

    [Fact]
    public async Task A_refusal_does_not_tell_whether_the_name_exists()
    {
        await using var home = await StartAsync();
        var messages = new HashSet<string>();
        foreach (var name in new[] { "Ana", "Nobody", "Gus", "" })
            messages.Add((await Assert.ThrowsAsync<AccountException>(() => home.Services.SignIn.SignInAsync(name, "wrong", null, Phone, "", "", Ct))).Message);

        Assert.Single(messages);
    }

    [Fact]
    public async Task A_disabled_account_is_refused_like_a_wrong_password()
    {
        await using var home = await StartAsync();
        await home.AddAsync("Ben");
        await home.Services.Accounts.ChangeAsync(home.Services.Accounts.FindByName("Ana")!.Id, null, static account => account with { IsDisabled = true }, Ct);

        Assert.Equal(AccountError.Refused, await RefusedAsync(home, "Ana", Right));
    }

    [Fact]
    public async Task After_wrong_attempts_the_right_password_has_to_wait_too_for_names_that_exist_and_for_others()
    {
        await using var home = await StartAsync();
        for (var i = 0; i < AttemptLimits.FirstDelayed; i++)
        {
            Assert.Equal(AccountError.Refused, await RefusedAsync(home, "Ana", "wrong", Address(i)));
            Assert.Equal(AccountError.Refused, await RefusedAsync(home, "Nobody", "wrong", Address(100 + i)));
        }

        var delayed = await Assert.ThrowsAsync<AccountException>(() => home.Services.SignIn.SignInAsync("Ana", Right, null, Address(200), "", "", Ct));
        Assert.Equal(AccountError.Delayed, delayed.Error);
        Assert.Equal(TimeSpan.FromSeconds(1), delayed.RetryAfter);
        Assert.Equal(AccountError.Delayed, await RefusedAsync(home, "Nobody", Right, Address(201)));
        home.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await SignInAsync(home, "Ana", Right));
    }

    [Fact]
    public async Task An_address_that_guesses_at_many_names_has_to_wait_and_others_do_not()
    {
        await using var home = await StartAsync();
        for (var i = 0; i < AttemptLimits.FirstDelayed; i++)
            await RefusedAsync(home, $"Guess {i}", "wrong", Stranger);

        Assert.Equal(AccountError.Delayed, await RefusedAsync(home, "Ana", Right, Stranger));
        Assert.NotNull(await SignInAsync(home, "Ana", Right));
    }

    [Fact]
    public async Task Who_has_an_account_cannot_wipe_out_the_guesses_at_another_by_signing_in()
    {
        await using var home = await StartAsync();
        for (var i = 0; i < AttemptLimits.FirstDelayed - 1; i++)
        {
            await RefusedAsync(home, $"Guess {i}", "wrong", Stranger);
            await SignInAsync(home, "Ana", Right, Stranger);
        }

        await RefusedAsync(home, "Guess", "wrong", Stranger);
        Assert.Equal(AccountError.Delayed, await RefusedAsync(home, "Ana", Right, Stranger));
    }

    [Fact]
    public async Task Many_guesses_at_once_are_not_let_through_by_one_look_at_the_delay()
    {
        await using var home = await StartAsync();
        var guesses = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => RefusedAsync(home, "Ana", $"guess {i}", Address(i))));

        Assert.Equal(AttemptLimits.FirstDelayed, guesses.Count(static error => error == AccountError.Refused));
    }

    [Fact]
    public async Task Others_cannot_keep_the_owner_out_of_a_device_that_is_known()
    {
        await using var home = await StartAsync();
        var cookie = await SignInAsync(home, "Ana", Right);
        await home.Services.Sessions.EndAsync(home.Services.Sessions.Find(cookie)!, Ct);
        home.Pass(TimeSpan.FromDays(20));
        for (var i = 0; i < 20; i++)
            await RefusedAsync(home, "Ana", "wrong", Address(i));

        Assert.Equal(AccountError.Delayed, await RefusedAsync(home, "Ana", Right));
        Assert.NotNull(home.Who(await SignInAsync(home, "Ana", Right, Phone, cookie)));
    }

    [Fact]
    public async Task A_device_is_known_for_thirty_days_and_to_its_own_account_only()
    {
        await using var home = await StartAsync();
        await AddAsync(home, "Ben");
        var (anas, bens) = (await SignInAsync(home, "Ana", Right), await SignInAsync(home, "Ben", Right));
        await home.Services.Sessions.EndAsync(home.Services.Sessions.Find(anas)!, Ct);
        for (var i = 0; i < 20; i++)
            await RefusedAsync(home, "Ana", "wrong", Address(i));

        Assert.Equal(AccountError.Delayed, await RefusedAsync(home, "Ana", Right, Phone, bens));
        home.Pass(TimeSpan.FromDays(31));
        for (var i = 0; i < 20; i++)
            await RefusedAsync(home, "Ana", "wrong", Address(i));
        Assert.Equal(AccountError.Delayed, await RefusedAsync(home, "Ana", Right, Phone, anas));
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_only_after_the_right_password_and_wrong_codes_delay()
    {
        await using var home = await StartAsync();
        var secret = Totp.NewSecret();
        await home.Services.Accounts.SetTotpAsync(home.Services.Accounts.FindByName("Ana")!.Id, secret, 0, Ct);
        string Code() => Totp.Code(secret, home.Time.GetUtcNow().ToUnixTimeSeconds() / 30).ToString("D6", CultureInfo.InvariantCulture);

        Assert.Equal(AccountError.Refused, await RefusedAsync(home, "Ana", "wrong", totp: Code()));
        for (var i = 0; i < 20; i++)
            Assert.Equal(AccountError.SecondFactorNeeded, await RefusedAsync(home, "Ana", Right, Address(i)));
        Assert.NotNull(home.Who(await SignInAsync(home, "Ana", Right, totp: Code())));
        Assert.Equal(AccountError.Refused, await RefusedAsync(home, "Ana", Right, totp: Code())); // The same step again.
        home.Time.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < AttemptLimits.FirstDelayed - 1; i++)
            Assert.Equal(AccountError.Refused, await RefusedAsync(home, "Ana", Right, Address(30 + i), totp: "000000"));
        Assert.Equal(AccountError.Delayed, await RefusedAsync(home, "Ana", Right, Address(50), totp: Code()));
    }

    [Fact]
    public async Task Somebody_else_signing_in_ends_the_session_that_the_browser_had()
    {
        await using var home = await StartAsync();
        await AddAsync(home, "Ben");
        var anas = await SignInAsync(home, "Ana", Right);
        var bens = await SignInAsync(home, "Ben", Right, Phone, anas);

        Assert.Null(home.Who(anas));
        Assert.Equal("Ben", home.Who(bens)!.Name);
    }

    [Fact]
    public async Task A_pin_counts_at_a_paired_device_only_and_wrong_ones_delay_it_and_not_the_password()
    {
        await using var home = await StartAsync();
        var kim = await home.AddAsync("Kim", Role.Child);
        await home.Services.Accounts.SetPinAsync(kim.Id, PasswordHash.Create("2580", Cheap), Ct);
        var (_, cookie) = await home.Services.Sessions.StartDeviceAsync("Kitchen", null, "a tablet", Ct);
        var (wall, browser) = (home.Services.Sessions.Find(cookie)!, home.Services.Sessions.Find(await SignInAsync(home, "Ana", Right))!);

        Assert.Equal(AccountError.Conflict, (await Assert.ThrowsAsync<AccountException>(() => home.Services.SignIn.EnterPinAsync(browser, kim.Id, "2580", Ct))).Error);
        await home.Services.SignIn.EnterPinAsync(wall, kim.Id, "2580", Ct);
        Assert.Equal("Kim", home.Who(cookie)!.Name);
        for (var i = 0; i < AttemptLimits.FirstDelayed; i++)
            Assert.Equal(AccountError.Refused, (await Assert.ThrowsAsync<AccountException>(() => home.Services.SignIn.EnterPinAsync(wall, kim.Id, "1357", Ct))).Error);
        Assert.Equal(AccountError.Delayed, (await Assert.ThrowsAsync<AccountException>(() => home.Services.SignIn.EnterPinAsync(wall, kim.Id, "2580", Ct))).Error);
        home.Services.SignIn.Unlock(kim);
        home.Time.Advance(TimeSpan.FromSeconds(1)); // The device has to wait as well.
        await home.Services.SignIn.EnterPinAsync(wall, kim.Id, "2580", Ct);
    }

    [Fact]
    public async Task Outside_of_the_allowed_hours_the_right_password_does_not_let_in()
    {
        await using var home = await StartAsync();
        await home.AddAsync("Ben");
        await home.Services.Accounts.ChangeAsync(
            home.Services.Accounts.FindByName("Ana")!.Id, null, static account => account with { Role = Role.Child, Hours = AllowedHours.Parse("07:00-11:00") }, Ct);

        Assert.Equal(AccountError.OutOfHours, await RefusedAsync(home, "Ana", Right));
        home.TimeOfDay = new(8, 0);
        Assert.NotNull(await SignInAsync(home, "Ana", Right));
    }

    [Theory]
    [InlineData("192.168.1.20", "::ffff:192.168.1.20", true)]
    [InlineData("192.168.1.20", "192.168.1.21", false)]
    [InlineData("fd00:1:2:3::1", "fd00:1:2:3:ffff::2", true)]
    [InlineData("fd00:1:2:3::1", "fd00:1:2:4::1", false)]
    public void An_address_is_a_machine_or_for_version_6_its_network(string one, string other, bool same) =>
        Assert.Equal(same, SignInService.AddressKey(IPAddress.Parse(one)) == SignInService.AddressKey(IPAddress.Parse(other)));

    private static async Task<TemporaryAccounts> StartAsync()
    {
        var home = await TemporaryAccounts.StartAsync();
        await AddAsync(home, "Ana");
        await home.AddAsync("Gus", Role.Guest);
        return home;
    }

    private static Task<Account> AddAsync(TemporaryAccounts home, string name) =>
        home.Services.Accounts.AddAsync(name, Role.Owner, null, null, PasswordHash.Create(Right, Cheap), claims: false, Ct);

    private static async Task<string> SignInAsync(
        TemporaryAccounts home, string name, string password, IPAddress? from = null, string cookie = "", string? totp = null) =>
        (await home.Services.SignIn.SignInAsync(name, password, totp, from ?? Phone, cookie, "a browser", Ct)).Cookie;

    private static async Task<AccountError> RefusedAsync(
        TemporaryAccounts home, string name, string password, IPAddress? from = null, string cookie = "", string? totp = null) =>
        (await Assert.ThrowsAsync<AccountException>(() => home.Services.SignIn.SignInAsync(name, password, totp, from ?? Phone, cookie, "a browser", Ct))).Error;

    private static IPAddress Address(int number) => new([10, 0, (byte)(number >> 8), (byte)number]);
}
