using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>
/// What becomes of events in a family: entered with everything that belongs to them, changed by two at once, put elsewhere by hand. As <see cref="JourneyTests"/>, at each size of screen and
/// by each kind of input alone.
/// </summary>
public sealed class EventJourneyTests(Browser browser)
{
    [Theory]
    [MemberData(nameof(JourneyTests.Hands), MemberType = typeof(JourneyTests))]
    public async Task Events_are_entered_decided_on_and_put_elsewhere_at_every_size_by_every_hand(string screen, Input input)
    {
        await using var household = await Household.StartAsync();
        await household.AddMemberAsync("Ada", "#e4572e");
        var ben = await household.AddMemberAsync("Ben", "#2e86ab");
        var family = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(family, "Lesson", "2026-11-19T09:00:00", "2026-11-19T10:00:00");
        await household.AddEventAsync(family, "Dentist", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        var music = await household.AddCalendarAsync("Music");
        await household.AddSeriesAsync(music, "Choir", "2026-11-20T19:00:00", "2026-11-20T20:00:00", "FREQ=WEEKLY;COUNT=3");
        await household.AddSeriesAsync(music, "Strings", "2026-11-17T12:00:00", "2026-11-17T13:00:00", "FREQ=WEEKLY;COUNT=3");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen), touch: input == Input.Touch);
        page.ServiceMayRefuse = true;
        var hand = new Hand(page.Page, input);

        // Of two series, the rest and all.
        await page.RetitleAsync(hand, "Choir", "Rehearsal");
        await hand.PressAsync(page.Dialog("What is to change?").Button("This and all that follow"));
        await SavedAsync(page, "Rehearsal");
        await page.RetitleAsync(hand, "Strings", "Concert");
        await hand.PressAsync(page.Dialog("What is to change?").Button("All of them"));
        await SavedAsync(page, "Concert");

