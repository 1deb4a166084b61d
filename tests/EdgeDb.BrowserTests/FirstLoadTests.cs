using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>
/// First load: all that a browser which has never been here must fetch before the agenda stands there in full, to be read and
/// filtered. Everything else is withheld meanwhile, so that nothing counts as fetched later which is waited for. In English; the
/// other languages fetch their catalogue besides, of less than 1 KB.
/// </summary>
public sealed class FirstLoadTests(Browser browser)
{
    private const int MaxScriptBytes = 25 * 1024;
    private const int MaxTotalBytes = 60 * 1024;
    private const int MaxGridBytes = 30 * 1024;

    [Fact]
    public async Task Agenda_stands_in_full_by_what_fits_the_budget_and_stays_as_it_is_when_the_rest_comes()
    {
        await using var household = await Household.StartWithSampleAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Phone);
        // The minutes until what comes next are part of what stands there.
        var now = HouseholdPage.MachineTime;
        await page.Page.Clock.SetFixedTimeAsync(now);
        using var http = new HttpClient { BaseAddress = household.Address };
        var document = await http.GetStringAsync(household.Address, TestContext.Current.CancellationToken);
        Assert.Contains(".js\"", document, StringComparison.Ordinal);
        var asked = new ConcurrentQueue<string>();
        var released = new TaskCompletionSource();
        page.Page.Request += (_, request) => asked.Enqueue(new Uri(request.Url).PathAndQuery);
        await page.Page.RouteAsync("**/assets/**", async route =>
        {
            if (!IsNamed(new Uri(route.Request.Url).AbsolutePath))
                await released.Task;
            await route.ContinueAsync();
        });

        // Nothing to wait for of what is withheld.
        await page.Page.GotoAsync(household.Address.ToString(), new() { WaitUntil = WaitUntilState.Commit });
        await Expect(page.Heading).ToHaveTextAsync(now.ToString("dddd d MMMM", CultureInfo.InvariantCulture));
        await Expect(page.Event("Dinner together")).ToBeVisibleAsync();
        await Expect(page.Page.GetByRole(AriaRole.Group, new() { Name = "Who and what is shown" })).ToBeVisibleAsync();
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = "Sample household" })).ToBeVisibleAsync();
        await Expect(page.Link("Calendar")).ToBeVisibleAsync();
        var first = asked.Where(path => path != "/api/changes" && (!path.StartsWith("/assets/", StringComparison.Ordinal) || IsNamed(path))).Distinct().ToList();
        var agenda = page.Page.Locator(".columns");
        // Beside them the lists tell of today, at the end until their room is known.
        var days = agenda.Locator("> section, > .today > section");
        var text = await days.AllInnerTextsAsync();
        var place = await agenda.BoundingBoxAsync();

        var grid = page.Page.WaitForRequestAsync(request => request.Url.Contains("/grid-", StringComparison.Ordinal) && request.Url.EndsWith(".js", StringComparison.Ordinal));
        released.SetResult();
        await Expect(page.Page.Locator("[data-quick-add]")).ToBeVisibleAsync();
        Assert.Equal(text, await days.AllInnerTextsAsync());
        Assert.Equal(place?.Y, (await agenda.BoundingBoxAsync())?.Y);

        var sizes = new Dictionary<string, int>();
        foreach (var path in first)
            sizes[path] = await SizeAsync(path);
        Assert.InRange(sizes.Where(static size => size.Key.EndsWith(".js", StringComparison.Ordinal)).Sum(static size => size.Value), 1, MaxScriptBytes);
        Assert.InRange(sizes.Values.Sum(), 1, MaxTotalBytes);
        Assert.InRange(await SizeAsync(new Uri((await grid).Url).AbsolutePath), 1, MaxGridBytes);

        // By the document, or by its style sheets.
        bool IsNamed(string path) => document.Contains($"\"{path}\"", StringComparison.Ordinal) || path.EndsWith(".svg", StringComparison.Ordinal);

        // As the service sends it to whoever takes gzip.
        async Task<int> SizeAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            request.Headers.AcceptEncoding.ParseAdd("gzip");
            using var response = await http.SendAsync(request);
            return (await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync()).Length;
        }
    }
}
