using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>The words and places by which a person adds and changes events.</summary>
internal static class EditPage
{
    public static ILocator QuickAdd(this HouseholdPage page) => page.Page.GetByRole(AriaRole.Textbox, new() { Name = "Add an event" });

    public static ILocator Event(this HouseholdPage page, string title) =>
        page.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = title }).First;

    public static ILocator Form(this HouseholdPage page) => page.Page.GetByRole(AriaRole.Dialog, new() { NameRegex = new("^(New event|Change the event)$") });

    public static ILocator Dialog(this HouseholdPage page, string name) => page.Page.GetByRole(AriaRole.Dialog, new() { Name = name });

    public static ILocator Button(this ILocator within, string name) => within.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Opens the details of an event, and from there its form.</summary>
    public static async Task<ILocator> OpenFormAsync(this HouseholdPage page, string title)
    {
        await page.Event(title).ClickAsync();
        await page.Dialog(title).Button("Change").ClickAsync();
        await Expect(page.Form()).ToBeVisibleAsync();
        return page.Form();
    }

    /// <summary>The same by one kind of input alone.</summary>
    public static async Task OpenFormAsync(this HouseholdPage page, Hand hand, string title)
    {
        await hand.PressAsync(page.Event(title));
        await hand.PressAsync(page.Dialog(title).Button("Change"));
        await Expect(page.Form().GetByLabel("Title")).ToHaveValueAsync(title);
    }

    /// <summary>Gives an event another title by its form.</summary>
    public static async Task RetitleAsync(this HouseholdPage page, Hand hand, string title, string to)
    {
        await page.OpenFormAsync(hand, title);
        await hand.WriteAsync(page.Form().GetByLabel("Title"), to);
        await hand.SendAsync(page.Form().Button("Save"));
    }

    /// <summary>Waits until this browser has told of it, and has nothing left to save.</summary>
    public static async Task IsSavedAsync(this HouseholdPage page, string told)
    {
        await Expect(page.Page.GetByText(told).First).ToBeAttachedAsync();
        await page.EditsSavedAsync();
    }

    /// <summary>Waits until this browser has no edit of an event left to save.</summary>
    public static Task EditsSavedAsync(this HouseholdPage page) => Expect(page.Page.GetByText("not saved yet")).ToHaveCountAsync(0);
}
