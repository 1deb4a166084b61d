using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>Events that are added, changed, moved and deleted as people do it.</summary>
public sealed class EditTests(Browser browser)
{
    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Laptop.Name];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Event_is_added_in_two_steps_and_shown_before_it_is(string screen)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen));

        await page.QuickAdd().FillAsync("Dentist tomorrow 15:00-16:30");
        await Expect(page.QuickAdd()).ToHaveAccessibleDescriptionAsync(new System.Text.RegularExpressions.Regex("Dentist.*22 November 2026.*15:00.*16:30.*Family"));
        await page.QuickAdd().PressAsync("Enter");

        await Expect(page.Event("Dentist")).ToBeVisibleAsync();
        await page.IsSavedAsync("Dentist was added.");
        await Expect(page.QuickAdd()).ToHaveValueAsync("");
        Assert.Equal(["2026-11-22T14:00:00Z Dentist"], await household.ShownAsync(calendar, "2026-11-01", "2026-12-24"));
    }

    [Fact]
    public async Task Event_that_was_opened_while_it_was_being_saved_can_be_changed_once_it_is()
    {
        await using var household = await Household.StartAsync();
        await household.AddCalendarAsync("Family");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Laptop);
        var released = new TaskCompletionSource();
        await page.Page.RouteAsync("**/api/events", async route =>
        {
            await released.Task;
            await route.ContinueAsync();
        });

        await page.QuickAdd().FillAsync("Dentist 17:00");
        await page.QuickAdd().PressAsync("Enter");
        await page.Event("Dentist").ClickAsync();
        await Expect(page.Dialog("Dentist").GetByText("not saved yet")).ToBeVisibleAsync();
        await Expect(page.Dialog("Dentist").Button("Change")).ToHaveCountAsync(0);
        released.SetResult();

        await page.Dialog("Dentist").Button("Change").ClickAsync();
        await Expect(page.Form().GetByLabel("Title")).ToHaveValueAsync("Dentist");
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Event_with_everything_is_added_by_the_form(string screen)
    {
        await using var household = await Household.StartAsync();
        await household.AddCalendarAsync("Family");
        var calendar = await household.AddCalendarAsync("School");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month", Screen.Named(screen));

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "New event" }).ClickAsync();
        var form = page.Form();
        await Expect(form.GetByLabel("Title")).ToBeFocusedAsync();
        await form.GetByLabel("Title").FillAsync("Choir");
        await form.GetByLabel("Begins, Day").FillAsync("2026-11-24");
        await form.GetByLabel("Begins, Time").FillAsync("19:00");
        await Expect(form.GetByLabel("Ends, Day")).ToHaveValueAsync("2026-11-24");
        await form.GetByLabel("Ends, Time").FillAsync("20:30");
        await form.GetByLabel("Repeats").SelectOptionAsync("every week on Tuesday");
        await form.GetByLabel("Repeats").SelectOptionAsync("Otherwise…");
        await form.GetByLabel("Every").FillAsync("2");
        await form.Button("Thu").ClickAsync();
        await form.GetByLabel("Ends", new() { Exact = true }).SelectOptionAsync("After some times");
        await form.GetByLabel("How many times").FillAsync("3");
        await form.GetByLabel("How many times").PressAsync("Tab");
        await form.GetByLabel("Calendar").SelectOptionAsync("School");
        await form.GetByLabel("Place").FillAsync("Church");
        await form.GetByLabel("Reminders").SelectOptionAsync("30 minutes before");
        await form.GetByLabel("Notes").FillAsync("Bring the scores");
        await form.GetByLabel("Private").CheckAsync();
        await form.Button("Save").ClickAsync();

        await page.IsSavedAsync("Choir was added.");
        var added = Assert.Single(await household.EventsAsync(calendar));
        Assert.Equal(
            ("2026-11-24T19:00:00", "2026-11-24T20:30:00", "Europe/Berlin", "FREQ=WEEKLY;COUNT=3;INTERVAL=2;BYDAY=TU,TH", "Church", "Bring the scores", true),
            (added.Text("start"), added.Text("end"), added.Text("zone"), added.Text("rrule"), added.Text("location"), added.Text("description"), added.GetProperty("private").GetBoolean()));
        Assert.Equal(30, Assert.Single(added.GetProperty("reminders").EnumerateArray()).GetProperty("minutesBefore").GetInt32());
        await Expect(page.Page.Locator(".entry", new() { HasText = "Choir" })).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Trip_of_several_days_is_added_by_the_keyboard_alone()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month", Screen.Laptop);
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "New event" })).ToBeVisibleAsync();

        await page.Page.Keyboard.PressAsync("?");
        await Expect(page.Dialog("Keys")).ToContainTextAsync("New event");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Dialog("Keys")).ToHaveCountAsync(0);
        await page.Page.Keyboard.PressAsync("n");
        await page.Page.Keyboard.TypeAsync("Trip");
        await page.Page.Keyboard.PressAsync("Tab");
        await page.Page.Keyboard.PressAsync("Space");
        await Expect(page.Form().GetByLabel("All day")).ToBeCheckedAsync();
        await page.Form().GetByLabel("Begins, Day").FillAsync("2026-11-27");
        await page.Form().GetByLabel("Ends, Day").FillAsync("2026-11-29");
        await page.Page.Keyboard.PressAsync("Enter");

        await page.IsSavedAsync("Trip was added.");
        var added = Assert.Single(await household.EventsAsync(calendar));
        Assert.Equal(("2026-11-27", "2026-11-30", true), (added.Text("start"), added.Text("end"), added.GetProperty("allDay").GetBoolean()));
    }

    [Fact]
    public async Task Key_works_at_once_when_a_dialog_was_closed()
    {
        await using var household = await Household.StartAsync();
        await household.AddCalendarAsync("Family");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month", Screen.Laptop);
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "New event" })).ToBeVisibleAsync();
        await page.Page.Keyboard.PressAsync("?");
        await Expect(page.Dialog("Keys")).ToBeVisibleAsync();

        // Until the next frame the focus is where it was.
        await page.Page.EvaluateAsync(
            """
            () => {
              document.querySelector('dialog[open]').close();
              document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true, cancelable: true }));
            }
            """);
        await Expect(page.Form().GetByLabel("Title")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Dialog_that_is_opened_again_at_once_stays_open()
    {
        await using var household = await Household.StartAsync();
        await household.AddEventAsync(await household.AddCalendarAsync("Family"), "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/week", Screen.Laptop);
        await page.TakeableAsync("Dentist");

        // Of a closed dialog the browser tells in the next frame.
        await page.Page.Keyboard.PressAsync("?");
        await Expect(page.Dialog("Keys")).ToBeVisibleAsync();
        await AgainAsync(".button", "button.keys");
        await Expect(page.Dialog("Keys")).ToBeVisibleAsync();
        await page.Dialog("Keys").Button("Close").ClickAsync();

        await page.Block("Dentist").ClickAsync();
        await Expect(page.Dialog("Dentist")).ToBeVisibleAsync();
        await AgainAsync(".button", ".entry.movable .event");
        await Expect(page.Dialog("Dentist")).ToContainTextAsync("16:00");
        await page.Dialog("Dentist").Button("Close").ClickAsync();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "New event" }).ClickAsync();
        await Expect(page.Form().GetByLabel("Title")).ToBeFocusedAsync();
        await AgainAsync(".cancel", "button.add");
        await page.Form().GetByLabel("Title").FillAsync("Piano");
        await page.Form().Button("Save").ClickAsync();
        await page.IsSavedAsync("Piano was added.");

        async Task AgainAsync(string close, string open)
        {
            await page.Page.EvaluateAsync($"async () => {{ document.querySelector('dialog[open] {close}').click(); await null; await null; document.querySelector('{open}').click(); }}");
            await LateAnswers.DrawnAsync(page.Page);
        }
    }

    [Fact]
    public async Task End_before_the_beginning_is_said_at_its_field_and_what_was_entered_is_not_lost_by_a_slip()
    {
        await using var household = await Household.StartAsync();
        await household.AddCalendarAsync("Family");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month", Screen.Phone);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "New event" }).ClickAsync();
        await page.Form().GetByLabel("Title").FillAsync("Backwards");
        await page.Form().GetByLabel("Begins, Time").FillAsync("12:00");
        await page.Form().GetByLabel("Ends, Time").FillAsync("11:00");

        await page.Form().Button("Save").ClickAsync();
        await Expect(page.Form().GetByLabel("Ends, Day")).ToHaveAccessibleDescriptionAsync("It ends before it begins.");
        await Expect(page.Form().GetByLabel("Ends, Day")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Dialog("Discard what you entered?").Button("Cancel").ClickAsync();
        await Expect(page.Form().GetByLabel("Title")).ToHaveValueAsync("Backwards");
        await page.Form().Button("Cancel").ClickAsync();
        await page.Dialog("Discard what you entered?").Button("Discard").ClickAsync();
        await Expect(page.Form()).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData("Only this one", new[] { "2026-11-20T18:00:00Z Choir", "2026-11-27T18:30:00Z Rehearsal", "2026-12-04T18:00:00Z Choir" })]
    [InlineData("This and all that follow", new[] { "2026-11-20T18:00:00Z Choir", "2026-11-27T18:30:00Z Rehearsal", "2026-12-04T18:30:00Z Rehearsal" })]
    [InlineData("All of them", new[] { "2026-11-20T18:30:00Z Rehearsal", "2026-11-27T18:30:00Z Rehearsal", "2026-12-04T18:30:00Z Rehearsal" })]
    public async Task Change_of_a_series_reaches_as_far_as_one_says(string scope, string[] shown)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddSeriesAsync(calendar, "Choir", "2026-11-20T19:00:00", "2026-11-20T20:00:00", "FREQ=WEEKLY;COUNT=3");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);

        var form = await page.OpenFormAsync("Choir");
        await form.GetByLabel("Title").FillAsync("Rehearsal");
        await form.GetByLabel("Begins, Time").FillAsync("19:30");
        await form.Button("Save").ClickAsync();
        await page.Dialog("What is to change?").Button(scope).ClickAsync();

        await Expect(page.Event("Rehearsal")).ToBeVisibleAsync();
        await page.IsSavedAsync("Choir was saved.");
        Assert.Equal(shown, await household.ShownAsync(calendar, "2026-11-01", "2026-12-24"));
    }

    [Theory]
    [InlineData("Only this one", 2)]
    [InlineData("This and all that follow", 1)]
    [InlineData("All of them", 0)]
    public async Task Deleted_part_of_a_series_comes_back_to_the_letter(string scope, int left)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddSeriesAsync(calendar, "Choir", "2026-11-20T19:00:00", "2026-11-20T20:00:00", "FREQ=WEEKLY;COUNT=3");
        var before = await household.TextAsync(calendar);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);

        await page.Event("Choir").ClickAsync();
        await page.Dialog("Choir").Button("Delete").ClickAsync();
        await page.Dialog("What is to be deleted?").Button(scope).ClickAsync();
        await page.IsSavedAsync("Choir was deleted.");
        Assert.Equal(left, (await household.ShownAsync(calendar, "2026-11-01", "2026-12-24")).Count);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await page.IsSavedAsync("Choir: taken back.");
        await Expect(page.Event("Choir")).ToBeVisibleAsync();
        Assert.Equal(before, await household.TextAsync(calendar));
    }

    [Fact]
    public async Task Split_of_a_series_is_taken_back_as_a_whole()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddSeriesAsync(calendar, "Choir", "2026-11-20T19:00:00", "2026-11-20T20:00:00", "FREQ=WEEKLY");
        var before = await household.TextAsync(calendar);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Laptop);
        var form = await page.OpenFormAsync("Choir");
        await form.GetByLabel("Place").FillAsync("Church");
        await form.Button("Save").ClickAsync();
        await page.Dialog("What is to change?").Button("This and all that follow").ClickAsync();
        await page.IsSavedAsync("Choir was saved.");
        Assert.Equal(2, (await household.EventsAsync(calendar)).Count);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();

        await page.IsSavedAsync("Choir: taken back.");
        Assert.Equal(before, await household.TextAsync(calendar));
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Event_keeps_its_hour_when_it_is_moved_over_the_night_in_which_clocks_change(string screen)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Lesson", "2027-03-27T15:00:00", "2027-03-27T16:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month/2027-03", Screen.Named(screen), "America/Los_Angeles");
        await page.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("27 March, 1 event") }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Region, new() { NameRegex = new("27 March") }).GetByRole(AriaRole.Button, new() { Name = "Lesson" }).ClickAsync();
        await page.Dialog("Lesson").Button("Move…").ClickAsync();

        // By the keyboard alone.
        var move = page.Dialog("Move Lesson");
        await move.Button("A day later").FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(move.GetByRole(AriaRole.Status)).ToContainTextAsync("28 March 2027");
        await move.GetByLabel("Day").PressAsync("Enter");

        await page.IsSavedAsync("Lesson was saved.");
        Assert.Equal(["2027-03-28T13:00:00Z Lesson"], await household.ShownAsync(calendar, "2027-03-01", "2027-04-20"));
    }

    [Fact]
    public async Task Rule_of_another_program_is_told_in_words_and_kept()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        const string rule = "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=-2";
        await household.AddSeriesAsync(calendar, "Market", "2026-11-28T09:00:00", "2026-11-28T10:00:00", rule);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);

        var form = await page.OpenFormAsync("Market");
        await Expect(form.GetByLabel("Repeats").Locator("option:checked")).ToHaveTextAsync("by a rule of its own, which stays as it is");
        await form.GetByLabel("Title").FillAsync("Flea market");
        await form.Button("Save").ClickAsync();
        await page.Dialog("What is to change?").Button("All of them").ClickAsync();

        await page.IsSavedAsync("Market was saved.");
        var saved = Assert.Single(await household.EventsAsync(calendar));
        Assert.Equal(("Flea market", rule), (saved.Text("summary"), saved.Text("rrule")));
    }

    [Theory]
    [InlineData("<script>window.hit = 1</script>")]
    [InlineData("<img src=x onerror=\"window.hit = 1\">")]
    [InlineData("\u202Etxt.exe 🙂 {title}")]
    public async Task Hostile_text_in_every_field_stays_a_text(string text)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync(text, await household.AddMemberAsync(text, "#e4572e"));
        var id = await household.AddWordyEventAsync(calendar, text, "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        page.ServiceMayRefuse = true;

        await page.QuickAdd().FillAsync(text + " tomorrow");
        await page.QuickAdd().PressAsync("Enter");
        await page.IsSavedAsync(" was added.");
        await page.Page.Locator("main").GetByRole(AriaRole.Button).Filter(new() { HasText = "16:00" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Dialog).Button("Change").ClickAsync();
        foreach (var field in (string[])["Title", "Place", "Notes"])
            await Expect(page.Form().GetByLabel(field, new() { Exact = true })).ToHaveValueAsync(text);
        await household.ChangeEventAsync(id, new { summary = text + text, location = text, description = text, start = "2026-11-21T16:00:00", zone = "Europe/Berlin" });
        await page.Form().GetByLabel("Title", new() { Exact = true }).FillAsync(text + "mine");
        await page.Form().Button("Save").ClickAsync();
        var clash = page.Page.GetByRole(AriaRole.Dialog).Filter(new() { HasText = "was changed twice" });
        await Expect(clash.GetByText(text + "mine", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(clash.GetByText(text + text, new() { Exact = true })).ToBeVisibleAsync();
        await clash.Button("Save this choice").ClickAsync();
        await page.IsSavedAsync(" was saved.");

        Assert.Null(await page.Page.EvaluateAsync<int?>("window.hit ?? null"));
        Assert.Equal(0, await page.Page.Locator("img[src='x'], [onerror], body script").CountAsync());
        Assert.Contains(text + "mine", (await household.EventsAsync(calendar)).Select(static e => e.Text("summary")));
    }
}
