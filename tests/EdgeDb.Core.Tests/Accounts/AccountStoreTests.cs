using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;
using EdgeDb.Core.Security;
using Xunit;

namespace EdgeDb.Core.Tests.Accounts;

public sealed class AccountStoreTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_household_is_open_until_it_has_an_owner_and_only_the_first_claims_it()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Gus", Role.Guest);
        Assert.False(home.Services.Accounts.IsClaimed);

        await home.Services.Accounts.AddAsync("Ana", Role.Owner, null, null, null, claims: true, Ct);
        Assert.True(home.Services.Accounts.IsClaimed);
        var refused = await Assert.ThrowsAsync<AccountException>(() => home.Services.Accounts.AddAsync("Eve", Role.Owner, null, null, null, claims: true, Ct));
        Assert.Equal(AccountError.Conflict, refused.Error);
        await home.RestartAsync();
        Assert.True(home.Services.Accounts.IsClaimed);
        Assert.Equal(["Ana", "Gus"], home.Services.Accounts.All.Values.Select(static a => a.Name).Order());
    }

    [Fact]
    public async Task Of_two_who_claim_at_once_one_gets_it()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var claims = Enumerable.Range(0, 8).Select(i => home.Services.Accounts.AddAsync($"Owner {i}", Role.Owner, null, null, null, claims: true, Ct)).ToArray();
        var ends = await Task.WhenAll(claims.Select(static claim => claim.ContinueWith(static done => done.IsCompletedSuccessfully, TaskScheduler.Default)));

        Assert.Single(ends, static won => won);
        Assert.Single(home.Services.Accounts.All);
    }

    [Fact]
    public async Task The_last_owner_who_can_sign_in_stays_one()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var accounts = home.Services.Accounts;
        var (ana, ben) = (await home.AddAsync("Ana"), await home.AddAsync("Ben"));
        await accounts.ChangeAsync(ben.Id, null, static account => account with { IsDisabled = true }, Ct);

        Task[] attempts =
        [
            accounts.RemoveAsync(ana.Id, null, Ct),
            accounts.ChangeAsync(ana.Id, null, static account => account with { IsDisabled = true }, Ct),
            accounts.ChangeAsync(ana.Id, null, static account => account with { Role = Role.Adult }, Ct),
        ];
        foreach (var attempt in attempts)
            Assert.Equal(AccountError.Conflict, (await Assert.ThrowsAsync<AccountException>(() => attempt)).Error);
        Assert.Equal(Role.Owner, accounts.Require(ana.Id).Role);
        Assert.False(accounts.Require(ana.Id).IsDisabled);

        await accounts.ChangeAsync(ben.Id, null, static account => account with { IsDisabled = false }, Ct);
        await accounts.RemoveAsync(ana.Id, null, Ct);
        Assert.Equal(ben.Id, Assert.Single(accounts.All).Key);
    }

    [Fact]
    public async Task Two_owners_who_step_down_at_once_leave_one()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var owners = new[] { await home.AddAsync("Ana"), await home.AddAsync("Ben"), await home.AddAsync("Cleo") };
        await Task.WhenAll(owners.Select(owner => home.Services.Accounts.ChangeAsync(owner.Id, null, static account => account with { Role = Role.Adult }, Ct)
            .ContinueWith(static _ => { }, TaskScheduler.Default)));

        Assert.Single(home.Services.Accounts.All.Values, static account => account.Role == Role.Owner);
    }

    [Theory]
    [InlineData("ana")]
    [InlineData("ANA")]
    [InlineData("  Ana ")]
    public async Task Names_are_unique_without_regard_to_case(string name)
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");

        Assert.Equal("Ana", home.Services.Accounts.FindByName(name)!.Name);
        Assert.Equal(AccountError.Conflict, (await Assert.ThrowsAsync<AccountException>(() => home.AddAsync(name))).Error);
    }

    [Fact]
    public async Task A_change_that_expects_another_version_is_refused()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var ana = await home.AddAsync("Ana");
        var changed = await home.Services.Accounts.ChangeAsync(ana.Id, 1, static account => account with { Name = "Anna" }, Ct);

        Assert.Equal(2, changed.Version);
        Assert.Equal(
            AccountError.VersionMismatch,
            (await Assert.ThrowsAsync<AccountException>(() => home.Services.Accounts.ChangeAsync(ana.Id, 1, static account => account, Ct))).Error);
    }

    [Fact]
    public async Task A_code_of_the_second_factor_is_taken_once_also_by_many_at_once_and_after_a_restart()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var secret = Totp.NewSecret();
        var ana = await home.Services.Accounts.SetTotpAsync((await home.AddAsync("Ana")).Id, secret, 0, Ct);
        var code = Totp.Code(secret, home.Time.GetUtcNow().ToUnixTimeSeconds() / 30).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);

        var taken = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => home.Services.Accounts.TakeSecondFactorAsync(ana, code, Ct)));
        Assert.Single(taken, static yes => yes);
        await home.CutAsync();
        Assert.False(await home.Services.Accounts.TakeSecondFactorAsync(home.Services.Accounts.Require(ana.Id), code, Ct));
    }

    [Fact]
    public async Task Each_recovery_code_is_taken_once_and_new_ones_end_the_old()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var accounts = home.Services.Accounts;
        var ana = await accounts.SetTotpAsync((await home.AddAsync("Ana")).Id, Totp.NewSecret(), 0, Ct);
        var codes = await accounts.RenewRecoveryCodesAsync(ana.Id, Ct);

        Assert.True(await accounts.TakeSecondFactorAsync(ana, ReadableCode.Grouped(codes[3]).ToLowerInvariant(), Ct));
        Assert.False(await accounts.TakeSecondFactorAsync(ana, codes[3], Ct));
        Assert.Equal(RecoveryCodes.Count - 1, accounts.Require(ana.Id).RecoveryCodes);
        await accounts.RenewRecoveryCodesAsync(ana.Id, Ct);
        Assert.False(await accounts.TakeSecondFactorAsync(ana, codes[4], Ct));
    }

    [Fact]
    public async Task Nothing_that_lets_somebody_in_is_in_the_file_as_it_is()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var ana = await home.AddAsync("Ana");
        var secret = Totp.NewSecret();
        await home.Services.Accounts.SetTotpAsync(ana.Id, secret, 0, Ct);
        var codes = await home.Services.Accounts.RenewRecoveryCodesAsync(ana.Id, Ct);
        var cookie = await home.SignInAsync("Ana");
        var (_, token) = await home.Services.Tokens.AddAsync(home.Services.Accounts.Require(ana.Id), "script", Rights("events:read"), null, Ct);
        var key = (await home.Services.SigningKeys.CurrentAsync(Ct)).Export();
        await home.Database.DisposeAsync();

        var bytes = Directory.EnumerateFiles(home.Folder, "edge.db*").SelectMany(File.ReadAllBytes).ToArray();
        Assert.True(bytes.Length > 10_000);
        Assert.Equal(-1, bytes.AsSpan().IndexOf(secret));
        Assert.Equal(-1, bytes.AsSpan().IndexOf(key.AsSpan(36, 32)));
        Assert.All(codes, code => Assert.Equal(-1, bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(code))));
        Assert.Equal(-1, bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(cookie[30..])));
        Assert.Equal(-1, bytes.AsSpan().IndexOf(System.Buffers.Text.Base64Url.DecodeFromChars(cookie).AsSpan(SessionSecret.SeriesBytes)));
        Assert.Equal(-1, bytes.AsSpan().IndexOf(System.Buffers.Text.Base64Url.DecodeFromChars(token.AsSpan(37))));
    }

    [Fact]
    public async Task An_account_whose_member_is_removed_stays_and_is_nobody()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var member = Guid.CreateVersion7().ToString();
        await home.Database.WriteAsync(
            member,
            static (session, id) => session.Prepare("INSERT INTO member (id, name, color) VALUES (?1, 'Ana', '#000000')").Bind(1, id).Execute(),
            Ct);
        var ana = await home.Services.Accounts.AddAsync("Ana", Role.Owner, member, null, null, claims: true, Ct);
        Assert.Equal(AccountError.Conflict, (await Assert.ThrowsAsync<AccountException>(
            () => home.Services.Accounts.AddAsync("Ana 2", Role.Adult, member, null, null, claims: false, Ct))).Error);
        var cookie = await home.SignInAsync("Ana");
        Assert.Equal(member, home.Who(cookie)!.MemberId);

        var changed = new TaskCompletionSource();
        home.Services.Accounts.Changed += changed.SetResult;
        await home.Database.WriteAsync(
            member,
            static (session, id) =>
            {
                session.Touch("members");
                return session.Prepare("DELETE FROM member WHERE id = ?1").Bind(1, id).Execute();
            },
            Ct);
        await changed.Task;

        Assert.Null(home.Services.Accounts.Require(ana.Id).MemberId);
        Assert.Null(home.Who(cookie)!.MemberId);
    }

    [Theory]
    [InlineData("0000")]
    [InlineData("1234")]
    [InlineData("87654321")]
    [InlineData("123")]
    [InlineData("123456789")]
    [InlineData("12a4")]
    [InlineData(null)]
    public void A_pin_that_is_guessed_first_is_refused(string? pin) => Assert.Throws<AccountException>(() => AccountRules.Pin(pin));

    [Theory]
    [InlineData("short")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("ANA SCHMIDT")]
    [InlineData(null)]
    public void A_password_that_is_guessed_first_is_refused(string? password) => Assert.Throws<AccountException>(() => AccountRules.Password(password, "Ana Schmidt"));

    [Theory]
    [InlineData("07:00-20:00", "06:59", false)]
    [InlineData("07:00-20:00", "07:00", true)]
    [InlineData("07:00-20:00", "20:00", false)]
    [InlineData("20:00-07:00", "23:00", true)]
    [InlineData("20:00-07:00", "06:59", true)]
    [InlineData("20:00-07:00", "12:00", false)]
    public void Hours_hold_from_their_first_minute_to_their_last_also_over_midnight(string hours, string time, bool inside) =>
        Assert.Equal(inside, AllowedHours.Parse(hours)!.Contains(TimeOnly.Parse(time, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("7-20")]
    [InlineData("07:00-07:00")]
    [InlineData("07:00-24:00")]
    [InlineData("07:00")]
    public void What_is_no_span_of_hours_is_refused(string hours) => Assert.Null(AllowedHours.Parse(hours));

    private static AccessRights Rights(string scopes) => AccessRights.TryParse(scopes, out var rights, out _) ? rights : throw new FormatException(scopes);
}
