using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>What rings, on every open page, at 14:20 in Berlin and later.</summary>
public sealed class ReminderTests(Browser browser)
{
    private const string Password = "a sentence of my own";

    /// <summary>Counts what is heard, in all tabs together, as no test listens; each ring is two notes.</summary>
    private const string Ear =
        """
        const param = { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} };
        window.AudioContext = class { state = 'running'; currentTime = 0; destination = {}; async resume() {} };
        window.GainNode = class { gain = param; connect() { return this; } };
        window.OscillatorNode = class {
          connect(node) { return node; }
          start() { localStorage.setItem('test.notes', Number(localStorage.getItem('test.notes') ?? 0) + 1); }
          stop() {}
        };
        """;

    public static MatrixTheoryData<string, ColorScheme> Looks => new([Screen.Phone.Name, Screen.Laptop.Name], [ColorScheme.Light, ColorScheme.Dark]);

    public static TheoryData<string> Screens => new(Screen.All.Select(static screen => screen.Name));

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Reminder_appears_when_it_is_due_comes_again_later_and_done_stays_done(string screen)
    {
        await using var household = await Household.StartAsync();
        var ada = await household.AddMemberAsync("Ada", "#e4572e");
        var calendar = await household.AddCalendarAsync("Family", ada);
        await household.AddRemindedAsync(calendar, "Piano", "2026-11-21T15:00", "2026-11-21T16:00", [50]);
        await household.AddRemindedAsync(calendar, "Dentist", "2026-11-21T16:00", "2026-11-21T17:00", [60], "Main street 7");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen), "America/New_York");

        // Due ten minutes ago, when no page was open.
        await Expect(page.Reminder("Piano")).ToBeVisibleAsync();
        await Expect(page.Reminder("Dentist")).ToHaveCountAsync(0);
        await page.Reminder("Piano").Button("Done").ClickAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);

        await page.Page.Clock.FastForwardAsync("00:41:00");
        await Expect(page.Reminder("Dentist")).ToContainTextAsync("16:00");
        await Expect(page.Reminder("Dentist")).ToContainTextAsync("Main street 7");
        await Expect(page.Reminder("Dentist")).ToContainTextAsync("Ada");
        await Expect(page.Page.GetByRole(AriaRole.Status).GetByText("Reminder: Dentist", new() { Exact = false })).ToHaveCountAsync(1);
        await page.Reminder("Dentist").Button("Later").ClickAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);
        await page.KeepsMarksAsync(done: 1, postponed: 1);
        await page.ReloadWithRemindersAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);
        await page.Page.Clock.FastForwardAsync("00:06:00");
        await Expect(page.Reminder("Dentist")).ToBeVisibleAsync();

        await page.Reminder("Dentist").Button("Dentist").ClickAsync();
        await Expect(page.Dialog("Dentist")).ToBeVisibleAsync();
        await page.Dialog("Dentist").Button("Close").ClickAsync();
        await page.Reminder("Dentist").Button("Done").ClickAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);
        await page.KeepsMarksAsync(done: 2, postponed: 0);
        await page.ReloadWithRemindersAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);
        await page.Page.Clock.FastForwardAsync("00:20:00");
        await Expect(page.Reminders).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Reminders_ring_once_in_several_tabs_and_what_is_done_in_one_is_done_in_all()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddRemindedAsync(calendar, "Dentist", "2026-11-21T16:00", "2026-11-21T17:00", [90]);
        await household.AddRemindedAsync(calendar, "Choir", "2026-11-21T19:00", "2026-11-21T20:00", [210]);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Laptop);
        await page.Page.Context.AddInitScriptAsync(Ear);
        await page.GoAsync("/settings");
        await page.Page.GetByLabel("A soft sound with them", new() { Exact = true }).CheckAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Listen to it", Exact = true })).ToBeVisibleAsync();
        await page.Page.EvaluateAsync("localStorage.removeItem('test.notes')");
        await page.GoWithRemindersAsync("/");
        var tab = await page.Page.Context.NewPageAsync();
        await tab.ToldRemindersAsync(() => tab.GotoAsync(new Uri(household.Address, "/month").ToString()));
        // Until they share that, each tab rings for itself.
        await page.KeepsReminderAsync("Choir");

        await page.Page.Clock.FastForwardAsync("00:11:00");
        await Expect(page.Reminder("Dentist")).ToBeVisibleAsync();
        await Expect(page.Reminder("Choir")).ToHaveCountAsync(0);
        await Expect(tab.Reminder("Dentist")).ToBeVisibleAsync();
        await tab.Reminder("Dentist").Button("Done").ClickAsync();
        await Expect(page.Reminder("Dentist")).ToHaveCountAsync(0);
        await Expect(tab.Reminder("Dentist")).ToHaveCountAsync(0);
        // It is seen before it is agreed on who rings.
        await page.KeepsMarksAsync(done: 1, postponed: 0);
        await page.Page.HoldsAsync("async () => localStorage.getItem('test.notes') === '2'");

        await page.Page.Clock.FastForwardAsync("01:00:00");
        await Expect(page.Reminder("Choir")).ToBeVisibleAsync();
        await Expect(tab.Reminder("Choir")).ToBeVisibleAsync();
        await page.Reminder("Choir").Button("Later").ClickAsync();
        await Expect(tab.Reminder("Choir")).ToHaveCountAsync(0);
        await page.Page.Clock.FastForwardAsync("00:06:00");
        await Expect(page.Reminder("Choir")).ToBeVisibleAsync();
        await Expect(tab.Reminder("Choir")).ToBeVisibleAsync();
        await page.Reminder("Choir").Button("Done").ClickAsync();
        await Expect(tab.Reminder("Choir")).ToHaveCountAsync(0);
        await page.KeepsMarksAsync(done: 2, postponed: 0);
        await page.Page.HoldsAsync("async () => localStorage.getItem('test.notes') === '6'");
    }

    [Fact]
    public async Task What_was_moved_or_deleted_does_not_ring_at_its_old_time()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        var moved = await household.AddRemindedAsync(calendar, "Dentist", "2026-11-21T16:00", "2026-11-21T17:00", [60]);
        var deleted = await household.AddRemindedAsync(calendar, "Choir", "2026-11-21T16:00", "2026-11-21T17:00", [120]);
        await household.AddRemindedAsync(calendar, "Piano", "2026-11-21T16:00", "2026-11-21T17:00", [55]);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month", Screen.Laptop);
        await Expect(page.Reminder("Choir")).ToBeVisibleAsync();

        await household.RemoveEventAsync(deleted);
        await Expect(page.Reminder("Choir")).ToHaveCountAsync(0);
        await household.ChangeEventAsync(moved, new { summary = "Dentist", start = "2026-11-21T18:00", end = "2026-11-21T19:00", zone = "Europe/Berlin", reminders = new[] { new { minutesBefore = 60 } } });
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("18:00.*Dentist|Dentist.*18:00") }).Or(page.Page.Locator(".ec-event", new() { HasText = "18:00" })).First).ToBeVisibleAsync();

        await page.Page.Clock.FastForwardAsync("00:50:00");
        await Expect(page.Reminder("Piano")).ToBeVisibleAsync();
        await Expect(page.Reminder("Dentist")).ToHaveCountAsync(0);
        await page.Page.Clock.FastForwardAsync("01:55:00");
        await Expect(page.Reminder("Dentist")).ToBeVisibleAsync();
        await Expect(page.Reminder("Piano")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Reminder_rings_also_when_it_could_not_be_asked_for_the_first_time()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddRemindedAsync(calendar, "Choir", "2026-11-21T16:00", "2026-11-21T17:00", [120]);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Laptop);
        page.ServiceMayBeAway = true;
        await Expect(page.Reminder("Choir")).ToBeVisibleAsync();
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.Page.RouteAsync("**/api/reminders*", route => failed.TrySetResult() ? route.AbortAsync() : route.ContinueAsync());

        await household.AddRemindedAsync(calendar, "Piano", "2026-11-21T16:30", "2026-11-21T17:00", [150]);
        await failed.Task.WaitAsync(Browser.Patience);

        await page.Page.Clock.FastForwardAsync("00:00:11");
        await Expect(page.Reminder("Piano")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Device_that_slept_shows_on_waking_what_has_not_ended_each_once_and_few_at_a_time()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddRemindedAsync(calendar, "Over", "2026-11-21T15:00", "2026-11-21T15:30", [10]);
        await household.AddRemindedAsync(calendar, "Runs", "2026-11-21T16:00", "2026-11-21T20:00", [5, 10, 30, 60]);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Phone);
        await page.GoWithRemindersAsync("/");

        await page.Page.Clock.FastForwardAsync("03:00:00");
        await Expect(page.Reminder("Runs")).ToContainTextAsync("since 16:00");
        await Expect(page.Reminders.GetByRole(AriaRole.Article)).ToHaveCountAsync(1);

        for (var i = 0; i < 5; i++)
            await household.AddRemindedAsync(calendar, string.Create(CultureInfo.InvariantCulture, $"Guest {i}"), $"2026-11-21T18:{i}0", "2026-11-21T20:00", [120]);
        await Expect(page.Page.GetByText("and 4 more", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.Reminders.GetByRole(AriaRole.Article)).ToHaveCountAsync(2);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Done with all", Exact = true }).ClickAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);

        // What has ended goes by itself, for who does not touch the wall.
        await household.AddRemindedAsync(calendar, "Last", "2026-11-21T18:00", "2026-11-21T19:00", [60]);
        await Expect(page.Reminder("Last")).ToBeVisibleAsync();
        await page.Page.Clock.FastForwardAsync("01:41:00");
        await Expect(page.Reminder("Last")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Nobody_is_reminded_of_what_they_do_not_see_and_what_is_done_by_one_rings_for_the_other()
    {
        await using var household = await Household.StartAsync();
        var ada = await household.AddMemberAsync("Ada", "#e4572e");
        var kim = await household.AddMemberAsync("Kim", "#2563eb");
        await household.AddRemindedAsync(await household.AddCalendarAsync("Family", ada, kim), "Choir", "2026-11-21T16:00", "2026-11-21T17:00", [120]);
        await household.AddRemindedAsync(await household.AddCalendarForAsync("adults", "Parents", ada), "Gift for Kim", "2026-11-21T16:00", "2026-11-21T17:00", [120]);
        await household.ClaimAsync("Ada", Password, ada);
        await household.AddAccountAsync("Kim", "child", Password, kim);
        await household.AddAccountAsync("Gus", "guest", Password);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Laptop);
        page.ServiceMayRefuse = true;

        await page.SignInAsync("Kim", Password);
        await Expect(page.Reminder("Choir")).ToBeVisibleAsync();
        await Expect(page.Reminder("Gift for Kim")).ToHaveCountAsync(0);
        await page.Reminder("Choir").Button("Done").ClickAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);
        await page.GoAsync("/account");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();

        await page.SignInAsync("Ada", Password);
        await Expect(page.Reminder("Choir")).ToBeVisibleAsync();
        await Expect(page.Reminder("Gift for Kim")).ToBeVisibleAsync();
        await page.GoAsync("/account");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await Expect(page.Page.GetByLabel("Password", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);

        await page.SignInAsync("Gus", Password);
        await Expect(page.Heading).ToHaveTextAsync("Your account");
        await page.GoAsync("/");
        await Expect(page.Page.Locator(".moment").First).ToBeVisibleAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Reminder_of_a_task_is_ticked_off_and_what_is_ticked_elsewhere_goes()
    {
        await using var household = await Household.StartAsync();
        // What is done is among what is to be done today for as long as the service, too, takes it for done today.
        var today = Text(await household.MoveToNoonAsync());
        var list = await household.AddListAsync("Chores");
        var bins = await household.AddTaskAsync(new { calendarId = list, summary = "Bins", due = today, allDay = true, reminders = new[] { new { minutesBefore = 0 } } });
        var dog = await household.AddTaskAsync(new { calendarId = list, summary = "Walk the dog", due = today, allDay = true, reminders = new[] { new { minutesBefore = 0 } } });
        await household.AddTaskAsync(new { calendarId = list, summary = "Water plants", due = today, allDay = true, reminders = new[] { new { minutesBefore = 0 } } });
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Wall, now: HouseholdPage.MachineTime);

        await page.Reminder("Bins").Button("Done").ClickAsync();
        await Expect(page.Reminder("Bins")).ToHaveCountAsync(0);
        await Expect(page.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Bins", Exact = false })).ToBeCheckedAsync();
        await page.Page.HoldsAsync($"async () => (await (await fetch('/api/tasks/{bins}')).json()).done");

        await household.TickAsync(dog, today);
        await Expect(page.Reminder("Walk the dog")).ToHaveCountAsync(0);

        await page.Reminder("Water plants").Button("Dismiss").ClickAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);
        await Expect(page.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Water plants", Exact = false })).Not.ToBeCheckedAsync();
    }

    [Fact]
    public async Task Task_is_ticked_off_by_its_reminder_also_before_the_lists_are_known()
    {
        await using var household = await Household.StartAsync();
        var today = Text(await household.MoveToNoonAsync());
        var bins = await household.AddTaskAsync(new { calendarId = await household.AddListAsync("Chores"), summary = "Bins", due = today, allDay = true, reminders = new[] { new { minutesBefore = 0 } } });
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Laptop, now: HouseholdPage.MachineTime);
        await page.WaitForAllAnswersAsync();
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.Page.RouteAsync(static url => new Uri(url).AbsolutePath == "/api/tasks", async route =>
        {
            await released.Task;
            await route.ContinueAsync();
        });
        await page.GoAsync("/");
        var ticked = page.Page.WaitForResponseAsync(response => response.Url.EndsWith($"/api/tasks/{bins}/done", StringComparison.Ordinal));

        await page.Reminder("Bins").Button("Done").ClickAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);
        released.SetResult();
        Assert.Equal("POST", (await ticked).Request.Method);
        await Expect(page.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Bins", Exact = false })).ToBeCheckedAsync();
    }

    [Fact]
    public async Task Board_shows_reminders_large_and_makes_a_sound_only_when_somebody_has_asked_for_it()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddRemindedAsync(calendar, "Dentist", "2026-11-21T16:00", "2026-11-21T17:00", [90]);
        await household.AddRemindedAsync(calendar, "Choir", "2026-11-21T19:00", "2026-11-21T20:00", [210]);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Wall);
        await page.Page.Context.AddInitScriptAsync(Ear);
        await page.GoWithRemindersAsync("/board");

        await page.Page.Clock.FastForwardAsync("00:11:00");
        await Expect(page.Reminder("Dentist")).ToBeVisibleAsync();
        Assert.True((await page.Reminder("Dentist").BoundingBoxAsync())!.Width > 900);
        await page.Reminder("Dentist").Button("Done").ClickAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);
        Assert.Null(await page.Page.EvaluateAsync<string?>("localStorage.getItem('test.notes')"));

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Reminders on this device", Exact = true }).ClickAsync();
        await page.Dialog("Reminders on this device").GetByLabel("A soft sound with them", new() { Exact = true }).CheckAsync();
        await page.Page.HoldsAsync("async () => localStorage.getItem('test.notes') === '2'");
        await page.Dialog("Reminders on this device").Button("Close").ClickAsync();
        await page.Page.Clock.FastForwardAsync("01:00:00");
        await Expect(page.Reminder("Choir")).ToBeVisibleAsync();
        await page.Page.HoldsAsync("async () => localStorage.getItem('test.notes') === '4'");

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Reminders on this device", Exact = true }).ClickAsync();
        await page.Dialog("Reminders on this device").GetByLabel("Show reminders here", new() { Exact = true }).UncheckAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);
        await page.ReloadWithRemindersAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task System_notifies_of_what_rings_out_of_sight_and_is_never_asked_for_by_itself()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddRemindedAsync(calendar, "Dentist", "2026-11-21T16:00", "2026-11-21T17:00", [90], "Main street 7");
        await household.AddRemindedAsync(calendar, "Choir", "2026-11-21T19:00", "2026-11-21T20:00", [240]);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Laptop);
        // No test can see what the system shows, nor answer its question.
        await page.Page.AddInitScriptAsync(
            """
            window.notified = [];
            window.asked = 0;
            window.Notification = { permission: 'default', async requestPermission() { window.asked++; return (Notification.permission = 'granted'); } };
            const registration = {
              showNotification: async (title, { body, tag, data }) => void notified.push({ title, body, tag, data, close: () => (window.notified = notified.filter((one) => one.tag !== tag)) }),
              getNotifications: async () => notified,
            };
            Object.defineProperty(navigator, 'serviceWorker', { value: { controller: null, register: async () => { throw new Error('none'); }, getRegistration: async () => registration } });
            """);
        await page.GoWithRemindersAsync("/settings");
        var box = page.Page.GetByLabel("Also as a notification of this device", new() { Exact = true });
        await Expect(box).ToBeEnabledAsync();
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("asked"));
        await box.CheckAsync();
        Assert.Equal(1, await page.Page.EvaluateAsync<int>("asked"));

        // In sight the card says it.
        await page.Page.Clock.FastForwardAsync("00:11:00");
        await Expect(page.Reminder("Dentist")).ToBeVisibleAsync();
        await page.Reminder("Dentist").Button("Later").ClickAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);
        // By then it has rung, too: that is seen before.
        await page.KeepsMarksAsync(done: 0, postponed: 1);
        await page.Page.EvaluateAsync("Object.defineProperty(document, 'visibilityState', { value: 'hidden' })");
        await page.Page.Clock.FastForwardAsync("00:06:00");
        await page.Page.HoldsAsync("async () => notified.length === 1");
        var told = await page.Page.EvaluateAsync<string>("JSON.stringify(notified[0])");
        Assert.Contains("\"title\":\"Dentist\"", told, StringComparison.Ordinal);
        Assert.Contains("16:00 · Main street 7", told, StringComparison.Ordinal);
        Assert.Contains("\"data\":\"/day/2026-11-21\"", told, StringComparison.Ordinal);

        await page.Reminder("Dentist").Button("Done").ClickAsync();
        await page.Page.HoldsAsync("async () => notified.length === 0");
    }

    [Fact]
    public async Task Known_reminders_ring_while_the_service_is_away()
    {
        await using var household = await Household.StartAsync();
        await household.AddRemindedAsync(await household.AddCalendarAsync("Family"), "Dentist", "2026-11-21T16:00", "2026-11-21T17:00", [60]);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Laptop);
        page.ServiceMayBeAway = true;
        await page.GoWithRemindersAsync("/");
        // Answered is not taken in yet, and the clock that is put forward also ends what is read for too long.
        await page.KeepsReminderAsync("Dentist");

        await household.KillAsync();
        await page.Page.Clock.FastForwardAsync("00:41:00");
        await Expect(page.Reminder("Dentist")).ToBeVisibleAsync();
        await page.Reminder("Dentist").Button("Done").ClickAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task What_is_done_before_the_browser_keeps_anything_of_a_person_is_kept_as_soon_as_it_does()
    {
        await using var household = await Household.StartAsync();
        await household.AddRemindedAsync(await household.AddCalendarAsync("Family"), "Piano", "2026-11-21T15:00", "2026-11-21T16:00", [50]);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Laptop);
        // No next minute comes, with which it would be tried again.
        await page.Page.AddInitScriptAsync("const set = setTimeout; window.setTimeout = (action, delay, ...rest) => (delay > 15_000 ? 0 : set(action, delay, ...rest));");
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.Page.RouteAsync("**/assets/Offline-*.js", async route =>
        {
            await released.Task;
            await route.ContinueAsync();
        });
        await page.GoAsync("/");
        await page.Reminder("Piano").Button("Done").ClickAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);

        released.SetResult();
        await page.KeepsMarksAsync(done: 1, postponed: 0);
        await page.ReloadWithRemindersAsync();
        await Expect(page.Reminders).ToHaveCountAsync(0);
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Reminders_and_their_options_break_no_rule_and_can_be_used_by_keys_alone(string screen, ColorScheme scheme)
    {
        await using var household = await Household.StartAsync();
        var ada = await household.AddMemberAsync("Ada", "#e4572e");
        var calendar = await household.AddCalendarAsync("Family", ada);
        for (var i = 0; i < 5; i++)
            await household.AddRemindedAsync(calendar, string.Create(CultureInfo.InvariantCulture, $"Guest {i}"), $"2026-11-21T15:{i}0", "2026-11-21T20:00", [120], "Kitchen");
        var list = await household.AddListAsync("Chores");
        await household.AddTaskAsync(new { calendarId = list, summary = "Bins", due = "2026-11-21T15:00", zone = "Europe/Berlin", memberId = ada, reminders = new[] { new { minutesBefore = 40 } } });
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen), scheme: scheme);

        await Expect(page.Reminder("Bins")).ToBeVisibleAsync();
        Assert.Equal([], await Axe.CheckAsync(page.Page, "reminders"));
        await page.FitsAsync();
        // The focus goes on to what stands in its place.
        await page.Reminder("Bins").Button("Done").FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Reminder("Bins")).ToHaveCountAsync(0);
        await Expect(page.Reminders.GetByRole(AriaRole.Article).First.Button("Done")).ToBeFocusedAsync();
        await page.GoAsync("/board");
        await Expect(page.Reminders.GetByRole(AriaRole.Article).First).ToBeVisibleAsync();
        Assert.Equal([], await Axe.CheckAsync(page.Page, "reminders on the board"));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Reminders on this device", Exact = true }).FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Dialog("Reminders on this device")).ToBeVisibleAsync();
        Assert.Equal([], await Axe.CheckAsync(page.Page, "options of reminders"));
    }

    private static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
