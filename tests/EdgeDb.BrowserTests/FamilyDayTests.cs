using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>Accounts as a family uses them, each person in a browser of their own.</summary>
public sealed class FamilyDayTests(Browser browser)
{
    private const string Password = "a sentence of my own";

    [Fact]
    public async Task Owner_is_made_wall_is_paired_and_everybody_sees_what_is_theirs_until_a_lost_phone_is_signed_out()
    {
        await using var household = await Household.StartAsync();
        var ada = await household.AddMemberAsync("Ada", "#e4572e");
        var kim = await household.AddMemberAsync("Kim", "#2e86ab");
        await household.AddEventAsync(await household.AddCalendarAsync("Family"), "Dinner", "2026-11-21T18:00:00", "2026-11-21T19:00:00");
        await household.AddEventAsync(await household.AddCalendarForAsync("adults", "Presents", ada), "Telescope", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.AddEventAsync(await household.AddCalendarForAsync("private", "Ada's own", ada), "Surgery", "2026-11-21T15:30:00", "2026-11-21T16:00:00");
        await household.AddEventAsync(await household.AddCalendarAsync("Chores", kim), "Dishes", "2026-11-21T19:00:00", "2026-11-21T19:30:00");
        await household.AddEventAsync(await household.AddCalendarForAsync("private", "Kim's own", kim), "Secret club", "2026-11-21T20:00:00", "2026-11-21T21:00:00");

        // Set-up makes the owner.
        await using var owner = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Laptop);
        // The stream of changes, which anybody had, ends with the claim.
        owner.ServiceMayRefuse = true;
        var invitation = owner.Page.GetByRole(AriaRole.Region, new() { Name = "Everybody here may change everything." });
        await invitation.GetByRole(AriaRole.Link, new() { Name = "Make an owner" }).ClickAsync();
        await owner.Page.GetByLabel("Name of the household").FillAsync("The Lovelaces");
        await owner.Page.GetByLabel("Your name").FillAsync("Ada");
        await owner.Page.GetByLabel("Who of the family are you?").SelectOptionAsync("Ada");
        await owner.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await owner.Page.GetByLabel("The same password again").FillAsync(Password);
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Make me the owner" }).ClickAsync();
        await Expect(owner.Heading).ToHaveTextAsync("People and devices");
        await Expect(owner.Page.GetByRole(AriaRole.Banner)).ToContainTextAsync("The Lovelaces");

        // Who says who may sign in.
        await AddAsync(owner, "Kim", "Child", "Kim");
        await AddAsync(owner, "Gus", "Guest", "Nobody of the family");

        // The wall tablet.
        await using var wall = await HouseholdPage.OpenAsync(browser, household.Address, "/pair", Screen.Tablet);
        var code = await wall.Page.GetByText(new Regex("^[0-9A-Z]{4}-[0-9A-Z]{4}$")).TextContentAsync();
        await owner.Page.GetByLabel("Code that the device shows").FillAsync(code!);
        await owner.Page.GetByLabel("What to call it").FillAsync("Kitchen");
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Pair", Exact = true }).ClickAsync();
        await Expect(Event(wall, "Dinner")).ToBeVisibleAsync();
        await Expect(wall.Page.GetByText("Telescope")).ToHaveCountAsync(0);
        await Expect(wall.Page.GetByText("Surgery")).ToHaveCountAsync(0);
        await Expect(wall.Page.GetByText("Secret club")).ToHaveCountAsync(0);
        await Expect(wall.Link("People")).ToHaveCountAsync(0);

        // A child.
        await using var child = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        await child.SignInAsync("Kim", Password);
        await Expect(Event(child, "Dinner")).ToBeVisibleAsync();
        await Expect(Event(child, "Dishes")).ToBeVisibleAsync();
        await Expect(Event(child, "Secret club")).ToBeVisibleAsync();
        await Expect(child.Page.GetByText("Telescope")).ToHaveCountAsync(0);
        await Expect(child.Page.GetByText("Surgery")).ToHaveCountAsync(0);
        await Expect(child.Page.GetByText("busy", new() { Exact = true })).ToHaveCountAsync(0);
        await Expect(child.Page.GetByText("Presents")).ToHaveCountAsync(0);
        await Expect(child.Link("Calendar")).ToBeVisibleAsync();
        await Expect(child.Link("Feeds")).ToHaveCountAsync(0);
        await Expect(child.Link("People")).ToHaveCountAsync(0);

        // A guest.
        await using var guest = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        await guest.SignInAsync("Gus", Password);
        var today = guest.Page.GetByRole(AriaRole.Region, new() { Name = "Today", Exact = true });
        await Expect(today.GetByText("busy", new() { Exact = true })).ToHaveCountAsync(2);
        await Expect(today.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        foreach (var hidden in new[] { "Dinner", "Dishes", "Telescope", "Surgery", "Secret club" })
            await Expect(guest.Page.GetByText(hidden)).ToHaveCountAsync(0);

        // What a child keeps to themselves is busy for their mother, and what she keeps from them is there.
        await owner.Link("Today").ClickAsync();
        await Expect(Event(owner, "Telescope")).ToBeVisibleAsync();
        await Expect(owner.Page.GetByText("busy", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(owner.Page.GetByText("Secret club")).ToHaveCountAsync(0);

        // The lost phone. Its clock stands: it is out by being told, not by asking now and then.
        await using var phone = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Phone);
        phone.ServiceMayRefuse = true;
        // What is under way when its clock goes on to where it stands is not given up: the page would listen no more, and try again never.
        await phone.Page.AddInitScriptAsync("AbortSignal.timeout = () => new AbortController().signal");
        await phone.GoAsync("/");
        await phone.SignInAsync("Ada", Password);
        await Expect(Event(phone, "Telescope")).ToBeVisibleAsync();
        // Offered once the page listens to changes.
        await Expect(phone.QuickAdd()).ToBeVisibleAsync();
        await phone.Page.EvaluateAsync("window.neverReloaded = true");
        await phone.Page.Clock.PauseAtAsync(HouseholdPage.Now.AddHours(1));
        await owner.Link("People").ClickAsync();
        var end = owner.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out Ada on" });
        var question = owner.Page.GetByRole(AriaRole.Dialog);
        await end.ClickAsync();
        await Expect(question).ToHaveAccessibleNameAsync(new Regex("^Sign out Ada on .+\\?$"));
        await owner.Page.Keyboard.PressAsync("Escape");
        await Expect(question).ToBeHiddenAsync();
        await Expect(end).ToBeFocusedAsync();
        await end.ClickAsync();
        await question.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(phone.Heading).ToHaveTextAsync("Sign in");
        Assert.True(await phone.Page.EvaluateAsync<bool>("window.neverReloaded"));
        Assert.DoesNotContain("Telescope", await phone.Page.ContentAsync(), StringComparison.Ordinal);
        await Expect(end).ToHaveCountAsync(0);
        await Expect(owner.Page.GetByText("Ada was signed out.")).ToBeAttachedAsync();
        await Expect(owner.Page.GetByRole(AriaRole.Heading, new() { Name = "Signed in" })).ToBeFocusedAsync();

        // The wall comes down.
        wall.ServiceMayRefuse = true;
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Remove Kitchen" }).ClickAsync();
        await owner.Page.GetByRole(AriaRole.Dialog, new() { Name = "Remove Kitchen?" }).GetByRole(AriaRole.Button, new() { Name = "Remove Kitchen" }).ClickAsync();
        await Expect(wall.Heading).ToHaveTextAsync("Sign in");
        await Expect(owner.Page.GetByText("Kitchen was removed.")).ToBeAttachedAsync();
        await Expect(owner.Page.GetByRole(AriaRole.Heading, new() { Name = "Devices on the wall" })).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData("tablet")]
    [InlineData("wall")]
    public async Task At_the_wall_a_PIN_gives_somebody_their_rights_until_they_are_done(string screen)
    {
        await using var household = await Household.StartAsync();
        var ada = await household.AddMemberAsync("Ada", "#e4572e");
        await household.AddEventAsync(await household.AddCalendarAsync("Family"), "Dinner", "2026-11-21T18:00:00", "2026-11-21T19:00:00");
        await household.AddEventAsync(await household.AddCalendarForAsync("adults", "Presents"), "Telescope", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.ClaimAsync("Owner", Password);
        await household.SetPinAsync(await household.AddAccountAsync("Ada", "adult", Password, ada), "2580");
        await using var wall = await HouseholdPage.OpenAsync(browser, household.Address, "/pair", Screen.Named(screen));
        wall.ServiceMayRefuse = true;
        await household.PairAsync((await wall.Page.GetByText(new Regex("^[0-9A-Z]{4}-[0-9A-Z]{4}$")).TextContentAsync())!, "Kitchen");
        await Expect(Event(wall, "Dinner")).ToBeVisibleAsync();

        await wall.Page.GetByRole(AriaRole.Button, new() { Name = "Who are you?" }).ClickAsync();
        var dialog = wall.Page.GetByRole(AriaRole.Dialog, new() { Name = "Who are you?" });
        await dialog.GetByLabel("PIN").FillAsync("1357");
        await wall.Page.Keyboard.PressAsync("Enter");
        await Expect(dialog.GetByLabel("PIN")).ToHaveAccessibleDescriptionAsync("The PIN is wrong.");
        await Expect(dialog.GetByLabel("PIN")).ToBeFocusedAsync();
        await dialog.GetByLabel("PIN").FillAsync("2580");
        await wall.Page.Keyboard.PressAsync("Enter");

        await Expect(wall.Page.GetByText(new Regex("^Ada until 14:[0-9]{2}$"))).ToBeVisibleAsync();
        await Expect(Event(wall, "Telescope")).ToBeVisibleAsync();
        await Expect(dialog).ToBeHiddenAsync();
        await wall.Page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await Expect(wall.Page.GetByRole(AriaRole.Button, new() { Name = "Who are you?" })).ToBeVisibleAsync();
        await Expect(Event(wall, "Dinner")).ToBeVisibleAsync();
        Assert.DoesNotContain("Telescope", await wall.Page.ContentAsync(), StringComparison.Ordinal);
    }

    private static async Task AddAsync(HouseholdPage owner, string name, string role, string member)
    {
        var form = owner.Page.GetByRole(AriaRole.Form, new() { Name = "Add somebody" });
        await form.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await form.GetByLabel("May act as").SelectOptionAsync(role);
        await form.GetByLabel("Member of the family").SelectOptionAsync(member);
        await form.GetByLabel("Their first password").FillAsync(Password);
        await form.GetByLabel("The same password again").FillAsync(Password);
        await form.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(owner.Page.GetByRole(AriaRole.Article, new() { Name = name, Exact = true })).ToContainTextAsync(role);
    }

    private static ILocator Event(HouseholdPage page, string name) => page.Page.GetByRole(AriaRole.Button, new() { Name = name }).First;
}
