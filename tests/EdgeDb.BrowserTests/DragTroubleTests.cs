using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>Events that are dragged while somebody else changes them, and ones that may not be dragged.</summary>
public sealed class DragTroubleTests(Browser browser)
{
    private const string Password = "a sentence of my own";

    [Theory]
    [InlineData(true, "2026-11-11T12:00:00")]
    [InlineData(false, "2026-11-11T16:00:00")]
    public async Task Event_that_somebody_else_moves_at_the_same_moment_is_a_question(bool mine, string start)
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        var id = await household.AddEventAsync(calendar, "Dentist", "2026-11-11T09:00:00", "2026-11-11T10:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/week/2026-11-09", Screen.Laptop);
        page.ServiceMayRefuse = true;
        var meanwhile = household.ChangeEventAsync;
        var asked = 0;
        await page.Page.RouteAsync("**/api/events/**", async route =>
        {
            // After this browser has read the event, before its edit arrives.
            if (route.Request.Method == "PUT" && Interlocked.Increment(ref asked) == 1)
                await meanwhile(id, new { summary = "Dentist", start = "2026-11-11T16:00:00", zone = "Europe/Berlin" });
            await route.ContinueAsync();
        });

        await page.DragAsync("Dentist", page.Column(2), "12:00");
        var clash = page.Dialog("Dentist was changed twice");
        if (!mine)
            await clash.GetByLabel("Theirs").First.CheckAsync();
        await clash.Button("Save this choice").ClickAsync();

        await page.StandsAsync("Dentist", "11 November 2026, " + start[11..16]);
        Assert.Equal(start, Assert.Single(await household.EventsAsync(calendar)).Text("start"));
    }

    [Fact]
    public async Task Event_that_was_moved_elsewhere_while_it_was_held_is_a_question_too()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        var id = await household.AddEventAsync(calendar, "Dentist", "2026-11-11T09:00:00", "2026-11-11T10:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/day/2026-11-11", Screen.Laptop);
        await page.HoldAsync("Dentist", page.Column(0), "12:00");

        await household.ChangeEventAsync(id, new { summary = "Dentist", start = "2026-11-11T16:00:00", zone = "Europe/Berlin" });
        await Expect(InList(page, "Dentist")).ToContainTextAsync("16:00");
        await Expect(page.Preview()).ToContainTextAsync("12:00");
        await page.Page.Mouse.UpAsync();

        var clash = page.Dialog("Dentist was changed twice");
        await Expect(clash).ToContainTextAsync("12:00");
        await Expect(clash).ToContainTextAsync("16:00");
        await clash.Button("Save this choice").ClickAsync();
        await page.StandsAsync("Dentist", "11 November 2026, 12:00");
        Assert.Equal("2026-11-11T12:00:00", Assert.Single(await household.EventsAsync(calendar)).Text("start"));
    }

    [Fact]
    public async Task Changes_that_arrive_while_an_event_is_held_and_the_drag_both_count()
    {
        await using var household = await Household.StartAsync();
        var calendar = await household.AddCalendarAsync("Family");
        var id = await household.AddEventAsync(calendar, "Dentist", "2026-11-11T09:00:00", "2026-11-11T10:00:00");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/day/2026-11-11", Screen.Laptop);
        await page.HoldAsync("Dentist", page.Column(0), "12:00");

        await household.ChangeEventAsync(id, new { summary = "Doctor", location = "High Street", start = "2026-11-11T09:00:00", zone = "Europe/Berlin" });
        await household.AddEventAsync(calendar, "Piano", "2026-11-11T10:00:00", "2026-11-11T11:00:00");
        await Expect(InList(page, "Doctor")).ToBeVisibleAsync();
        await Expect(InList(page, "Piano")).ToBeVisibleAsync();
        await Expect(page.Preview()).ToContainTextAsync("12:00");
        await page.HoverAsync(page.Column(0), "13:00");
        await page.Page.Mouse.UpAsync();

        await page.StandsAsync("Doctor", "11 November 2026, 13:00");
        await Expect(page.Block("Piano")).ToBeVisibleAsync();
        var moved = Assert.Single(await household.EventsAsync(calendar), static e => e.Text("summary") == "Doctor");
        Assert.Equal(("High Street", "2026-11-11T13:00:00"), (moved.Text("location"), moved.Text("start")));
    }

    [Fact]
    public async Task What_one_may_not_change_stays_where_it_is()
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf(
            "BEGIN:VEVENT\nUID:1\nDTSTAMP:20261101T000000Z\nDTSTART;TZID=Europe/Berlin:20261110T090000\nDURATION:PT1H\nSUMMARY:Match\nEND:VEVENT"));
        await using var household = await Household.StartAsync();
        var kim = await household.AddMemberAsync("Kim", "#2e86ab");
        var family = await household.AddCalendarAsync("Family");
        await household.AddEventAsync(family, "Dinner", "2026-11-11T09:00:00", "2026-11-11T10:00:00");
        var own = await household.AddCalendarAsync("Kim's", kim);
        await household.AddEventAsync(own, "Football", "2026-11-12T09:00:00", "2026-11-12T10:00:00");
        await household.AddFeedAsync(feed.Address, "Club");
        await household.ClaimAsync("Ada", Password);
        await household.AddAccountAsync("Kim", "child", Password, kim);
        await using var child = await HouseholdPage.OpenAsync(browser, household.Address, "/week/2026-11-09", Screen.Laptop);
        child.ServiceMayRefuse = true;
        await child.SignInAsync("Kim", Password);
        await child.TakeableAsync("Football");

        foreach (var title in (string[])["Dinner", "Match"])
        {
            await Expect(child.Block(title)).Not.ToContainClassAsync("movable");
            await child.Block(title).HoverAsync();
            await child.Page.Mouse.DownAsync();
            await child.HoverAsync(child.Column(4), "11:00");
            await Expect(child.Preview()).ToHaveCountAsync(0);
            await child.Page.Mouse.UpAsync();
        }
        await child.DragAsync("Football", child.Column(4), "11:00");

        await child.StandsAsync("Football", "13 November 2026, 11:00");
        Assert.Equal("2026-11-11T09:00:00", Assert.Single(await household.EventsAsync(family)).Text("start"));
        Assert.Equal("2026-11-13T11:00:00", Assert.Single(await household.EventsAsync(own)).Text("start"));
    }

    /// <summary>The day in words beside its hours, which goes on while something is held.</summary>
    private static ILocator InList(HouseholdPage page, string title) =>
        page.Page.GetByRole(AriaRole.Region, new() { Name = "Wednesday 11 November" }).GetByRole(AriaRole.Button, new() { Name = title });
}
