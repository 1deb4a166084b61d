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
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Named(screen));
        page.ServiceMayBeAway = true;
        // What says since when comes behind the first page.
        await OpenAsync(page, ["/Offline-*.js", "/offline.*.js", "/everywhere.*.js"]);
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
        await OpenAsync(page, ["/Month-*.js", "/Month-*.css", "/period-*.css", "/grid-*.css", "/calendar.*.js", "/everywhere.*.js"]);
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Dentist" }).First).ToBeVisibleAsync();

        await household.KillAsync();
        await page.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "Calendar" }).ClickAsync();

        await Expect(page.Heading).ToHaveTextAsync("November 2026");
        await Expect(page.Page.Locator(".entry", new() { HasText = "Dentist" })).ToBeVisibleAsync();
    }

    /// <summary>Opens the agenda and waits until it has fetched what is named, as <c>/Month-*.js</c>, and whatever that needs in turn.</summary>
    private static async Task OpenAsync(HouseholdPage page, string[] parts)
    {
        var fetched = parts.Select(part => page.Page.WaitForRequestFinishedAsync(new() { Predicate = request => IsPart(request.Url, part) })).ToArray();
        await page.GoAsync("/");
        foreach (var request in await Task.WhenAll(fetched))
        {
            if (request.Url.EndsWith(".js", StringComparison.Ordinal))
                await page.Page.EvaluateAsync("url => import(url).then(() => null)", request.Url);
        }
    }

    private static bool IsPart(string url, string part)
    {
        var star = part.IndexOf('*', StringComparison.Ordinal);
        return url.Contains(part[..star], StringComparison.Ordinal) && url.EndsWith(part[(star + 1)..], StringComparison.Ordinal);
    }
}
