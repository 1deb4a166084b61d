using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

public sealed class ServiceAwayTests(Browser browser)
{
    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Laptop.Name];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Page_keeps_what_it_knows_says_so_and_recovers_when_the_service_is_back(string screen)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen));
        page.ServiceMayBeAway = true;
        var notice = page.Page.GetByRole(AriaRole.Region, new() { Name = "The calendar service does not answer" });
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Dentist" })).ToBeVisibleAsync();
        await Expect(notice).ToBeHiddenAsync();

        await household.KillAsync();
        await Expect(notice).ToContainTextAsync("You see what was known just now.");
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Dentist" })).ToBeVisibleAsync();
        await page.Page.Clock.FastForwardAsync("00:05:00");
        await Expect(notice).ToContainTextAsync("5 minutes ago");

        await household.RestartAsync();
        await household.AddEventAsync(calendar, "Piano", "2026-11-21T18:00:00", "2026-11-21T19:00:00");
        // Past the longest pause between two tries.
        await page.Page.Clock.FastForwardAsync("00:00:15");
        await Expect(notice).ToBeHiddenAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Piano" })).ToBeVisibleAsync();
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Other_pages_open_while_the_service_is_away(string screen)
    {
        await using var household = await Household.StartAsync();
        await household.AddEventAsync(await household.AddCalendarAsync("Family"), "Dentist", "2026-11-24T16:00:00", "2026-11-24T17:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Named(screen));
        page.ServiceMayBeAway = true;
        await page.Page.RunAndWaitForRequestFinishedAsync(
            () => page.Page.RunAndWaitForRequestFinishedAsync(() => page.GoAsync("/"), new() { Predicate = r => Part(r, "/Month-", ".css") }),
            new() { Predicate = r => Part(r, "/Month-", ".js") });
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Dentist" }).First).ToBeVisibleAsync();

        await household.KillAsync();
        await page.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "Month" }).ClickAsync();

        await Expect(page.Heading).ToHaveTextAsync("November 2026");
        await Expect(page.Page.Locator(".ec-event", new() { HasText = "Dentist" })).ToBeVisibleAsync();
    }

    private static bool Part(IRequest request, string name, string extension) =>
        request.Url.Contains(name, StringComparison.Ordinal) && request.Url.EndsWith(extension, StringComparison.Ordinal);
}
