using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;
using Xunit;

namespace EdgeDb.Core.Tests.Accounts;

public sealed class SessionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cookie_is_its_account_also_after_a_restart()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var ana = await home.AddAsync("Ana");
        var cookie = await home.SignInAsync("Ana");

        var who = home.Who(cookie)!;
        Assert.Equal((Role.Owner, ana.Id, "Ana"), (who.Role, who.AccountId, who.Name));
        Assert.Same(who, home.Who(cookie));
        await home.CutAsync();
        Assert.Equal(ana.Id, home.Who(cookie)!.AccountId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("AAAA AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_is_no_cookie_is_nobody(string text)
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        await home.SignInAsync("Ana");

        Assert.Null(home.Who(text));
    }

    [Fact]
    public async Task Looking_for_a_cookie_that_was_seen_allocates_nothing()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var cookie = await home.SignInAsync("Ana");
        for (var i = 0; i < 100; i++)
            home.Who(cookie);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            home.Who(cookie);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task A_secret_is_renewed_after_a_day_and_the_old_one_holds_for_a_minute_more()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var cookie = await home.SignInAsync("Ana");
        home.Time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(cookie, (await home.RequestAsync(cookie)).Cookie);

        home.Time.Advance(TimeSpan.FromHours(2));
        var renewed = (await home.RequestAsync(cookie)).Cookie;
        Assert.NotEqual(cookie, renewed);
        Assert.NotNull(home.Who(renewed));
        Assert.NotNull(home.Who(cookie));
        home.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.NotNull(home.Who(cookie));
    }

    [Fact]
    public async Task An_old_secret_after_that_minute_ends_the_session_for_everybody()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var copied = await home.SignInAsync("Ana");
        home.Time.Advance(TimeSpan.FromHours(25));
        var renewed = (await home.RequestAsync(copied)).Cookie;
        Assert.NotNull(home.Who(renewed));
        home.Time.Advance(TimeSpan.FromSeconds(61));

        Assert.Null(home.Who(copied));
        Assert.Null(home.Who(renewed));
        Assert.Equal(AccountEventKind.SessionStolen, Assert.Single(home.Events).Kind);
        await home.RestartAsync();
        Assert.Null(home.Who(renewed));
        Assert.Null(home.Who(copied));
    }

    [Fact]
    public async Task A_thief_who_renews_first_is_found_out_when_the_owner_comes_back()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var owner = await home.SignInAsync("Ana");
        home.Time.Advance(TimeSpan.FromHours(25));
        var thief = (await home.RequestAsync(owner)).Cookie;
        Assert.NotNull(home.Who(thief));
        home.Time.Advance(TimeSpan.FromHours(1));

        Assert.Null(home.Who(owner));
        Assert.Null(home.Who(thief));
    }

    [Fact]
    public async Task An_answer_that_was_lost_on_its_way_signs_nobody_out()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var cookie = await home.SignInAsync("Ana");
        home.Time.Advance(TimeSpan.FromHours(25));
        var lost = (await home.RequestAsync(cookie)).Cookie;
        home.Time.Advance(TimeSpan.FromHours(10));

        var (who, again) = await home.RequestAsync(cookie);
        Assert.NotNull(who);
        Assert.Equal(lost, again);
        await home.CutAsync();
        home.Time.Advance(TimeSpan.FromMinutes(2));
        (who, again) = await home.RequestAsync(cookie);
        Assert.NotNull(who);
        Assert.NotEqual(cookie, again);
        Assert.NotNull(home.Who(again));
    }

    [Fact]
    public async Task Requests_at_once_are_all_given_the_same_new_secret()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var cookie = await home.SignInAsync("Ana");
        home.Time.Advance(TimeSpan.FromHours(25));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => home.RequestAsync(cookie)));
        Assert.Single(answers.Select(static answer => answer.Cookie).Distinct());
        Assert.NotNull(home.Who(answers[0].Cookie));
    }

    [Fact]
    public async Task Ninety_days_without_use_end_a_session_and_use_keeps_it()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var (used, unused) = (await home.SignInAsync("Ana"), await home.SignInAsync("Ana"));
        for (var day = 0; day < 92; day++)
        {
            home.Pass(TimeSpan.FromDays(1));
            used = (await home.RequestAsync(used)).Cookie;
        }

        Assert.NotNull(home.Who(used));
        Assert.Null(home.Who(unused));
        await home.RestartAsync();
        Assert.NotNull(home.Who(used));
        Assert.Null(home.Who(unused));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_brings_no_session_back_and_ends_none()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var expired = await home.SignInAsync("Ana");
        home.Pass(TimeSpan.FromDays(91));
        var held = await home.SignInAsync("Ana");
        home.Time.SetUtcNow(DateTimeOffset.UnixEpoch);

        await home.RestartAsync();
        Assert.Null(home.Who(expired));
        Assert.NotNull(home.Who(held));
        home.StopTimers(); // They would notice every minute.
        home.Time.Advance(TimeSpan.FromDays(89));
        Assert.NotNull((await home.RequestAsync(held)).Who);
        await home.Services.Sessions.CollectAsync();
        home.Time.Advance(TimeSpan.FromDays(91));
        await home.Services.Sessions.CollectAsync();
        Assert.Null(home.Who(held));
    }

    [Fact]
    public async Task Signing_out_and_revoking_hold_at_once_and_for_good()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var ana = await home.AddAsync("Ana");
        await home.AddAsync("Ben");
        var (out1, lost, kept, ben) = (await home.SignInAsync("Ana"), await home.SignInAsync("Ana"), await home.SignInAsync("Ana"), await home.SignInAsync("Ben"));

        var sessions = home.Services.Sessions;
        await sessions.EndAsync(sessions.Find(out1)!, Ct);
        Assert.Null(home.Who(out1));
        var lostId = sessions.Find(lost)!.Id;
        Assert.Equal(1, await sessions.RevokeAsync(session => session.Id == lostId, Ct));
        Assert.Null(home.Who(lost));
        Assert.NotNull(home.Who(kept));
        await home.CutAsync();
        sessions = home.Services.Sessions;
        Assert.Null(home.Who(out1));
        Assert.Null(home.Who(lost));
        Assert.NotNull(home.Who(kept));

        await sessions.RevokeAsync(session => session.AccountId == ana.Id, Ct);
        Assert.Null(home.Who(kept));
        Assert.NotNull(home.Who(ben));
    }

    [Fact]
    public async Task Who_watches_is_told_when_rights_change_and_when_they_end()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var ben = await home.AddAsync("Ben", Role.Adult);
        var cookie = await home.SignInAsync("Ben");
        var first = home.Services.Authenticator.Watch(home.Who(cookie)!);
        Assert.False(first.IsCancellationRequested);

        await home.Services.Accounts.ChangeAsync(ben.Id, null, static account => account with { Role = Role.Guest }, Ct);
        await EndsAsync(first);
        var now = home.Who(cookie)!;
        Assert.Equal(Role.Guest, now.Role);
        var second = home.Services.Authenticator.Watch(now);
        await home.Services.Sessions.RevokeAsync(static _ => true, Ct);
        await EndsAsync(second);
        Assert.True(home.Services.Authenticator.Watch(now) is var late);
        await EndsAsync(late);
    }

    [Fact]
    public async Task A_disabled_account_is_out_and_a_removed_one_too()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var (ben, cleo) = (await home.AddAsync("Ben", Role.Adult), await home.AddAsync("Cleo", Role.Adult));
        var (bens, cleos) = (await home.SignInAsync("Ben"), await home.SignInAsync("Cleo"));

        await home.Services.Accounts.ChangeAsync(ben.Id, null, static account => account with { IsDisabled = true }, Ct);
        await home.Services.Accounts.RemoveAsync(cleo.Id, null, Ct);
        Assert.Null(home.Who(bens));
        Assert.Null(home.Who(cleos));
        await home.CutAsync();
        Assert.Null(home.Who(bens));
        Assert.Null(home.Who(cleos));
    }

    [Fact]
    public async Task Nobody_is_signed_in_with_an_account_that_has_changed_since_its_password_was_verified()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var verified = await home.AddAsync("Ana");
        await home.Services.Accounts.SetPasswordAsync(verified.Id, PasswordHash.Create("another one", new(8, 1, 1)), Ct);

        var refused = await Assert.ThrowsAsync<AccountException>(() => home.Services.Sessions.StartAsync(verified, "a browser", null, Ct));
        Assert.Equal(AccountError.Refused, refused.Error);
        Assert.Empty(home.Services.Sessions.Active);
    }

    [Fact]
    public async Task A_child_is_let_in_at_the_allowed_hours_only()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Kim", Role.Child, AllowedHours.Parse("07:00-20:00"));
        var cookie = await home.SignInAsync("Kim");

        Assert.NotNull(home.Who(cookie));
        home.TimeOfDay = new(21, 0);
        Assert.Null(home.Who(cookie));
        home.TimeOfDay = new(7, 0);
        Assert.NotNull(home.Who(cookie));
    }

    [Fact]
    public async Task An_account_has_a_bounded_number_of_sessions_and_the_one_unused_for_longest_gives_way()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var cookies = new List<string>();
        for (var i = 0; i <= Sessions.MostOfAccount; i++)
        {
            cookies.Add(await home.SignInAsync("Ana"));
            home.Time.Advance(TimeSpan.FromMinutes(2));
        }

        Assert.Null(home.Who(cookies[0]));
        Assert.All(cookies[1..], cookie => Assert.NotNull(home.Who(cookie)));
    }

    [Fact]
    public async Task What_requests_change_is_written_once_in_a_while()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var cookie = await home.SignInAsync("Ana");
        var commits = home.Database.CommitVersion;
        for (var minute = 0; minute < 14; minute++)
        {
            home.Who(cookie);
            home.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(commits, home.Database.CommitVersion);
        home.Who(cookie);
        home.Time.Advance(TimeSpan.FromMinutes(2));
        await home.Services.Sessions.RevokeAsync(static _ => false, Ct); // Waits its turn behind the one who stores.
        Assert.Equal(commits + 1, home.Database.CommitVersion);
        await home.CutAsync();
        Assert.True(Assert.Single(home.Services.Sessions.Active).SeenAt > Assert.Single(home.Services.Sessions.Active).CreatedAt);
    }

    [Fact]
    public async Task A_paired_device_stays_and_who_enters_a_pin_there_is_somebody_for_five_minutes_of_use()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var kim = await home.AddAsync("Kim", Role.Child);
        var (device, cookie) = await home.Services.Sessions.StartDeviceAsync("Kitchen", null, "a tablet", Ct);
        home.Pass(TimeSpan.FromDays(1000));
        Assert.Equal((Role.Kiosk, "Kitchen", device.Id), Describe(home.Who(cookie)!));

        home.Services.Sessions.Visit(home.Services.Sessions.Find(cookie)!, kim);
        Assert.Equal((Role.Child, "Kim", device.Id), Describe(home.Who(cookie)!));
        home.Time.Advance(TimeSpan.FromMinutes(4));
        home.Services.Authenticator.TryFindCookie(cookie, changes: true, out _);
        home.Time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(Role.Child, home.Who(cookie)!.Role);
        home.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(Role.Kiosk, home.Who(cookie)!.Role);

        home.Services.Sessions.Visit(home.Services.Sessions.Find(cookie)!, kim);
        await home.RestartAsync();
        Assert.Equal(Role.Kiosk, home.Who(cookie)!.Role);
        await home.Services.Sessions.RevokeAsync(session => session.Id == device.Id, Ct);
        Assert.Null(home.Who(cookie));
        await home.RestartAsync();
        Assert.Null(home.Who(cookie));
        Assert.Empty(home.Services.Sessions.Devices);
    }

    private static (Role Role, string Name, string CredentialId) Describe(Principal who) => (who.Role, who.Name, who.CredentialId);

    // Cancelled on another thread.
    private static async Task EndsAsync(CancellationToken token)
    {
        var ended = new TaskCompletionSource();
        using (token.Register(ended.SetResult))
            await ended.Task;
    }
}
