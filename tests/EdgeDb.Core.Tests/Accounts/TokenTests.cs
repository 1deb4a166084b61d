using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;
using Xunit;

namespace EdgeDb.Core.Tests.Accounts;

public sealed class TokenTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_has_its_scopes_and_no_more_also_after_a_restart()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var (token, text) = await AddAsync(home, await home.AddAsync("Ana"), "events:read calendars:read");
        Assert.StartsWith("edb_", text, StringComparison.Ordinal);

        for (var i = 0; i < 2; i++)
        {
            var who = home.Services.Authenticator.TryFindBearer(text)!;
            Assert.Equal((Role.Service, token.Id, "script"), (who.Role, who.CredentialId, who.Name));
            Assert.Equal(AccessExtent.All, who.Extent(AccessDomain.Events, AccessVerb.Read));
            Assert.Equal(AccessExtent.None, who.Extent(AccessDomain.Events, AccessVerb.Add));
            Assert.Equal(AccessExtent.None, who.Extent(AccessDomain.Feeds, AccessVerb.Read));
            await home.CutAsync();
        }
    }

    [Fact]
    public async Task Any_other_text_is_nobody()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var (_, text) = await AddAsync(home, await home.AddAsync("Ana"), "events:read");
        for (var i = 0; i < text.Length - 1; i++) // The last character carries two bits that mean nothing.
        {
            var changed = text.ToCharArray();
            changed[i] = changed[i] == 'a' ? 'b' : 'a';
            Assert.True(home.Services.Authenticator.TryFindBearer(changed) is null, new string(changed));
        }

        Assert.Null(home.Services.Authenticator.TryFindBearer(""));
        Assert.Null(home.Services.Authenticator.TryFindBearer("edb_"));
        Assert.Null(home.Services.Authenticator.TryFindBearer(text + "A"));
    }

    [Fact]
    public async Task A_token_cannot_be_given_more_than_its_maker_has_and_loses_what_the_maker_loses()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var ben = await home.AddAsync("Ben");
        Assert.Equal("scopes", (await Assert.ThrowsAsync<AccountException>(() => AddAsync(home, ben, "accounts:add"))).Field); // No token may.
        var (_, text) = await AddAsync(home, ben, "backups:add events:read");
        Assert.Equal(AccessExtent.All, home.Services.Authenticator.TryFindBearer(text)!.Extent(AccessDomain.Backups, AccessVerb.Add));

        ben = await home.Services.Accounts.ChangeAsync(ben.Id, null, static account => account with { Role = Role.Adult }, Ct);
        Assert.Equal(AccessExtent.None, home.Services.Authenticator.TryFindBearer(text)!.Extent(AccessDomain.Backups, AccessVerb.Add));
        Assert.Equal("scopes", (await Assert.ThrowsAsync<AccountException>(() => AddAsync(home, ben, "backups:add"))).Field);
        await home.Services.Accounts.ChangeAsync(ben.Id, null, static account => account with { IsDisabled = true }, Ct);
        Assert.Null(home.Services.Authenticator.TryFindBearer(text));
        await home.Services.Accounts.RemoveAsync(ben.Id, null, Ct);
        Assert.Null(home.Services.Authenticator.TryFindBearer(text));
        Assert.Empty(home.Services.Tokens.All);
    }

    [Fact]
    public async Task A_removed_token_is_nobody_at_once_and_an_expired_one_also_when_the_clock_is_set_back()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var ana = await home.AddAsync("Ana");
        var (removed, gone) = await AddAsync(home, ana, "events:read");
        var (_, expiring) = await home.Services.Tokens.AddAsync(ana, "script", Rights("events:read"), TimeSpan.FromDays(1), Ct);
        var watched = home.Services.Authenticator.Watch(home.Services.Authenticator.TryFindBearer(gone)!);

        await home.Services.Tokens.RemoveAsync(removed.Id, Ct);
        Assert.Null(home.Services.Authenticator.TryFindBearer(gone));
        var ended = new TaskCompletionSource();
        await using (watched.Register(ended.SetResult))
            await ended.Task;

        Assert.NotNull(home.Services.Authenticator.TryFindBearer(expiring));
        home.Pass(TimeSpan.FromDays(1));
        Assert.Null(home.Services.Authenticator.TryFindBearer(expiring));
        home.Time.SetUtcNow(home.Time.GetUtcNow().AddYears(-5));
        Assert.Null(home.Services.Authenticator.TryFindBearer(expiring));
        Assert.Equal(AccountError.NotFound, (await Assert.ThrowsAsync<AccountException>(() => home.Services.Tokens.RemoveAsync(removed.Id, Ct))).Error);
    }

    [Fact]
    public async Task A_token_that_has_expired_stays_so_over_a_start_in_the_past_also_when_nothing_else_knows_the_time()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var (_, expiring) = await home.Services.Tokens.AddAsync(await home.AddAsync("Ana"), "script", Rights("events:read"), TimeSpan.FromDays(1), Ct);
        home.Pass(TimeSpan.FromDays(365));
        Assert.Null(home.Services.Authenticator.TryFindBearer(expiring));
        await home.RestartAsync();

        home.Time.SetUtcNow(home.Time.GetUtcNow().AddDays(-365));
        await home.RestartAsync();

        Assert.Null(home.Services.Authenticator.TryFindBearer(expiring));
    }

    [Fact]
    public async Task Looking_for_tokens_that_were_seen_allocates_nothing()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var (_, text) = await AddAsync(home, await home.AddAsync("Ana"), "events:read");
        var (access, _) = await home.Services.AccessTokens.IssueAsync(home.Who(await home.SignInAsync("Ana"))!, Rights("events:read"), Ct);
        foreach (var token in new[] { text, access })
        {
            for (var i = 0; i < 100; i++)
                home.Services.Authenticator.TryFindBearer(token);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
                home.Services.Authenticator.TryFindBearer(token);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public async Task An_access_token_is_worth_what_its_session_is_worth_and_what_it_was_narrowed_down_to()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var ben = await home.AddAsync("Ben");
        var cookie = await home.SignInAsync("Ben");
        var (whole, _) = await home.Services.AccessTokens.IssueAsync(home.Who(cookie)!, null, Ct);
        var (narrow, _) = await home.Services.AccessTokens.IssueAsync(home.Who(cookie)!, Rights("events:read settings:change"), Ct);

        Assert.Same(home.Who(cookie), home.Services.Authenticator.TryFindBearer(whole));
        var who = home.Services.Authenticator.TryFindBearer(narrow)!;
        Assert.Equal((Role.Owner, ben.Id), (who.Role, who.AccountId));
        Assert.Equal(AccessExtent.All, who.Extent(AccessDomain.Settings, AccessVerb.Change));
        Assert.Equal(AccessExtent.None, who.Extent(AccessDomain.Accounts, AccessVerb.Add));

        await home.Services.Accounts.ChangeAsync(ben.Id, null, static account => account with { Role = Role.Adult }, Ct);
        Assert.Equal(AccessExtent.None, home.Services.Authenticator.TryFindBearer(narrow)!.Extent(AccessDomain.Settings, AccessVerb.Change));
        Assert.Equal(AccessExtent.All, home.Services.Authenticator.TryFindBearer(narrow)!.Extent(AccessDomain.Events, AccessVerb.Read));
        await home.Services.Sessions.RevokeAsync(session => session.AccountId == ben.Id, Ct);
        Assert.Null(home.Services.Authenticator.TryFindBearer(whole));
        Assert.Null(home.Services.Authenticator.TryFindBearer(narrow));
    }

    [Fact]
    public async Task An_access_token_ends_after_ten_minutes_also_when_the_clock_is_set_back()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var who = home.Who(await home.SignInAsync("Ana"))!;
        var (seen, _) = await home.Services.AccessTokens.IssueAsync(who, null, Ct);
        var (unseen, _) = await home.Services.AccessTokens.IssueAsync(who, Rights("events:read"), Ct);
        Assert.NotNull(home.Services.Authenticator.TryFindBearer(seen));
        home.Time.SetUtcNow(DateTimeOffset.UnixEpoch);
        home.Time.Advance(TimeSpan.FromSeconds(AccessTokens.LifetimeSeconds));

        Assert.Null(home.Services.Authenticator.TryFindBearer(seen));
        Assert.Null(home.Services.Authenticator.TryFindBearer(unseen));
    }

    [Fact]
    public async Task A_token_cannot_make_itself_a_longer_or_a_wider_one()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        var ana = await home.AddAsync("Ana");
        var (narrow, _) = await home.Services.AccessTokens.IssueAsync(home.Who(await home.SignInAsync("Ana"))!, Rights("events:read"), Ct);
        var (_, text) = await AddAsync(home, ana, "events:read");

        await Assert.ThrowsAsync<AccountException>(() => home.Services.AccessTokens.IssueAsync(home.Services.Authenticator.TryFindBearer(narrow)!, null, Ct));
        await Assert.ThrowsAsync<AccountException>(() => home.Services.AccessTokens.IssueAsync(home.Services.Authenticator.TryFindBearer(text)!, Rights("events:add"), Ct));
        await Assert.ThrowsAsync<AccountException>(() => home.Services.AccessTokens.IssueAsync(Principal.Console, null, Ct));
    }

    [Fact]
    public async Task Signing_keys_change_every_thirty_days_and_tokens_of_the_one_before_hold_until_they_expire()
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var first = await home.Services.SigningKeys.CurrentAsync(Ct);
        Assert.Same(first, await home.Services.SigningKeys.CurrentAsync(Ct));
        await home.RestartAsync();
        Assert.Equal(first.Id, (await home.Services.SigningKeys.CurrentAsync(Ct)).Id);

        home.Pass(TimeSpan.FromSeconds(SigningKeyRing.RotateAfterSeconds - 60));
        var who = home.Who(await home.SignInAsync("Ana"))!;
        var (old, _) = await home.Services.AccessTokens.IssueAsync(who, null, Ct);
        home.Time.Advance(TimeSpan.FromSeconds(60));
        var (fresh, _) = await home.Services.AccessTokens.IssueAsync(who, null, Ct);
        Assert.NotEqual(old.Split('.')[0], fresh.Split('.')[0]);
        await home.CutAsync();
        Assert.NotNull(home.Services.Authenticator.TryFindBearer(old));
        Assert.NotNull(home.Services.Authenticator.TryFindBearer(fresh));

        home.Pass(TimeSpan.FromSeconds(SigningKeyRing.OverlapSeconds + 1));
        Assert.Single(home.Services.SigningKeys.Verifying);
    }

    private static Task<(ApiToken Token, string Text)> AddAsync(TemporaryAccounts home, Account maker, string scopes) =>
        home.Services.Tokens.AddAsync(maker, "script", Rights(scopes), null, Ct);

    private static AccessRights Rights(string scopes) => AccessRights.TryParse(scopes, out var rights, out _) ? rights : throw new FormatException(scopes);
}
