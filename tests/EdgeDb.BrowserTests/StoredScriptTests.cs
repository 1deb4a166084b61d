using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>Texts that would be scripts if a page took them for markup, in every place that shows what somebody wrote.</summary>
public sealed class StoredScriptTests(Browser browser)
{
    private const string Password = "a sentence of my own";

    [Theory]
    [InlineData("<script>window.hit = 1</script>")]
    [InlineData("<img src=x onerror=\"window.hit = 1\">")]
    [InlineData("\"><svg onload=window.hit=1>")]
    public async Task Text_that_looks_like_a_script_stays_a_text_wherever_it_is_shown(string text)
    {
        await using var feed = new FeedServer(FeedServer.CalendarOf(
            $"BEGIN:VEVENT\nUID:1\nDTSTAMP:20261101T000000Z\nDTSTART:20261121T190000Z\nSUMMARY:{text}\nURL:javascript:window.hit=1\nEND:VEVENT",
            $"BEGIN:VEVENT\nUID:{text}\nDTSTART:{text}\nSUMMARY:{text}\nEND:VEVENT"));
        await using var household = await Household.StartAsync();
        await household.RenameAsync(text);
        var member = await household.AddMemberAsync(text, "#e4572e");
        var calendar = await household.AddCalendarAsync(text, member);
        await household.AddWordyEventAsync(calendar, text, "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.AddFeedAsync(feed.Address, text);
        await household.ClaimAsync(text, Password, member);
        await household.AddAccountAsync("other " + text, "adult", Password, await household.AddMemberAsync("other " + text, "#2e86ab"));

        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Laptop);
        await page.SignInAsync(text, Password);
        await Expect(page.Page.GetByRole(AriaRole.Banner)).ToContainTextAsync(text);
        await page.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = text }).Filter(new() { HasText = "16:00" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Dialog).Locator(".notes")).ToHaveTextAsync(text);
        await NothingRanAsync(page);

        await page.GoAsync("/month");
        await Expect(page.Page.Locator(".entry", new() { HasText = text }).First).ToBeVisibleAsync();
        await NothingRanAsync(page);

        await page.GoAsync("/feeds");
        var calendars = page.Page.GetByRole(AriaRole.Region, new() { Name = "Who sees which calendar" });
        var own = calendars.GetByRole(AriaRole.Listitem).First;
        await own.Locator("summary").ClickAsync();
        await own.GetByLabel("Its members only").CheckAsync();
        await own.GetByRole(AriaRole.Checkbox, new() { Name = text, Exact = true }).CheckAsync();
        await Expect(own.GetByText($"Only {text} sees it.").Last).ToBeVisibleAsync();
        await own.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.Page.GetByText($"{text}: Only {text} sees it.")).ToBeAttachedAsync();
        await NothingRanAsync(page);
        var card = page.Page.GetByRole(AriaRole.Article).Filter(new() { HasText = "left out" });
        await card.GetByText(new Regex("^[0-9]+ things? (was|were) left out$")).ClickAsync();
        await Expect(card.GetByRole(AriaRole.Row).Nth(1)).ToBeVisibleAsync();
        await NothingRanAsync(page);

        await page.GoAsync("/account");
        await Expect(page.Heading).ToHaveTextAsync("Your account");
        await Expect(page.Page.GetByText(text).First).ToBeVisibleAsync();
        await NothingRanAsync(page);

        await page.GoAsync("/tokens");
        await page.Page.GetByLabel("What is it for?").FillAsync(text);
        await page.Page.GetByRole(AriaRole.Checkbox).First.CheckAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Revoke " + text }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync($"Revoke {text}?");
        await NothingRanAsync(page);

        // What a browser calls itself is its own text too.
        await using var stranger = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone, userAgent: text);
        await stranger.SignInAsync("other " + text, Password);
        await Expect(stranger.Page.GetByRole(AriaRole.Link, new() { Name = "other " + text, Exact = true })).ToBeVisibleAsync();

        await page.GoAsync("/people");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = $"Sign out other {text} on" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync($"Sign out other {text} on");
        await NothingRanAsync(page);
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.GetByText("Change other " + text).ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Remove other " + text }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync($"Remove other {text}?");
        await page.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await using var wall = await HouseholdPage.OpenAsync(browser, household.Address, "/pair", Screen.Tablet);
        await household.PairAsync((await wall.Page.GetByText(new Regex("^[0-9A-Z]{4}-[0-9A-Z]{4}$")).TextContentAsync())!, text);
        await Expect(wall.Page.Locator(".moment, .row").First).ToBeVisibleAsync();
        await page.Page.ReloadAsync();
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = "Devices on the wall" })).ToContainTextAsync(text);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Remove " + text, Exact = true }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync($"Remove {text}?");
        await NothingRanAsync(page);
    }

    private static async Task NothingRanAsync(HouseholdPage page)
    {
        Assert.Null(await page.Page.EvaluateAsync<int?>("window.hit ?? null"));
        Assert.Equal(0, await page.Page.Locator("img[src='x'], svg[onload], [onerror], body script").CountAsync());
    }
}
