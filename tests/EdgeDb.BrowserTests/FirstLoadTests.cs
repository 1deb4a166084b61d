using System.Collections.Concurrent;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

public sealed class FirstLoadTests(Browser browser)
{
    // As sent, brotli. Measured: 28.7 KiB of scripts, of which 1.8 find out who is there and what they may; the pages about accounts are not among them.
    private const int MaxScriptBytes = 29 * 1024;
    private const int MaxTotalBytes = 60 * 1024;

    // Fetched when the first page is there, for the others to open at once.
    private static readonly string[] LaterParts = ["/Month-", "/Feeds-", "/EventDetails-"];

    [Fact]
    public async Task First_page_loads_within_its_budget()
    {
        await using var household = await Household.StartAsync("--sample");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Phone);
        var responses = new ConcurrentQueue<IResponse>();
        page.Page.Response += (_, response) => responses.Enqueue(response);
        await page.GoAsync("/");
        await Expect(page.Page.Locator("article.day").First).ToBeVisibleAsync();

        var total = 0;
        var scripts = 0;
        foreach (var response in responses.Where(IsFirst))
        {
            await response.FinishedAsync();
            var size = (await response.Request.SizesAsync()).ResponseBodySize;
            total += size;
            if (response.Url.EndsWith(".js", StringComparison.Ordinal))
                scripts += size;
        }

        Assert.InRange(scripts, 1, MaxScriptBytes);
        Assert.InRange(total, 1, MaxTotalBytes);

        static bool IsFirst(IResponse response)
        {
            var path = new Uri(response.Url).AbsolutePath;
            return !path.StartsWith("/api/", StringComparison.Ordinal) && !path.StartsWith("/health/", StringComparison.Ordinal)
                && !LaterParts.Any(part => path.Contains(part, StringComparison.Ordinal));
        }
    }
}
