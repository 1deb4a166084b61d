using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

public sealed class MonthTests(Browser browser)
{
    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Laptop.Name];

    public static MatrixTheoryData<string, string> ScreensAndZones =>
        new([Screen.Phone.Name, Screen.Laptop.Name], ["America/Los_Angeles", "Pacific/Auckland"]);

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Events_of_a_feed_served_over_http_stand_on_their_days(string screen)
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf(
            """
            BEGIN:VEVENT
            UID:parents-evening
            DTSTAMP:20261101T000000Z
            DTSTART;TZID=Europe/Berlin:20261118T190000
            DTEND;TZID=Europe/Berlin:20261118T210000
            SUMMARY:Parents' evening
            END:VEVENT
            """,
            """
            BEGIN:VEVENT
            UID:training
            DTSTAMP:20261101T000000Z
            DTSTART;TZID=Europe/Berlin:20261103T170000
            DURATION:PT1H
            RRULE:FREQ=WEEKLY;COUNT=4
            SUMMARY:Training
            END:VEVENT
            """));
        await using var household = await Household.StartAsync("--feed", feed.Address.ToString());
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month", Screen.Named(screen));

        await Expect(page.Heading).ToHaveTextAsync("November 2026");
        await Expect(page.Page.Locator(".entry", new() { HasText = "Training" })).ToHaveCountAsync(4);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Wednesday 18 November, 1 event" }).ClickAsync();
        var day = page.Page.GetByRole(AriaRole.Region, new() { Name = "Wednesday 18 November" });
        await Expect(day.GetByRole(AriaRole.Button, new() { Name = "Parents' evening" })).ToContainTextAsync("19:00");
    }

    [Theory]
    [MemberData(nameof(ScreensAndZones))]
    public async Task All_day_event_stands_on_its_day_wherever_the_browser_is(string screen, string browserZone)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddAllDayEventAsync(calendar, "Birthday", "2026-11-25", "2026-11-26");
        await household.AddAllDayEventAsync(calendar, "Trip", "2026-11-11", "2026-11-14");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month", Screen.Named(screen), browserZone);

        await Expect(page.Page.GetByText("Times are those of Europe/Berlin")).ToBeVisibleAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Wednesday 25 November, 1 event" })).ToBeAttachedAsync();
        await AssertStandsOnAsync(page, "Birthday", 25, 25);
        await AssertStandsOnAsync(page, "Trip", 11, 13);
        foreach (var day in (int[])[10, 14, 24, 26])
            await Expect(page.Page.GetByRole(AriaRole.Button, new() { NameRegex = new($" {day} November, nothing planned$") })).ToBeAttachedAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { NameRegex = new(" 21 November,") })).ToHaveAttributeAsync("aria-current", "date");
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Event_added_elsewhere_appears_in_the_grid_beside_the_others_of_its_day(string screen)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "First", "2026-11-10T09:00:00", "2026-11-10T10:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month", Screen.Named(screen));
        await Expect(page.Page.Locator(".entry", new() { HasText = "First" })).ToBeVisibleAsync();

        await household.AddEventAsync(calendar, "Second", "2026-11-10T11:00:00", "2026-11-10T12:00:00");

        // Below it, not over it; measured in one step, until it holds: the grid is drawn anew when its room or its events change.
        await page.Page.HoldsAsync(
            """
            () => {
              const box = (title) => [...document.querySelectorAll('.entry')].find((event) => event.textContent.includes(title))?.getBoundingClientRect();
              const [first, second] = [box('First'), box('Second')];
              return Boolean(first && second) && second.height > 0 && second.top >= first.bottom;
            }
            """);
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Address_of_a_month_can_be_opened_turned_and_reloaded(string screen)
    {
        await using var household = await Household.StartAsync();
        await household.AddEventAsync(await household.AddCalendarAsync("Family"), "New year", "2027-01-01T00:00:00", "2027-01-01T01:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month/2026-12", Screen.Named(screen));
        await Expect(page.Heading).ToHaveTextAsync("December 2026");

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Next month" }).ClickAsync();
        await Expect(page.Heading).ToHaveTextAsync("January 2027");
        await Expect(page.Page.Locator(".entry", new() { HasText = "New year" })).ToBeVisibleAsync();
        await page.Page.ReloadAsync();
        await Expect(page.Heading).ToHaveTextAsync("January 2027");
        await page.Page.GoBackAsync();
        await Expect(page.Heading).ToHaveTextAsync("December 2026");
    }

    [Fact]
    public async Task Day_with_more_than_fits_says_so_and_shows_all_of_it_over_the_month()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        for (var i = 0; i < 20; i++)
            await household.AddEventAsync(calendar, $"Guest {i:00}", $"2026-11-10T{i:00}:00:00", $"2026-11-10T{i:00}:30:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month", Screen.Laptop);

        var more = page.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^\\+[0-9]+$") });
        await Expect(more).ToHaveCountAsync(1);
        // What is there and what is said to be besides is all there is.
        await page.Page.HoldsAsync("() => document.querySelectorAll('.entry').length + Number(document.querySelector('.more')?.textContent) === 20");
        await more.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        var list = page.Dialog("Tuesday 10 November, 20 events");
        await Expect(list.GetByRole(AriaRole.Button, new() { Name = "Guest 19" })).ToBeVisibleAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(list).ToBeHiddenAsync();
        await Expect(more).ToBeFocusedAsync();

        await more.ClickAsync();
        await page.DragAsync("Guest 19", page.DayOf("2026-11-12"));
        await page.StandsAsync("Guest 19", "12 November 2026, 19:00");
        Assert.Contains("2026-11-12T18:00:00Z Guest 19", await household.ShownAsync(calendar, "2026-11-01", "2026-12-24"));
    }

    /// <summary>The bar of an event reaches from the cell of its first day to that of its last, and no further.</summary>
    // Measured in one step, until it holds: the grid is drawn anew when its room or its events change.
    private static Task AssertStandsOnAsync(HouseholdPage page, string summary, int firstDay, int lastDay) => page.Page.HoldsAsync(
        $$"""
        () => {
          const bar = [...document.querySelectorAll('.entry')].find((event) => event.textContent.includes('{{summary}}'))?.getBoundingClientRect();
          const cell = (day) => document.querySelector(`.cell:not(.other):has(time[datetime$='-${day}'])`)?.getBoundingClientRect();
          const [first, last] = [cell('{{firstDay:00}}'), cell('{{lastDay:00}}')];
          return Boolean(bar && first && last)
            && bar.left >= first.left && bar.left <= first.left + first.width / 4
            && bar.right >= last.left + last.width * 3 / 4 && bar.right <= last.right
            && bar.top >= first.top && bar.top <= first.bottom;
        }
        """);
}