        // Somebody else was faster.
        await page.OpenFormAsync(hand, "Dentist");
        await hand.WriteAsync(page.Form().GetByLabel("Title"), "Dentist with Kim");
        await hand.WriteAsync(page.Form().GetByLabel("Notes"), "Take the card along");
        await using (var other = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Laptop))
        {
            var form = await other.OpenFormAsync("Dentist");
            await form.GetByLabel("Title").FillAsync("Doctor");
            await form.GetByLabel("Place").FillAsync("High Street");
            await form.Button("Save").ClickAsync();
            await SavedAsync(other, "Doctor");
        }
        await hand.PressAsync(page.Form().Button("Save"));
        var clash = page.Dialog("Dentist was changed twice");
        var title = clash.GetByRole(AriaRole.Group, new() { Name = "Title", Exact = true });
        await Expect(title).ToContainTextAsync("Dentist with Kim");
        await Expect(title).ToContainTextAsync("Doctor");
        await hand.PressAsync(title.GetByLabel("Theirs"));
        await hand.PressAsync(clash.Button("Save this choice"));
        await SavedAsync(page, "Doctor");

        // A trip, by the form.
        await hand.PressAsync(page.Link("Calendar"));
        await hand.PressAsync(page.Page.GetByRole(AriaRole.Button, new() { Name = "New event", Exact = true }));
        await hand.WriteAsync(page.Form().GetByLabel("Title"), "Camp");
        await hand.PressAsync(page.Form().GetByLabel("All day"));
        await hand.EnterAsync(page.Form().GetByLabel("Begins, Day"), new DateOnly(2026, 11, 24));
        await hand.EnterAsync(page.Form().GetByLabel("Ends, Day"), new DateOnly(2026, 11, 26));
        await hand.PickAsync(page.Form().GetByLabel("Calendar"), "Family");
        await hand.PressAsync(page.Form().GetByRole(AriaRole.Group, new() { Name = "Who is it for?", Exact = true }).GetByLabel("Ben"));
        await hand.WriteAsync(page.Form().GetByLabel("Place"), "At the lake");
        await hand.PickAsync(page.Form().GetByLabel("Reminders"), "1 day before");
        await hand.WriteAsync(page.Form().GetByLabel("Notes"), "Take the tent along");
        await hand.PressAsync(page.Form().Button("Save"));
        await page.StandsAsync("Camp", "26 November 2026");

        // To another day, to another hour, and longer: dragged, or by the dialogs that do the same for keys.
        await MoveAsync("Lesson", page.DayOf("2026-11-21"), new(2026, 11, 21), null);
        await page.StandsAsync("Lesson", "21 November 2026, 09:00");
        var view = screen == Screen.Phone.Name ? "Day" : "Week";
        await page.SwitchAsync(hand, view);
        var column = page.Column(view == "Day" ? 0 : 5);
        await MoveAsync("Lesson", column, new(2026, 11, 21), new(10, 15));
        await page.StandsAsync("Lesson", "21 November 2026, 10:15–11:15");
        if (input == Input.Keyboard)
        {
            await page.OpenFormAsync(hand, "Lesson");
            await hand.EnterAsync(page.Form().GetByLabel("Ends, Time"), new TimeOnly(12, 0));
            await hand.PressAsync(page.Form().Button("Save"));
        }
        else
        {
            await CentreAsync("Lesson");
            await (input == Input.Mouse ? page.ResizeAsync("Lesson", column, "11:45") : page.ResizeByFingerAsync("Lesson", column, "11:45"));
        }
        await page.StandsAsync("Lesson", "21 November 2026, 10:15–12:00");

        Assert.Equal(
            [
                "2026-11-17T11:00:00Z Concert", "2026-11-20T18:00:00Z Choir", "2026-11-24T11:00:00Z Concert", "2026-11-27T18:00:00Z Rehearsal", "2026-12-01T11:00:00Z Concert",
                "2026-12-04T18:00:00Z Rehearsal",
            ],
            await household.ShownAsync(music, "2026-11-01", "2026-12-24"));
        var events = (await household.EventsAsync(family)).ToDictionary(static e => e.Text("summary")!);
        Assert.Equal(("High Street", "Take the card along"), (events["Doctor"].Text("location"), events["Doctor"].Text("description")));
        Assert.Equal(("2026-11-21T10:15:00", "2026-11-21T12:00:00"), (events["Lesson"].Text("start"), events["Lesson"].Text("end")));
        var camp = events["Camp"];
        Assert.Equal(
            ("2026-11-24", "2026-11-27", true, "At the lake", "Take the tent along"),
            (camp.Text("start"), camp.Text("end"), camp.GetProperty("allDay").GetBoolean(), camp.Text("location"), camp.Text("description")));
        Assert.Equal(ben, Assert.Single(camp.GetProperty("members").EnumerateArray()).GetString());
        Assert.Equal(1440, Assert.Single(camp.GetProperty("reminders").EnumerateArray()).GetProperty("minutesBefore").GetInt32());

        static async Task SavedAsync(HouseholdPage page, string title)
        {
            await Expect(page.Event(title)).ToBeVisibleAsync();
            await page.EditsSavedAsync();
        }

        async Task MoveAsync(string title, ILocator goal, DateOnly day, TimeOnly? time)
        {
            if (input != Input.Keyboard)
            {
                await CentreAsync(title);
                await (input == Input.Mouse ? page.DragAsync(title, goal, Clock(time)) : page.DragByFingerAsync(title, goal, Clock(time)));
                return;
            }
            // In a month on a phone an event is come to by its day.
            if (time is null)
                await hand.PressAsync(page.Page.GetByRole(AriaRole.Button, new() { Name = "Thursday 19 November, 1 event", Exact = true }));
            await hand.PressAsync(page.Event(title));
            await hand.PressAsync(page.Dialog(title).Button("Move…"));
            var dialog = page.Dialog("Move " + title);
            await hand.EnterAsync(dialog.GetByLabel("Day", new() { Exact = true }), day);
            if (time is { } hour)
                await hand.EnterAsync(dialog.GetByLabel("Time", new() { Exact = true }), hour);
            await hand.PressAsync(dialog.Button("Move"));
        }

        // Where something is held near an edge the grid scrolls for as long as it is.
        async Task CentreAsync(string title) => await (await page.TakeableAsync(title)).EvaluateAsync("block => block.scrollIntoView({ block: 'center', inline: 'nearest' })");

        static string? Clock(TimeOnly? time) => time?.ToString("HH:mm", CultureInfo.InvariantCulture);
    }
}
