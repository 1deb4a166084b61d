using System.Text.RegularExpressions;
using EdgeDb.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>How the appliance is, told to people who have never heard of a circuit breaker.</summary>
public sealed class StatusTests(Browser browser)
{
    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Laptop.Name];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task All_is_well_is_said_first_and_every_chart_can_be_read_as_a_table(string screen)
    {
        await using var household = await Household.StartAsync("--sample");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/status", Screen.Named(screen));
        var verdict = page.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "All is well" });
        await Expect(verdict).ToBeVisibleAsync();

        // Another look, with another number.
        await page.Page.Clock.FastForwardAsync("00:00:06");
        var chart = page.Page.GetByRole(AriaRole.Img, new() { Name = "Memory available" });
        await Expect(chart).ToHaveAccessibleDescriptionAsync(new Regex("^Now .+; between .+ and .+ in the last minutes\\.$"));
        var figure = page.Page.GetByRole(AriaRole.Figure).Filter(new() { HasText = "Memory available" });
        await figure.GetByText("As a table").FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(figure.GetByRole(AriaRole.Row)).Not.ToHaveCountAsync(1);
        await Expect(figure.GetByRole(AriaRole.Cell).First).ToHaveTextAsync(new Regex("^[0-9]{1,2}:[0-9]{2}:[0-9]{2}"));
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = "The database" })).ToContainTextAsync("Work under way");
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = "Work in the background" })).ToContainTextAsync("Read the feeds that are due");
    }

    [Fact]
    public async Task Looks_within_one_millisecond_of_a_clock_that_was_set_back_are_all_told()
    {
        await using var household = await Household.StartAsync("--sample");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/status", Screen.Laptop);
        var rows = page.Page.GetByRole(AriaRole.Figure).Filter(new() { HasText = "Memory available" }).Locator("tbody tr");
        await Expect(rows).Not.ToHaveCountAsync(0);
        await page.Page.Clock.SetFixedTimeAsync(HouseholdPage.Now.AddHours(-1));

        for (var looks = await rows.CountAsync(); looks < 4; looks = await rows.CountAsync())
        {
            await page.Page.EvaluateAsync("document.dispatchEvent(new Event('visibilitychange'))");
            await Expect(rows).Not.ToHaveCountAsync(looks);
        }

        await Expect(page.Page.GetByText("All is well")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Nothing_is_asked_for_while_nobody_looks()
    {
        await using var household = await Household.StartAsync("--sample");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/status", Screen.Laptop);
        await Expect(page.Page.GetByText("All is well")).ToBeVisibleAsync();
        var asked = 0;

        await page.Page.EvaluateAsync(
            "Object.defineProperty(document, 'visibilityState', { get: () => window.looks ? 'visible' : 'hidden', configurable: true }); document.dispatchEvent(new Event('visibilitychange'))");
        // Only now: until then it looks every few seconds.
        page.Page.Request += (_, request) => asked += request.Url.EndsWith("/api/machine", StringComparison.Ordinal) ? 1 : 0;
        await page.Page.Clock.FastForwardAsync("00:00:30");
        Assert.Equal(0, asked);

        await page.Page.RunAndWaitForResponseAsync(
            () => page.Page.EvaluateAsync("window.looks = true; document.dispatchEvent(new Event('visibilitychange'))"), response => response.Url.EndsWith("/api/machine", StringComparison.Ordinal));
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("en-GB", "One thing needs attention", "The storage is full")]
    [InlineData("de-DE", "Eine Sache braucht Aufmerksamkeit", "Der Speicher ist voll")]
    public async Task Full_disk_is_told_in_words_with_what_to_do(string locale, string verdict, string title)
    {
        await using var disk = await SmallDisk.MountAsync();
        await using var service = await ServiceProcess.StartAsync(Path.Combine(disk.Path, "data"), "--zone", "Europe/Berlin", "--sample");
        await using var page = await HouseholdPage.OpenAsync(browser, service.Address, "/status", Screen.Phone, locale: locale);
        await Expect(page.Page.GetByRole(AriaRole.Meter)).ToBeVisibleAsync();

        disk.Fill();
        await EmergencyTests.FailToWriteAsync(service);
        // Of the storage that is short it is warned before; the emergency takes its place.
        await page.Page.Clock.FastForwardAsync("00:00:06");

        await Expect(page.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = verdict })).ToBeVisibleAsync();
        await Expect(page.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Heading, new() { Name = title })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("en-GB", "One thing needs attention", "The server “redis” does not answer")]
    [InlineData("de-DE", "Eine Sache braucht Aufmerksamkeit", "Der Server „redis“ antwortet nicht")]
    public async Task Server_that_does_not_answer_is_told_in_words_and_the_calendar_goes_on(string locale, string verdict, string title)
    {
        await using var household = await Household.StartAsync("--sample", "--redis", "redis://127.0.0.1:1");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/status", Screen.Phone, locale: locale);
        // Nothing may have tried to reach it when the page is opened; the page looks again by itself.
        await Expect(page.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Heading, new() { Name = title })).ToBeVisibleAsync();
        await Expect(page.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = verdict })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Feed_that_cannot_be_read_is_named_with_the_page_that_tells_more()
    {
        var closed = new FeedServer("");
        await closed.DisposeAsync();
        await using var household = await Household.StartAsync();
        await household.AddFeedAsync(closed.Address, "Closed school");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/status", Screen.Laptop);
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "“Closed school” cannot be read" })).ToBeVisibleAsync();
        await page.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "Feeds" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Article, new() { Name = "Closed school" })).ToBeVisibleAsync();
    }
}
