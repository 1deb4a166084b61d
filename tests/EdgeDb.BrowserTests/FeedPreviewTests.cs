using System.Text.RegularExpressions;
using EdgeDb.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>What somebody sees of an address before it becomes a feed.</summary>
public sealed class FeedPreviewTests(Browser browser)
{
    private const string Fair = "BEGIN:VEVENT\nUID:fair\nDTSTART;VALUE=DATE:20270605\nRRULE:FREQ=YEARLY\nSUMMARY:Village fair\nLOCATION:Green\nEND:VEVENT";
    private const string Broken = "BEGIN:VEVENT\nUID:broken\nDTSTART:tomorrow\nSUMMARY:Broken\nEND:VEVENT";

    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Laptop.Name];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Pasting_an_address_shows_what_is_there_before_anything_is_added(string screen)
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf("X-WR-CALNAME:Village", Fair, Broken));
        await using var household = await Household.StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/feeds", Screen.Named(screen));
        var address = page.Page.GetByLabel("Address");

        await address.FocusAsync();
        await PasteAsync(address, feed.Address.ToString().Replace("http:", "webcal:", StringComparison.Ordinal));

        var preview = page.Page.GetByRole(AriaRole.Region, new() { Name = "What it would bring" });
        await Expect(preview.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Village");
        await Expect(preview).ToContainTextAsync("1 event");
        await Expect(preview.GetByRole(AriaRole.Listitem)).ToContainTextAsync("Village fair · Green");
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "No feed yet" })).ToBeVisibleAsync();

        var add = page.Page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true });
        await Expect(add).ToBeFocusedAsync();
        await preview.GetByText(new Regex("^[0-9]+ things? would be left out$")).ClickAsync();
        await Expect(preview.GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("DTSTART");

        // It is added under the name that it has itself.
        await add.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.GetByRole(AriaRole.Article, new() { Name = "Village" }).GetByText("Up to date")).ToBeVisibleAsync();
        await Expect(preview).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("en-GB", "<!DOCTYPE html><html><body>Sign in</body></html>", "Preview", "This is the address of a web page")]
    [InlineData("de-DE", "<!DOCTYPE html><html><body>Sign in</body></html>", "Ansehen", "Das ist die Adresse einer Webseite")]
    [InlineData("en-GB", "{}", "Preview", "it is no calendar")]
    public async Task What_is_no_calendar_is_explained_in_plain_words(string locale, string content, string look, string reason)
    {
        await using var feed = new FeedServer(content);
        await using var household = await Household.StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/feeds", Screen.Phone, locale: locale);
        page.ServiceMayRefuse = true;
        var address = page.Page.Locator("#feed-address");

        await address.FillAsync(feed.Address.ToString());
        await page.Page.GetByRole(AriaRole.Button, new() { Name = look }).ClickAsync();

        await Expect(address).ToHaveAccessibleDescriptionAsync(new Regex(Regex.Escape(reason)));
        await Expect(address).ToBeFocusedAsync();
        // Nothing to be added; the address can be corrected and looked at again.
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = look })).ToBeEnabledAsync();
    }

    [Fact]
    public async Task What_is_away_for_the_moment_may_be_added_all_the_same()
    {
        using var silent = FeedServer.Silent(out var address);
        await using var household = await Household.StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/feeds", Screen.Laptop);
        page.ServiceMayRefuse = true;

        await page.Page.GetByLabel("Address").FillAsync(address.ToString());
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.GetByLabel("Address")).ToHaveAccessibleDescriptionAsync(new Regex("Nothing answers at this address"));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Add it anyway" }).ClickAsync();

        await Expect(page.Page.GetByRole(AriaRole.Article).GetByText("Nothing answers at this address")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task An_address_in_the_home_network_is_refused_with_the_way_to_allow_it()
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf(Fair));
        using var folder = new TemporaryFolder();
        // A service that the house can reach is not to be its hand in places that only it can reach.
        await using var service = await ServiceProcess.StartAsync(folder.Path, "--listen", "0.0.0.0");
        await using var page = await HouseholdPage.OpenAsync(browser, service.Address, "/feeds", Screen.Phone);
        page.ServiceMayRefuse = true;

        await page.Page.GetByLabel("Address").FillAsync(feed.Address.ToString());
        await page.Page.Keyboard.PressAsync("Enter");

        await Expect(page.Page.GetByLabel("Address")).ToHaveAccessibleDescriptionAsync(new Regex("leads into the home network.*feedsFromHome"));
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Add it anyway" })).ToHaveCountAsync(0);
    }

    /// <summary>As Ctrl+V does, which asks for a permission where nobody can give it.</summary>
    private static async Task PasteAsync(ILocator field, string text) => await field.EvaluateAsync(
        """
        (input, text) => {
          input.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true }));
          input.value = text;
          input.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromPaste' }));
        }
        """,
        text);
}
