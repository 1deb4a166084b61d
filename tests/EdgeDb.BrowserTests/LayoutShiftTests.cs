using System.Globalization;
using System.Text.RegularExpressions;
using EdgeDb.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>
/// Nothing moves away under the finger: whatever comes after a page was drawn finds its room kept, or stands where it pushes nothing. Measured as the browser does (the sum of its
/// layout shifts), for somebody who has never been here, for whom no room is remembered.
/// </summary>
public sealed partial class LayoutShiftTests(Browser browser)
{
    private const double MaxShift = 0.05;
    private const string Password = "a sentence of my own";

    private const string Observe =
        """
        // A test that takes its time is no service that does not answer.
        AbortSignal.timeout = () => new AbortController().signal;
        window.shifts = [];
        const nameOf = (node) => node?.nodeType === 1 ? node.outerHTML.slice(0, 70) : `${node?.nodeName}: ${node?.textContent?.trim().slice(0, 40)}`;
        new PerformanceObserver((list) => {
          for (const { value, hadRecentInput, sources } of list.getEntries())
            if (!hadRecentInput) shifts.push([value, ...sources.map(({ node, previousRect: was, currentRect: is }) => `${was.x},${was.y} ${was.width}x${was.height} -> ${is.x},${is.y} ${is.width}x${is.height} ${nameOf(node)}`)]);
        }).observe({ type: 'layout-shift', buffered: true });
        """;

    private static readonly string[] OfPeople = ["people", "account", "tokens"];
    private static readonly string[] OfNobody = ["", "pair"];

    private readonly List<string> _shifted = [];

    /// <summary>What lies under the notice and can be pressed: of what has a fixed place, or of all the page.</summary>
    private const string HiddenByNotices =
        """
        (ofAll) => {
          const away = document.querySelector('.away');
          const { left, top, right, bottom } = away.querySelector('.notice').getBoundingClientRect();
          away.style.visibility = 'hidden';
          const hidden = [...document.querySelectorAll('a, button, select, input')].filter((part) => {
            if (!ofAll && part.closest('main')) return false;
            const box = part.getBoundingClientRect();
            const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
            return x > left && x < right && y > top && y < bottom && part.contains(document.elementFromPoint(x, y));
          });
          away.style.visibility = '';
          return hidden.map((part) => part.outerHTML);
        }
        """;

    public static TheoryData<string> Screens => new(Screen.Phone.Name, Screen.Laptop.Name);

