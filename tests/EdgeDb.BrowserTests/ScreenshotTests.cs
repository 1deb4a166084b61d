using EdgeDb.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>Writes every view at every size in both colour schemes to artifacts/screenshots, to be looked at.</summary>
public sealed class ScreenshotTests(Browser browser)
{
    private static readonly string[] FullPages = ["people", "feeds", "account", "tokens", "page-"];

    public static MatrixTheoryData<string, ColorScheme> Looks =>
        new([.. Screen.All.Select(static screen => screen.Name)], [ColorScheme.Light, ColorScheme.Dark]);

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_view_fits_the_screen(string screen, ColorScheme scheme)
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf("BEGIN:VEVENT\nUID:1\nDTSTART:someday\nSUMMARY:Lost\nEND:VEVENT"));
        await using var household = await Household.StartWithSampleAsync();
        await household.AddFeedAsync(feed.Address, "School");
        var locale = scheme == ColorScheme.Light ? "en-GB" : "de-DE";
        await using var page = await HouseholdPage.OpenAsync(
            browser, household.Address, "/", Screen.Named(screen), browserZone: Household.Noon().Zone, locale: locale, scheme: scheme, now: HouseholdPage.MachineTime);

        await Expect(page.Page.Locator("article.day").First).ToBeVisibleAsync();
        await ShootAsync("agenda");
        await page.Page.Locator("article.day").First.GetByRole(AriaRole.Button).First.ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await ShootAsync("details");
        await page.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = scheme == ColorScheme.Light ? "Change" : "Ändern", Exact = true }).ClickAsync();
        await page.Page.Locator("dialog fieldset input[type=checkbox]").First.CheckAsync();
        await page.Page.Locator("dialog fieldset").Last.ScrollIntoViewIfNeededAsync();
        await ShootAsync("form");
        foreach (var view in (string[])["day", "week", "month", "list", "year", "board"])
        {
            await page.GoAsync("/" + view);
            await Expect(page.Page.Locator(".entry, .day .row, .dots span").First).ToBeVisibleAsync();
            await ShootAsync(view);
        }
        await page.GoAsync("/feeds");
        await page.Page.GetByRole(AriaRole.Article).Filter(new() { HasText = "School" }).Locator("summary").ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Row).Nth(1)).ToBeVisibleAsync();
        await page.Page.Locator("li summary.reveal").First.ClickAsync();
        await ShootAsync("feeds");

        Task ShootAsync(string view) => ShootFittingAsync(page, $"{view}-{screen}-{scheme}");
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Reminders_fit_the_screen(string screen, ColorScheme scheme)
    {
        await using var household = await Household.StartAsync();
        var ada = await household.AddMemberAsync("Ada", "#e4572e");
        var ben = await household.AddMemberAsync("Ben", "#2563eb");
        var calendar = await household.AddCalendarAsync("Family", ada, ben);
        await household.AddRemindedAsync(calendar, "Dentist", "2026-11-21T14:35", "2026-11-21T15:30", [30], "Main street 7");
        await household.AddRemindedAsync(calendar, "Parents’ evening of the whole school and of the music school", "2026-11-22T19:00", "2026-11-22T21:00", [1440 + 300], "Town hall");
        foreach (var guest in new[] { "Grandma", "Uncle", "Aunt" })
            await household.AddRemindedAsync(calendar, guest, "2026-11-21T14:00", "2026-11-21T20:00", [10]);
        var list = await household.AddListAsync("Chores");
        await household.AddTaskAsync(new { calendarId = list, summary = "Bins", due = "2026-11-21T15:00", zone = "Europe/Berlin", memberId = ada, reminders = new[] { new { minutesBefore = 45 } } });
        var english = scheme == ColorScheme.Light;
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen), locale: english ? "en-GB" : "de-DE", scheme: scheme);

        await Expect(page.Page.Locator("article[data-reminder]").First).ToBeVisibleAsync();
        await ShootFittingAsync(page, $"reminders-{screen}-{scheme}");
        await page.Page.EvaluateAsync("document.documentElement.dir = 'rtl'");
        await ShootFittingAsync(page, $"reminders-rtl-{screen}-{scheme}");
        await page.GoAsync("/board");
        await Expect(page.Page.Locator("article[data-reminder]").First).ToBeVisibleAsync();
        await ShootFittingAsync(page, $"reminders-board-{screen}-{scheme}");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = english ? "Reminders on this device" : "Erinnerungen auf diesem Gerät", Exact = true }).DispatchEventAsync("click");
        await page.Page.GetByLabel(english ? "A soft sound with them" : "Mit einem leisen Ton", new() { Exact = true }).CheckAsync();
        await ShootFittingAsync(page, $"reminders-options-{screen}-{scheme}");
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_page_about_accounts_fits_the_screen(string screen, ColorScheme scheme)
    {
        const string password = "a sentence of my own";
        await using var household = await Household.StartAsync("--sample");
        var english = scheme == ColorScheme.Light;
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen), locale: english ? "en-GB" : "de-DE", scheme: scheme);
        page.ServiceMayRefuse = true;
        await page.Page.GetByRole(AriaRole.Link, new() { Name = english ? "Make an owner" : "Besitzer festlegen" }).ClickAsync();
        await Expect(page.Page.Locator("form")).ToBeVisibleAsync();
        await ShootAsync("setup");
        await household.ClaimAsync("Ada", password);
        await household.SetPinAsync(await household.AddAccountAsync("Kim", "child", password, hours: "07:00-20:00"), "2580");
        await household.AddAccountAsync("Augusta Maria von Lovelace-Babbage", "guest", password);

        await page.GoAsync("/people");
        await Expect(page.Page.Locator("form")).ToBeVisibleAsync();
        await ShootAsync("sign-in");
        await page.Page.Locator("input[name=name]").FillAsync("Ada");
        await page.Page.Locator("input[name=password]").FillAsync(password);
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.GetByRole(AriaRole.Article, new() { Name = "Kim" }).Locator("summary").ClickAsync();
        await ShootAsync("people");
        await page.GoAsync("/account");
        await Expect(page.Page.Locator("#second-factor")).ToBeVisibleAsync();
        await ShootAsync("account");
        await page.Page.Locator("#second-factor + form input").FillAsync(password);
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.Locator("section svg[role=img]")).ToBeVisibleAsync();
        await ShootAsync("account-totp");
        await page.Page.Locator("input[name=code]").FillAsync(AuthenticatorApp.Code((await page.Page.Locator("section dd code").TextContentAsync())!));
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.Locator(".codes li")).ToHaveCountAsync(10);
        await ShootAsync("account-codes");

        await page.GoAsync("/tokens");
        await page.Page.Locator("input[name=name]").FillAsync("Kitchen display");
        await page.Page.Locator("fieldset input").First.CheckAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.Locator("#new-token")).ToBeVisibleAsync();
        await page.Page.Locator(".rows .button").ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await ShootAsync("tokens-revoke");
        await page.Page.Keyboard.PressAsync("Escape");
        await ShootAsync("tokens");

        await using var wall = await HouseholdPage.OpenAsync(browser, household.Address, "/pair", Screen.Named(screen), locale: english ? "en-GB" : "de-DE", scheme: scheme);
        var code = await wall.Page.Locator(".code").TextContentAsync();
        await ShootFittingAsync(wall, $"pair-{screen}-{scheme}");
        await household.PairAsync(code!, "Kitchen");
        await wall.Page.Locator(".visit button").ClickAsync();
        await ShootFittingAsync(wall, $"pin-{screen}-{scheme}");

        Task ShootAsync(string view) => ShootFittingAsync(page, $"{view}-{screen}-{scheme}");
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_page_about_the_household_fits_the_screen(string screen, ColorScheme scheme)
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf(
            "X-WR-CALNAME:Village school", "BEGIN:VEVENT\nUID:1\nDTSTART:someday\nSUMMARY:Lost\nEND:VEVENT",
            "BEGIN:VEVENT\nUID:2\nDTSTART;VALUE=DATE:20270605\nRRULE:FREQ=YEARLY\nSUMMARY:Summer fair\nLOCATION:Green\nEND:VEVENT"));
        await using var household = await Household.StartAsync();
        var locale = scheme == ColorScheme.Light ? "en-GB" : "de-DE";
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen), locale: locale, scheme: scheme);
        page.ServiceMayRefuse = true;

        await Expect(page.Page.Locator("progress")).ToBeVisibleAsync();
        await ShootAsync("page-welcome-1");
        foreach (var name in new[] { "Ada", "Ben", "Augusta Maria von Lovelace-Babbage" })
            await household.AddMemberAsync(name, "#15803d");
        await page.GoAsync("/welcome/members");
        await page.Page.Locator("summary").First.ClickAsync();
        await ShootAsync("page-welcome-2");
        await page.GoAsync("/welcome/feed");
        await page.Page.Locator("#feed-address").FillAsync(feed.Address.ToString());
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.Locator("#feed-name").WaitForAsync();
        await ShootAsync("page-welcome-3");
        await page.GoAsync("/welcome/done");
        await ShootAsync("page-welcome-4");

        await household.AddFeedAsync(new Uri(feed.Address, "/nothing/else.ics"), "Village school");
        await household.AddCalendarAsync("Family");
        await page.GoAsync("/settings");
        await page.Page.Locator("li summary").First.ClickAsync();
        await page.Page.Locator("button.primary").Nth(1).ClickAsync();
        await Expect(page.Page.Locator("code").First).ToBeAttachedAsync();
        await ShootAsync("page-settings");
        await feed.DisposeAsync();
        await page.GoAsync("/status");
        await Expect(page.Page.GetByRole(AriaRole.Figure).First).ToBeVisibleAsync();
        for (var i = 0; i < 4; i++)
        {
            await page.Page.RunAndWaitForResponseAsync(
                () => page.Page.Clock.FastForwardAsync("00:00:06"), response => response.Url.EndsWith("/api/pipeline", StringComparison.Ordinal));
        }

        await ShootAsync("page-status");

        Task ShootAsync(string view) => ShootFittingAsync(page, $"{view}-{screen}-{scheme}");
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Lists_and_messages_fit_the_screen(string screen, ColorScheme scheme)
    {
        await using var household = await Household.StartAsync();
        var ada = await household.AddMemberAsync("Ada", "#c2410c");
        var ben = await household.AddMemberAsync("Ben", "#2563eb");
        var today = await household.MoveToNoonAsync();
        var calendar = await household.AddCalendarAsync("Family", ada, ben);
        await household.AddSeriesAsync(calendar, "Dinner together", "2026-11-21T18:30:00", "2026-11-21T19:15:00", "FREQ=DAILY");
        await household.AddSeriesAsync(calendar, "School", "2026-11-16T08:00:00", "2026-11-16T13:00:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR");
        var english = scheme == ColorScheme.Light;
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", Screen.Named(screen), locale: english ? "en-GB" : "de-DE", scheme: scheme, now: HouseholdPage.MachineTime);
        await Expect(page.Page.Locator(".none")).ToBeVisibleAsync();
        await ShootAsync("page-lists-none");

        var shopping = await household.AddListAsync("Shopping");
        var chores = await household.AddListAsync("Chores", ada, ben);
        foreach (var summary in new[] { "Milk", "Bread", "Two kilograms of the good flour from the mill behind the church", "Tomatoes" })
            await household.AddTaskAsync(new { calendarId = shopping, summary });
        await household.TickAsync(await household.AddTaskAsync(new { calendarId = shopping, summary = "Birthday candles" }), null);
        await household.AddTaskAsync(new { calendarId = chores, summary = "Water the plants", due = Day(-2), allDay = true, rrule = "FREQ=WEEKLY", memberId = ada });
        await household.AddTaskAsync(new { calendarId = chores, summary = "Feed the cat", due = Day(0), allDay = true, rrule = "FREQ=DAILY", memberId = ben });
        await household.AddTaskAsync(new { calendarId = chores, summary = "Book the summer holiday", due = Day(10), allDay = true, priority = 1, description = "By the sea?" });
        await household.AddNoticeAsync("The plumber comes on Monday at nine. Please leave the cellar open!", "#a16207");
        await household.AddNoticeAsync("Grandma called: she arrives on the 10:42 train.", "#be123c");
        await Expect(page.Page.Locator("li[data-task]").First).ToBeVisibleAsync();
        await ShootAsync("page-lists");
        await page.Page.EvaluateAsync("document.querySelector('.switch button:last-child').click()");
        await ShootAsync("lists-messages");
        await page.Page.Locator("section:has(li.short), section:has(.text)").GetByRole(AriaRole.Button).First.ClickAsync();
        await ShootAsync("lists-notice");
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.EvaluateAsync("document.querySelectorAll('.switch button')[1]?.click()");
        await page.Page.Locator("li[data-task]", new() { HasText = "Water the plants" }).GetByRole(AriaRole.Button).Last.ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await ShootAsync("lists-form");

        foreach (var view in (string[])["/", "/board"])
        {
            await page.GoAsync(view);
            await Expect(page.Page.Locator("li[data-task]").First).ToBeVisibleAsync();
            await Expect(page.Page.GetByText("Grandma called")).ToBeVisibleAsync();
            await ShootAsync(view == "/" ? "lists-agenda" : "lists-board");
        }

        string Day(int ahead) => today.AddDays(ahead).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

        Task ShootAsync(string view) => ShootFittingAsync(page, $"{view}-{screen}-{scheme}");
    }

    private static async Task ShootFittingAsync(HouseholdPage page, string name)
    {
        await page.FitsAsync();
        await page.Page.ScreenshotAsync(new() { Path = PathOf(name), FullPage = FullPages.Any(name.StartsWith) });
    }

    /// <summary>Where a screenshot of that name is put.</summary>
    internal static string PathOf(string name) => Repository.Path("artifacts", "screenshots", name.ToLowerInvariant() + ".png");
}
