using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>The words by which a person gets from one view of the calendar to another.</summary>
internal static class ViewPage
{
    public static async Task SwitchAsync(this HouseholdPage page, Hand hand, string view)
    {
        // On a phone the views are a list to pick from.
        if (page.Page.ViewportSize!.Width == Screen.Phone.Width)
        {
            var list = page.Page.GetByRole(AriaRole.Combobox, new() { Name = "Views", Exact = true });
            await hand.PickAsync(list, view);
            await Expect(list.Locator("option:checked")).ToHaveTextAsync(view);
            return;
        }
        var link = page.Page.GetByRole(AriaRole.Navigation, new() { Name = "Views", Exact = true }).GetByRole(AriaRole.Link, new() { Name = view, Exact = true });
        await hand.PressAsync(link);
        await Expect(link).ToHaveAttributeAsync("aria-current", "page");
    }
}
