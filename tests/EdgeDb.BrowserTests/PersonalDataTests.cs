using System.IO.Compression;
using EdgeDb.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>What is kept of a person is given to them, and erased by an owner.</summary>
public sealed class PersonalDataTests(Browser browser)
{
    private const string Password = "a sentence of my own";

    [Fact]
    public async Task Everything_about_oneself_is_downloaded_on_the_own_account()
    {
        await using var household = await Household.StartAsync();
        await household.ClaimAsync("Ada", Password, await household.AddMemberAsync("Ada", "#e4572e"));
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/account", Screen.Phone);
        await page.SignInAsync("Ada", Password);

        var file = await page.Page.RunAndWaitForDownloadAsync(
            () => page.Page.GetByRole(AriaRole.Region, new() { Name = "Everything about you" }).GetByRole(AriaRole.Link, new() { Name = "Download" }).ClickAsync());

        using var folder = new TemporaryFolder();
        await file.SaveAsAsync(folder.File("person.zip"));
        using var archive = ZipFile.OpenRead(folder.File("person.zip"));
        using var text = new StreamReader(archive.GetEntry("person.json")!.Open());
        Assert.Contains("Ada", await text.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("phone")]
    [InlineData("laptop")]
    public async Task Somebody_is_erased_only_after_what_goes_was_shown_and_their_name_was_typed(string screen)
    {
        await using var household = await Household.StartAsync();
        await household.ClaimAsync("Ada", Password);
        var kim = await household.AddMemberAsync("Kim", "#2e86ab");
        await household.AddEventAsync(await household.AddCalendarAsync("Kim's own", kim), "Club", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.AddAccountAsync("Kim", "child", Password, kim);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/people", Screen.Named(screen));
        page.ServiceMayRefuse = true;
        await page.SignInAsync("Ada", Password);
        var card = page.Page.GetByRole(AriaRole.Article, new() { Name = "Kim" });
        await card.GetByText("Change Kim").ClickAsync();
        await card.GetByRole(AriaRole.Button, new() { Name = "Erase Kim for ever" }).ClickAsync();
        var dialog = page.Page.GetByRole(AriaRole.Dialog, new() { Name = "Erase Kim for ever?" });
        await Expect(dialog.GetByText("Calendars that concern nobody else (1)")).ToBeVisibleAsync();
        Assert.Empty(await Axe.CheckAsync(page.Page, "erasure"));

        await dialog.GetByLabel("Type the name to confirm: Kim").FillAsync("Kin");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(dialog.GetByLabel("Type the name to confirm: Kim")).ToHaveAccessibleDescriptionAsync("That is not the name.");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
        await Expect(card).ToBeVisibleAsync();

        await card.GetByRole(AriaRole.Button, new() { Name = "Erase Kim for ever" }).ClickAsync();
        await dialog.GetByLabel("Type the name to confirm: Kim").FillAsync("Kim");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(card).ToHaveCountAsync(0);
        await page.Link("Today").ClickAsync();
        await Expect(page.Page.GetByText("Club")).ToHaveCountAsync(0);
        await Expect(page.Page.Locator("main").GetByText("Kim")).ToHaveCountAsync(0);
    }
}
