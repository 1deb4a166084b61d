using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>What a hand does on a grid, with the mouse or with a finger. Each step waits for what it leads to, never for a time.</summary>
internal static class DragPage
{
    /// <summary>Within the first quarter of an hour of an event, so that its start goes to where the hand does.</summary>
    private static readonly Position NearTheStart = new() { X = 12, Y = 5 };

    /// <summary>An event as it lies in a grid.</summary>
    public static ILocator Block(this HouseholdPage page, string title) =>
        page.Page.Locator(".entry:not(.preview, .ec-preview)").Filter(new() { Has = page.Page.Locator(".title").GetByText(title, new() { Exact = true }) });

    /// <summary>What is under the hand.</summary>
    public static ILocator Preview(this HouseholdPage page) => page.Page.Locator(".preview, .ec-preview");

    public static ILocator DayOf(this HouseholdPage page, string date) => page.Page.Locator($".cell:has(time[datetime='{date}'])");

    /// <summary>The column of the hours of a day, counted from the first that is shown.</summary>
    public static ILocator Column(this HouseholdPage page, int number) => page.Page.Locator(".ec-body .ec-day").Nth(number);

    /// <summary>The cell of a day among the whole days above the hours.</summary>
    public static ILocator WholeDay(this HouseholdPage page, int number) => page.Page.Locator(".ec-all-day .ec-day").Nth(number);

    /// <summary>Waits until an event can be taken, which is when the rights and all that is drawn around it are there.</summary>
    public static async Task<ILocator> TakeableAsync(this HouseholdPage page, string title)
    {
        var block = page.Block(title).First;
        await Expect(block).ToContainClassAsync("movable");
        await Expect(page.Page.Locator("[aria-busy=true]")).ToHaveCountAsync(0);
        return block;
    }

    /// <summary>Waits until an event stands where it was put, and the service has written that down.</summary>
    public static async Task StandsAsync(this HouseholdPage page, string title, string when)
    {
        await Expect(page.Block(title).First.Locator(".sr-only")).ToContainTextAsync(when);
        await page.EditsSavedAsync();
        await Expect(page.Block(title).First.Locator(".sr-only")).ToContainTextAsync(when);
    }

    /// <summary>Takes an event with the mouse and holds it over another place, at a time of the day in a column of hours.</summary>
    public static async Task HoldAsync(this HouseholdPage page, string title, ILocator goal, string? time = null)
    {
        await (await page.TakeableAsync(title)).HoverAsync(new() { Position = NearTheStart });
        await page.Page.Mouse.DownAsync();
        await page.HoverAsync(goal, time);
        await Expect(page.Preview().First).ToBeVisibleAsync();
    }

    public static async Task DragAsync(this HouseholdPage page, string title, ILocator goal, string? time = null)
    {
        await page.HoldAsync(title, goal, time);
        await page.Page.Mouse.UpAsync();
    }

    /// <summary>Takes an event by its end: the lower edge in the hours, the last one of whole days.</summary>
    public static async Task ResizeAsync(this HouseholdPage page, string title, ILocator goal, string? time = null)
    {
        await (await page.TakeableAsync(title)).Locator(".edge, .ec-resizer").HoverAsync();
        await page.Page.Mouse.DownAsync();
        await page.HoverAsync(goal, time);
        await Expect(page.Preview().First).ToBeVisibleAsync();
        await page.Page.Mouse.UpAsync();
    }

    /// <summary>Moves the mouse to a place, in the middle of the quarter of an hour from <paramref name="time"/> on.</summary>
    public static async Task HoverAsync(this HouseholdPage page, ILocator goal, string? time = null)
    {
        // What is held is between the mouse and the goal.
        await goal.HoverAsync(new() { Force = true, Position = time is null ? null : await PositionAsync(goal, time) });
    }

    /// <summary>Lays a finger on an event until it is taken, moves it to another place and lifts it.</summary>
    public static async Task DragByFingerAsync(this HouseholdPage page, string title, ILocator goal, string? time = null)
    {
        var block = await page.TakeableAsync(title);
        // Waits until it stands still, and brings it into sight.
        await block.ClickAsync(new() { Trial = true, Position = NearTheStart });
        var from = (await block.BoundingBoxAsync())!;
        await page.CarryAsync(from.X + NearTheStart.X, from.Y + NearTheStart.Y, goal, time);
    }

    /// <summary>Takes an event by its end with a finger, as <see cref="ResizeAsync"/> does with the mouse.</summary>
    public static async Task ResizeByFingerAsync(this HouseholdPage page, string title, ILocator goal, string? time = null)
    {
        var edge = (await page.TakeableAsync(title)).Locator(".edge, .ec-resizer");
        await edge.ClickAsync(new() { Trial = true });
        var from = (await edge.BoundingBoxAsync())!;
        await page.CarryAsync(from.X + from.Width / 2, from.Y + from.Height / 2, goal, time);
    }

    private static async Task CarryAsync(this HouseholdPage page, float x, float y, ILocator goal, string? time)
    {
        await using var finger = await Finger.PutAsync(page, x, y);
        await Expect(page.Preview().First).ToBeVisibleAsync();
        var to = (await goal.BoundingBoxAsync())!;
        var at = time is null ? new() { X = to.Width / 2, Y = to.Height / 2 } : await PositionAsync(goal, time);
        await finger.MoveAsync(to.X + at.X, to.Y + at.Y);
        await finger.LiftAsync();
    }

    /// <summary>Lays a finger on a free place until it answers, and lifts it.</summary>
    public static async Task PressAsync(this HouseholdPage page, ILocator place, string? time = null)
    {
        var box = (await place.BoundingBoxAsync())!;
        var at = time is null ? new() { X = box.Width / 2, Y = box.Height * 0.8f } : await PositionAsync(place, time);
        await using var finger = await Finger.PutAsync(page, box.X + at.X, box.Y + at.Y);
        await Expect(page.Preview().First).ToBeVisibleAsync();
        await finger.LiftAsync();
    }

    private static async Task<Position> PositionAsync(ILocator column, string time)
    {
        var box = (await column.BoundingBoxAsync())!;
        var minutes = TimeOnly.ParseExact(time, "HH:mm", CultureInfo.InvariantCulture).ToTimeSpan().TotalMinutes + 7;
        return new() { X = box.Width / 2, Y = (float)(box.Height * minutes / (24 * 60)) };
    }
}
