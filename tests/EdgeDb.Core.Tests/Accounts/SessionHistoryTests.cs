using EdgeDb.Core.Access;
using Xunit;

namespace EdgeDb.Core.Tests.Accounts;

/// <summary>
/// Random histories of browsers, thieves, revocations, restarts, power cuts and a wall clock that jumps. A model remembers only what was promised: a session that was revoked, signed out or
/// found stolen lets nobody in, ever, and neither does a secret a minute after a newer one was used; one that nobody copied and nobody ended lets its browser in.
/// </summary>
public sealed class SessionHistoryTests
{
    private const int Steps = 120;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task No_history_lets_a_revoked_or_stolen_session_in(int seed)
    {
        await using var home = await TemporaryAccounts.StartAsync();
        await home.AddAsync("Ana");
        var random = new Random(seed);
        var browsers = new List<Browser>();
        for (var step = 0; step < Steps; step++)
        {
            var browser = browsers.Count == 0 ? null : browsers[random.Next(browsers.Count)];
            switch (browser is null ? 0 : random.Next(12))
            {
                case 0 or 1:
                    browsers.Add(new(await home.SignInAsync("Ana")));
                    break;
                case 2 or 3 or 4:
                    await UseAsync(home, browser!, answerArrives: random.Next(4) > 0);
                    break;
                case 5:
                    browser!.Copies.Add(browser.Cookie);
                    break;
                case 6 when browser!.Copies.Count > 0:
                    await UseCopyAsync(home, browser, random);
                    break;
                case 7 when random.Next(3) == 0:
                    var id = home.Services.Sessions.Find(browser!.Cookie)?.Id;
                    browser.IsOver |= await home.Services.Sessions.RevokeAsync(session => session.Id == id, TestContext.Current.CancellationToken) > 0;
                    break;
                case 8 when random.Next(3) == 0 && home.Services.Sessions.Find(browser!.Cookie) is { } session:
                    await home.Services.Sessions.EndAsync(session, TestContext.Current.CancellationToken);
                    browser.IsOver = true;
                    break;
                case 9:
                    home.Time.Advance(TimeSpan.FromMinutes(random.Next(1, 3000)));
                    break;
                case 10:
                    // Back only: a jump ahead is believed, and may end what was not used for long.
                    home.Time.SetUtcNow(home.Time.GetUtcNow().AddDays(-random.Next(4000)));
                    break;
                case 11:
                    await (random.Next(2) == 0 ? home.RestartAsync() : home.CutAsync());
                    break;
            }

            foreach (var over in browsers.Where(static b => b.IsOver))
                foreach (var cookie in over.Copies.Append(over.Cookie))
                    Assert.True(home.Who(cookie) is null, $"step {step}: a session that was over let somebody in");
        }

        foreach (var browser in browsers.Where(static b => b is { IsOver: false, Copies.Count: 0 }))
            Assert.True(home.Who(browser.Cookie) is not null, "a session that nobody ended or copied let its browser not in");
    }

    private static async Task UseAsync(TemporaryAccounts home, Browser browser, bool answerArrives)
    {
        var (who, cookie) = await browser.RequestAsync(home, browser.Cookie);
        if (who is null)
        {
            Assert.True(browser.IsOver || browser.Copies.Count > 0, "a session that nobody ended or copied was refused");
            browser.IsOver = true;
        }
        else if (answerArrives)
            browser.Cookie = cookie;
    }

    private static async Task UseCopyAsync(TemporaryAccounts home, Browser browser, Random random)
    {
        var at = random.Next(browser.Copies.Count);
        var (who, cookie) = await browser.RequestAsync(home, browser.Copies[at]);
        if (who is null)
            browser.IsOver = true;
        else
            browser.Copies.Add(cookie);
    }

    private sealed class Browser(string cookie)
    {
        private readonly Dictionary<string, long> _replacedAt = [];
        private string _inUse = cookie;

        public string Cookie { get; set; } = cookie;

        public List<string> Copies { get; } = [];

        public bool IsOver { get; set; }

        /// <summary>A request with a secret of this session, whoever has it.</summary>
        public async Task<(Principal? Who, string Cookie)> RequestAsync(TemporaryAccounts home, string cookie)
        {
            var answer = await home.RequestAsync(cookie);
            if (answer.Who is null || cookie == _inUse)
                return answer;
            if (_replacedAt.TryGetValue(cookie, out var at))
                Assert.True(home.Time.GetElapsedTime(at) < TimeSpan.FromMinutes(1), "a secret of the past let somebody in");
            else
            {
                _replacedAt[_inUse] = home.Time.GetTimestamp();
                _inUse = cookie;
            }

            return answer;
        }
    }
}
