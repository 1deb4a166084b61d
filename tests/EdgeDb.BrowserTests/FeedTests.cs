using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

public sealed class FeedTests(Browser browser)
{
    private const string Good =
        """
        BEGIN:VEVENT
        UID:good
        DTSTAMP:20261101T000000Z
        DTSTART:20261121T150000Z
        DTEND:20261121T160000Z
        SUMMARY:Good event
        END:VEVENT
        """;

    private const string Broken =
        """
        BEGIN:VEVENT
        UID:broken
        DTSTAMP:20261101T000000Z
        DTSTART:tomorrow
        SUMMARY:Broken event
        END:VEVENT
        """;

    private static readonly Regex LeftOut = new("^[0-9]+ things? (was|were) left out$");

    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Laptop.Name];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task What_could_not_be_read_is_listed_with_line_property_and_reason(string screen)
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf(Good, Broken));
        await using var household = await Household.StartAsync("--feed", feed.Address.ToString());
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/feeds", Screen.Named(screen));
        var card = page.Page.GetByRole(AriaRole.Article);
        await Expect(card.GetByText("Up to date")).ToBeVisibleAsync();

        await card.GetByText(LeftOut).ClickAsync();

        var row = card.GetByRole(AriaRole.Row).Nth(1);
        await Expect(row.GetByRole(AriaRole.Cell).Nth(0)).ToHaveTextAsync("14");
        await Expect(row.GetByRole(AriaRole.Cell).Nth(1)).ToContainTextAsync("DTSTART");
        await Expect(row.GetByRole(AriaRole.Cell).Nth(2)).ToContainTextAsync("tomorrow");
        await page.GoAsync("/");
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Good event" })).ToBeVisibleAsync();
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Feed_is_added_refreshed_and_removed_by_hand(string screen)
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf(Good));
        await using var household = await Household.StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/feeds", Screen.Named(screen));

        await page.Page.GetByLabel("Address").FillAsync(feed.Address.ToString());
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Preview" }).ClickAsync();
        await page.Page.GetByLabel("Name (optional)").FillAsync("School");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        var card = page.Page.GetByRole(AriaRole.Article, new() { Name = "School" });
        await Expect(card.GetByText("Up to date")).ToBeVisibleAsync();
        await Expect(card.GetByRole(AriaRole.Definition).Filter(new() { HasText = "1" }).First).ToBeVisibleAsync();

        feed.Calendar = FeedServer.CalendarOf(Good, Broken);
        await card.GetByRole(AriaRole.Button, new() { Name = "Refresh now" }).ClickAsync();
        await Expect(card.GetByText(LeftOut)).ToBeVisibleAsync();
        await Expect(card.GetByText("Up to date")).ToBeVisibleAsync();

        await card.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        var dialog = page.Page.GetByRole(AriaRole.Dialog, new() { Name = "Remove School?" });
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(card).ToBeVisibleAsync();
        await card.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Expect(card).ToBeHiddenAsync();
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "No feed yet" })).ToBeVisibleAsync();
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Feed_that_cannot_be_read_says_why_and_when_it_is_tried_again(string screen)
    {
        using var silent = FeedServer.Silent(out var address);
        await using var household = await Household.StartAsync();
        await household.AddFeedAsync(address, "Closed school");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/feeds", Screen.Named(screen));

        var card = page.Page.GetByRole(AriaRole.Article, new() { Name = "Closed school" });
        await Expect(card.GetByText("Cannot be read")).ToBeVisibleAsync();
        await Expect(card).ToContainTextAsync("Nothing answers at this address");
        await Expect(card).ToContainTextAsync("127.0.0.1");
        await Expect(card).ToContainTextAsync("never");
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Address_that_is_none_is_explained_at_its_field(string screen)
    {
        await using var household = await Household.StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/feeds", Screen.Named(screen));
        page.ServiceMayRefuse = true;
        var address = page.Page.GetByLabel("Address");

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Preview" }).ClickAsync();
        await Expect(address).ToHaveAccessibleDescriptionAsync(new Regex("Paste the address of a calendar\\.$"));
        await address.FillAsync("not an address");
        await page.Page.Keyboard.PressAsync("Enter");

        await Expect(address).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(address).ToBeFocusedAsync();
        await Expect(address).ToHaveAccessibleDescriptionAsync(new Regex("http"));
    }
}
