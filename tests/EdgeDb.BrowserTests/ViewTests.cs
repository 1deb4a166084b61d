using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>The day, week, list and year: the right things on the right day, at every size, however they are reached.</summary>
public sealed class ViewTests(Browser browser)
{
    public static TheoryData<string> Screens => new(Screen.All.Select(static screen => screen.Name));

    public static TheoryData<string> LargeScreens => [Screen.Tablet.Name, Screen.Laptop.Name, Screen.Wall.Name];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Week_shows_each_event_on_its_days_over_midnight_and_over_the_border_of_the_week(string screen)
    {
        await using var household = await StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/week/2026-11-18", Screen.Named(screen), "America/Los_Angeles");

        await Expect(page.Heading).ToHaveTextAsync(new Regex("^16\\s?[–-]\\s?22 November 2026$"));
        // On a phone today comes first; the days before are a press away.
        if (screen == Screen.Phone.Name)
            await page.Page.GetByText("Earlier: Mon 16 – Fri 20", new() { Exact = true }).ClickAsync();
        // From Saturday night into Sunday: on both, and nowhere else.
        await StandsOnAsync(page, "Party", ["Saturday 21", "Sunday 22"]);
        await StandsOnAsync(page, "Dentist", ["Wednesday 18"]);
        await StandsOnAsync(page, "Holiday", ["Friday 20", "Saturday 21", "Sunday 22"]);
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Next week" }).ClickAsync();
        await Expect(page.Heading).ToHaveTextAsync(new Regex("^23\\s?[–-]\\s?29 November 2026$"));
        await StandsOnAsync(page, "Holiday", ["Monday 23", "Tuesday 24"]);
    }

