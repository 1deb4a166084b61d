using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>The words and places by which a person makes a token.</summary>
internal static class TokenPage
{
    /// <summary>Makes one that sees events, on the page of the tokens.</summary>
    public static async Task MakeTokenAsync(this HouseholdPage page, string name)
    {
        await page.Page.GetByLabel("What is it for?").FillAsync(name);
        await page.Page.GetByRole(AriaRole.Group, new() { Name = "Events", Exact = true }).GetByLabel("see").CheckAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = $"Revoke {name}" })).ToBeVisibleAsync();
    }
}
