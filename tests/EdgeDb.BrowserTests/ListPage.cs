using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>The words and places of lists, chores and messages.</summary>
internal static class ListPage
{
    /// <summary>The card of a list, or the noticeboard.</summary>
    public static ILocator List(this HouseholdPage page, string name) => page.Page.GetByRole(AriaRole.Region, new() { Name = name, Exact = true });

    /// <summary>The line by which one adds to a list.</summary>
    public static ILocator AddLine(this ILocator list) => list.GetByRole(AriaRole.Textbox, new() { NameRegex = new("^Add to ") });

    /// <summary>The box of an entry.</summary>
    public static ILocator Box(this ILocator within, string title) => within.GetByRole(AriaRole.Checkbox, new() { Name = title, Exact = true });

    /// <summary>The row of an entry.</summary>
    public static ILocator Row(this ILocator within, string title) => within.Locator("li", new() { Has = within.Page.GetByRole(AriaRole.Checkbox, new() { Name = title, Exact = true }) });

    /// <summary>Waits until the lists have nothing left to save.</summary>
    public static Task AllSavedAsync(this HouseholdPage page) => Expect(page.Page.Locator("[aria-busy=true]")).ToHaveCountAsync(0);

    /// <summary>What the boxes are called, from the top down.</summary>
    public static ILocator Titles(this ILocator list) => list.Locator("li .title");
}
