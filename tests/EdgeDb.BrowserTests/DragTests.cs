using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>Events that are moved, made longer and added with the mouse or a finger, on the clock of the household wherever the browser is.</summary>
public sealed class DragTests(Browser browser)
{
    private const string Elsewhere = "America/Los_Angeles";

    [Fact]
    public async Task Event_dragged_in_the_month_over_the_night_in_which_clocks_change_keeps_its_hour_and_goes_back_to_the_letter()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Lesson", "2027-03-26T15:00:00", "2027-03-26T16:00:00");
        var before = await household.TextAsync(calendar);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month/2027-03", Screen.Laptop, Elsewhere);

        await page.DragAsync("Lesson", page.DayOf("2027-03-29"));
        await page.StandsAsync("Lesson", "29 March 2027, 15:00");
        Assert.Equal(["2027-03-29T13:00:00Z Lesson"], await household.ShownAsync(calendar, "2027-03-01", "2027-04-20"));

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await page.StandsAsync("Lesson", "26 March 2027, 15:00");
        Assert.Equal(before, await household.TextAsync(calendar));
    }

    /// <summary>On 28 March 2027 it is 03:00 after 01:59, on 25 October 2026 it is 02:00 twice.</summary>
    [Theory]
    [InlineData("2027-03-27", "/week/2027-03-22", "2027-03-28T06:00:00Z", "2027-03-28T09:00:00")]
    [InlineData("2026-10-24", "/week/2026-10-19", "2026-10-25T07:00:00Z", "2026-10-25T09:00:00")]
    public async Task Event_dragged_into_the_day_of_a_clock_change_is_where_it_was_put_and_as_long_as_before(string day, string path, string start, string end)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Lesson", $"{day}T11:00:00", $"{day}T12:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, path, Screen.Laptop, Elsewhere);

        await page.DragAsync("Lesson", page.Column(6), "08:00");

        await page.StandsAsync("Lesson", ", 08:00");
        Assert.Equal([start + " Lesson"], await household.ShownAsync(calendar, "2026-10-01", "2027-04-20"));
        Assert.Equal(end, Assert.Single(await household.EventsAsync(calendar)).Text("end"));
    }

    [Theory]
    [InlineData("/month")]
    [InlineData("/week")]
    public async Task Whole_days_dragged_after_midnight_stay_whole_days(string path)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddAllDayEventAsync(calendar, "Trip", "2026-11-17", "2026-11-19");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, path, Screen.Laptop, Elsewhere);
        // Twenty past midnight in Berlin, when it is still yesterday in London and where this browser is.
        await page.Page.Clock.FastForwardAsync("10:00:00");
        if (path == "/week")
            await Expect(page.Page.Locator(".ec-col-head.ec-highlight time")).ToHaveAttributeAsync("datetime", "2026-11-22");
        else
            await Expect(page.Page.Locator("button[aria-current=date]")).ToHaveTextAsync("22");

        await page.DragAsync("Trip", path == "/week" ? page.WholeDay(4) : page.DayOf("2026-11-20"));

        await page.StandsAsync("Trip", "21 November 2026");
        var moved = Assert.Single(await household.EventsAsync(calendar));
        Assert.Equal(("2026-11-20", "2026-11-22", true), (moved.Text("start"), moved.Text("end"), moved.GetProperty("allDay").GetBoolean()));
    }

    [Fact]
    public async Task Event_is_made_longer_by_its_lower_edge_and_a_trip_by_its_last_day()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Lesson", "2026-11-11T09:00:00", "2026-11-11T10:00:00");
        await household.AddAllDayEventAsync(calendar, "Trip", "2026-11-10", "2026-11-11");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/week/2026-11-09", Screen.Laptop, Elsewhere);

        await page.ResizeAsync("Lesson", page.Column(2), "11:15");
        await page.StandsAsync("Lesson", "11 November 2026, 09:00–11:30");
        await page.ResizeAsync("Trip", page.WholeDay(3));
        await page.StandsAsync("Trip", "12 November 2026");
        await page.GoAsync("/month");
        await page.ResizeAsync("Trip", page.DayOf("2026-11-14"));
        await page.StandsAsync("Trip", "14 November 2026");

        var events = (await household.EventsAsync(calendar)).ToDictionary(static e => e.Text("summary")!, static e => (e.Text("start"), e.Text("end")));
        Assert.Equal(("2026-11-11T09:00:00", "2026-11-11T11:30:00"), events["Lesson"]);
        Assert.Equal(("2026-11-10", "2026-11-15"), events["Trip"]);
    }

    [Fact]
    public async Task Whole_day_dragged_into_the_hours_lasts_one_and_dragged_back_is_a_whole_day_again()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddAllDayEventAsync(calendar, "Cake", "2026-11-17", "2026-11-18");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/week", Screen.Laptop, Elsewhere);

        await page.HoldAsync("Cake", page.Column(3), "15:15");
        await Expect(page.Page.GetByText("Thu 19, 15:15", new() { Exact = true })).ToBeVisibleAsync();
        await page.Page.Mouse.UpAsync();
        await page.StandsAsync("Cake", "19 November 2026, 15:15–16:15");
        var timed = Assert.Single(await household.EventsAsync(calendar));
        Assert.Equal(("2026-11-19T15:15:00", "2026-11-19T16:15:00", "Europe/Berlin"), (timed.Text("start"), timed.Text("end"), timed.Text("zone")));

        await page.DragAsync("Cake", page.WholeDay(0));
        await page.StandsAsync("Cake", "Monday, 16 November 2026");
        var whole = Assert.Single(await household.EventsAsync(calendar));
        Assert.Equal(("2026-11-16", "2026-11-17", true), (whole.Text("start"), whole.Text("end"), whole.GetProperty("allDay").GetBoolean()));
    }

    [Fact]
    public async Task Event_of_another_zone_keeps_its_zone_and_one_over_midnight_its_length()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Call", "2026-11-10T05:00:00", "2026-11-10T06:00:00", "America/New_York");
        await household.AddEventAsync(calendar, "Party", "2026-11-12T13:00:00", "2026-11-13T02:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/week/2026-11-09", Screen.Laptop);

        await page.DragAsync("Call", page.Column(2), "09:00");
        await page.StandsAsync("Call", "11 November 2026, 09:00–10:00");
        await page.DragAsync("Party", page.Column(4), "12:30");
        await page.StandsAsync("Party", "13 November 2026 at 12:30");

        var events = (await household.EventsAsync(calendar)).ToDictionary(static e => e.Text("summary")!, static e => (e.Text("start"), e.Text("end"), e.Text("zone")));
        Assert.Equal(("2026-11-11T03:00:00", "2026-11-11T04:00:00", "America/New_York"), events["Call"]);
        Assert.Equal(("2026-11-13T12:30:00", "2026-11-14T01:30:00", "Europe/Berlin"), events["Party"]);
    }

    [Theory]
    [InlineData("Only this one", new[] { "2026-11-18T08:00:00Z Choir", "2026-11-26T11:30:00Z Choir", "2026-12-02T08:00:00Z Choir" })]
    [InlineData("This and all that follow", new[] { "2026-11-18T08:00:00Z Choir", "2026-11-26T11:30:00Z Choir", "2026-12-03T11:30:00Z Choir" })]
    [InlineData("All of them", new[] { "2026-11-19T11:30:00Z Choir", "2026-11-26T11:30:00Z Choir", "2026-12-03T11:30:00Z Choir" })]
    public async Task Dragged_occurrence_of_a_series_takes_along_as_many_as_one_says_and_comes_back_to_the_letter(string scope, string[] shown)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddSeriesAsync(calendar, "Choir", "2026-11-18T09:00:00", "2026-11-18T10:00:00", "FREQ=WEEKLY;COUNT=3");
        var before = await household.TextAsync(calendar);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/week/2026-11-23", Screen.Laptop);

        await page.DragAsync("Choir", page.Column(3), "12:30");
        await page.Dialog("What is to change?").Button(scope).ClickAsync();
        await page.StandsAsync("Choir", "26 November 2026, 12:30");
        Assert.Equal(shown, await household.ShownAsync(calendar, "2026-11-01", "2026-12-24"));

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await page.StandsAsync("Choir", "25 November 2026, 09:00");
        Assert.Equal(before, await household.TextAsync(calendar));
    }

    [Fact]
    public async Task Drag_that_is_given_up_or_ends_where_it_began_changes_nothing()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddSeriesAsync(calendar, "Choir", "2026-11-11T09:00:00", "2026-11-11T10:00:00", "FREQ=WEEKLY;COUNT=3");
        await household.AddEventAsync(calendar, "Lesson", "2026-11-10T09:00:00", "2026-11-10T10:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/week/2026-11-09", Screen.Laptop);

        await page.HoldAsync("Choir", page.Column(4), "11:00");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Preview()).ToHaveCountAsync(0);
        await page.Page.Mouse.UpAsync();
        await page.HoldAsync("Choir", page.Column(4), "11:00");
        await page.HoverAsync(page.Column(2), "09:00");
        await page.Page.Mouse.UpAsync();
        await page.HoldAsync("Choir", page.Column(4), "11:00");
        await page.Page.Mouse.UpAsync();
        await page.Dialog("What is to change?").Button("Cancel").ClickAsync();
        // A later edit is sent after all that came before it.
        await page.DragAsync("Lesson", page.Column(3), "10:00");
        await page.StandsAsync("Lesson", "12 November 2026, 10:00");

        Assert.Equal(
            ["2026-11-11T08:00:00Z Choir", "2026-11-12T09:00:00Z Lesson", "2026-11-18T08:00:00Z Choir", "2026-11-25T08:00:00Z Choir"],
            await household.ShownAsync(calendar, "2026-11-01", "2026-12-24"));
        // After all that a click is a click again.
        await page.Block("Lesson").ClickAsync();
        await Expect(page.Dialog("Lesson")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("/day/2026-11-11", "11 November 2026, 11:45", "2026-11-11T10:45:00Z Lesson")]
    [InlineData("/month", "17 November 2026, 09:00", "2026-11-17T08:00:00Z Lesson")]
    public async Task Event_is_moved_by_a_long_press_on_a_phone(string path, string when, string shown)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Lesson", "2026-11-11T09:00:00", "2026-11-11T10:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, path, Screen.Phone, Elsewhere, touch: true);

        if (path == "/month")
            await page.DragByFingerAsync("Lesson", page.DayOf("2026-11-17"));
        else
            await page.DragByFingerAsync("Lesson", page.Column(0), "11:45");

        await page.StandsAsync("Lesson", when);
        Assert.Equal([shown], await household.ShownAsync(calendar, "2026-11-01", "2026-12-24"));
        await Expect(page.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Touch_that_the_system_takes_away_leaves_the_event_where_it_was()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(calendar, "Lesson", "2026-11-11T09:00:00", "2026-11-11T10:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/day/2026-11-11", Screen.Phone, touch: true);
        var block = await page.TakeableAsync("Lesson");
        await block.ClickAsync(new() { Trial = true });
        var box = (await block.BoundingBoxAsync())!;

        await using (var finger = await Finger.PutAsync(page, box.X + 40, box.Y + 5))
        {
            await Expect(page.Preview()).ToBeVisibleAsync();
            await finger.MoveAsync(box.X + 40, box.Y + 100);
            await finger.TakeAwayAsync();
        }
        await Expect(page.Preview()).ToHaveCountAsync(0);

        await page.DragByFingerAsync("Lesson", page.Column(0), "10:30");
        await page.StandsAsync("Lesson", "11 November 2026, 10:30");
        Assert.Equal(["2026-11-11T09:30:00Z Lesson"], await household.ShownAsync(calendar, "2026-11-01", "2026-12-24"));
    }

    [Fact]
    public async Task Free_time_that_is_clicked_or_drawn_over_opens_the_form_with_it()
    {
        await using var household = await Household.StartAsync();
        await household.AddEventAsync(await household.AddCalendarAsync("Family"), "Lesson", "2026-11-11T09:00:00", "2026-11-11T10:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/week/2026-11-09", Screen.Laptop, Elsewhere);
        await page.TakeableAsync("Lesson");

        await page.HoverAsync(page.Column(3), "09:45");
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.UpAsync();
        await FormSaysAsync("2026-11-12", "09:30", "2026-11-12", "10:30");
        await page.HoverAsync(page.Column(3), "09:00");
        await page.Page.Mouse.DownAsync();
        await page.HoverAsync(page.Column(3), "11:45");
        await Expect(page.Preview()).ToContainTextAsync("12:00");
        await page.Page.Mouse.UpAsync();
        await FormSaysAsync("2026-11-12", "09:00", "2026-11-12", "12:00");
        await page.HoverAsync(page.WholeDay(1));
        await page.Page.Mouse.DownAsync();
        await page.HoverAsync(page.WholeDay(4));
        await page.Page.Mouse.UpAsync();
        await FormSaysAsync("2026-11-10", null, "2026-11-13", null);

        await page.GoAsync("/month");
        await page.TakeableAsync("Lesson");
        await page.Day(25).ClickAsync();
        await FormSaysAsync("2026-11-25", null, "2026-11-25", null);
        // A day that has something shows what that is.
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Wednesday 11 November, 1 event" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = "Wednesday 11 November" }).GetByRole(AriaRole.Button, new() { Name = "Lesson" })).ToBeVisibleAsync();
        await page.HoverAsync(page.DayOf("2026-11-24"));
        await page.Page.Mouse.DownAsync();
        await page.HoverAsync(page.DayOf("2026-11-26"));
        await page.Page.Mouse.UpAsync();
        await FormSaysAsync("2026-11-24", null, "2026-11-26", null);

        async Task FormSaysAsync(string startDay, string? startTime, string endDay, string? endTime)
        {
            await Expect(page.Form().GetByLabel("Begins, Day")).ToHaveValueAsync(startDay);
            await Expect(page.Form().GetByLabel("Ends, Day")).ToHaveValueAsync(endDay);
            await Expect(page.Form().GetByLabel("All day")).ToBeCheckedAsync(new() { Checked = startTime is null });
            if (startTime is not null)
            {
                await Expect(page.Form().GetByLabel("Begins, Time")).ToHaveValueAsync(startTime);
                await Expect(page.Form().GetByLabel("Ends, Time")).ToHaveValueAsync(endTime!);
            }
            await page.Form().Button("Cancel").ClickAsync();
            await Expect(page.Form()).ToBeHiddenAsync();
        }
    }

    [Fact]
    public async Task Tap_on_a_phone_adds_nothing_and_a_long_press_opens_the_form_with_its_time()
    {
        await using var household = await Household.StartAsync();
        await household.AddEventAsync(await household.AddCalendarAsync("Family"), "Lesson", "2026-11-11T09:00:00", "2026-11-11T10:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month", Screen.Phone, touch: true);
        await page.TakeableAsync("Lesson");
        await page.DayOf("2026-11-12").TapAsync();
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = "Thursday 12 November" })).ToContainTextAsync("Nothing is planned");
        // An event is too small to be more than its day.
        await page.Block("Lesson").TapAsync();
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = "Wednesday 11 November" })).ToContainTextAsync("Lesson");
        await Expect(page.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await page.PressAsync(page.DayOf("2026-11-12"));
        await Expect(page.Form().GetByLabel("Begins, Day")).ToHaveValueAsync("2026-11-12");
        await Expect(page.Form().GetByLabel("All day")).ToBeCheckedAsync();

        await page.GoAsync("/day/2026-11-11");
        await (await page.TakeableAsync("Lesson")).ScrollIntoViewIfNeededAsync();
        await page.Column(0).TapAsync(new() { Position = new() { X = 100, Y = (await page.Column(0).BoundingBoxAsync())!.Height * 8 / 24 } });
        await page.PressAsync(page.Column(0), "11:00");
        await Expect(page.Form().GetByLabel("Begins, Time")).ToHaveValueAsync("11:00");
        await Expect(page.Form().GetByLabel("Ends, Time")).ToHaveValueAsync("12:00");
    }
}
