using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>Messages that the family leaves each other.</summary>
public sealed class NoticeTests(Browser browser)
{
    private const string Password = "a sentence of my own";

    [Theory]
    [InlineData("phone")]
    [InlineData("laptop")]
    public async Task Message_is_written_seen_at_once_by_the_others_changed_and_taken_down(string screen)
    {
        await using var household = await Household.StartAsync();
        var today = await household.MoveToNoonAsync();
        await household.AddListAsync("Shopping");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", Screen.Named(screen), now: HouseholdPage.MachineTime);
        await using var other = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone, now: HouseholdPage.MachineTime);
        if (screen == "phone")
            await page.Page.GetByRole(AriaRole.Button, new() { Name = "Noticeboard", Exact = true }).ClickAsync();
        var board = page.List("Noticeboard");

        await board.Button("Write a message").ClickAsync();
        var form = page.Dialog("Write a message");
        await Expect(form.GetByLabel("Message", new() { Exact = true })).ToBeFocusedAsync();
        await form.Button("Save").ClickAsync();
        await Expect(form.GetByLabel("Message", new() { Exact = true })).ToHaveAccessibleDescriptionAsync("What would you like to say?");
        await form.GetByLabel("Message", new() { Exact = true }).FillAsync("Grandma calls at six");
        await Expect(form.GetByLabel("Hangs there until")).ToHaveValueAsync(today.AddDays(7).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        await form.GetByLabel("Red", new() { Exact = true }).CheckAsync();
        await form.Button("Save").ClickAsync();

        await Expect(board.GetByText("Grandma calls at six")).ToBeVisibleAsync();
        await Expect(other.Page.GetByText("Grandma calls at six")).ToBeInViewportAsync(new() { Ratio = 1 });
        Assert.Equal("#be123c", Assert.Single(await household.NoticesAsync()).Text("color"));

        await board.Button("Change the message: Grandma calls at six").ClickAsync();
        form = page.Dialog("Change the message");
        await form.GetByLabel("Message", new() { Exact = true }).FillAsync("Grandma calls at seven");
        await form.Button("Save").ClickAsync();
        await Expect(other.Page.GetByText("Grandma calls at seven")).ToBeVisibleAsync();

        await board.Button("Change the message: Grandma calls at seven").ClickAsync();
        await form.Button("Take it down").ClickAsync();
        await Expect(other.Page.GetByText("Grandma calls at seven")).ToHaveCountAsync(0);
        await board.Button("Undo").ClickAsync();
        await Expect(other.Page.GetByText("Grandma calls at seven")).ToBeVisibleAsync();
        await Expect(board.Button("Write a message")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Message_goes_by_itself_when_it_expires_and_hostile_text_is_text()
    {
        await using var household = await Household.StartAsync();
        var now = HouseholdPage.MachineTime;
        await household.AddMemberAsync("Ada", "#c2410c");
        await household.AddNoticeAsync($"<img src=x onerror=alert(1)> {new string('W', 900)} \u202E", null, now.AddHours(2).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone, now: now);

        await Expect(page.Page.GetByText(new Regex("^<img src=x"))).ToBeVisibleAsync();
        await page.FitsAsync();
        await page.Page.Clock.FastForwardAsync("02:01:00");
        await Expect(page.Page.GetByText(new Regex("^<img src=x"))).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Child_changes_what_it_has_written_and_not_what_others_have()
    {
        await using var household = await Household.StartAsync();
        var ada = await household.AddMemberAsync("Ada", "#c2410c");
        var kim = await household.AddMemberAsync("Kim", "#2563eb");
        await household.AddListAsync("Shopping");
        await household.ClaimAsync("Ada", Password, ada);
        await household.AddAccountAsync("Kim", "child", Password, kim);
        await household.AddNoticeAsync("Dinner at six");
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/lists", Screen.Laptop, now: HouseholdPage.MachineTime);
        page.ServiceMayRefuse = true;
        await page.SignInAsync("Kim", Password);
        var board = page.List("Noticeboard");

        await Expect(board.GetByText("Dinner at six")).ToBeVisibleAsync();
        await board.Button("Write a message").ClickAsync();
        await page.Dialog("Write a message").GetByLabel("Message", new() { Exact = true }).FillAsync("I am at Ben's");
        await page.Dialog("Write a message").Button("Save").ClickAsync();
        await Expect(board.Button("Change the message: I am at Ben's")).ToBeVisibleAsync();
        await Expect(board.Button("Change the message: Dinner at six")).ToHaveCountAsync(0);
        await Expect(board.Locator("li", new() { HasText = "I am at Ben's" })).ToContainTextAsync("Kim");
    }
}
