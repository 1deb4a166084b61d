using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>Who sees a calendar is read and changed in the browser.</summary>
public sealed class CalendarAccessTests(Browser browser)
{
    private const string Password = "a sentence of my own";

    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Laptop.Name];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Calendar_that_is_narrowed_to_adults_leaves_a_childs_screen(string screen)
    {
        await using var household = await StartAsync();
        await household.AddAccountAsync("Kim", "child", Password);
        await using var child = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        await child.SignInAsync("Kim", Password);
        await Expect(child.Page.GetByRole(AriaRole.Button, new() { Name = "Telescope" }).First).ToBeVisibleAsync();
        await using var owner = await OpenAsync(household, screen);
        var card = owner.Page.GetByRole(AriaRole.Listitem, new() { Name = "Presents" });

        // By the keyboard alone.
        await card.GetByText("Change Presents", new() { Exact = true }).FocusAsync();
        await owner.Page.Keyboard.PressAsync("Enter");
        await Expect(card.GetByText("Everybody at home sees it, and the screen on the wall. Guests see when it is busy.")).ToBeVisibleAsync();
        await card.GetByRole(AriaRole.Radio, new() { Name = "Everybody at home" }).FocusAsync();
        await owner.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(card.GetByRole(AriaRole.Radio, new() { Name = "Adults only" })).ToBeCheckedAsync();
        await Expect(card.GetByText("Adults see it. Children, guests and the screen on the wall see nothing of it.")).ToBeVisibleAsync();
        await card.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).FocusAsync();
        await owner.Page.Keyboard.PressAsync("Enter");

        await Expect(owner.Page.GetByText("Presents: Adults see it.")).ToBeAttachedAsync();
        await Expect(card.Locator(".pill")).ToHaveTextAsync("Adults only");
        await Expect(child.Page.GetByText("Telescope")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Calendar_for_its_members_needs_some_and_is_hidden_from_nobody_by_themselves()
    {
        await using var household = await StartAsync();
        await household.AddMemberAsync("Kim", "#2e86ab");
        await household.AddAccountAsync("Ben", "adult", Password);
        await using var owner = await OpenAsync(household, Screen.Laptop.Name);
        var card = owner.Page.GetByRole(AriaRole.Listitem, new() { Name = "Presents" });
        var members = card.GetByRole(AriaRole.Group, new() { Name = "Whose is it?" });
        var save = card.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true });
        await card.GetByText("Change Presents", new() { Exact = true }).ClickAsync();
        await card.GetByLabel("Its members only").CheckAsync();
        await save.ClickAsync();
        await Expect(members).ToHaveAccessibleDescriptionAsync("Choose whose it is; otherwise nobody would see it.");
        await card.GetByLabel("Kim").CheckAsync();
        await save.ClickAsync();
        await Expect(members).ToHaveAccessibleDescriptionAsync("Choose yourself too: nobody can hide a calendar from themselves.");
        await Expect(card.Locator(".pill")).ToHaveTextAsync("Everybody at home");

        await card.GetByLabel("Ada").CheckAsync();
        await Expect(card.GetByText("Only Ada and Kim see it. Other adults see when it is busy, everybody else nothing.")).ToBeVisibleAsync();
        await save.ClickAsync();
        await Expect(owner.Page.GetByText("Presents: Only Ada and Kim see it.")).ToBeAttachedAsync();

        await using var adult = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        await adult.SignInAsync("Ben", Password);
        await Expect(adult.Page.GetByText("busy", new() { Exact = true }).First).ToBeVisibleAsync();
        await Expect(adult.Page.GetByText("Telescope")).ToHaveCountAsync(0);
    }

    private static async Task<Household> StartAsync()
    {
        var household = await Household.StartAsync();
        var ada = await household.AddMemberAsync("Ada", "#e4572e");
        await household.AddEventAsync(await household.AddCalendarAsync("Presents"), "Telescope", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.ClaimAsync("Ada", Password, ada);
        return household;
    }

    private async Task<HouseholdPage> OpenAsync(Household household, string screen)
    {
        var owner = await HouseholdPage.OpenAsync(browser, household.Address, "/feeds", Screen.Named(screen));
        await owner.SignInAsync("Ada", Password);
        await Expect(owner.Page.GetByRole(AriaRole.Heading, new() { Name = "Who sees which calendar" })).ToBeVisibleAsync();
        return owner;
    }
}
