using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>What a browser and a proxy on the way keep: a reload costs 304s, a change is seen at once, and a proxy keeps nobody's calendar.</summary>
public sealed class KeptAnswersTests(Browser browser)
{
    [Fact]
    public async Task A_reload_is_answered_by_304_until_something_has_changed()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await using var proxy = await NginxProxy.StartAsync(household.Address, keeps: false);
        await using var page = await HouseholdPage.OpenAsync(browser, proxy.Address, null, Screen.Laptop);
        // They come behind the first page, and what was under way when it is left is not kept.
        var later = new[] { "/api/tasks", "/api/notices", "/api/reminders" }.Select(path => page.Page.WaitForRequestFinishedAsync(new() { Predicate = request => request.Url.Contains(path, StringComparison.Ordinal) })).ToArray();
        await page.GoAsync("/");
        await Task.WhenAll(later);
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Dentist" })).ToBeVisibleAsync();
        await proxy.AskedAsync();

        await page.Page.ReloadAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Dentist" })).ToBeVisibleAsync();
        var again = Answers(await proxy.AskedAsync());
        Assert.NotEmpty(again);
        Assert.All(again, static a => Assert.Equal(304, a.Status));

        await household.AddEventAsync(calendar, "Piano", "2026-11-21T18:00:00", "2026-11-21T19:00:00");
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Piano" })).ToBeVisibleAsync();
        await page.Page.ReloadAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Piano" })).ToBeVisibleAsync();
        Assert.Contains(Answers(await proxy.AskedAsync()), static a => a.Status == 200 && a.Path.StartsWith("/api/occurrences", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_proxy_gives_what_it_keeps_of_the_page_and_nothing_of_the_calendar_to_the_next_browser()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await using var proxy = await NginxProxy.StartAsync(household.Address, keeps: true);
        foreach (var second in new[] { false, true })
        {
            await using var page = await HouseholdPage.OpenAsync(browser, proxy.Address, "/", Screen.Laptop);
            await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Dentist" })).ToBeVisibleAsync();
            var asked = await proxy.AskedAsync();
            Assert.All(Answers(asked), static a => Assert.NotEqual("HIT", a.Kept));
            // What has run has arrived as a whole; the parts that follow may have been under way when the first browser was closed.
            var scripts = asked.FindAll(static a => a.Path.StartsWith("/assets/index-", StringComparison.Ordinal) && a.Path.EndsWith(".js", StringComparison.Ordinal));
            Assert.Equal(second ? "HIT" : "MISS", Assert.Single(scripts).Kept);
        }

        // What one client takes compressed, the next may want plain.
        using var plain = new HttpClient { BaseAddress = proxy.Address };
        var address = new Uri("/api/occurrences?from=2026-11-21&to=2026-11-22", UriKind.Relative);
        using var compressed = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "Accept-Encoding", "br" } } };
        using var first = await plain.SendAsync(compressed, TestContext.Current.CancellationToken);
        Assert.StartsWith("{", await plain.GetStringAsync(address, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static List<(int Status, string Kept, string Path)> Answers(List<(int Status, string Kept, string Path)> asked) =>
        // A stream has no end, who is signed in is asked anew every time, and 499 is a question that was not waited for.
        asked.FindAll(static a => a.Status != 499 && a.Path.StartsWith("/api/", StringComparison.Ordinal) && a.Path is not ("/api/changes" or "/api/session"));
}
