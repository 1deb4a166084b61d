using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>No rule of axe-core is broken on any page, in either colour scheme, on the phone and on the laptop.</summary>
public sealed class AccessibilityTests(Browser browser)
{
    private const string Password = "a sentence of my own";

    private readonly List<string> _broken = [];

    public static MatrixTheoryData<string, ColorScheme> Looks => new([Screen.Phone.Name, Screen.Laptop.Name], [ColorScheme.Light, ColorScheme.Dark]);

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Pages_of_a_household_that_nobody_owns_yet_break_no_rule(string screen, ColorScheme scheme)
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf("BEGIN:VEVENT\nUID:1\nDTSTART:someday\nSUMMARY:Lost\nEND:VEVENT"));
        await using var household = await Household.StartWithSampleAsync();
        await household.AddFeedAsync(feed.Address, "School");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen), scheme: scheme, now: HouseholdPage.MachineTime);
        page.ServiceMayRefuse = true;

        await Expect(page.Page.Locator("article.day").First).ToBeVisibleAsync();
        await CheckAsync(page, "agenda");
        await page.Page.Locator("article.day").First.GetByRole(AriaRole.Button).First.ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await CheckAsync(page, "details of an event");
        await page.Page.GetByRole(AriaRole.Dialog).Button("Change").ClickAsync();
        await Expect(page.Form()).ToBeVisibleAsync();
        await CheckAsync(page, "form of an event");
        await page.GoAsync("/month");
        await Expect(page.Page.Locator(".entry").First).ToBeVisibleAsync();
        await CheckAsync(page, "month");
        foreach (var view in (string[])["day", "week", "list", "year", "board"])
        {
            await page.GoAsync("/" + view);
            await Expect(page.Page.Locator(".entry, .day .row, .dots span").First).ToBeVisibleAsync();
            await CheckAsync(page, view);
        }
        await page.GoAsync("/lists");
        await page.List("Shopping").Box("Milk").ClickAsync();
        await Expect(page.List("Shopping").Box("Milk")).ToBeCheckedAsync();
        await CheckAsync(page, "lists");
        await page.List("Shopping").Button("Change Bread").ClickAsync();
        await Expect(page.Dialog("Change the entry")).ToBeVisibleAsync();
        await page.Dialog("Change the entry").GetByLabel("Due", new() { Exact = true }).FillAsync("2026-11-26");
        await CheckAsync(page, "form of an entry");
        await page.Dialog("Change the entry").Button("Delete").ClickAsync();
        await Expect(page.List("Shopping").Button("Undo")).ToBeVisibleAsync();
        await CheckAsync(page, "lists with something deleted");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "New list", Exact = true }).ClickAsync();
        await Expect(page.Dialog("New list")).ToBeVisibleAsync();
        await CheckAsync(page, "new list");
        await household.AddNoticeAsync("Dinner at six", "#be123c");
        await page.GoAsync("/lists");
        if (screen == Screen.Phone.Name)
            await page.Page.GetByRole(AriaRole.Button, new() { Name = "Noticeboard", Exact = true }).ClickAsync();
        await Expect(page.List("Noticeboard")).ToBeVisibleAsync();
        await CheckAsync(page, "noticeboard");
        await page.List("Noticeboard").Button("Write a message").ClickAsync();
        await Expect(page.Dialog("Write a message")).ToBeVisibleAsync();
        await CheckAsync(page, "message");
        await page.GoAsync("/feeds");
        await page.Page.GetByRole(AriaRole.Article, new() { Name = "School" }).GetByText("left out").ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Row).Nth(1)).ToBeVisibleAsync();
        await page.Page.GetByText("Change Family", new() { Exact = true }).ClickAsync();
        await CheckAsync(page, "feeds and calendars");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).First.ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await CheckAsync(page, "question");
        await page.GoAsync("/settings");
        await page.Page.GetByText("Change Anna").First.ClickAsync();
        await page.Page.GetByText("How to restore one").ClickAsync();
        await CheckAsync(page, "settings");
        await page.GoAsync("/status");
        await page.Page.GetByText("As a table").First.ClickAsync();
        await CheckAsync(page, "status");
        foreach (var step in new[] { "household", "members", "feed", "done" })
        {
            await page.GoAsync("/welcome/" + step);
            await Expect(page.Page.GetByRole(AriaRole.Progressbar)).ToBeVisibleAsync();
            await CheckAsync(page, "first visit, " + step);
        }

        await page.GoAsync("/setup");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Make me the owner" }).ClickAsync();
        await Expect(page.Page.GetByText("Enter a name.")).ToBeVisibleAsync();
        await CheckAsync(page, "set-up with mistakes");
        await page.GoAsync("/nowhere");
        await Expect(page.Heading).ToHaveTextAsync("There is no such page");
        await CheckAsync(page, "no page");
        NothingBroken();
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Pages_of_people_break_no_rule(string screen, ColorScheme scheme)
    {
        await using var household = await Household.StartAsync();
        var ada = await household.AddMemberAsync("Ada", "#e4572e");
        await household.AddEventAsync(await household.AddCalendarAsync("Family", ada), "Dinner", "2026-11-21T18:00:00", "2026-11-21T19:00:00");
        await household.ClaimAsync("Ada", Password, ada);
        await household.SetPinAsync(await household.AddAccountAsync("Kim", "child", Password, hours: "07:00-20:00"), "2580");
        await household.AddAccountAsync("Gus", "guest", Password);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/people", Screen.Named(screen), scheme: scheme);
        page.ServiceMayRefuse = true;

        await page.SignInAsync("Ada", "wrong");
        await Expect(page.Page.GetByText("Name or password is wrong.")).ToBeVisibleAsync();
        await CheckAsync(page, "sign-in with a mistake");
        await page.SignInAsync("Ada", Password);
        await page.Page.GetByRole(AriaRole.Article, new() { Name = "Kim" }).Locator("summary").ClickAsync();
        await CheckAsync(page, "people");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Remove Kim" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await CheckAsync(page, "question about a person");

        await page.GoAsync("/account");
        var section = page.Page.GetByRole(AriaRole.Region, new() { Name = "Second factor" });
        await section.GetByLabel("Your password now").FillAsync(Password);
        await CheckAsync(page, "own account");
        await section.GetByRole(AriaRole.Button, new() { Name = "Set up a second factor" }).ClickAsync();
        await Expect(section.GetByRole(AriaRole.Img)).ToBeVisibleAsync();
        await CheckAsync(page, "second factor");
        await section.GetByLabel("Code", new() { Exact = true }).FillAsync(AuthenticatorApp.Code((await section.Locator("dd").TextContentAsync())!));
        await section.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();
        await Expect(section.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(10);
        await CheckAsync(page, "recovery codes");

        await page.GoAsync("/tokens");
        await page.MakeTokenAsync("Display");
        await Expect(page.Page.GetByText("never used")).ToBeVisibleAsync();
        await CheckAsync(page, "tokens");

        await using var wall = await HouseholdPage.OpenAsync(browser, household.Address, "/pair", Screen.Named(screen), scheme: scheme);
        var code = await wall.Page.Locator(".code").TextContentAsync();
        await CheckAsync(wall, "pairing");
        await household.PairAsync(code!, "Kitchen");
        await wall.Page.GetByRole(AriaRole.Button, new() { Name = "Who are you?" }).ClickAsync();
        await Expect(wall.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await CheckAsync(wall, "PIN");
        await page.GoAsync("/people");
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Remove Kitchen" })).ToBeVisibleAsync();
        await CheckAsync(page, "people with a device");
        NothingBroken();
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Trust_page_breaks_no_rule(string screen, ColorScheme scheme)
    {
        await using var household = await Household.StartAsync("--tls", "on");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/trust", Screen.Named(screen), scheme: scheme);

        await Expect(page.Page.Locator("main")).ToBeVisibleAsync();
        await CheckAsync(page, "trust");
        NothingBroken();
    }

    private async Task CheckAsync(HouseholdPage page, string what) => _broken.AddRange(await Axe.CheckAsync(page.Page, what));

    // All at once, as each fix takes a build.
    private void NothingBroken() => Assert.True(_broken.Count == 0, string.Join("\n", _broken));
}
