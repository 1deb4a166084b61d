using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>Writes every view at every size in both colour schemes to artifacts/screenshots, to be looked at.</summary>
public sealed class ScreenshotTests(Browser browser)
{
    public static MatrixTheoryData<string, ColorScheme> Looks =>
        new([.. Screen.All.Select(static screen => screen.Name)], [ColorScheme.Light, ColorScheme.Dark]);

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_view_fits_the_screen(string screen, ColorScheme scheme)
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf("BEGIN:VEVENT\nUID:1\nDTSTART:someday\nSUMMARY:Lost\nEND:VEVENT"));
        await using var household = await Household.StartAsync("--sample");
        await household.AddFeedAsync(feed.Address, "School");
        var locale = scheme == ColorScheme.Light ? "en-GB" : "de-DE";
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen), locale: locale, scheme: scheme);

        await Expect(page.Page.Locator("article.day").First).ToBeVisibleAsync();
        await ShootAsync("agenda");
        await page.Page.Locator("article.day").First.GetByRole(AriaRole.Button).First.ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await ShootAsync("details");
        await page.GoAsync("/month");
        await Expect(page.Page.Locator(".ec-event").First).ToBeVisibleAsync();
        await ShootAsync("month");
        await page.GoAsync("/feeds");
        await page.Page.GetByRole(AriaRole.Article).Filter(new() { HasText = "School" }).Locator("summary").ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Row).Nth(1)).ToBeVisibleAsync();
        await ShootAsync("feeds");

        async Task ShootAsync(string view)
        {
            var overflow = await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            Assert.Equal(0, overflow);
            await page.Page.ScreenshotAsync(new() { Path = PathOf($"{view}-{screen}-{scheme}") });
        }
    }

    /// <summary>Where a screenshot of that name is put.</summary>
    internal static string PathOf(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "EdgeDb.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        return Path.Combine(folder.FullName, "artifacts", "screenshots", name.ToLowerInvariant() + ".png");
    }
}
