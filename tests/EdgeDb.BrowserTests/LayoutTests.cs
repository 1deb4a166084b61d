using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>Paper, the other direction of writing, magnification, and calendars that mean no good.</summary>
public sealed class LayoutTests(Browser browser)
{
    private static readonly string[] Views = ["/", "/day", "/week", "/month", "/list", "/year", "/board", "/lists"];

    [Fact]
    public async Task Month_is_printed_on_one_sheet_of_A4_with_every_day_on_it()
    {
        await using var household = await Household.StartAsync("--sample");
        var calendar = await household.AddCalendarAsync("More");
        for (var i = 0; i < 30; i++)
            await household.AddEventAsync(calendar, $"Appointment {i}", $"2026-08-{i + 1:00}T09:00:00", $"2026-08-{i + 1:00}T10:00:00");
        for (var i = 0; i < 20; i++)
            await household.AddEventAsync(calendar, $"Crowd {i}", $"2026-08-15T{i:00}:00:00", $"2026-08-15T{i:00}:30:00");
        // August 2026 needs six weeks.
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month/2026-08", Screen.Laptop, scheme: scheme);
            await Expect(page.Page.Locator(".entry", new() { HasText = "Appointment 3" }).First).ToBeVisibleAsync();

            var paper = await page.Page.PdfAsync(new() { PreferCSSPageSize = true, Path = ScreenshotTests.PathOf($"print-month-{scheme}")[..^3] + "pdf" });

            Paper.IsOneSheet(paper);
            // The screen is back.
            await Expect(page.Page.Locator(".entry").First).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task Nothing_has_to_be_scrolled_sideways_on_a_small_phone_or_magnified_and_every_control_stays_on_screen()
    {
        await using var household = await Household.StartWithSampleAsync();
        // 1280 × 800 at 200 % and at 400 %, and the smallest phone.
        foreach (var (width, height) in new[] { (640, 400), (320, 256), (360, 740) })
        {
            await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, new("magnified", width, height), locale: "de-DE", now: HouseholdPage.MachineTime);
            foreach (var view in Views)
            {
                await page.GoAsync(view);
                await Expect(page.Page.Locator(".entry, .day .row, .dots span, .switch ~ .lists li").First).ToBeAttachedAsync();
                Assert.Equal(0, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
                var outside = await page.Page.EvaluateAsync<string[]>(
                    """
                    [...document.querySelectorAll('main :is(a, button, select, h1, h2)')]
                      .filter((part) => part.offsetParent && !part.closest('.sr-only, .ec') && (part.getBoundingClientRect().left < -1 || part.getBoundingClientRect().right > innerWidth + 1))
                      .map((part) => part.outerHTML)
                    """);
                Assert.Empty(outside);
            }
        }
    }

    [Theory]
    [InlineData("phone")]
    [InlineData("laptop")]
    public async Task Page_that_is_written_from_right_to_left_is_mirrored_and_days_stay_right(string screen)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddAllDayEventAsync(calendar, "Trip", "2026-11-11", "2026-11-14");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Named(screen));
        await page.Page.AddInitScriptAsync("document.addEventListener('DOMContentLoaded', () => (document.documentElement.dir = 'rtl'))");
        foreach (var view in Views)
        {
            await page.GoAsync(view);
            await Expect(page.Heading).ToBeVisibleAsync();
            Assert.Equal(0, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
        }

        await page.GoAsync("/month/2026-11");
        var trip = page.Page.Locator(".entry", new() { HasText = "Trip" });
        await Expect(trip).ToBeVisibleAsync();
        var bar = (await trip.BoundingBoxAsync())!;
        var first = (await page.Day(11).BoundingBoxAsync())!;
        var last = (await page.Day(13).BoundingBoxAsync())!;
        Assert.True(first.X > last.X, "The week does not run from right to left.");
        Assert.InRange(bar.X, last.X, last.X + (last.Width / 4));
        Assert.InRange(bar.X + bar.Width, first.X + (first.Width * 3 / 4), first.X + first.Width);
        // The arrow that points to the left leads on.
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.Heading).ToHaveTextAsync("December 2026");
    }

    [Fact]
    public async Task Hostile_calendar_is_shown_as_text_and_stays_usable()
    {
        var crowd = Enumerable.Range(0, 1000).Select(static i => $"BEGIN:VEVENT\nUID:crowd{i}\nDTSTART:20261110T{i / 60 % 20:00}{i % 60:00}00Z\nDURATION:PT30M\nSUMMARY:Crowd {i}\nEND:VEVENT");
        await using var feed = new FeedServer(FeedServer.CalendarOf(
        [
            "BEGIN:VEVENT\nUID:script\nDTSTART:20261118T120000Z\nDURATION:PT1H\nSUMMARY:<script>window.hit = 1</script>\nEND:VEVENT",
            $"BEGIN:VEVENT\nUID:long\nDTSTART:20261118T140000Z\nDURATION:PT1H\nSUMMARY:{new string('W', 10_000)}\nEND:VEVENT",
            "BEGIN:VEVENT\nUID:bidi\nDTSTART:20261119T120000Z\nDURATION:PT1H\nSUMMARY:Pay \u202E0001 EUR \u2067end\nLOCATION:\u202Eelsewhere\nEND:VEVENT",
            "BEGIN:VEVENT\nUID:emoji\nDTSTART:20261120T120000Z\nDURATION:PT1H\nSUMMARY:👩‍👩‍👧‍👦🏳️‍🌈 Zoo\nEND:VEVENT",
            "BEGIN:VEVENT\nUID:weeks\nDTSTART:20261105T090000Z\nDTEND:20261215T090000Z\nSUMMARY:Forty days\nEND:VEVENT",
            .. crowd,
        ]));
        await using var household = await Household.StartAsync("--feed", feed.Address.ToString());
        foreach (var screen in new[] { Screen.Phone, Screen.Laptop })
        {
            await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, screen);
            foreach (var view in (string[])["/month/2026-11", "/week/2026-11-18", "/list/2026-11", "/year/2026", "/day/2026-11-10", "/day/2026-11-19"])
            {
                await page.GoAsync(view);
                await Expect(page.Page.Locator(".entry, .day .row, .dots span").First).ToBeAttachedAsync();
                Assert.Equal(0, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
                Assert.Null(await page.Page.EvaluateAsync<int?>("window.hit ?? null"));
            }

            // Still on the last one: what follows the title is not turned round by what the title ends with.
            var bidi = page.Page.Locator(".entry", new() { HasText = "Pay" });
            await bidi.ClickAsync();
            await Expect(page.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("19 November 2026");
            await page.Page.Keyboard.PressAsync("Escape");

            // A crowded day can be left, and read.
            await page.GoAsync("/month/2026-11");
            await page.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Tuesday 10 November, 1,0[0-9]{2} events$") }).ClickAsync();
            var day = page.Page.GetByRole(AriaRole.Region, new() { Name = "Tuesday 10 November" });
            // A hundred at a time.
            for (var rest = 901; rest > 0; rest -= 100)
                await day.Button($"Show {rest} more").ClickAsync();
            await Expect(day.GetByRole(AriaRole.Button, new() { Name = "Crowd 999", Exact = false })).ToBeAttachedAsync();
            await page.Page.GetByRole(AriaRole.Link, new() { Name = "Next month" }).ClickAsync();
            await Expect(page.Heading).ToHaveTextAsync("December 2026");
            await Expect(page.Page.Locator(".entry", new() { HasText = "Forty days" }).First).ToBeVisibleAsync();
        }
    }
}
