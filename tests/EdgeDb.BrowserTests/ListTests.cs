using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>Shopping lists and chores, as they are used in a kitchen.</summary>
public sealed class ListTests(Browser browser)
{
    private const string Password = "a sentence of my own";

    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Wall.Name];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Ten_things_are_added_by_ten_words_and_ten_Enters(string screen)
    {
        await using var household = await Household.StartAsync();
        var shopping = await household.AddListAsync("Shopping");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen));
        string[] words = ["Milk", "Bread", "Butter", "Eggs", "Rice", "Beans", "Tea", "Salt", "Soap", "Candles"];

        await page.Link("Lists").ClickAsync();
        await page.List("Shopping").AddLine().FocusAsync();
        foreach (var word in words)
        {
            await page.Page.Keyboard.TypeAsync(word);
            await page.Page.Keyboard.PressAsync("Enter");
        }

        await Expect(page.List("Shopping").AddLine()).ToBeFocusedAsync();
        await Expect(page.List("Shopping").Titles()).ToHaveTextAsync(words);
        await page.AllSavedAsync();
        Assert.Equal(words, (await household.TasksAsync(shopping)).Select(static task => task.Text("summary")));
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Lists_that_are_not_known_yet_are_not_said_to_be_none(string screen)
    {
        await using var household = await Household.StartAsync();
        await household.AddListAsync("Shopping");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Named(screen));
        page.ServiceMayBeAway = true;
        await page.Page.RouteAsync("**/api/**", static route => route.AbortAsync());

        await page.GoAsync("/lists");
        await Expect(page.Heading).ToHaveTextAsync("Lists");
        await Expect(page.Page.GetByText("No list yet", new() { Exact = true })).ToHaveCountAsync(0);
        await Expect(page.Page.GetByText("One moment…", new() { Exact = true })).ToBeVisibleAsync();
        // Nothing is known of any time.
        await Expect(page.Page.GetByText("You see what was known", new() { Exact = false })).ToHaveCountAsync(0);

        await page.Page.UnrouteAllAsync();
        await page.Page.Clock.FastForwardAsync("00:00:15");
        await Expect(page.List("Shopping")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Pasted_lines_become_one_entry_each()
    {
        await using var household = await Household.StartAsync();
        var shopping = await household.AddListAsync("Shopping");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", Screen.Laptop);

        await page.List("Shopping").AddLine().EvaluateAsync(
            """
            (line) => {
              const data = new DataTransfer();
              data.setData('text/plain', '- Milk\r\n\r\n* Bread\n  Eggs  ');
              line.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
            }
            """);

        await Expect(page.List("Shopping").Titles()).ToHaveTextAsync(["Milk", "Bread", "Eggs"]);
        await page.AllSavedAsync();
        Assert.Equal(["Milk", "Bread", "Eggs"], (await household.TasksAsync(shopping)).Select(static task => task.Text("summary")));
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task What_is_ticked_sinks_and_is_cleared_and_all_of_it_can_be_taken_back(string screen)
    {
        await using var household = await Household.StartAsync();
        var shopping = await household.AddListAsync("Shopping");
        foreach (var summary in new[] { "Milk", "Bread", "Eggs" })
            await household.AddTaskAsync(new { calendarId = shopping, summary });
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", Screen.Named(screen));
        var list = page.List("Shopping");

        var box = (await list.Row("Milk").Locator("label").BoundingBoxAsync())!;
        Assert.True(box is { Width: >= 44, Height: >= 44 }, $"The target is {box.Width} × {box.Height}.");
        await list.Row("Milk").Locator("label").ClickAsync();
        await Expect(list.Titles()).ToHaveTextAsync(["Bread", "Eggs", "Milk"]);
        await Expect(list.Box("Milk")).ToBeCheckedAsync();
        await Expect(list.GetByText("2 left")).ToBeVisibleAsync();
        await list.Box("Bread").CheckAsync();
        await list.Box("Milk").UncheckAsync();
        await Expect(list.Titles()).ToHaveTextAsync(["Milk", "Eggs", "Bread"]);

        await list.Button("Clear what is done").ClickAsync();
        await Expect(list.Titles()).ToHaveTextAsync(["Milk", "Eggs"]);
        await page.AllSavedAsync();
        Assert.Equal(["Milk", "Eggs"], (await household.TasksAsync(shopping)).Select(static task => task.Text("summary")));
        await list.Button("Undo").ClickAsync();
        await Expect(list.Titles()).ToHaveTextAsync(["Milk", "Eggs", "Bread"]);
        await page.AllSavedAsync();
        Assert.Equal([false, true, false], (await household.TasksAsync(shopping)).Select(static task => task.GetProperty("done").GetBoolean()));
    }

    [Fact]
    public async Task What_is_cleared_comes_back_also_when_the_answer_was_lost()
    {
        await using var household = await Household.StartAsync();
        var shopping = await household.AddListAsync("Shopping");
        await household.AddTaskAsync(new { calendarId = shopping, summary = "Milk" });
        await household.TickAsync(await household.AddTaskAsync(new { calendarId = shopping, summary = "Bread" }), null);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", Screen.Laptop);
        page.ServiceMayBeAway = true;
        var asked = 0;
        await page.Page.RouteAsync(static url => url.EndsWith("&done=true", StringComparison.Ordinal), async route =>
        {
            if (Interlocked.Increment(ref asked) > 1)
            {
                // There is nothing left to clear, and it says so.
                await route.ContinueAsync();
                return;
            }
            await route.FetchAsync();
            await route.AbortAsync();
        });
        var list = page.List("Shopping");

        await page.Page.RunAndWaitForResponseAsync(() => list.Button("Clear what is done").ClickAsync(), static response => response.Request.Method == "DELETE");
        await Expect(list.Titles()).ToHaveTextAsync(["Milk"]);
        await list.Button("Undo").ClickAsync();
        await Expect(list.Titles()).ToHaveTextAsync(["Milk", "Bread"]);
        await page.AllSavedAsync();

        Assert.Equal(["Milk", "Bread"], (await household.TasksAsync(shopping)).Select(static task => task.Text("summary")));
    }

    [Fact]
    public async Task List_is_used_by_the_keyboard_alone()
    {
        await using var household = await Household.StartAsync();
        var shopping = await household.AddListAsync("Shopping");
        foreach (var summary in new[] { "Milk", "Bread", "Eggs" })
            await household.AddTaskAsync(new { calendarId = shopping, summary });
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", Screen.Laptop);
        var list = page.List("Shopping");

        await list.Button("Move Eggs").FocusAsync();
        await Expect(list.Button("Move Eggs")).ToHaveAccessibleDescriptionAsync("Drag it, or press the up and down arrow keys.");
        await page.Page.Keyboard.PressAsync("ArrowUp");
        await Expect(list.Titles()).ToHaveTextAsync(["Milk", "Eggs", "Bread"]);
        await Expect(list.Button("Move Eggs")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Home");
        await Expect(list.Titles()).ToHaveTextAsync(["Eggs", "Milk", "Bread"]);
        await Expect(list.Button("Move Eggs")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Tab");
        await Expect(list.Box("Eggs")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Space");
        // Ticked it is elsewhere; the keys go on with what is left.
        await Expect(list.Box("Milk")).ToBeFocusedAsync();
        await page.AllSavedAsync();
        Assert.Equal([("Eggs", true), ("Milk", false), ("Bread", false)], (await household.TasksAsync(shopping)).Select(static task => (task.Text("summary"), task.GetProperty("done").GetBoolean())));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Entry_is_carried_to_its_place_by_mouse_and_finger(bool touch)
    {
        await using var household = await Household.StartAsync();
        var shopping = await household.AddListAsync("Shopping");
        foreach (var summary in new[] { "Milk", "Bread", "Eggs" })
            await household.AddTaskAsync(new { calendarId = shopping, summary });
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", touch ? Screen.Phone : Screen.Laptop, touch: touch);
        var list = page.List("Shopping");
        var grip = (await list.Button("Move Milk").BoundingBoxAsync())!;
        var last = (await list.Row("Eggs").BoundingBoxAsync())!;
        var (x, from, to) = (grip.X + (grip.Width / 2), grip.Y + (grip.Height / 2), last.Y + last.Height - 4);

        if (touch)
        {
            await using var finger = await Finger.PutAsync(page, x, from);
            await finger.MoveAsync(x, (from + to) / 2);
            await finger.MoveAsync(x, to);
            await finger.LiftAsync();
        }
        else
        {
            await page.Page.Mouse.MoveAsync(x, from);
            await page.Page.Mouse.DownAsync();
            await page.Page.Mouse.MoveAsync(x, to, new() { Steps = 5 });
            await page.Page.Mouse.UpAsync();
        }

        await Expect(list.Titles()).ToHaveTextAsync(["Bread", "Eggs", "Milk"]);
        await page.AllSavedAsync();
        Assert.Equal(["Bread", "Eggs", "Milk"], (await household.TasksAsync(shopping)).Select(static task => task.Text("summary")));
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Chore_says_in_words_that_it_is_late_and_once_done_when_it_comes_again(string screen)
    {
        await using var household = await Household.StartAsync();
        var today = await household.MoveToNoonAsync();
        var late = Text(today.AddDays(-2));
        var ada = await household.AddMemberAsync("Ada", "#c2410c");
        var chores = await household.AddListAsync("Chores");
        var id = await household.AddTaskAsync(new { calendarId = chores, summary = "Water the plants", due = late, allDay = true, rrule = "FREQ=DAILY", memberId = ada });
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", Screen.Named(screen), now: HouseholdPage.MachineTime);
        var box = page.List("Chores").Box("Water the plants");

        await Expect(box).ToHaveAccessibleDescriptionAsync(new Regex("overdue since .*repeats.*Ada"));
        await box.CheckAsync();
        // Those of two days that were missed are not piled up.
        await Expect(box).ToHaveAccessibleDescriptionAsync(new Regex("^next tomorrow .*done .* by Ada"));
        await Expect(box).ToBeCheckedAsync();
        Assert.Equal((late, ada), (Assert.Single(await household.DoneAsync(id)).Text("due"), (await household.DoneAsync(id))[0].Text("doneBy")));

        // What was ticked by mistake is taken back to where it was, also after the page was opened anew.
        await page.GoAsync("/lists");
        await box.UncheckAsync();
        await page.AllSavedAsync();
        await Expect(box).Not.ToBeCheckedAsync();
        Assert.Empty(await household.DoneAsync(id));
        Assert.Equal(late, (await household.TasksAsync(chores))[0].Text("due"));
    }

    [Fact]
    public async Task Everything_about_an_entry_is_changed_in_its_form()
    {
        await using var household = await Household.StartAsync();
        var ada = await household.AddMemberAsync("Ada", "#c2410c");
        await household.AddListAsync("Shopping");
        var chores = await household.AddListAsync("Chores");
        await household.AddTaskAsync(new { calendarId = chores, summary = "Bins" });
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", Screen.Laptop);

        await page.List("Chores").Button("Change Bins").ClickAsync();
        var form = page.Dialog("Change the entry");
        await Expect(form.GetByLabel("What")).ToBeFocusedAsync();
        await Expect(form.GetByLabel("Repeats")).ToHaveCountAsync(0);
        await form.GetByLabel("What").FillAsync("");
        await form.GetByLabel("Time, if it matters").FillAsync("18:00");
        await form.Button("Save").ClickAsync();
        await Expect(form.GetByLabel("What")).ToHaveAccessibleDescriptionAsync("What is it?");
        await Expect(form.GetByLabel("What")).ToBeFocusedAsync();
        await Expect(form.GetByLabel("Due", new() { Exact = true })).ToHaveAccessibleDescriptionAsync("On which day?");
        await form.GetByLabel("What").FillAsync("Take out the bins");
        await form.GetByLabel("Due", new() { Exact = true }).FillAsync("2026-11-26");
        await form.GetByLabel("For whom").SelectOptionAsync("Ada");
        await form.GetByLabel("Repeats").SelectOptionAsync("every 2 weeks on Thursday");
        await form.GetByLabel("Reminders").SelectOptionAsync("when it is due");
        await form.GetByLabel("How important").SelectOptionAsync("Important");
        await form.GetByLabel("Notes").FillAsync("The blue one, too");
        await form.Button("Save").ClickAsync();

        await Expect(form).ToBeHiddenAsync();
        await Expect(page.List("Chores").Box("Take out the bins")).ToHaveAccessibleDescriptionAsync(new Regex("due Thursday, 18:00.*important.*repeats.*with notes.*Ada"));
        await page.AllSavedAsync();
        var saved = Assert.Single(await household.TasksAsync(chores));
        Assert.Equal(
            ("Take out the bins", "2026-11-26T18:00:00", "Europe/Berlin", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", 1, "The blue one, too", ada),
            (saved.Text("summary"), saved.Text("due"), saved.Text("zone"), saved.Text("rrule"), saved.GetProperty("priority").GetInt32(), saved.Text("description"), saved.Text("memberId")));
        Assert.Equal(0, Assert.Single(saved.GetProperty("reminders").EnumerateArray()).GetProperty("minutesBefore").GetInt32());

        await page.List("Chores").Button("Change Take out the bins").ClickAsync();
        await form.Button("Delete").ClickAsync();
        await Expect(page.List("Chores").Titles()).ToHaveCountAsync(0);
        await page.List("Chores").Button("Undo").ClickAsync();
        await Expect(page.List("Chores").Titles()).ToHaveTextAsync(["Take out the bins"]);
        await page.AllSavedAsync();
        Assert.Single(await household.TasksAsync(chores));
    }

    [Fact]
    public async Task First_list_is_one_click_away_and_another_one_has_a_name_a_colour_and_its_people()
    {
        await using var household = await Household.StartAsync();
        await household.AddMemberAsync("Ada", "#c2410c");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", Screen.Phone);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Make the list “Shopping”", Exact = true }).ClickAsync();
        await page.List("Shopping").AddLine().FillAsync("Milk");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "New list", Exact = true }).ClickAsync();
        var form = page.Dialog("New list");
        await form.Button("Save").ClickAsync();
        await Expect(form.GetByLabel("Name of a new list")).ToHaveAccessibleDescriptionAsync("Give it a name.");
        await form.GetByLabel("Name of a new list").FillAsync("Garden");
        await form.GetByLabel("Teal", new() { Exact = true }).CheckAsync();
        await form.GetByLabel("Ada", new() { Exact = true }).CheckAsync();
        await form.Button("Save").ClickAsync();

        await Expect(page.List("Garden")).ToBeVisibleAsync();
        await Expect(page.List("Shopping")).ToBeHiddenAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Shopping", Exact = true }).ClickAsync();
        await Expect(page.List("Shopping").AddLine()).ToHaveValueAsync("Milk");
        await page.List("Shopping").GetByRole(AriaRole.Link, new() { Name = "Change the list Shopping", Exact = true }).ClickAsync();
        var lists = page.Page.GetByRole(AriaRole.Region, new() { Name = "Lists", Exact = true });
        await Expect(lists.GetByRole(AriaRole.Heading, new() { Name = "Garden", Exact = true })).ToBeVisibleAsync();
        await Expect(page.Page.GetByRole(AriaRole.Link, new() { Name = "Board", Exact = true })).ToHaveAttributeAsync("href", "/board");
    }

    [Fact]
    public async Task Two_browsers_see_each_others_ticks_and_do_a_chore_once()
    {
        await using var household = await Household.StartAsync();
        var today = Text(await household.MoveToNoonAsync());
        var chores = await household.AddListAsync("Chores");
        var id = await household.AddTaskAsync(new { calendarId = chores, summary = "Feed the cat", due = today, allDay = true, rrule = "FREQ=DAILY" });
        await using var ada = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", Screen.Laptop, now: HouseholdPage.MachineTime);
        await using var ben = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone, now: HouseholdPage.MachineTime);
        await Expect(ada.List("Chores").Box("Feed the cat")).Not.ToBeCheckedAsync();
        await Expect(ben.List("To do today").Box("Feed the cat")).Not.ToBeCheckedAsync();

        // While her tick is on its way: a click on what is ticked already would mean the opposite.
        await ada.Page.RouteAsync($"**/api/tasks/{id}/done", async route =>
        {
            await household.TickAsync(id, today);
            await route.ContinueAsync();
        });
        await ada.List("Chores").Box("Feed the cat").ClickAsync();

        await Expect(ben.List("To do today").Box("Feed the cat")).ToBeCheckedAsync();
        await ada.AllSavedAsync();
        Assert.Single(await household.DoneAsync(id));
        await ada.List("Chores").AddLine().FillAsync("Milk");
        await ada.List("Chores").AddLine().PressAsync("Enter");
        await ben.Link("Lists").ClickAsync();
        await Expect(ben.List("Chores").Box("Milk")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Two_changes_of_different_things_both_count_and_of_the_same_it_is_said()
    {
        await using var household = await Household.StartAsync();
        var shopping = await household.AddListAsync("Shopping");
        var id = await household.AddTaskAsync(new { calendarId = shopping, summary = "Milk" });
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", Screen.Laptop);
        page.ServiceMayRefuse = true;
        var form = page.Dialog("Change the entry");

        await page.List("Shopping").Button("Change Milk").ClickAsync();
        await household.ChangeTaskAsync(id, new { calendarId = shopping, summary = "Milk", description = "From the farm" });
        await form.GetByLabel("What").FillAsync("Oat milk");
        await form.Button("Save").ClickAsync();
        await page.AllSavedAsync();
        await Expect(page.List("Shopping").Box("Oat milk")).ToHaveAccessibleDescriptionAsync("with notes");
        var saved = Assert.Single(await household.TasksAsync(shopping));
        Assert.Equal(("Oat milk", "From the farm"), (saved.Text("summary"), saved.Text("description")));

        await page.List("Shopping").Button("Change Oat milk").ClickAsync();
        await household.ChangeTaskAsync(id, new { calendarId = shopping, summary = "Soy milk", description = "From the farm" });
        await form.GetByLabel("What").FillAsync("Rice milk");
        await form.Button("Save").ClickAsync();
        await Expect(page.List("Shopping").GetByText("Oat milk was not saved. Somebody else has changed the same at the same time.")).ToBeVisibleAsync();
        await Expect(page.List("Shopping").Box("Soy milk")).ToBeVisibleAsync();
        // What was entered is not lost.
        await page.List("Shopping").Button("Look at it again").ClickAsync();
        await Expect(form.GetByLabel("What")).ToHaveValueAsync("Rice milk");
        await form.Button("Save").ClickAsync();
        await Expect(page.List("Shopping").Titles()).ToHaveTextAsync(["Rice milk"]);
        await page.AllSavedAsync();
        Assert.Equal("Rice milk", Assert.Single(await household.TasksAsync(shopping)).Text("summary"));
    }

    [Fact]
    public async Task What_is_done_while_the_service_is_away_waits_in_sight_and_is_sent_once()
    {
        await using var household = await Household.StartAsync();
        var shopping = await household.AddListAsync("Shopping");
        await household.AddTaskAsync(new { calendarId = shopping, summary = "Milk" });
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", Screen.Phone);
        page.ServiceMayBeAway = true;
        var list = page.List("Shopping");
        await Expect(list.Box("Milk")).ToBeVisibleAsync();
        await household.KillAsync();

        await list.Box("Milk").CheckAsync();
        await list.AddLine().FillAsync("Bread");
        await list.AddLine().PressAsync("Enter");
        await list.AddLine().FillAsync("Eggs");
        await list.AddLine().PressAsync("Enter");
        // Of what the service does not know yet.
        await list.Box("Bread").CheckAsync();
        await Expect(page.Page.GetByText("4 changes are not saved yet.")).ToBeVisibleAsync();
        await Expect(list.Row("Eggs")).ToContainTextAsync("not saved yet");

        await household.RestartAsync();
        // Past the longest pause between two tries.
        await page.Page.Clock.FastForwardAsync("00:00:16");
        // Also of a single one: what waited is not told as being saved while it is sent again.
        await Expect(page.Page.GetByText("not saved yet")).ToHaveCountAsync(0);
        Assert.Equal([("Milk", true), ("Bread", true), ("Eggs", false)], (await household.TasksAsync(shopping)).Select(static task => (task.Text("summary"), task.GetProperty("done").GetBoolean())));
    }

    [Fact]
    public async Task What_is_entered_before_the_browser_keeps_anything_of_a_person_is_kept_as_soon_as_it_does()
    {
        await using var household = await Household.StartAsync();
        await household.AddListAsync("Shopping");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Laptop);
        page.ServiceMayBeAway = true;
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.Page.RouteAsync("**/assets/Offline-*.js", async route =>
        {
            await released.Task;
            await route.ContinueAsync();
        });
        await page.Page.RouteAsync("**/api/tasks", route => route.Request.Method == "POST" ? route.AbortAsync() : route.ContinueAsync());
        await page.GoAsync("/lists");
        await page.List("Shopping").AddLine().FillAsync("Milk");
        await page.List("Shopping").AddLine().PressAsync("Enter");
        await Expect(page.Page.GetByText("1 change is not saved yet.")).ToBeVisibleAsync();

        released.SetResult();
        await page.KeepsTicksAsync(1);
    }

    [Fact]
    public async Task Form_that_is_opened_again_at_once_is_not_emptied()
    {
        await using var household = await Household.StartAsync();
        await household.AddTaskAsync(new { calendarId = await household.AddListAsync("Shopping"), summary = "Milk" });
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", Screen.Laptop);
        var form = page.Dialog("Change the entry");
        await page.List("Shopping").Button("Change Milk").ClickAsync();
        await Expect(form.GetByLabel("What")).ToHaveValueAsync("Milk");

        // A dialog tells with the next frame that it was closed.
        await page.Page.EvaluateAsync(
            """
            async () => {
              const dialog = document.querySelector('dialog[open]');
              const told = new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
              dialog.querySelector('.cancel').click();
              document.querySelector('[aria-label="Change Milk"]').click();
              await told;
            }
            """);
        await Expect(form.GetByLabel("What")).ToHaveValueAsync("Milk");
    }

    [Fact]
    public async Task Child_changes_what_is_its_own_and_ticks_what_is_meant_for_it()
    {
        await using var household = await Household.StartAsync();
        var ada = await household.AddMemberAsync("Ada", "#c2410c");
        var kim = await household.AddMemberAsync("Kim", "#2563eb");
        await household.AddListAsync("Shopping");
        var work = await household.AddListAsync("Ada's work", ada);
        await household.AddTaskAsync(new { calendarId = work, summary = "Call the bank" });
        var dishes = await household.AddTaskAsync(new { calendarId = work, summary = "Dishes", memberId = kim });
        await household.ClaimAsync("Ada", Password, ada);
        await household.AddAccountAsync("Kim", "child", Password, kim);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", Screen.Laptop);
        page.ServiceMayRefuse = true;
        await page.SignInAsync("Kim", Password);

        await page.List("Shopping").AddLine().FillAsync("Sweets");
        await page.List("Shopping").AddLine().PressAsync("Enter");
        await Expect(page.List("Shopping").Button("Change Sweets")).ToBeVisibleAsync();
        var others = page.List("Ada's work");
        await Expect(others.Box("Call the bank")).ToBeDisabledAsync();
        await Expect(others.GetByRole(AriaRole.Textbox)).ToHaveCountAsync(0);
        await Expect(others.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "New list", Exact = true })).ToHaveCountAsync(0);
        await others.Box("Dishes").CheckAsync();
        await page.AllSavedAsync();
        Assert.Equal(kim, Assert.Single(await household.DoneAsync(dishes)).Text("doneBy"));
    }

    [Fact]
    public async Task Whoever_passes_the_wall_adds_to_the_shopping_and_ticks_a_chore_and_deletes_nothing()
    {
        await using var household = await Household.StartAsync();
        var today = Text(await household.MoveToNoonAsync());
        var ben = await household.AddMemberAsync("Ben", "#2563eb");
        var shopping = await household.AddListAsync("Shopping");
        var id = await household.AddTaskAsync(new { calendarId = shopping, summary = "Take out the bins", due = today, allDay = true, memberId = ben });
        await household.AddNoticeAsync("The plumber comes on Monday.");
        await household.ClaimAsync("Ada", Password);
        await using var wall = await HouseholdPage.OpenAsync(browser, household.Address, "/pair", Screen.Laptop, now: HouseholdPage.MachineTime);
        wall.ServiceMayRefuse = true;
        await household.PairAsync((await wall.Page.Locator(".code").TextContentAsync())!, "Kitchen");
        await Expect(wall.Link("Lists")).ToBeVisibleAsync();

        await wall.GoAsync("/board");
        await Expect(wall.Page.GetByText("The plumber comes on Monday.")).ToBeVisibleAsync();
        await wall.List("To do today").Box("Take out the bins").CheckAsync();
        await wall.Page.GetByRole(AriaRole.Link, new() { Name = "Lists", Exact = true }).ClickAsync();
        var list = wall.List("Shopping");
        await list.AddLine().FillAsync("Milk");
        await list.AddLine().PressAsync("Enter");
        await wall.AllSavedAsync();
        Assert.Equal(["Take out the bins", "Milk"], (await household.TasksAsync(shopping)).Select(static task => task.Text("summary")));
        Assert.Equal(ben, Assert.Single(await household.DoneAsync(id)).Text("doneBy"));
        await Expect(list.Button("Clear what is done")).ToHaveCountAsync(0);
        await list.Button("Change Milk").ClickAsync();
        await Expect(wall.Dialog("Change the entry").Button("Delete")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(1920, 1080)]
    public async Task Board_keeps_today_in_sight_beside_messages_and_chores(int width, int height)
    {
        await using var household = await Household.StartAsync();
        var today = await household.MoveToNoonAsync();
        var now = HouseholdPage.MachineTime;
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Dentist", InBerlin(now.AddHours(2)), InBerlin(now.AddHours(3)));
        for (var i = 1; i < 7; i++)
            await household.AddAllDayEventAsync(calendar, $"Day {i}", Text(today.AddDays(i)), Text(today.AddDays(i + 1)));
        var chores = await household.AddListAsync("More");
        for (var i = 0; i < 12; i++)
            await household.AddTaskAsync(new { calendarId = chores, summary = $"Chore {i}", due = Text(today.AddDays(-1)), allDay = true });
        for (var i = 0; i < 5; i++)
            await household.AddNoticeAsync($"Message {i}. {new string('x', 200)} {new string('y', 200)}");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/board", new("wall", width, height), now: now);

        await Expect(page.Page.GetByText("Chore 0", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.Page.Locator("main li.short")).ToHaveCountAsync(2);
        foreach (var seen in new[] { page.Page.Locator(".clock"), page.Page.Locator(".next .title").First, page.Page.Locator("li.short").First, page.List("To do today").Box("Chore 0"), page.Page.Locator(".day .row").First })
            await Expect(seen).ToBeInViewportAsync(new() { Ratio = 1 });
        await page.FitsAsync();
    }

    private static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string InBerlin(DateTime utc) =>
        TimeZoneInfo.ConvertTimeFromUtc(utc, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")).ToString("yyyy-MM-dd'T'HH:mm:00", CultureInfo.InvariantCulture);
}
