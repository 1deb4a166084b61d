using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>A feed that means harm, or that a machine has filled: every page stays itself, and usable.</summary>
public sealed class HostileContentTests(Browser browser)
{
    private const string Script = "<img src=x onerror=\"window.hit = 1\"><script>window.hit = 1</script>";
    private const string Backwards = "\u202Egnp.moorssalc \u2066abc";
    private const string Family = "👩‍👩‍👧‍👦 👨🏽‍🚀";

    /// <summary>Most nodes that stand for an event on a page that was just opened: the first page has two lists of 100 rows (next, and later today), a grid 40 blocks a day.</summary>
    private const int MaxDrawn = 250;

    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Laptop.Name];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Thousand_events_on_a_day_and_titles_of_every_kind_leave_each_page_usable(string screen)
    {
        var crowd = Enumerable.Range(0, 1000).Select(static i => Event($"crowd-{i}", $"20261121T{15 + (i % 6):00}0000Z", $"Crowd {i:0000}"));
        await using var feed = new FeedServer(FeedServer.CalendarOf(
            [
                Event("script", "20261120T090000Z", Script),
                Event("long", "20261120T100000Z", "Endless " + string.Concat(Enumerable.Repeat("Wort", 2500))),
                Event("bidi", "20261120T110000Z", Backwards),
                Event("emoji", "20261120T120000Z", Family),
                "BEGIN:VEVENT\nUID:forty\nDTSTAMP:20261101T000000Z\nDTSTART;VALUE=DATE:20261025\nDTEND;VALUE=DATE:20261204\nSUMMARY:Forty days\nEND:VEVENT",
                .. crowd,
            ]));
        await using var household = await Household.StartAsync("--feed", feed.Address.ToString());
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Named(screen));

        foreach (var path in (string[])["/month", "/week", "/day", "/list", "/", "/board", "/year"])
        {
            await page.GoAsync(path);
            if (path == "/year")
                await Expect(page.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Saturday 21 November, 1,?001 events$") })).ToBeVisibleAsync();
            else if (path is "/month" or "/day" || (path == "/week" && screen != Screen.Phone.Name))
                await Expect(page.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Sat 21: \\+[0-9]+$") })).ToBeVisibleAsync();
            else
                await Expect(page.Page.Locator("main").GetByText("Crowd").Filter(new() { Visible = true }).First).ToBeVisibleAsync();
            Assert.Null(await page.Page.EvaluateAsync<int?>("window.hit ?? null"));
            Assert.Equal(0, await page.Page.Locator("img[src='x'], [onerror], body script").CountAsync());
            Assert.True(await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), $"{path} is wider than the screen.");
            Assert.InRange(await page.Page.Locator("main li:has(.row), .entry, main .moment").CountAsync(), path == "/year" ? 0 : 1, MaxDrawn);
        }

        await page.GoAsync("/list");
        var day = page.Page.GetByRole(AriaRole.Article, new() { Name = "Saturday 21 November" });
        await day.GetByRole(AriaRole.Button, new() { Name = "Show 901 more", Exact = true }).ClickAsync();
        await Expect(day.GetByRole(AriaRole.Button, new() { Name = "Show 801 more", Exact = true })).ToBeVisibleAsync();
        await Expect(day.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(201);
        var other = page.Page.GetByRole(AriaRole.Article, new() { Name = "Friday 20 November" });
        foreach (var title in (string[])[Script, Backwards, Family])
        {
            await other.GetByRole(AriaRole.Button).Filter(new() { HasText = title }).ClickAsync();
            await Expect(page.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Heading)).ToHaveTextAsync(title);
            await page.Page.GetByRole(AriaRole.Dialog).Button("Close").ClickAsync();
        }
        await page.GoAsync("/month");
        await page.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Sat 21: \\+[0-9]+$") }).ClickAsync();
        await Expect(page.Heading).ToContainTextAsync("21 November 2026");
        Assert.Null(await page.Page.EvaluateAsync<int?>("window.hit ?? null"));
    }

    private static string Event(string uid, string start, string summary) =>
        $"BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20261101T000000Z\nDTSTART:{start}\nDURATION:PT1H\nSUMMARY:{summary}\nEND:VEVENT";
}
