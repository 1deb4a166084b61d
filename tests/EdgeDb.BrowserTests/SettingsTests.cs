using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>The household, its members, calendars and backups, changed on the page about them.</summary>
public sealed class SettingsTests(Browser browser)
{
    private const string Password = "a sentence of my own";

    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Laptop.Name];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Members_are_added_renamed_coloured_and_removed(string screen)
    {
        await using var household = await Household.StartAsync();
        await household.AddCalendarAsync("Family", await household.AddMemberAsync("Ada", "#2563eb"));
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen));
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Settings" }).ClickAsync();
        var members = page.Page.GetByRole(AriaRole.Region, new() { Name = "People of the family" });

        await members.GetByLabel("Name of the person").FillAsync("Bne");
        await page.Page.Keyboard.PressAsync("Enter");
        await members.GetByText("Change Bne").ClickAsync();
        var form = members.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "Bne" });
        await form.GetByLabel("Name", new() { Exact = true }).FillAsync("Ben");
        await form.GetByRole(AriaRole.Radio, new() { Name = "Pink" }).CheckAsync();
        await form.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(members.GetByRole(AriaRole.Heading, new() { Name = "Ben" })).ToBeVisibleAsync();
        await page.Page.ReloadAsync();
        await Expect(members.GetByText("Change Ben")).ToBeVisibleAsync();
        await members.GetByText("Change Ben").ClickAsync();
        await Expect(members.GetByRole(AriaRole.Radio, new() { Name = "Pink" })).ToBeCheckedAsync();

        await members.GetByText("Change Ada").ClickAsync();
        await members.GetByRole(AriaRole.Button, new() { Name = "Remove Ada" }).ClickAsync();
        var question = page.Page.GetByRole(AriaRole.Dialog, new() { Name = "Remove Ada?" });
        await Expect(question).ToContainTextAsync("Their calendar and its events stay");
        await question.GetByRole(AriaRole.Button, new() { Name = "Remove Ada" }).ClickAsync();
        await Expect(members.GetByRole(AriaRole.Heading, new() { Name = "Ada" })).ToHaveCountAsync(0);
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "Family", Exact = true })).ToBeVisibleAsync();
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Calendars_are_added_renamed_downloaded_and_removed_with_what_that_means(string screen)
    {
        await using var household = await Household.StartAsync();
        await household.AddEventAsync(await household.AddCalendarAsync("Clubs"), "Chess", "2026-11-21T18:00:00", "2026-11-21T19:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/settings", Screen.Named(screen));
        var calendars = page.Page.GetByRole(AriaRole.Region, new() { Name = "Calendars" });

        await calendars.GetByLabel("Name of a new calendar").FillAsync("School");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(calendars.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "School" })).ToContainTextAsync("kept here · 0 events");
        await calendars.GetByText("Change Clubs").ClickAsync();
        var clubs = calendars.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "Clubs" });
        await clubs.GetByLabel("Name", new() { Exact = true }).FillAsync("");
        await clubs.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(clubs.GetByLabel("Name", new() { Exact = true })).ToHaveAccessibleDescriptionAsync("Enter a name.");
        await clubs.GetByLabel("Name", new() { Exact = true }).FillAsync("Clubs & more");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(calendars.GetByRole(AriaRole.Heading, new() { Name = "Clubs & more" })).ToBeVisibleAsync();

        var download = await page.Page.RunAndWaitForDownloadAsync(() => calendars.GetByRole(AriaRole.Link, new() { Name = "Download (.ics) Clubs & more" }).ClickAsync());
        await using (var content = await download.CreateReadStreamAsync())
        using (var reader = new StreamReader(content))
            Assert.Contains("SUMMARY:Chess", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await calendars.GetByText("Change Clubs & more").ClickAsync();
        await calendars.GetByRole(AriaRole.Button, new() { Name = "Remove Clubs & more" }).ClickAsync();
        var question = page.Page.GetByRole(AriaRole.Dialog, new() { Name = "Remove Clubs & more?" });
        await Expect(question).ToContainTextAsync("It goes with its 1 event");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(calendars.GetByRole(AriaRole.Heading, new() { Name = "Clubs & more" })).ToBeVisibleAsync();
        await calendars.GetByRole(AriaRole.Button, new() { Name = "Remove Clubs & more" }).ClickAsync();
        await question.GetByRole(AriaRole.Button, new() { Name = "Remove Clubs & more" }).ClickAsync();
        await Expect(calendars.GetByRole(AriaRole.Heading, new() { Name = "Clubs & more" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Household_is_named_placed_and_speaks_the_language_that_was_chosen()
    {
        await using var household = await Household.StartAsync();
        await household.AddEventAsync(await household.AddCalendarAsync("Family"), "Dinner", "2026-11-21T18:00:00", "2026-11-21T19:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/settings", Screen.Laptop);
        await using var other = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        var form = page.Page.GetByRole(AriaRole.Form, new() { Name = "The household" });

        await form.GetByLabel("Name of the household").FillAsync("The Lovelaces");
        await form.GetByLabel("Time zone").SelectOptionAsync("Europe/London");
        await form.GetByLabel("Language").SelectOptionAsync("Deutsch");
        await form.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Expect(page.Heading).ToHaveTextAsync("Einstellungen");
        await Expect(page.Page.GetByLabel("Zeitzone")).ToHaveValueAsync("Europe/London");
        // The event was entered for Berlin.
        await Expect(other.Page.GetByText("17:00").First).ToBeVisibleAsync();
        await Expect(other.Page.GetByRole(AriaRole.Banner)).ToContainTextAsync("The Lovelaces");
        await Expect(other.Link("Heute")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Backup_is_taken_at_once_and_the_way_back_is_told()
    {
        await using var household = await Household.StartAsync();
        await household.AddCalendarAsync("Family");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/settings", Screen.Phone);
        var backups = page.Page.GetByRole(AriaRole.Region, new() { Name = "Backups" });
        await Expect(backups.GetByText("There is none yet.")).ToBeVisibleAsync();

        await backups.GetByRole(AriaRole.Button, new() { Name = "Back up now" }).ClickAsync();

        await Expect(backups.GetByRole(AriaRole.List).First.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);
        await Expect(backups.GetByRole(AriaRole.Button, new() { Name = "Back up now" })).ToBeEnabledAsync();
        await backups.GetByText("How to restore one").ClickAsync();
        await Expect(backups.GetByText("edgedb backup restore edgedb-000001-")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Backup_that_is_asked_for_before_the_others_are_known_is_told_from_them()
    {
        await using var household = await Household.StartAsync();
        await household.AddCalendarAsync("Family");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Laptop);
        var told = new TaskCompletionSource();
        await page.Page.RouteAsync("**/api/backups", async route =>
        {
            await told.Task;
            await route.ContinueAsync();
        });
        var asked = page.Page.WaitForRequestAsync(static request => request.Url.EndsWith("/api/work/copy", StringComparison.Ordinal));
        await page.GoAsync("/settings");
        var backups = page.Page.GetByRole(AriaRole.Region, new() { Name = "Backups" });

        await backups.GetByRole(AriaRole.Button, new() { Name = "Back up now" }).ClickAsync();
        await LateAnswers.DrawnAsync(page.Page);
        Assert.False(asked.IsCompleted, "Which one is new cannot be told any more.");

        told.SetResult();
        await asked;
        await Expect(page.Page.GetByText("There is a new backup.")).ToBeAttachedAsync();
        await Expect(backups.GetByRole(AriaRole.List).First.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Adult_changes_what_an_adult_may_and_is_offered_nothing_else()
    {
        await using var household = await Household.StartAsync();
        await household.AddMemberAsync("Kim", "#15803d");
        await household.AddCalendarAsync("Family");
        await household.ClaimAsync("Ada", Password);
        await household.AddAccountAsync("Ben", "adult", Password);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/settings", Screen.Laptop);
        page.ServiceMayRefuse = true;
        await page.SignInAsync("Ben", Password);

        await page.Page.GetByText("Change Kim").ClickAsync();

        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).First).ToBeVisibleAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Remove Kim" })).ToHaveCountAsync(0);
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = "Backups" })).ToHaveCountAsync(0);
        await Expect(page.Page.GetByRole(AriaRole.Link, new() { Name = "Status" })).ToBeVisibleAsync();
    }
}
