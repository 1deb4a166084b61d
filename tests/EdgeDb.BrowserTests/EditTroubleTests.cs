using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>Edits that meet somebody else's, a service that is away, and people who may not make them.</summary>
public sealed class EditTroubleTests(Browser browser)
{
    private const string Password = "a sentence of my own";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_changes_of_the_same_stand_side_by_side_and_nothing_is_lost(bool mine)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await using var ada = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Laptop);
        await using var ben = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        ada.ServiceMayRefuse = true;
        var hers = await ada.OpenFormAsync("Dentist");
        await hers.GetByLabel("Title").FillAsync("Dentist with Kim");
        await hers.GetByLabel("Notes").FillAsync("Take the card along");

        var his = await ben.OpenFormAsync("Dentist");
        await his.GetByLabel("Title").FillAsync("Doctor Who");
        await his.GetByLabel("Place").FillAsync("High Street");
        await his.Button("Save").ClickAsync();
        await ben.IsSavedAsync("Dentist was saved.");
        await hers.Button("Save").ClickAsync();

        var clash = ada.Dialog("Dentist was changed twice");
        var title = clash.GetByRole(AriaRole.Group, new() { Name = "Title" });
        await Expect(title.GetByLabel("Yours")).ToBeCheckedAsync();
        await Expect(title).ToContainTextAsync("Dentist with Kim");
        await Expect(title).ToContainTextAsync("Doctor Who");
        // What only one of them changed is no question.
        await Expect(clash.GetByRole(AriaRole.Group, new() { Name = "Place" }).GetByLabel("Theirs")).ToBeCheckedAsync();
        await Expect(clash.GetByRole(AriaRole.Group, new() { Name = "Notes" }).GetByLabel("Yours")).ToBeCheckedAsync();
        if (!mine)
            await title.GetByLabel("Theirs").CheckAsync();
        await clash.Button("Save this choice").ClickAsync();

        await ada.IsSavedAsync("Dentist was saved.");
        var saved = Assert.Single(await household.EventsAsync(calendar));
        Assert.Equal((mine ? "Dentist with Kim" : "Doctor Who", "High Street", "Take the card along"), (saved.Text("summary"), saved.Text("location"), saved.Text("description")));
        await Expect(ben.Event(mine ? "Dentist with Kim" : "Doctor Who")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Two_changes_of_different_things_both_count_without_a_question()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        var id = await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        page.ServiceMayRefuse = true;
        var form = await page.OpenFormAsync("Dentist");
        await household.ChangeEventAsync(id, new { summary = "Dentist", location = "High Street", start = "2026-11-21T18:00:00", zone = "Europe/Berlin" });
        await form.GetByLabel("Title").FillAsync("Doctor");
        await form.Button("Save").ClickAsync();

        await page.IsSavedAsync("Dentist was saved.");
        var saved = Assert.Single(await household.EventsAsync(calendar));
        Assert.Equal(("Doctor", "High Street", "2026-11-21T18:00:00"), (saved.Text("summary"), saved.Text("location"), saved.Text("start")));
    }

    [Fact]
    public async Task What_was_entered_for_an_event_that_somebody_deleted_can_be_added_as_a_new_one()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        var id = await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        page.ServiceMayRefuse = true;
        var form = await page.OpenFormAsync("Dentist");
        await household.RemoveEventAsync(id);
        await form.GetByLabel("Title").FillAsync("Doctor");
        await form.Button("Save").ClickAsync();

        await page.Dialog("Dentist was deleted").Button("Add mine as a new event").ClickAsync();

        await page.IsSavedAsync("Doctor was added.");
        Assert.Equal("Doctor", Assert.Single(await household.EventsAsync(calendar)).Text("summary"));
    }

    [Fact]
    public async Task Edits_made_while_the_service_is_away_are_in_sight_and_sent_once_when_it_is_back()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        page.ServiceMayBeAway = true;
        var form = await page.OpenFormAsync("Dentist");
        await household.KillAsync();

        await form.GetByLabel("Title").FillAsync("Doctor");
        await form.Button("Save").ClickAsync();
        await page.QuickAdd().FillAsync("Piano 18:00");
        await page.QuickAdd().PressAsync("Enter");
        await Expect(page.Event("Doctor")).ToContainTextAsync("not saved yet");
        await Expect(page.Event("Piano")).ToContainTextAsync("not saved yet");
        await Expect(page.Page.GetByText("2 changes are not saved yet.")).ToBeVisibleAsync();

        await household.RestartAsync();
        // Past the longest pause between two tries.
        await page.Page.Clock.FastForwardAsync("00:00:20");
        await page.EditsSavedAsync();
        Assert.Equal(["2026-11-21T15:00:00Z Doctor", "2026-11-21T17:00:00Z Piano"], await household.ShownAsync(calendar, "2026-11-01", "2026-12-24"));
    }

    [Fact]
    public async Task Edits_whose_answers_are_lost_are_made_once()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddSeriesAsync(calendar, "Choir", "2026-11-20T19:00:00", "2026-11-20T20:00:00", "FREQ=WEEKLY;COUNT=3");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Laptop);
        page.ServiceMayBeAway = true;
        var lost = 0;
        await page.Page.RouteAsync("**/api/events**", async route =>
        {
            // The service has written it, and the browser never learns of it; each edit once.
            if (route.Request.Method == "GET" || Interlocked.Increment(ref lost) % 2 == 0)
            {
                await route.ContinueAsync();
                return;
            }
            await route.FetchAsync();
            await route.AbortAsync();
        });

        await page.QuickAdd().FillAsync("Piano 18:00");
        await page.QuickAdd().PressAsync("Enter");
        await page.IsSavedAsync("Piano was added.");
        var form = await page.OpenFormAsync("Choir");
        await form.GetByLabel("Place").FillAsync("Church");
        await form.Button("Save").ClickAsync();
        await page.Dialog("What is to change?").Button("This and all that follow").ClickAsync();
        await page.IsSavedAsync("Choir was saved.");

        Assert.Equal(4, lost);
        Assert.Equal(3, (await household.EventsAsync(calendar)).Count);
        Assert.Equal(
            ["2026-11-20T18:00:00Z Choir", "2026-11-21T17:00:00Z Piano", "2026-11-27T18:00:00Z Choir", "2026-12-04T18:00:00Z Choir"],
            await household.ShownAsync(calendar, "2026-11-01", "2026-12-24"));
    }

    [Fact]
    public async Task Event_is_shown_once_also_when_the_service_tells_of_it_before_it_answers()
    {
        await using var household = await Household.StartAsync();
        await household.AddCalendarAsync("Family");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Laptop);
        var (written, told) = (new TaskCompletionSource(), new TaskCompletionSource());
        await AnswerLaterAsync(page, written, told.Task);
        var shown = page.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Dentist" });

        await page.QuickAdd().FillAsync("Dentist 17:00");
        await page.QuickAdd().PressAsync("Enter");
        await written.Task.WaitAsync(Browser.Patience);
        // Told after the event, and seen when that has been told as well.
        await household.RenameAsync("The Lovelaces");
        await Expect(page.Page.GetByRole(AriaRole.Banner)).ToContainTextAsync("The Lovelaces");
        Assert.Equal(1, await shown.CountAsync());
        told.SetResult();

        await page.IsSavedAsync("Dentist was added.");
        await Expect(shown).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Event_is_shown_once_also_when_everything_is_read_again_before_it_is_answered()
    {
        await using var household = await Household.StartAsync();
        await household.AddCalendarAsync("Family");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Laptop);
        var (connected, written, told) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        var sessions = 0;
        await page.Page.RouteAsync("**/api/session", async route =>
        {
            // The second time once the stream of changes has opened, and before everything is read again.
            if (Interlocked.Increment(ref sessions) == 2)
            {
                connected.TrySetResult();
                await written.Task;
            }
            await route.ContinueAsync();
        });
        await page.Page.RouteAsync("**/api/feeds?*", async route =>
        {
            await connected.Task;
            await route.ContinueAsync();
        });
        await AnswerLaterAsync(page, written, told.Task);
        var shown = page.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Dentist" });

        await page.GoAsync("/");
        await page.QuickAdd().FillAsync("Dentist 17:00");
        var again = page.Page.WaitForRequestFinishedAsync(new() { Predicate = static request => request.Url.Contains("/api/occurrences", StringComparison.Ordinal) });
        await page.QuickAdd().PressAsync("Enter");
        Assert.Contains("Dentist", await (await (await again).ResponseAsync())!.TextAsync(), StringComparison.Ordinal);
        await LateAnswers.DrawnAsync(page.Page);
        await Expect(shown).ToHaveCountAsync(1);
        told.SetResult();

        await page.IsSavedAsync("Dentist was added.");
        await Expect(shown).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task What_the_service_refuses_goes_back_and_can_be_looked_at_again()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        page.ServiceMayRefuse = true;
        var form = await page.OpenFormAsync("Dentist");
        await form.GetByLabel("Title").FillAsync("Sabbatical");
        await form.GetByLabel("Ends, Day").FillAsync("2028-11-21");
        await form.Button("Save").ClickAsync();

        await Expect(page.Page.GetByText("An event may last at most 366 days.")).ToBeVisibleAsync();
        await Expect(page.Event("Dentist")).ToBeVisibleAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Look at it again" }).ClickAsync();
        await Expect(page.Form().GetByLabel("Title")).ToHaveValueAsync("Sabbatical");
        await page.Form().GetByLabel("Ends, Day").FillAsync("2026-11-22");
        await page.Form().Button("Save").ClickAsync();

        await page.IsSavedAsync("Dentist was saved.");
        Assert.Equal("2026-11-22T17:00:00", Assert.Single(await household.EventsAsync(calendar)).Text("end"));
    }

    [Fact]
    public async Task Only_what_one_may_change_is_offered()
    {
        await using var household = await Household.StartAsync();
        var kim = await household.AddMemberAsync("Kim", "#2e86ab");
        await household.AddEventAsync(await household.AddCalendarAsync("Family"), "Dinner", "2026-11-21T18:00:00", "2026-11-21T19:00:00");
        var own = await household.AddCalendarAsync("Kim's", kim);
        await household.AddEventAsync(own, "Football", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.ClaimAsync("Ada", Password);
        await household.AddAccountAsync("Kim", "child", Password, kim);
        await household.AddAccountAsync("Gus", "guest", Password);

        await using var child = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        child.ServiceMayRefuse = true;
        await child.SignInAsync("Kim", Password);
        await child.Event("Dinner").ClickAsync();
        await Expect(child.Dialog("Dinner").Button("Close")).ToBeVisibleAsync();
        await Expect(child.Dialog("Dinner").Button("Change")).ToHaveCountAsync(0);
        await Expect(child.Dialog("Dinner").Button("Delete")).ToHaveCountAsync(0);
        await child.Dialog("Dinner").Button("Close").ClickAsync();
        var form = await child.OpenFormAsync("Football");
        Assert.Equal(["Kim's"], await form.GetByLabel("Calendar").Locator("option").AllTextContentsAsync());
        await form.GetByLabel("Place").FillAsync("Park");
        await form.Button("Save").ClickAsync();
        await child.IsSavedAsync("Football was saved.");

        await using var guest = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        guest.ServiceMayRefuse = true;
        await guest.SignInAsync("Gus", Password);
        await Expect(guest.Page.GetByText("busy", new() { Exact = true }).First).ToBeVisibleAsync();
        await Expect(guest.QuickAdd()).ToHaveCountAsync(0);
    }

    /// <summary>Lets events be written at once, and holds up what the service answers.</summary>
    private static async Task AnswerLaterAsync(HouseholdPage page, TaskCompletionSource written, Task told) =>
        await page.Page.RouteAsync("**/api/events", async route =>
        {
            var answer = await route.FetchAsync();
            // Again where it took so long that it was given up.
            written.TrySetResult();
            await told;
            await route.FulfillAsync(new() { Response = answer });
        });
}
