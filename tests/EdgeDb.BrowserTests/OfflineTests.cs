using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeDb.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>A phone that is out of the house, a board whose power is cut: the last known weeks are there, and what was entered arrives once.</summary>
public sealed class OfflineTests(Browser browser) : IAsyncLifetime
{
    private const string Password = "a sentence of my own";
    /// <summary>A name by which a family knows its board; browsers trust none but localhost without https.</summary>
    private const string House = "kitchen.home.arpa";
    private const string Away = "The calendar service does not answer";

    private readonly TemporaryFolder _profile = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _profile.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_last_known_weeks_open_while_the_service_is_away_also_in_a_new_tab()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.AddEventAsync(calendar, "Concert", "2027-01-09T19:00:00", "2027-01-09T21:00:00");
        await using var page = await OpenAsync(household.Address, "/", Screen.Phone);
        await page.IsKeptAsync("Concert");

        await household.KillAsync();
        await page.Page.ReloadAsync();

        await Expect(page.Event("Dentist")).ToBeVisibleAsync();
        await Expect(Notice(page.Page)).ToContainTextAsync("You see what was known");
        Assert.Empty(await Axe.CheckAsync(page.Page, "kept weeks"));
        // Never looked at before.
        var tab = await page.Page.Context.NewPageAsync();
        await tab.GotoAsync(new Uri(household.Address, "/month/2027-01").ToString());
        await Expect(tab.GetByRole(AriaRole.Heading, new() { Name = "January 2027", Level = 1, Exact = true })).ToBeVisibleAsync();
        await Expect(tab.GetByText("Concert")).ToBeVisibleAsync();
        await Expect(Notice(tab)).ToContainTextAsync(new Regex(" Only .* is known while the service is away\\."));
        Assert.Empty(await Axe.CheckAsync(tab, "days that are not known"));
        await tab.GotoAsync(new Uri(household.Address, "/list/2027-06").ToString());
        await Expect(tab.GetByRole(AriaRole.Heading, new() { Name = "June 2027", Level = 1, Exact = true })).ToBeVisibleAsync();
        await Expect(tab.GetByText("Nothing", new() { Exact = false })).ToHaveCountAsync(0);

        await household.RestartAsync();
        await household.AddEventAsync(calendar, "Piano", "2026-11-21T18:00:00", "2026-11-21T19:00:00");
        await page.Page.Clock.FastForwardAsync("00:00:15");
        await Expect(page.Event("Piano")).ToBeVisibleAsync();
        await Expect(Notice(page.Page)).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Edits_made_while_away_outlive_the_browser_and_arrive_once_and_in_order()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.AddEventAsync(calendar, "Choir", "2026-11-21T19:00:00", "2026-11-21T20:00:00");
        await household.AddSeriesAsync(calendar, "Swimming", "2026-11-21T15:00:00", "2026-11-21T15:30:00", "FREQ=WEEKLY;COUNT=3");
        await using (var page = await OpenAsync(household.Address, "/", Screen.Phone))
        {
            await page.IsKeptAsync("Swimming");
            await household.KillAsync();
            await page.Page.ReloadAsync();

            var form = await page.OpenFormAsync("Dentist");
            await Expect(form.GetByText("reminders and notes stay as they are")).ToBeVisibleAsync();
            Assert.Empty(await Axe.CheckAsync(page.Page, "form of an event that could not be read"));
            await form.GetByLabel("Title").FillAsync("Doctor");
            await form.Button("Save").ClickAsync();
            await page.QuickAdd().FillAsync("Piano 18:00");
            await page.QuickAdd().PressAsync("Enter");
            await page.Event("Choir").ClickAsync();
            await page.Dialog("Choir").Button("Delete").ClickAsync();
            form = await page.OpenFormAsync("Swimming");
            await form.GetByLabel("Place").FillAsync("Lake");
            await form.Button("Save").ClickAsync();
            await page.Dialog("What is to change?").Button("All of them").ClickAsync();
            // On what was not sent yet either.
            form = await page.OpenFormAsync("Doctor");
            await form.GetByLabel("Title").FillAsync("Surgeon");
            await form.Button("Save").ClickAsync();
            await Expect(page.Page.GetByText("5 changes are not saved yet.")).ToBeVisibleAsync();
            await page.KeepsEditsAsync(5);
        }

