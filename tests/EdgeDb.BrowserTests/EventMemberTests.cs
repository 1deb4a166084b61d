using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>Several members on one event, whatever calendar it is in.</summary>
public sealed class EventMemberTests(Browser browser)
{
    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Laptop.Name];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Members_are_chosen_in_the_form_shown_in_row_and_details_and_taken_back(string screen)
    {
        await using var household = await Household.StartAsync();
        var anna = await household.AddMemberAsync("Anna", "#e4572e");
        await household.AddMemberAsync("Ben", "#2e86ab");
        await household.AddMemberAsync("Mia", "#8a5cf6");
        var calendar = await household.AddCalendarAsync("Annas", anna);
        await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen));
        await Expect(page.Event("Dentist")).ToContainTextAsync("Anna");

        var form = await page.OpenFormAsync("Dentist");
        var people = form.GetByRole(AriaRole.Group, new() { Name = "Who is it for?", Exact = true });
        await Expect(people).ToHaveAccessibleDescriptionAsync("As in the calendar: Anna");
        await people.GetByLabel("Mia", new() { Exact = true }).CheckAsync();
        await people.GetByLabel("Ben", new() { Exact = true }).CheckAsync();
        await Expect(people).ToHaveAccessibleDescriptionAsync("");
        await form.Button("Save").ClickAsync();

        await Expect(page.Event("Dentist")).ToContainTextAsync(new Regex("Ben\\s*Mia"));
        await page.IsSavedAsync("Dentist was saved.");
        await Expect(page.Event("Dentist")).Not.ToContainTextAsync("Anna");
        // At once: the offer to take it back does not last.
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Undo", Exact = true }).ClickAsync();
        await page.IsSavedAsync("Dentist: taken back.");
        await Expect(page.Event("Dentist")).ToContainTextAsync("Anna");
        Assert.Empty(await MembersAsync(household, calendar));

        form = await page.OpenFormAsync("Dentist");
        await form.GetByLabel("Mia", new() { Exact = true }).CheckAsync();
        await form.Button("Save").ClickAsync();
        await Expect(page.Event("Dentist")).ToContainTextAsync("Mia");
        await page.EditsSavedAsync();
        await page.Event("Dentist").ClickAsync();
        await Expect(page.Dialog("Dentist").GetByText("Mia", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.Dialog("Dentist").GetByText("Anna", new() { Exact = true })).ToHaveCountAsync(0);
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Names_in_the_line_of_text_become_its_members_and_are_shown_before(string screen)
    {
        await using var household = await Household.StartAsync();
        await household.AddMemberAsync("Anna", "#e4572e");
        var ben = await household.AddMemberAsync("Ben", "#2e86ab");
        var mia = await household.AddMemberAsync("Mia", "#8a5cf6");
        var calendar = await household.AddCalendarAsync("Family");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen));

        await page.QuickAdd().FillAsync("Football tomorrow 15:00 @Ben @mia");
        await Expect(page.QuickAdd()).ToHaveAccessibleDescriptionAsync(new Regex("Football.*Family.*Ben.*Mia"));
        await page.QuickAdd().PressAsync("Enter");

        await Expect(page.Event("Football")).ToContainTextAsync(new Regex("Ben\\s*Mia"));
        await page.IsSavedAsync("Football was added.");
        Assert.Equal([ben, mia], await MembersAsync(household, calendar));
    }

    [Fact]
    public async Task A_moved_event_keeps_them_and_a_filter_counts_them()
    {
        await using var household = await Household.StartAsync();
        var anna = await household.AddMemberAsync("Anna", "#e4572e");
        var ben = await household.AddMemberAsync("Ben", "#2e86ab");
        var calendar = await household.AddCalendarAsync("Annas", anna);
        var id = await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.ChangeEventAsync(id, new { summary = "Dentist", start = "2026-11-21T16:00:00", end = "2026-11-21T17:00:00", zone = "Europe/Berlin", members = new[] { ben } });
        await household.AddEventAsync(calendar, "Yoga", "2026-11-21T18:00:00", "2026-11-21T19:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Laptop);

        await page.Event("Dentist").ClickAsync();
        await page.Dialog("Dentist").Button("Move…").ClickAsync();
        await page.Dialog("Move Dentist").Button("A day later").ClickAsync();
        await page.Dialog("Move Dentist").Button("Move").ClickAsync();
        await page.IsSavedAsync("Dentist was saved.");
        await Expect(page.Event("Dentist")).ToContainTextAsync("Ben");
        Assert.Equal([ben], await MembersAsync(household, calendar));
        Assert.Equal(["2026-11-21T17:00:00Z Yoga", "2026-11-22T15:00:00Z Dentist"], await household.ShownAsync(calendar, "2026-11-01", "2026-12-24"));

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Ben", Exact = true }).ClickAsync();
        await Expect(page.Event("Dentist")).ToHaveCountAsync(0);
        await Expect(page.Event("Yoga")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Two_choices_of_members_stand_side_by_side()
    {
        await using var household = await Household.StartAsync();
        var anna = await household.AddMemberAsync("Anna", "#e4572e");
        var ben = await household.AddMemberAsync("Ben", "#2e86ab");
        var calendar = await household.AddCalendarAsync("Annas", anna);
        var id = await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        page.ServiceMayRefuse = true;
        var form = await page.OpenFormAsync("Dentist");
        await form.GetByLabel("Anna", new() { Exact = true }).CheckAsync();
        await form.GetByLabel("Ben", new() { Exact = true }).CheckAsync();
        await household.ChangeEventAsync(id, new { summary = "Dentist", start = "2026-11-21T16:00:00", end = "2026-11-21T17:00:00", zone = "Europe/Berlin", members = new[] { ben } });
        await form.Button("Save").ClickAsync();

        var clash = page.Dialog("Dentist was changed twice");
        var people = clash.GetByRole(AriaRole.Group, new() { Name = "Who is it for?", Exact = true });
        await Expect(people.GetByLabel("Yours")).ToBeCheckedAsync();
        await Expect(people).ToContainTextAsync("Anna, Ben");
        await people.GetByLabel("Theirs").CheckAsync();
        await clash.Button("Save this choice").ClickAsync();

        await page.IsSavedAsync("Dentist was saved.");
        Assert.Equal([ben], await MembersAsync(household, calendar));
    }

    /// <summary>Whom the events of a calendar name.</summary>
    private static async Task<IEnumerable<string>> MembersAsync(Household household, string calendar) =>
        (await household.EventsAsync(calendar)).Select(static e => e.GetProperty("members")).Where(static m => m.ValueKind == System.Text.Json.JsonValueKind.Array)
            .SelectMany(static m => m.EnumerateArray().Select(static id => id.GetString()!));
}
