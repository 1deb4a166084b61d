using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>The first visit to an empty household, as somebody makes it who has just plugged the board in.</summary>
public sealed class WelcomeTests(Browser browser)
{
    private const string Swimming =
        """
        BEGIN:VEVENT
        UID:swim
        DTSTART:20261121T150000Z
        DTEND:20261121T160000Z
        SUMMARY:Swimming
        END:VEVENT
        """;

    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Laptop.Name];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task First_visit_leads_from_nothing_to_a_calendar_with_a_feed(string screen)
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf("X-WR-CALNAME:Club", Swimming));
        await using var household = await Household.StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen), browserZone: "Europe/Lisbon");

        await Expect(page.Heading).ToHaveTextAsync("Welcome home");
        await Expect(page.Page.GetByLabel("Time zone")).ToHaveValueAsync("Europe/Lisbon");
        await page.Page.GetByLabel("Name of the household").FillAsync("The Lovelaces");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Next", Exact = true }).ClickAsync();

        await Expect(page.Heading).ToHaveTextAsync("Who lives here?");
        var name = page.Page.GetByLabel("Name of the person");
        foreach (var person in new[] { "Ada", "Ben" })
        {
            await name.FillAsync(person);
            await page.Page.Keyboard.PressAsync("Enter");
            await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = person, Exact = true })).ToBeVisibleAsync();
            await Expect(name).ToBeFocusedAsync();
            await Expect(name).ToHaveValueAsync("");
        }

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Next", Exact = true }).ClickAsync();
        await page.Page.GetByLabel("Address").FillAsync(feed.Address.ToString());
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Preview" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = "What it would bring" })).ToContainTextAsync("Club");
        await page.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Ada" }).CheckAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).And(page.Page.Locator(".primary")).ClickAsync();

        await Expect(page.Heading).ToHaveTextAsync("Your calendar is ready");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "To the calendar" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Swimming" })).ToBeVisibleAsync();
        await Expect(page.Page.GetByRole(AriaRole.Banner)).ToContainTextAsync("The Lovelaces");
        await Expect(page.Page.GetByText("15:00").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task First_visit_needs_no_mouse_and_every_step_can_be_left_out()
    {
        await using var household = await Household.StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Laptop);
        await Expect(page.Heading).ToHaveTextAsync("Welcome home");

        await PressAsync(page, "Skip");
        await Expect(page.Heading).ToHaveTextAsync("Who lives here?");
        await PressAsync(page, "Skip");
        await Expect(page.Heading).ToHaveTextAsync("A calendar you already use");
        await PressAsync(page, "Make an empty calendar");
        await Expect(page.Heading).ToHaveTextAsync("Your calendar is ready");
        await page.Page.GoBackAsync();
        await Expect(page.Page.GetByText("Already here: Family.")).ToBeVisibleAsync();
        await page.Page.GoForwardAsync();
        await PressAsync(page, "To the calendar");

        await Expect(page.Page.GetByText("Nothing is planned for today")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task First_visit_can_be_put_off_and_gone_on_with_where_it_was()
    {
        await using var household = await Household.StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        await page.Page.GetByLabel("Name of the household").FillAsync("The Lovelaces");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Next", Exact = true }).ClickAsync();
        await Expect(page.Heading).ToHaveTextAsync("Who lives here?");

        await page.Page.ReloadAsync();
        await Expect(page.Heading).ToHaveTextAsync("Who lives here?");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Later" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "No calendar yet" })).ToBeVisibleAsync();
        await page.GoAsync("/");
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "No calendar yet" })).ToBeVisibleAsync();

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Set up the calendar" }).ClickAsync();
        await Expect(page.Page.GetByLabel("Name of the household")).ToHaveValueAsync("The Lovelaces");
    }

    [Fact]
    public async Task Sample_household_is_one_press_away_and_goes_again()
    {
        await using var household = await Household.StartAsync();
        await household.MoveToNoonAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone, now: HouseholdPage.MachineTime);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Show me a sample household" }).ClickAsync();

        await Expect(page.Event("Dinner together")).ToBeVisibleAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Remove it" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "No calendar yet" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Nobody_who_may_not_set_up_is_led_through_it()
    {
        await using var household = await Household.StartAsync();
        await household.ClaimAsync("Ada", "a sentence of my own");
        await household.AddAccountAsync("Kim", "child", "a sentence of my own");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        page.ServiceMayRefuse = true;

        await page.SignInAsync("Kim", "a sentence of my own");

        await Expect(page.Page.GetByText(new Regex("^Nothing is planned for today"))).ToBeVisibleAsync();
        await Expect(page.Page.GetByRole(AriaRole.Link, new() { Name = "Settings" })).ToHaveCountAsync(0);
    }

    private static async Task PressAsync(HouseholdPage page, string button)
    {
        await page.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
    }
}
