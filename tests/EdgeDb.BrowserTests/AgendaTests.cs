using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

public sealed class AgendaTests(Browser browser)
{
    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Laptop.Name];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Today_is_told_by_what_runs_what_comes_next_and_what_is_later(string screen)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddAllDayEventAsync(calendar, "School holiday", "2026-11-21", "2026-11-22");
        await household.AddEventAsync(calendar, "Breakfast", "2026-11-21T08:00:00", "2026-11-21T09:00:00");
        await household.AddEventAsync(calendar, "Swimming", "2026-11-21T14:00:00", "2026-11-21T15:00:00");
        await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.AddEventAsync(calendar, "Party", "2026-11-21T22:00:00", "2026-11-22T02:00:00");

        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Named(screen));
        // However long the page takes, its minutes are these.
        await page.Page.Clock.SetFixedTimeAsync(HouseholdPage.Now);
        await page.GoAsync("/");

        await Expect(page.Heading).ToHaveTextAsync("Saturday 21 November");
        var today = page.Page.GetByRole(AriaRole.Region, new() { Name = "Today", Exact = true });
        await Expect(today.GetByRole(AriaRole.Button, new() { Name = "Swimming" })).ToContainTextAsync("40 mins left");
        await Expect(today.GetByRole(AriaRole.Button, new() { Name = "Dentist" })).ToContainTextAsync("in 1 hr 40 mins");
        await Expect(today.GetByRole(AriaRole.Button, new() { Name = "School holiday" })).ToContainTextAsync("All day");
        await Expect(today.GetByRole(AriaRole.Button, new() { Name = "Party" })).ToContainTextAsync("until Sun 02:00");
        await Expect(today.GetByText("Breakfast")).ToBeHiddenAsync();
        await today.GetByText("Earlier today (1)").ClickAsync();
        await Expect(today.GetByText("Breakfast")).ToBeVisibleAsync();
        var tomorrow = page.Page.GetByRole(AriaRole.Article, new() { Name = "Sunday 22 November" });
        await Expect(tomorrow.GetByRole(AriaRole.Button, new() { Name = "Party" })).ToContainTextAsync("until 02:00");
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Event_added_elsewhere_appears_without_a_reload(string screen)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen));
        await Expect(page.Page.GetByText("Nothing is planned for today")).ToBeVisibleAsync();
        await page.Page.EvaluateAsync("window.neverReloaded = true");

        await household.AddEventAsync(calendar, "Plumber", "2026-11-21T17:00:00", "2026-11-21T18:00:00");
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Plumber" })).ToBeVisibleAsync();

        Assert.True(await page.Page.EvaluateAsync<bool>("window.neverReloaded"));
        await Expect(page.Page.GetByText("The calendar was updated.").First).ToBeAttachedAsync();
    }

    [Fact]
    public async Task Event_added_elsewhere_before_the_page_listens_to_changes_is_told_as_well()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Laptop);
        var added = new TaskCompletionSource();
        await page.Page.RouteAsync("**/api/changes", async route =>
        {
            await added.Task;
            await route.ContinueAsync();
        });
        await page.GoAsync("/");
        await Expect(page.Page.GetByText("Nothing is planned for today")).ToBeVisibleAsync();

        await household.AddEventAsync(calendar, "Plumber", "2026-11-21T17:00:00", "2026-11-21T18:00:00");
        added.SetResult();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Plumber" })).ToBeVisibleAsync();
        await Expect(page.Page.GetByText("The calendar was updated.").First).ToBeAttachedAsync();
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Page_moves_on_to_the_next_day_at_midnight_of_the_household(string screen)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Sunday roast", "2026-11-22T12:00:00", "2026-11-22T13:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen), "America/New_York");
        await Expect(page.Page.GetByText("Tomorrow 12:00")).ToBeVisibleAsync();

        await page.Page.Clock.FastForwardAsync("09:41:00");

        await Expect(page.Heading).ToHaveTextAsync("Sunday 22 November");
        var today = page.Page.GetByRole(AriaRole.Region, new() { Name = "Today", Exact = true });
        await Expect(today.GetByRole(AriaRole.Button, new() { Name = "Sunday roast" })).ToContainTextAsync("in 11 hrs 59 mins");
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Details_open_by_keyboard_and_give_the_focus_back(string screen)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen));
        var dentist = page.Page.GetByRole(AriaRole.Button, new() { Name = "Dentist" });

        await dentist.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        var dialog = page.Page.GetByRole(AriaRole.Dialog, new() { Name = "Dentist" });
        await Expect(dialog).ToContainTextAsync(new Regex("Saturday,? 21 November 2026.*16:00"));
        await page.Page.Keyboard.PressAsync("Escape");

        await Expect(dialog).ToBeHiddenAsync();
        await Expect(dentist).ToBeFocusedAsync();
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Person_who_is_filtered_out_stays_hidden_after_a_reload(string screen)
    {
        await using var household = await Household.StartAsync();
        var anna = await household.AddMemberAsync("Anna", "#e4572e");
        var ben = await household.AddMemberAsync("Ben", "#2e86ab");
        await household.AddEventAsync(await household.AddCalendarAsync("Anna's", anna), "Yoga", "2026-11-21T17:00:00", "2026-11-21T18:00:00");
        await household.AddEventAsync(await household.AddCalendarAsync("Ben's", ben), "Chess", "2026-11-21T17:00:00", "2026-11-21T18:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen));
        var chip = page.Page.GetByRole(AriaRole.Button, new() { Name = "Ben", Exact = true });
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Chess" })).ToBeVisibleAsync();

        await chip.ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Chess" })).ToBeHiddenAsync();
        await page.Page.ReloadAsync();

        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Yoga" })).ToBeVisibleAsync();
        await Expect(page.Page.GetByText("1 event is hidden")).ToBeVisibleAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Chess" })).ToBeHiddenAsync();
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Sample_household_is_marked_and_goes_with_one_click(string screen)
    {
        await using var household = await Household.StartAsync("--sample");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen));
        var banner = page.Page.GetByRole(AriaRole.Region, new() { Name = "Sample household" });
        await Expect(banner).ToBeVisibleAsync();

        await banner.GetByRole(AriaRole.Button).ClickAsync();

        await Expect(banner).ToBeHiddenAsync();
        // Whoever has looked around is led through setting up their own.
        await Expect(page.Heading).ToHaveTextAsync("Welcome home");
        await page.Page.ReloadAsync();
        await Expect(page.Heading).ToHaveTextAsync("Welcome home");
        await Expect(banner).ToBeHiddenAsync();
    }
}