        await using (var page = await OpenAsync(household.Address, "/", Screen.Phone))
        {
            await Expect(page.Page.GetByText("5 changes are not saved yet.")).ToBeVisibleAsync();
            await Expect(page.Event("Surgeon")).ToContainTextAsync("not saved yet");
            await Expect(page.Event("Piano")).ToContainTextAsync("not saved yet");
            await Expect(page.Event("Choir")).ToHaveCountAsync(0);
        }

        await household.RestartAsync();
        await using (var page = await OpenAsync(household.Address, "/", Screen.Phone))
        {
            // The same queue: each is still sent once.
            var tab = await page.Page.Context.NewPageAsync();
            await tab.GotoAsync(new Uri(household.Address, "/month").ToString());
            await page.KeepsEditsAsync(0);
            await Expect(page.Event("Surgeon")).ToBeVisibleAsync();
            await page.EditsSavedAsync();
        }

        Assert.Equal(
            ["2026-11-21T14:00:00Z Swimming", "2026-11-21T15:00:00Z Surgeon", "2026-11-21T17:00:00Z Piano", "2026-11-28T14:00:00Z Swimming", "2026-12-05T14:00:00Z Swimming"],
            await household.ShownAsync(calendar, "2026-11-01", "2026-12-24"));
        var swimming = (await household.EventsAsync(calendar)).Single(static e => e.Text("summary") == "Swimming");
        Assert.Equal(("Lake", "FREQ=WEEKLY;COUNT=3"), (swimming.Text("location"), swimming.Text("rrule")));
    }

    [Fact]
    public async Task The_shopping_list_is_in_the_shop()
    {
        await using var household = await Household.StartAsync();
        var shopping = await household.AddListAsync("Shopping");
        await household.AddTaskAsync(new { calendarId = shopping, summary = "Milk" });
        await using (var page = await OpenAsync(household.Address, "/lists", Screen.Phone))
        {
            await page.KeepsEntryAsync("Milk");
            await household.KillAsync();
            await page.Page.ReloadAsync();
            await page.List("Shopping").Box("Milk").CheckAsync();
            await page.KeepsTicksAsync(1);
        }

        // Closed and opened again, still away.
        await using (var page = await OpenAsync(household.Address, "/lists", Screen.Phone))
        {
            await Expect(page.List("Shopping").Box("Milk")).ToBeCheckedAsync();
            await page.KeepsTicksAsync(1);
            await household.RestartAsync();
            await page.Page.Clock.FastForwardAsync("00:00:15");
            await page.KeepsTicksAsync(0);
            await Expect(page.List("Shopping").Box("Milk")).ToBeCheckedAsync();
        }

        Assert.True((await household.TasksAsync(shopping))[0].GetProperty("done").GetBoolean());
    }

    [Fact]
    public async Task Over_https_of_the_household_s_own_authority_it_opens_while_the_service_is_away_and_what_is_entered_arrives()
    {
        var port = LoopbackPort.Free();
        await using var household = await Household.StartAsync("--host", House, "--tls", "on", "--tls-port", port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        using var folder = new TemporaryFolder();
        var environment = await TrustingHome.MakeAsync(folder, await household.AuthorityAsync());
        await using var page = await OpenAsync(new UriBuilder("https", House, port).Uri, "/", Screen.Phone, environment: environment);
        await page.IsKeptAsync("Dentist");

        await household.KillAsync();
        await page.Page.ReloadAsync();

        await Expect(page.Event("Dentist")).ToBeVisibleAsync();
        await Expect(Notice(page.Page)).ToContainTextAsync("You see what was known");
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = "Over https this page would also open while the service is away." })).ToHaveCountAsync(0);
        await page.QuickAdd().FillAsync("Piano 18:00");
        await page.QuickAdd().PressAsync("Enter");
        await page.KeepsEditsAsync(1);

        await household.RestartAsync();
        await page.Page.Clock.FastForwardAsync("00:00:15");
        await page.KeepsEditsAsync(0);
        Assert.Equal(["2026-11-21T15:00:00Z Dentist", "2026-11-21T17:00:00Z Piano"], await household.ShownAsync(calendar, "2026-11-21", "2026-11-22"));
    }

    [Fact]
    public async Task After_a_week_without_the_service_it_is_the_right_day_and_what_is_entered_lands_on_it()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.AddEventAsync(calendar, "Market", "2026-11-28T15:00:00", "2026-11-28T16:00:00");
        await household.AddAllDayEventAsync(calendar, "Advent", "2026-11-29", "2026-11-30");
        await using (var page = await OpenAsync(household.Address, "/", Screen.Phone))
        {
            await page.IsKeptAsync("Market");
            await household.KillAsync();
        }

        // However long the first visit took, a week is over.
        await using (var page = await OpenAsync(household.Address, "/", Screen.Phone, HouseholdPage.Now.AddDays(7).AddMinutes(10)))
        {
            await Expect(page.Heading).ToHaveTextAsync("Saturday 28 November");
            await Expect(page.Event("Market")).ToBeVisibleAsync();
            await Expect(page.Page.GetByText("Tomorrow")).ToBeVisibleAsync();
            await Expect(page.Event("Dentist")).ToHaveCountAsync(0);
            await Expect(Notice(page.Page)).ToContainTextAsync("7 days ago");
            await page.QuickAdd().FillAsync("Tea 17:00");
            await page.QuickAdd().PressAsync("Enter");
            await page.KeepsEditsAsync(1);

            await household.RestartAsync();
            await page.Page.Clock.FastForwardAsync("00:00:15");
            await Expect(Notice(page.Page)).ToBeHiddenAsync();
            await page.EditsSavedAsync();
            await page.KeepsEditsAsync(0);
        }

        Assert.Equal(["2026-11-28T14:00:00Z Market", "2026-11-28T16:00:00Z Tea"], await household.ShownAsync(calendar, "2026-11-28", "2026-11-29"));
    }

    [Fact]
    public async Task What_somebody_else_changed_meanwhile_stands_beside_what_was_entered_while_away()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        var id = await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        var choir = await household.AddEventAsync(calendar, "Choir", "2026-11-21T19:00:00", "2026-11-21T20:00:00");
        await using (var page = await OpenAsync(household.Address, "/", Screen.Phone))
        {
            await page.IsKeptAsync("Choir");
            await household.KillAsync();
            await page.Page.ReloadAsync();
            var form = await page.OpenFormAsync("Dentist");
            await form.GetByLabel("Title").FillAsync("Dentist with Kim");
            await form.Button("Save").ClickAsync();
            await page.Event("Choir").ClickAsync();
            await page.Dialog("Choir").Button("Delete").ClickAsync();
            await page.KeepsEditsAsync(2);
        }

        await household.RestartAsync();
        await household.ChangeEventAsync(id, new { summary = "Doctor Who", location = "High Street", description = "Bring the card", start = "2026-11-21T16:00:00", zone = "Europe/Berlin" });
        await household.ChangeEventAsync(choir, new { summary = "Choir, with the mayor", start = "2026-11-21T19:00:00", zone = "Europe/Berlin" });
        await using (var page = await OpenAsync(household.Address, "/", Screen.Phone))
        {
            var clash = page.Dialog("Dentist was changed twice");
            var title = clash.GetByRole(AriaRole.Group, new() { Name = "Title" });
            await Expect(title).ToContainTextAsync("Dentist with Kim");
            await Expect(title).ToContainTextAsync("Doctor Who");
            // What could not be seen was not decided on.
            await Expect(clash.GetByRole(AriaRole.Group, new() { Name = "Notes" })).ToHaveCountAsync(0);
            await clash.Button("Save this choice").ClickAsync();
            await Expect(clash).ToBeHiddenAsync();
            await page.KeepsEditsAsync(1);
            await Expect(page.Event("Choir, with the mayor")).ToBeVisibleAsync();
            await page.Dialog("Delete Choir all the same?").Button("Delete all the same").ClickAsync();
            await page.KeepsEditsAsync(0);
        }

        var saved = Assert.Single(await household.EventsAsync(calendar));
        Assert.Equal(("Dentist with Kim", "High Street", "Bring the card"), (saved.Text("summary"), saved.Text("location"), saved.Text("description")));
    }

    [Fact]
    public async Task Signing_out_leaves_nothing_in_the_browser()
    {
        await using var household = await Household.StartAsync();
        await household.AddEventAsync(await household.AddCalendarForAsync("adults", "Presents"), "Telescope", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.ClaimAsync("Ada", Password);
        await using var page = await OpenAsync(household.Address, "/", Screen.Phone);
        page.ServiceMayRefuse = true;
        var asked = Answered(page.Page);
        await page.SignInAsync("Ada", Password);
        await page.IsKeptAsync("Telescope");
        Assert.NotEmpty(asked);

        await page.GoAsync("/account");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true })).ToBeVisibleAsync();

        await page.KeepsNothingAsync();
        Assert.Empty(await page.Page.EvaluateAsync<string[]>("async () => (await Promise.all((await caches.keys()).map(async (key) => (await (await caches.open(key)).keys()).map(({ url }) => url)))).flat().filter((url) => url.includes('/api/'))"));
        await page.Page.HoldsAsync(CachedAnswers(asked, "Telescope", "=== 0"));
        await IsUnknownWithoutServiceAsync(page, household, "Telescope");
    }

    [Fact]
    public async Task A_page_that_is_open_while_it_is_signed_out_from_elsewhere_leaves_nothing_in_the_browser()
    {
        await using var household = await Household.StartAsync();
        await household.AddEventAsync(await household.AddCalendarForAsync("adults", "Presents"), "Telescope", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.ClaimAsync("Owner", Password);
        var ada = await household.AddAccountAsync("Ada", "adult", Password);
        await using var page = await OpenAsync(household.Address, "/", Screen.Phone);
        page.ServiceMayRefuse = true;
        var asked = Answered(page.Page);
        await page.SignInAsync("Ada", Password);
        await page.IsKeptAsync("Telescope");
        // It can fail: it is there before.
        await page.Page.HoldsAsync(CachedAnswers(asked, "Telescope", "> 0"));

        await household.SignOutAsync(ada);

        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true })).ToBeVisibleAsync();
        await page.KeepsNothingAsync();
        await page.Page.HoldsAsync(CachedAnswers(asked, "Telescope", "=== 0"));
        await IsUnknownWithoutServiceAsync(page, household, "Telescope");
    }

    [Fact]
    public async Task Who_was_signed_out_from_elsewhere_leaves_nothing_to_who_comes_next()
    {
        await using var household = await Household.StartAsync();
        await household.AddEventAsync(await household.AddCalendarForAsync("adults", "Presents"), "Telescope", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.AddEventAsync(await household.AddCalendarAsync("Family"), "Dinner", "2026-11-21T18:00:00", "2026-11-21T19:00:00");
        await household.ClaimAsync("Owner", Password);
        var ada = await household.AddAccountAsync("Ada", "adult", Password);
        await household.AddAccountAsync("Kim", "child", Password);
        await using var page = await OpenAsync(household.Address, "/", Screen.Phone);
        page.ServiceMayRefuse = true;
        await page.SignInAsync("Ada", Password);
        await page.IsKeptAsync("Telescope");
        await household.KillAsync();
        await page.QuickAdd().FillAsync("Piano 18:00");
        await page.QuickAdd().PressAsync("Enter");
        await page.KeepsEditsAsync(1);
        await page.Page.CloseAsync();

        await household.RestartAsync();
        await household.SignInAsync("Owner", Password);
        await household.SignOutAsync(ada);
        var tab = await page.Page.Context.NewPageAsync();
        await tab.GotoAsync(household.Address.ToString());
        await Expect(tab.GetByText("One change had not been saved when you were signed out. It is gone.", new() { Exact = true })).ToBeVisibleAsync();
        await tab.GetByLabel("Name", new() { Exact = true }).FillAsync("Kim");
        await tab.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await tab.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Expect(tab.GetByRole(AriaRole.Button, new() { Name = "Dinner" })).ToBeVisibleAsync();
        await tab.IsKeptAsync("Dinner");
        Assert.DoesNotContain("Telescope", await tab.KeptAsync(), StringComparison.Ordinal);

        await household.KillAsync();
        await tab.ReloadAsync();
        await Expect(tab.GetByRole(AriaRole.Button, new() { Name = "Dinner" })).ToBeVisibleAsync();
        await Expect(tab.GetByText("Telescope")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_visit_at_the_wall_leaves_nothing_and_the_wall_goes_on_with_its_own()
    {
        await using var household = await Household.StartAsync();
        var ada = await household.AddMemberAsync("Ada", "#e4572e");
        await household.AddEventAsync(await household.AddCalendarAsync("Family"), "Dinner", "2026-11-21T18:00:00", "2026-11-21T19:00:00");
        await household.AddEventAsync(await household.AddCalendarForAsync("adults", "Presents"), "Telescope", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.ClaimAsync("Owner", Password);
        await household.SetPinAsync(await household.AddAccountAsync("Ada", "adult", Password, ada), "2580");
        await using var wall = await OpenAsync(household.Address, "/pair", Screen.Tablet);
        wall.ServiceMayRefuse = true;
        await household.PairAsync((await wall.Page.GetByText(new Regex("^[0-9A-Z]{4}-[0-9A-Z]{4}$")).TextContentAsync())!, "Kitchen");
        await wall.IsKeptAsync("Dinner");

        await wall.Page.GetByRole(AriaRole.Button, new() { Name = "Who are you?" }).ClickAsync();
        await wall.Page.GetByRole(AriaRole.Dialog, new() { Name = "Who are you?" }).GetByLabel("PIN").FillAsync("2580");
        await wall.Page.Keyboard.PressAsync("Enter");
        await Expect(wall.Event("Telescope")).ToBeVisibleAsync();
        await household.KillAsync();
        await Expect(Notice(wall.Page)).ToBeVisibleAsync();
        Assert.DoesNotContain("Telescope", await wall.Page.KeptAsync(), StringComparison.Ordinal);
        await wall.Page.ReloadAsync();

        await Expect(wall.Event("Dinner")).ToBeVisibleAsync();
        await Expect(wall.Page.GetByText("Telescope")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_new_build_leaves_open_pages_their_own_parts_and_is_there_at_the_next_load()
    {
        await using var household = await Household.StartAsync();
        await household.AddEventAsync(await household.AddCalendarAsync("Family"), "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        using var folder = new TemporaryFolder();
        var pages = new PagesFolder(folder.File("pages"));
        pages.Deploy("one");
        await using var proxy = await NginxProxy.StartAsync(household.Address, keeps: false, pages.Path);
        await using var page = await OpenAsync(proxy.Address, "/", Screen.Laptop);
        page.ServiceMayRefuse = true;
        await page.IsKeptAsync("Dentist");
        Assert.Equal(["one"], await BuildsAsync(page.Page));
        var parts = page.Page.WaitForRequestFinishedAsync(new() { Predicate = static request => request.Url.Contains("/assets/Settings-", StringComparison.Ordinal) });

        pages.Deploy("two");
        await page.Page.EvaluateAsync("async () => (await navigator.serviceWorker.ready).update()");
        await page.Page.HoldsAsync("async () => (await caches.keys()).length === 2 && !(await navigator.serviceWorker.ready).installing && !(await navigator.serviceWorker.ready).waiting && (await navigator.serviceWorker.ready).active.state === 'activated'");
        // Not fetched before, and the service has it no more.
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Settings", Exact = true }).ClickAsync();
        await Expect(page.Heading).ToHaveTextAsync("Settings");
        Assert.Contains("-one.", new Uri((await parts).Url).AbsolutePath, StringComparison.Ordinal);
        Assert.Equal("one", await page.Page.Locator("html").GetAttributeAsync("data-build"));

        await page.GoAsync("/");
        await Expect(page.Event("Dentist")).ToBeVisibleAsync();
        Assert.Equal("two", await page.Page.Locator("html").GetAttributeAsync("data-build"));
        await page.Page.HoldsAsync("async () => (await caches.keys()).length === 1");
        Assert.Equal(["two"], await BuildsAsync(page.Page));

        // Half of the next one is there: it is not taken.
        pages.Deploy("three", without: "Status-");
        await page.Page.EvaluateAsync("async () => (await navigator.serviceWorker.ready).update()");
        await page.Page.HoldsAsync("async () => { const { installing, waiting } = await navigator.serviceWorker.ready; return !installing && !waiting; }");
        Assert.Equal(["two"], await BuildsAsync(page.Page));

        // One without a worker takes this one away.
        pages.Deploy("four", without: "sw.js");
        await page.Page.AddInitScriptAsync("ServiceWorkerContainer.prototype.register = () => Promise.reject(new Error('This build has none.'))");
        await page.GoAsync("/");
        await page.Page.HoldsAsync("async () => (await caches.keys()).length === 0 && !(await navigator.serviceWorker.getRegistration())");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Over_plain_http_the_open_page_goes_on_and_says_once_what_https_would_add(bool withHttps)
    {
        await using var household = await Household.StartAsync(["--listen", "*", "--tls", withHttps ? "on" : "off"]);
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        var address = new UriBuilder(household.Address) { Host = HouseAddress.Own.ToString() }.Uri;
        await using var page = await OpenAsync(address, "/", Screen.Phone);
        // Without https there is no page about trust; it is asked for.
        page.ServiceMayRefuse = true;
        await Expect(page.Event("Dentist")).ToBeVisibleAsync();
        Assert.False(await page.Page.EvaluateAsync<bool>("isSecureContext || 'serviceWorker' in navigator"));
        var hint = page.Page.GetByRole(AriaRole.Region, new() { Name = "Over https this page would also open while the service is away." });

        await Expect(page.QuickAdd()).ToBeVisibleAsync();
        // Whoever keeps it also tells of it, and comes behind the first page.
        await page.IsSomebodysAsync();
        await household.KillAsync();
        await Expect(hint).ToBeVisibleAsync();
        await Expect(page.Event("Dentist")).ToBeVisibleAsync();
        await page.QuickAdd().FillAsync("Piano 18:00");
        await page.QuickAdd().PressAsync("Enter");
        await page.KeepsEditsAsync(1);
        Assert.DoesNotContain("Dentist", await page.Page.KeptAsync(), StringComparison.Ordinal);
        Assert.Empty(await Axe.CheckAsync(page.Page, "hint at https"));

        await household.RestartAsync();
        await page.Page.Clock.FastForwardAsync("00:00:15");
        await page.KeepsEditsAsync(0);
        if (withHttps)
            await Expect(hint.GetByRole(AriaRole.Link, new() { Name = "How it is done", Exact = true })).ToHaveAttributeAsync("href", "/trust");
        else
            await Expect(hint).ToContainTextAsync("Whoever looks after the service can switch https on.");
        await hint.Button("Dismiss").ClickAsync();
        await Expect(hint).ToHaveCountAsync(0);
        await household.KillAsync();
        await Expect(Notice(page.Page)).ToBeVisibleAsync();
        await Expect(hint).ToHaveCountAsync(0);
    }

    private static async Task IsUnknownWithoutServiceAsync(HouseholdPage page, Household household, string title)
    {
        await household.KillAsync();
        await page.Page.ReloadAsync();
        await Expect(Notice(page.Page)).ToBeVisibleAsync();
        await Expect(page.Page.GetByText(title)).ToHaveCountAsync(0);
    }

    private static ILocator Notice(IPage page) => page.GetByRole(AriaRole.Region, new() { Name = Away, Exact = true });

    private static async Task<string[]> BuildsAsync(IPage page) =>
        await page.EvaluateAsync<string[]>(
            "async () => Promise.all((await caches.keys()).map(async (key) => /data-build=\"(\\w+)\"/.exec(await (await caches.match('/', { cacheName: key, ignoreVary: true })).text())[1]))");

    /// <summary>The addresses of occurrences that were answered since.</summary>
    private static ConcurrentBag<string> Answered(IPage page)
    {
        var asked = new ConcurrentBag<string>();
        page.RequestFinished += (_, request) =>
        {
            if (request.Url.Contains("/api/occurrences", StringComparison.Ordinal))
                asked.Add(request.Url);
        };
        return asked;
    }

    /// <summary>A function of the page: whether so many answers in the browser's own cache hold a text. Nothing else is asked.</summary>
    private static string CachedAnswers(ConcurrentBag<string> addresses, string text, string count) =>
        $$"""
        async () => (await Promise.all({{JsonSerializer.Serialize(addresses)}}.map((address) => fetch(address, { cache: 'only-if-cached', mode: 'same-origin' }).then((answer) => answer.text(), () => ''))))
          .filter((answer) => answer.includes({{JsonSerializer.Serialize(text)}})).length {{count}}
        """;

    private async Task<HouseholdPage> OpenAsync(Uri address, string path, Screen screen, DateTime? now = null, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var context = await browser.OpenProfileAsync(
            _profile.Path,
            new() { ViewportSize = screen.Viewport, TimezoneId = "Europe/Berlin", Locale = "en-GB", ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce, Env = environment, Args = ["--host-resolver-rules=MAP " + House + " 127.0.0.1"] });
        var page = await HouseholdPage.InAsync(context, address, null, now ?? HouseholdPage.Now);
        page.ServiceMayBeAway = true;
        await page.GoAsync(path);
        return page;
    }
}