    public static TheoryData<string> AllScreens => new(Screen.All.Select(static screen => screen.Name));

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Pages_of_a_household_that_nobody_owns_yet_stay_where_they_are(string screen)
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf("BEGIN:VEVENT\nUID:1\nDTSTART:someday\nSUMMARY:Lost\nEND:VEVENT"));
        await using var household = await FilledAsync(feed);

        foreach (var path in Pages().Except([.. OfPeople, .. OfNobody]).SelectMany(static page => page == "welcome" ? ["welcome/household", "welcome/members", "welcome/feed", "welcome/done"] : new[] { page }).Append("").Append("nowhere"))
            await MeasureAsync(household, "/" + path, screen, []);
        Assert.True(_shifted.Count == 0, string.Join("\n", _shifted));
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Pages_about_people_stay_where_they_are(string screen)
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf());
        await using var household = await FilledAsync(feed);
        await household.ClaimAsync("Ada", Password);
        await household.SetPinAsync(await household.AddAccountAsync("Kim", "child", Password, hours: "07:00-20:00"), "2580");
        await household.AddAccountAsync("Gus", "guest", Password);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen));
        page.ServiceMayRefuse = true;
        await page.SignInAsync("Ada", Password);
        await Expect(page.Link("Calendar")).ToBeVisibleAsync();
        var cookies = (await page.Page.Context.CookiesAsync()).Select(static cookie => new Cookie { Name = cookie.Name, Value = cookie.Value, Domain = cookie.Domain, Path = cookie.Path }).ToArray();

        foreach (var path in OfNobody)
            await MeasureAsync(household, "/" + path, screen, []);
        foreach (var path in OfPeople.Append(""))
            await MeasureAsync(household, "/" + path, screen, cookies);
        Assert.True(_shifted.Count == 0, string.Join("\n", _shifted));
    }

    [Theory]
    [MemberData(nameof(AllScreens))]
    public async Task Nothing_moves_and_nothing_is_hidden_when_the_service_goes_away_and_comes_back(string screen)
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf());
        await using var household = await FilledAsync(feed);
        Dictionary<string, IPage> pages = [];
        foreach (var path in (string[])["/", "/week", "/lists", "/board"])
        {
            pages[path] = await OpenSlowlyAsync(await NewContextAsync(screen), household, path);
            await pages[path].EvaluateAsync("shifts = []");
        }

        await household.KillAsync();
        foreach (var (path, page) in pages)
        {
            await Expect(Away(page)).ToContainTextAsync("You see what was known");
            await NoteAsync(page, screen, path + " without the service");
            Assert.Empty(await page.EvaluateAsync<string[]>(HiddenByNotices, path == "/board"));
            await page.EvaluateAsync("scrollTo(0, document.documentElement.scrollHeight)");
            Assert.Empty(await page.EvaluateAsync<string[]>(HiddenByNotices, true));
            await page.EvaluateAsync("scrollTo(0, 0)");
        }

        await household.RestartAsync();
        foreach (var (path, page) in pages)
        {
            // Tries again at once.
            await page.EvaluateAsync("dispatchEvent(new Event('online'))");
            await Expect(Away(page)).ToHaveCountAsync(0);
            await NoteAsync(page, screen, path + " with the service back");
        }

        Assert.True(_shifted.Count == 0, string.Join("\n", _shifted));
        foreach (var page in pages.Values)
            await page.Context.DisposeAsync();

        static ILocator Away(IPage page) => page.GetByRole(AriaRole.Region, new() { Name = "The calendar service does not answer", Exact = true });
    }

    /// <summary>The names of all pages, which are their addresses, as the browser's own table has them.</summary>
    private static IReadOnlyList<string> Pages()
    {
        var source = File.ReadAllText(Repository.Path("src", "EdgeDb.Web", "src", "pages.ts"));
        var table = source[source.IndexOf("const table = {", StringComparison.Ordinal)..source.IndexOf("} satisfies Record<string, Page>", StringComparison.Ordinal)];
        return [.. NameOfPage().Matches(table).Select(static match => match.Groups[1].Value).Where(static name => name != "agenda")];
    }

    [GeneratedRegex("^  ([a-z]+): \\{", RegexOptions.Multiline)]
    private static partial Regex NameOfPage();

    private static async Task<Household> FilledAsync(FeedServer feed)
    {
        var household = await Household.StartWithSampleAsync();
        var today = await household.MoveToNoonAsync();
        await household.AddFeedAsync(feed.Address, "School");
        var calendar = await household.AddCalendarAsync("Club");
        var evening = today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await household.AddSeriesAsync(calendar, "Swimming in the new hall", $"{evening}T17:00:00", $"{evening}T18:00:00", "FREQ=DAILY");
        var chores = await household.AddListAsync("Garden");
        foreach (var summary in new[] { "Water the plants", "Feed the cat", "Sweep the path" })
            await household.AddTaskAsync(new { calendarId = chores, summary, due = evening, allDay = true });
        await household.AddNoticeAsync("The plumber comes on Monday at nine. Please leave the cellar open!", "#a16207");
        await household.AddNoticeAsync("Grandma called: she arrives on the 10:42 train.", "#be123c");
        return household;
    }

    private Task<IBrowserContext> NewContextAsync(string screen) => browser.NewContextAsync(
        new() { ViewportSize = Screen.Named(screen).Viewport, TimezoneId = "Europe/Berlin", Locale = "en-GB", ReducedMotion = ReducedMotion.Reduce, ServiceWorkers = ServiceWorkerPolicy.Block });

    private async Task MeasureAsync(Household household, string path, string screen, Cookie[] cookies)
    {
        await using var context = await NewContextAsync(screen);
        await context.AddCookiesAsync(cookies);
        await NoteAsync(await OpenSlowlyAsync(context, household, path), screen, path);
    }

    /// <summary>Opens a page on the slowest network, until all of it is there.</summary>
    private static async Task<IPage> OpenSlowlyAsync(IBrowserContext context, Household household, string path)
    {
        var page = await context.NewPageAsync();
        await page.AddInitScriptAsync(Observe);
        string document;
        using (var http = new HttpClient())
            document = await http.GetStringAsync(household.Address);
        var late = await LateAnswers.OnAsync(page, document);

        await page.GotoAsync(new Uri(household.Address, path).ToString(), new() { WaitUntil = WaitUntilState.Commit });
        await late.AllComeAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        await Expect(page.GetByText("Loading", new() { Exact = false })).ToHaveCountAsync(0);
        await late.EndAsync();
        return page;
    }

    private async Task NoteAsync(IPage page, string screen, string when)
    {
        await LateAnswers.DrawnAsync(page);
        var told = await page.EvaluateAsync<System.Text.Json.JsonElement>("shifts");
        var sum = told.EnumerateArray().Sum(static shift => shift[0].GetDouble());
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{screen} {when}: {sum:0.000}"));
        if (sum > MaxShift)
            _shifted.Add(string.Create(CultureInfo.InvariantCulture, $"{when}: {sum:0.000}\n  {string.Join("\n  ", told.EnumerateArray().Select(static shift => string.Join("\n    ", shift.EnumerateArray())))}"));
    }
}
