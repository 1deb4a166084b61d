using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

public sealed class TokenTests(Browser browser)
{
    private const string Password = "a sentence of my own";

    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Laptop.Name];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Token_has_the_rights_that_were_chosen_is_shown_once_and_is_out_when_it_is_revoked(string screen)
    {
        await using var household = await Household.StartAsync();
        await household.ClaimAsync("Ada", Password);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/account", Screen.Named(screen));
        page.ServiceMayRefuse = true;
        await page.SignInAsync("Ada", Password);
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Your tokens" }).ClickAsync();
        await Expect(page.Page.GetByText("You have no tokens.")).ToBeVisibleAsync();

        await page.Page.GetByLabel("What is it for?").FillAsync("Display");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Group, new() { Name = "What it may do" })).ToHaveAccessibleDescriptionAsync("Choose at least one right.");
        await page.Page.GetByRole(AriaRole.Group, new() { Name = "Events", Exact = true }).GetByLabel("see").CheckAsync();
        await page.Page.GetByLabel("It holds for").SelectOptionAsync("30 days");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        var made = page.Page.GetByRole(AriaRole.Region, new() { Name = "The token Display" });
        await Expect(made.GetByRole(AriaRole.Heading)).ToBeFocusedAsync();
        var token = (await made.Locator("code").TextContentAsync())!;

        Assert.Equal(HttpStatusCode.OK, await AskAsync(household, token, "/api/occurrences?from=2026-11-21&to=2026-11-22"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(household, token, "/api/feeds"));
        await made.GetByRole(AriaRole.Button, new() { Name = "I have copied it" }).ClickAsync();
        await Expect(page.Page.GetByText(token)).ToHaveCountAsync(0);
        await page.Page.ReloadAsync();
        var row = page.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "Display" });
        await Expect(row.GetByText("Events: see")).ToBeVisibleAsync();
        await Expect(row.GetByText(new Regex("^used .+ · holds for [0-9]+ days more$"))).ToBeVisibleAsync();

        var revoke = row.GetByRole(AriaRole.Button, new() { Name = "Revoke Display" });
        var question = page.Page.GetByRole(AriaRole.Dialog, new() { Name = "Revoke Display?" });
        await revoke.ClickAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(question).ToBeHiddenAsync();
        await Expect(revoke).ToBeFocusedAsync();
        Assert.Equal(HttpStatusCode.OK, await AskAsync(household, token, "/api/occurrences?from=2026-11-21&to=2026-11-22"));
        await revoke.ClickAsync();
        await question.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Status).GetByText("Display was revoked.")).ToBeAttachedAsync();
        await Expect(page.Page.GetByText("You have no tokens.")).ToBeVisibleAsync();
        await Expect(page.Heading).ToBeFocusedAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(household, token, "/api/occurrences?from=2026-11-21&to=2026-11-22"));
    }

    [Fact]
    public async Task Revoked_token_does_not_come_back_by_an_answer_from_before()
    {
        await using var household = await Household.StartAsync();
        await household.ClaimAsync("Ada", Password);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Laptop);
        page.ServiceMayRefuse = true;
        await page.WaitForAllAnswersAsync();
        await page.GoAsync("/tokens");
        await page.SignInAsync("Ada", Password);
        await page.MakeTokenAsync("Display");
        var answer = await HeldAnswer.OnAsync(page.Page, "**/api/tokens?*");

        // With each minute it looks which were used.
        await page.Page.Clock.FastForwardAsync("00:01:00");
        await answer.IsMadeAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Revoke Display" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(page.Page.GetByText("You have no tokens.")).ToBeVisibleAsync();
        await answer.ComesAsync();
        await Expect(page.Page.GetByText("You have no tokens.")).ToBeVisibleAsync();
    }

    private static async Task<HttpStatusCode> AskAsync(Household household, string token, string path)
    {
        using var client = new HttpClient { BaseAddress = household.Address, Timeout = TimeSpan.FromMinutes(1) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
