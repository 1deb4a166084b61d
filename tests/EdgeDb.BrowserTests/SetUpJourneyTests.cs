using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>
/// The first hour with a board: from nothing to a calendar, through all that it shows, to an owner and a tablet on the wall. As <see cref="JourneyTests"/>, at each size of screen and by each
/// kind of input alone.
/// </summary>
public sealed class SetUpJourneyTests(Browser browser)
{
    private const string Password = "a sentence of my own";

    /// <summary>The views in the order of their switch, what turns them, and their titles: of the present, of what comes next, of what was before.</summary>
    private static readonly (string View, string Unit, string Now, string Next, string Previous)[] Views =
    [
        ("Day", "day", "21 November 2026", "22 November 2026", "20 November 2026"),
        ("Week", "week", "16 – 22 November 2026", "23 – 29 November 2026", "9 – 15 November 2026"),
        ("Month", "month", "November 2026", "December 2026", "October 2026"),
        ("List", "month", "November 2026", "December 2026", "October 2026"),
        ("Year", "year", "2026", "2027", "2025"),
    ];

    [Theory]
    [MemberData(nameof(JourneyTests.Hands), MemberType = typeof(JourneyTests))]
    public async Task Household_is_set_up_looked_through_printed_and_put_on_the_wall_at_every_size_by_every_hand(string screen, Input input)
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf("X-WR-CALNAME:Club", "BEGIN:VEVENT\nUID:swim\nDTSTART:20261121T150000Z\nDTEND:20261121T160000Z\nSUMMARY:Swimming\nEND:VEVENT"));
        await using var household = await Household.StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen), touch: input == Input.Touch);
        // The stream of changes, which anybody had, ends with the claim.
        page.ServiceMayRefuse = true;
        var hand = new Hand(page.Page, input);

        // The first visit.
        await Expect(page.Heading).ToHaveTextAsync("Welcome home");
        await hand.WriteAsync(page.Page.GetByLabel("Name of the household"), "The Lovelaces");
        await hand.SendAsync(Button("Next"));
        await Expect(page.Heading).ToHaveTextAsync("Who lives here?");
        var name = page.Page.GetByLabel("Name of the person");
        foreach (var person in (string[])["Ada", "Ben"])
        {
            await hand.WriteAsync(name, person);
            await hand.SendAsync(Button("Add"));
            await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = person, Exact = true })).ToBeVisibleAsync();
            await Expect(name).ToBeFocusedAsync();
            await Expect(name).ToHaveValueAsync("");
        }
        await hand.PressAsync(Button("Next"));
        await hand.WriteAsync(page.Page.GetByLabel("Address"), feed.Address.ToString());
        await hand.SendAsync(Button("Preview"));
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = "What it would bring" })).ToContainTextAsync("Club");
        await hand.PressAsync(page.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Ada", Exact = true }));
        await hand.PressAsync(Button("Add"));
        await Expect(page.Heading).ToHaveTextAsync("Your calendar is ready");
        await hand.PressAsync(Button("To the calendar"));
        await Expect(page.Event("Swimming")).ToContainTextAsync("Ada");

        // Through the views, each turned both ways and back to today.
        await hand.PressAsync(page.Link("Calendar"));
        foreach (var (view, unit, now, next, previous) in Views)
        {
            await page.SwitchAsync(hand, view);
            await ShowsAsync(now);
            if (view == "Year")
                await Expect(Link("Saturday 21 November, 1 event")).ToBeVisibleAsync();
            else
                await Expect(page.Page.GetByRole(AriaRole.Main)).ToContainTextAsync("Swimming");
            await hand.PressAsync(Link("Next " + unit));
            await ShowsAsync(next);
            await hand.PressAsync(page.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "Today", Exact = true }));
            await ShowsAsync(now);
            await hand.PressAsync(Link("Previous " + unit));
            await ShowsAsync(previous);
            await hand.PressAsync(page.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "Today", Exact = true }));
            await ShowsAsync(now);
        }

        // A sheet for the fridge. On a phone it is the browser that offers to print.
        await page.SwitchAsync(hand, "Month");
        await Expect(page.Block("Swimming").First).ToBeVisibleAsync();
        if (screen != Screen.Phone.Name)
        {
            await page.Page.EvaluateAsync("window.print = () => (window.printed = true)");
            await hand.PressAsync(Button("Print"));
            Assert.True(await page.Page.EvaluateAsync<bool>("window.printed"));
        }
        Paper.IsOneSheet(await page.Page.PdfAsync(new() { PreferCSSPageSize = true }));

        // Somebody becomes the owner.
        await hand.PressAsync(page.Link("Today"));
        await hand.PressAsync(Link("Make an owner"));
        await hand.WriteAsync(page.Page.GetByLabel("Your name"), "Ada");
        await hand.PickAsync(page.Page.GetByLabel("Who of the family are you?"), "Ada");
        await hand.WriteAsync(page.Page.GetByLabel("Password", new() { Exact = true }), Password);
        await hand.WriteAsync(page.Page.GetByLabel("The same password again"), Password);
        await hand.SendAsync(Button("Make me the owner"));
        await Expect(page.Heading).ToHaveTextAsync("People and devices");
        await Expect(Link("Ada")).ToBeVisibleAsync();

        // The wall shows a code, which the owner enters.
        await using var wall = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen), touch: input == Input.Touch);
        await new Hand(wall.Page, input).PressAsync(wall.Page.GetByRole(AriaRole.Link, new() { Name = "Show the calendar on this screen without signing in: pair it", Exact = true }));
        var code = await wall.Page.GetByText(new Regex("^[0-9A-Z]{4}-[0-9A-Z]{4}$")).TextContentAsync();
        await hand.WriteAsync(page.Page.GetByLabel("Code that the device shows"), code!);
        await hand.WriteAsync(page.Page.GetByLabel("What to call it"), "Kitchen");
        await hand.SendAsync(Button("Pair"));
        await Expect(wall.Event("Swimming")).ToBeVisibleAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Remove Kitchen", Exact = true })).ToBeVisibleAsync();
        await Expect(page.Page.GetByLabel("Code that the device shows")).ToHaveValueAsync("");
        await Expect(page.Page.GetByRole(AriaRole.Banner)).ToContainTextAsync("The Lovelaces");

        ILocator Button(string name) => page.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

        ILocator Link(string name) => page.Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

        // What stands between two dates is the language's own.
        Task ShowsAsync(string title) => Expect(page.Heading).ToHaveTextAsync(new Regex("^([A-Za-z]+,? )?" + Regex.Escape(title).Replace("\\ –\\ ", "\\s?[–-]\\s?", StringComparison.Ordinal) + "$"));
    }
}
