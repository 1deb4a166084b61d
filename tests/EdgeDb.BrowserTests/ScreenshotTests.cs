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

        Task ShootAsync(string view) => ShootFittingAsync(page, $"{view}-{screen}-{scheme}");
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_page_about_accounts_fits_the_screen(string screen, ColorScheme scheme)
    {
        const string password = "a sentence of my own";
        await using var household = await Household.StartAsync("--sample");
        var english = scheme == ColorScheme.Light;
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen), locale: english ? "en-GB" : "de-DE", scheme: scheme);
        page.ServiceMayRefuse = true;
        await page.Page.GetByRole(AriaRole.Link, new() { Name = english ? "Make an owner" : "Besitzer festlegen" }).ClickAsync();
        await Expect(page.Page.Locator("form")).ToBeVisibleAsync();
        await ShootAsync("setup");
        await household.ClaimAsync("Ada", password);
        await household.SetPinAsync(await household.AddAccountAsync("Kim", "child", password, hours: "07:00-20:00"), "2580");
        await household.AddAccountAsync("Augusta Maria von Lovelace-Babbage", "guest", password);

        await page.GoAsync("/people");
        await Expect(page.Page.Locator("form")).ToBeVisibleAsync();
        await ShootAsync("sign-in");
        await page.Page.Locator("input[name=name]").FillAsync("Ada");
        await page.Page.Locator("input[name=password]").FillAsync(password);
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.GetByRole(AriaRole.Article, new() { Name = "Kim" }).Locator("summary").ClickAsync();
        await ShootAsync("people");
        await page.GoAsync("/account");
        await Expect(page.Page.Locator("#second-factor")).ToBeVisibleAsync();
        await ShootAsync("account");

        await using var wall = await HouseholdPage.OpenAsync(browser, household.Address, "/pair", Screen.Named(screen), locale: english ? "en-GB" : "de-DE", scheme: scheme);
        var code = await wall.Page.Locator(".code").TextContentAsync();
        await ShootFittingAsync(wall, $"pair-{screen}-{scheme}");
        await household.PairAsync(code!, "Kitchen");
        await wall.Page.Locator(".visit button").ClickAsync();
        await ShootFittingAsync(wall, $"pin-{screen}-{scheme}");

        Task ShootAsync(string view) => ShootFittingAsync(page, $"{view}-{screen}-{scheme}");
    }

    private static async Task ShootFittingAsync(HouseholdPage page, string name)
    {
        var overflow = await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.Equal(0, overflow);
        await page.Page.ScreenshotAsync(new() { Path = PathOf(name), FullPage = name.StartsWith("people", StringComparison.Ordinal) });
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