    [Theory]
    [InlineData("en-GB", "Earlier: Mon 16 – Fri 20")]
    [InlineData("de-DE", "Früher: Mo., 16. – Fr., 20.")]
    public async Task Week_on_a_phone_begins_with_today_and_keeps_the_days_before_in_reach(string locale, string earlier)
    {
        await using var household = await StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/week", Screen.Phone, locale: locale);
        var cards = page.Page.GetByRole(AriaRole.Article);

        // Saturday and Sunday.
        await Expect(cards).ToHaveCountAsync(2);
        await Expect(cards.First).ToHaveAttributeAsync("aria-current", "date");
        await Expect(cards.First).ToContainTextAsync("Party");
        await Expect(cards.First).ToBeInViewportAsync();
        await Expect(page.Heading).ToHaveTextAsync(new Regex("^16\\.?\\s?[–-]\\s?22\\.? November 2026$"));
        await page.Page.GetByText(earlier, new() { Exact = true }).FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(cards).ToHaveCountAsync(7);
        await StandsOnAsync(page, "Dentist", [locale == "en-GB" ? "Wednesday 18" : "Mittwoch, 18"]);

        // On paper it is the whole week.
        await page.GoAsync("/week");
        await Expect(cards).ToHaveCountAsync(2);
        await page.Page.EvaluateAsync("dispatchEvent(new Event('beforeprint'))");
        await Expect(cards).ToHaveCountAsync(7);
        await page.Page.EvaluateAsync("dispatchEvent(new Event('afterprint'))");
        await Expect(cards).ToHaveCountAsync(2);

        // Of another week all days are as far away.
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Heading).ToHaveTextAsync(new Regex("^23\\.?\\s?[–-]\\s?29\\.? November 2026$"));
        await Expect(cards).ToHaveCountAsync(7);
    }

    [Theory]
    [MemberData(nameof(LargeScreens))]
    public async Task Headings_of_days_and_weeks_stand_in_one_line(string screen)
    {
        await using var household = await StartAsync();
        foreach (var locale in new[] { "en-GB", "de-DE", "fr-FR", "es-ES" })
        {
            await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Named(screen), locale: locale);
            foreach (var path in new[] { "/week", "/week/2026-12-28", "/day/2026-09-23", "/month/2026-09" })
            {
                await page.GoAsync(path);
                await Expect(page.Page.GetByRole(AriaRole.Navigation).Nth(1)).ToBeVisibleAsync();
                await Expect(page.Heading).ToContainTextAsync("2026");
                Assert.InRange(await page.Heading.EvaluateAsync<double>("(heading) => heading.getBoundingClientRect().height / parseFloat(getComputedStyle(heading).lineHeight)"), 0.9, 1.1);
            }
        }
    }

    [Theory]
    [MemberData(nameof(LargeScreens))]
    public async Task Times_in_a_narrow_column_are_whole(string screen)
    {
        await using var household = await StartAsync();
        var calendar = await household.AddCalendarAsync("School");
        foreach (var title in new[] { "School", "Kindergarten" })
            await household.AddEventAsync(calendar, title, "2026-11-20T15:00:00", "2026-11-20T18:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/week", Screen.Named(screen));
        await Expect(page.Page.Locator(".entry", new() { HasText = "Kindergarten" })).ToBeVisibleAsync();

        await Expect(page.Page.Locator("[aria-busy=true]")).ToHaveCountAsync(0);
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('.block .time')].filter((time) => time.checkVisibility() && time.scrollWidth > time.clientWidth).map((time) => `${time.textContent} ${time.scrollWidth} ${time.clientWidth}`)"));
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Whole_days_stay_whole_days_in_the_weeks_in_which_clocks_change(string screen)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddAllDayEventAsync(calendar, "Autumn", "2026-10-24", "2026-10-27");
        await household.AddAllDayEventAsync(calendar, "Spring", "2027-03-28", "2027-03-29");
        await household.AddEventAsync(calendar, "Brunch", "2026-10-25T11:00:00", "2026-10-25T12:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/week/2026-10-19", Screen.Named(screen));

        await StandsOnAsync(page, "Autumn", ["Saturday 24", "Sunday 25"]);
        await StandsOnAsync(page, "Brunch", ["Sunday 25"]);
        await Expect(page.Page.Locator("main")).ToContainTextAsync("11:00");
        await page.GoAsync("/week/2026-10-26");
        await StandsOnAsync(page, "Autumn", ["Monday 26"]);
        await page.GoAsync("/week/2027-03-22");
        await StandsOnAsync(page, "Spring", ["Sunday 28"]);
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Late_event_of_the_last_day_is_in_the_list_of_its_month_and_not_of_the_next(string screen)
    {
        await using var household = await StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/list/2026-11", Screen.Named(screen), "Pacific/Auckland");

        var last = page.Page.GetByRole(AriaRole.Article, new() { Name = "Monday 30 November" });
        await Expect(last.GetByRole(AriaRole.Button, new() { Name = "Late train" })).ToContainTextAsync("23:30");
        await Expect(page.Page.GetByText("Times are those of Europe/Berlin")).ToBeVisibleAsync();
        await page.GoAsync("/list/2026-12");
        await Expect(page.Page.GetByText("Nothing is planned here.")).ToBeVisibleAsync();
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Year_counts_what_is_on_each_day_and_leads_to_it(string screen)
    {
        await using var household = await StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/year/2026", Screen.Named(screen), "America/Los_Angeles");

        await Expect(Day("Saturday 21 November, 2 events")).ToBeVisibleAsync();
        await Expect(Day("Monday 30 November, 1 event")).ToBeVisibleAsync();
        await Expect(Day("Tuesday 1 December, nothing planned")).ToHaveCountAsync(1);
        await Expect(Day("Saturday 21 November, 2 events")).ToHaveAttributeAsync("aria-current", "date");
        await Day("Monday 30 November, 1 event").ClickAsync();
        await Expect(page.Heading).ToContainTextAsync("30 November 2026");
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Late train" }).First).ToBeVisibleAsync();

        ILocator Day(string name) => page.Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Every_address_opens_by_itself_comes_back_and_survives_a_reload(string screen)
    {
        (string Path, string Heading)[] addresses =
        [
            ("/day/2026-12-31", "31 December 2026"), ("/week/2026-12-31", "28 December 2026 – 3 January 2027"), ("/month/2027-02", "February 2027"),
            ("/list/2027-02", "February 2027"), ("/year/2028", "2028"), ("/board", "Saturday 21 November"), ("/", "Saturday 21 November"),
        ];
        await using var household = await StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Named(screen));
        foreach (var (path, heading) in addresses)
        {
            await page.GoAsync(path);
            await Expect(page.Heading).ToContainTextAsync(heading);
            await page.Page.ReloadAsync();
            await Expect(page.Heading).ToContainTextAsync(heading);
        }
        foreach (var (path, heading) in addresses.Reverse().Skip(1))
        {
            await page.Page.GoBackAsync();
            await Expect(page.Heading).ToContainTextAsync(heading);
            await Expect(page.Page).ToHaveURLAsync(new Uri(household.Address, path).ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Views_are_switched_and_turned_by_keys_alone_with_the_same_day_in_sight(string screen)
    {
        await using var household = await StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month/2026-12", Screen.Named(screen));
        await Expect(page.Heading).ToHaveTextAsync("December 2026");
        await Expect(page.Page.GetByLabel("Go to a date")).ToBeAttachedAsync();

        await PressAsync("d", "1 December 2026");
        await PressAsync("ArrowRight", "2 December 2026");
        await PressAsync("w", "30 November – 6 December 2026");
        await PressAsync("ArrowLeft", "23 – 29 November 2026");
        await PressAsync("t", "16 – 22 November 2026");
        await Expect(page.Page).ToHaveURLAsync(new Regex("/week$"));
        await PressAsync("l", "November 2026");
        await PressAsync("y", "2026");
        // By Tab only one day of a year is on the way; the arrows lead on.
        await page.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Saturday 21 November,") }).FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Page.GetByRole(AriaRole.Link, new() { Name = "Monday 30 November, 1 event" })).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Heading).ToContainTextAsync("30 November 2026");

        await page.Page.Keyboard.PressAsync("?");
        var keys = page.Page.GetByRole(AriaRole.Dialog, new() { Name = "Keys" });
        await Expect(keys).ToContainTextAsync("Month");
        await keys.GetByLabel("Use these keys").UncheckAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.Keyboard.PressAsync("m");
        await Expect(keys).ToBeHiddenAsync();
        await Expect(page.Heading).ToContainTextAsync("30 November 2026");

        async Task PressAsync(string key, string heading)
        {
            await page.Page.Keyboard.PressAsync(key);
            await Expect(page.Heading).ToContainTextAsync(new Regex(Regex.Escape(heading).Replace("\\ –\\ ", "\\s?[–-]\\s?", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task A_date_is_picked_and_what_is_over_is_hidden(string screen)
    {
        await using var household = await StartAsync();
        var size = Screen.Named(screen);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/list", size);
        await Expect(page.Page.GetByText("Dentist")).ToHaveCountAsync(1);

        if (size == Screen.Phone)
            await page.Page.GetByRole(AriaRole.Button, new() { Name = "Who and what is shown" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Hide what is over" }).ClickAsync();
        await Expect(page.Page.GetByText("Dentist")).ToHaveCountAsync(0);
        // A holiday of several days is not over on the second of them.
        await Expect(page.Page.GetByText("Holiday").First).ToBeVisibleAsync();
        await page.Page.ReloadAsync();
        await Expect(page.Page.GetByText("Late train")).ToBeVisibleAsync();
        await Expect(page.Page.GetByText("Dentist")).ToHaveCountAsync(0);

        await page.Page.GetByLabel("Go to a date").FillAsync("2027-03-05");
        await Expect(page.Heading).ToHaveTextAsync("March 2027");
        await Expect(page.Page).ToHaveURLAsync(new Regex("/list/2027-03$"));
    }

    [Theory]
    [MemberData(nameof(LargeScreens))]
    public async Task Two_browsers_see_what_the_other_household_member_added_in_the_hours_of_the_day(string screen)
    {
        await using var household = await StartAsync();
        await using var week = await HouseholdPage.OpenAsync(browser, household.Address, "/week", Screen.Named(screen));
        await using var day = await HouseholdPage.OpenAsync(browser, household.Address, "/day", Screen.Phone);
        await Expect(week.Page.Locator(".entry", new() { HasText = "Dentist" })).ToBeVisibleAsync();
        await Expect(day.Page.Locator(".entry", new() { HasText = "Party" })).ToBeAttachedAsync();

        var before = await household.AddEventAsync(await household.AddCalendarAsync("Other"), "Plumber", "2026-11-21T15:00:00", "2026-11-21T16:00:00");

        Assert.NotEmpty(before);
        foreach (var page in new[] { week, day })
        {
            // Below the line of the present (14:20), by the hour it is high; measured in one step, as the grid is drawn anew with every answer.
            await page.Page.HoldsAsync(
                """
                () => {
                  const line = document.querySelector('.ec-bg-event.now')?.getBoundingClientRect();
                  const box = [...document.querySelectorAll('.entry')].find((block) => block.textContent.includes('Plumber'))?.getBoundingClientRect();
                  return line && box && box.top - line.top > box.height * 0.55 && box.top - line.top < box.height * 0.8;
                }
                """);
        }
    }

    private static async Task<Household> StartAsync()
    {
        var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Dentist", "2026-11-18T16:00:00", "2026-11-18T17:00:00");
        await household.AddEventAsync(calendar, "Party", "2026-11-21T22:00:00", "2026-11-22T02:00:00");
        await household.AddAllDayEventAsync(calendar, "Holiday", "2026-11-20", "2026-11-25");
        await household.AddEventAsync(calendar, "Late train", "2026-11-30T23:30:00", "2026-11-30T23:55:00");
        return household;
    }

    /// <summary>On a phone a week is a list of its days; in a grid a block lies in the columns of its days.</summary>
    private static async Task StandsOnAsync(HouseholdPage page, string summary, string[] days)
    {
        if (await page.Page.EvaluateAsync<int>("innerWidth") < 768)
        {
            var cards = page.Page.GetByRole(AriaRole.Article).Filter(new() { Has = page.Page.GetByText(summary, new() { Exact = true }) });
            await Expect(cards).ToHaveCountAsync(days.Length);
            for (var i = 0; i < days.Length; i++)
                await Expect(cards.Nth(i)).ToHaveAttributeAsync("aria-label", new Regex("^" + days[i]));
            return;
        }

        // Measured in one step, until it holds: the grid is drawn anew when its room or its events change.
        var names = days.Select(static day => "^" + day.Replace(" ", ",? ", StringComparison.Ordinal));
        await page.Page.HoldsAsync(
            $$"""
            () => {
              const blocks = [...document.querySelectorAll('.entry')].filter((block) => block.textContent.includes({{JsonSerializer.Serialize(summary)}}) && block.checkVisibility());
              const boxes = blocks.map((block) => block.getBoundingClientRect());
              const covered = [...document.querySelectorAll('.ec-col-head')].filter((head) => {
                const { left, width } = head.getBoundingClientRect();
                return boxes.some((box) => box.left < left + width / 2 && box.right > left + width * 0.4);
              });
              const names = {{JsonSerializer.Serialize(names)}};
              return covered.length === names.length && covered.every((head, index) => new RegExp(names[index]).test(head.querySelector('time').getAttribute('aria-label')));
            }
            """);
    }
}
