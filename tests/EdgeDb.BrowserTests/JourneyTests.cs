using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>
/// What a family does with its calendar, from signing in on, at each size of screen and by each kind of input alone. What is particular to one of them (dragging, the long press, the
/// order of the focus) and what may go wrong on the way is in the tests of each part.
/// </summary>
public sealed class JourneyTests(Browser browser)
{
    private const string Password = "a sentence of my own";

    public static MatrixTheoryData<string, Input> Hands => new(Screen.All.Select(static screen => screen.Name), Enum.GetValues<Input>());

    [Theory]
    [MemberData(nameof(Hands))]
    public async Task Calendar_lists_messages_feeds_and_settings_are_used_at_every_size_by_every_hand(string screen, Input input)
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf("X-WR-CALNAME:Village", "BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20270605\nRRULE:FREQ=YEARLY\nSUMMARY:Summer fair\nEND:VEVENT"));
        await using var household = await Household.StartAsync();
        var today = await household.MoveToNoonAsync();
        var ben = await household.AddMemberAsync("Ben", "#2e86ab");
        var family = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(await household.AddCalendarAsync("Club", ben), "Chess", Day(2) + "T12:00:00", Day(2) + "T13:00:00");
        await household.AddSeriesAsync(family, "Choir", Day(3) + "T12:00:00", Day(3) + "T13:00:00", "FREQ=WEEKLY;COUNT=3");
        var shopping = await household.AddListAsync("Shopping");
        await household.AddTaskAsync(new { calendarId = shopping, summary = "Milk" });
        await household.ClaimAsync("Ada", Password);
        await using var page = await HouseholdPage.OpenAsync(
            browser, household.Address, "/", Screen.Named(screen), touch: input == Input.Touch, now: HouseholdPage.MachineTime);
        page.ServiceMayRefuse = true;
        var hand = new Hand(page.Page, input);

        await hand.WriteAsync(page.Page.GetByLabel("Name", new() { Exact = true }), "Ada");
        await hand.WriteAsync(page.Page.GetByLabel("Password", new() { Exact = true }), Password);
        await hand.SendAsync(Button("Sign in"));

        // A line of text becomes an event, one of a series is changed, another one is deleted and taken back.
        await Expect(page.Event("Chess")).ToBeVisibleAsync();
        await hand.WriteAsync(page.QuickAdd(), "Dentist tomorrow 16:00");
        await hand.SendAsync(page.Page.GetByRole(AriaRole.Search).Button("Add"));
        await Expect(page.Event("Dentist")).ToBeVisibleAsync();
        await page.RetitleAsync(hand, "Choir", "Rehearsal");
        await hand.PressAsync(page.Dialog("What is to change?").Button("Only this one"));
        await Expect(page.Event("Rehearsal")).ToBeVisibleAsync();
        await page.EditsSavedAsync();

        // What can be undone for half a minute is there until it is.
        await page.Page.Clock.PauseAtAsync(HouseholdPage.MachineTime.AddMinutes(20));
        await hand.PressAsync(page.Event("Chess"));
        await hand.PressAsync(page.Dialog("Chess").Button("Delete"));
        await Expect(page.Event("Chess")).ToHaveCountAsync(0);
        await hand.PressAsync(Button("Undo"));
        await page.Page.Clock.ResumeAsync();
        await Expect(page.Event("Chess")).ToBeVisibleAsync();
        await hand.PressAsync(Button("Ben"));
        await Expect(page.Event("Chess")).ToHaveCountAsync(0);
        await hand.PressAsync(Button("Ben"));
        await Expect(page.Event("Chess")).ToBeVisibleAsync();

        await hand.PressAsync(page.Link("Lists"));
        await hand.WriteAsync(page.List("Shopping").AddLine(), "Bread");
        await hand.SendAsync(page.List("Shopping").Button("Add"));
        await hand.PressAsync(page.List("Shopping").Box("Milk"));
        await Expect(page.List("Shopping").Box("Milk")).ToBeCheckedAsync();
        await Expect(page.List("Shopping").Box("Bread")).ToBeVisibleAsync();
        await page.AllSavedAsync();
        if (screen == Screen.Phone.Name)
            await hand.PressAsync(Button("Noticeboard"));
        await hand.PressAsync(page.List("Noticeboard").Button("Write a message"));
        await hand.WriteAsync(page.Dialog("Write a message").GetByLabel("Message", new() { Exact = true }), "Grandma calls at six");
        await hand.PressAsync(page.Dialog("Write a message").Button("Save"));
        await Expect(page.List("Noticeboard").GetByText("Grandma calls at six")).ToBeVisibleAsync();

        // What was added is changed and moved.
        await hand.PressAsync(page.Link("Today"));
        await page.RetitleAsync(hand, "Dentist", "Doctor");
        await Expect(page.Event("Doctor")).ToBeVisibleAsync();
        await hand.PressAsync(page.Event("Doctor"));
        await hand.PressAsync(page.Dialog("Doctor").Button("Move…"));
        await hand.PressAsync(page.Dialog("Move Doctor").Button("A day later"));
        await hand.PressAsync(page.Dialog("Move Doctor").Button("Move"));
        await Expect(page.Dialog("Move Doctor")).ToBeHiddenAsync();
        await page.EditsSavedAsync();

        await hand.PressAsync(page.Page.GetByRole(AriaRole.Banner).GetByRole(AriaRole.Link, new() { Name = "Settings", Exact = true }));
        await hand.WriteAsync(page.Page.GetByLabel("Name of the household"), "The Lovelaces");
        await hand.SendAsync(page.Page.GetByRole(AriaRole.Form, new() { Name = "The household" }).Button("Save"));
        await Expect(page.Page.GetByRole(AriaRole.Banner)).ToContainTextAsync("The Lovelaces");
        await hand.PressAsync(page.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "Feeds", Exact = true }));
        await hand.WriteAsync(page.Page.GetByLabel("Address"), feed.Address.ToString());
        await hand.SendAsync(Button("Preview"));
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = "What it would bring" })).ToContainTextAsync("Village");
        await hand.PressAsync(Button("Add"));
        await Expect(page.Page.GetByRole(AriaRole.Article, new() { Name = "Village" }).GetByText("Up to date")).ToBeVisibleAsync();

        var events = await household.EventsAsync(family);
        Assert.Contains(events, e => e.Text("summary") == "Doctor" && e.Text("start") == Day(2) + "T16:00:00");
        Assert.Single(await household.ShownAsync(family, Day(0), Day(30)), static shown => shown.EndsWith("Rehearsal", StringComparison.Ordinal));
        Assert.Equal([("Milk", true), ("Bread", false)], (await household.TasksAsync(shopping)).Select(static task => (task.Text("summary"), task.GetProperty("done").GetBoolean())).OrderByDescending(static task => task.Item2));
        Assert.Equal("Grandma calls at six", Assert.Single(await household.NoticesAsync()).Text("text"));

        string Day(int ahead) => today.AddDays(ahead).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        ILocator Button(string name) => page.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });
    }
}
