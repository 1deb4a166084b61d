using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

/// <summary>Writes every dialog of editing at every size in both colour schemes to artifacts/screenshots, to be looked at; none breaks a rule of axe-core.</summary>
public sealed class EditScreenshotTests(Browser browser)
{
    public static MatrixTheoryData<string, ColorScheme> Looks =>
        new([.. Screen.All.Select(static screen => screen.Name)], [ColorScheme.Light, ColorScheme.Dark]);

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_dialog_of_editing_fits_the_screen(string screen, ColorScheme scheme)
    {
        await using var household = await Household.StartAsync("--sample");
        var english = scheme == ColorScheme.Light;
        var anna = await household.AddMemberAsync("Augusta Maria", "#b02a5b");
        var calendar = await household.AddCalendarAsync("Family", anna);
        var id = await household.AddWordyEventAsync(calendar, "Parents’ evening", "2026-11-21T15:30:00", "2026-11-21T16:30:00");
        await household.AddSeriesAsync(calendar, "Choir rehearsal", "2026-11-21T15:00:00", "2026-11-21T16:30:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SA;UNTIL=20270630T215959Z");
        await using var page = await HouseholdPage.OpenAsync(
            browser, household.Address, "/", Screen.Named(screen), locale: english ? "en-GB" : "de-DE", scheme: scheme);
        page.ServiceMayRefuse = true;
        var broken = new List<string>();

        await page.Page.Locator("[data-quick-add]").FillAsync(english ? "Dentist tomorrow 15:00-16:30 #family" : "Zahnarzt morgen 15:00-16:30 #family");
        await ShootAsync("quick-add");
        await page.Page.Locator("form .actions button").Nth(1).ClickAsync();
        await Expect(page.Page.Locator("dialog[open] form")).ToBeVisibleAsync();
        await ShootAsync("form-new");
        await page.Page.Locator("dialog[open] .buttons button").First.ClickAsync();
        await Expect(page.Page.Locator("dialog[open]")).ToHaveCountAsync(2);
        await ShootAsync("discard");
        await page.Page.Locator("dialog[open]").Last.Locator("button.primary").ClickAsync();
        await Expect(page.Page.Locator("dialog[open]")).ToHaveCountAsync(0);

        await page.Event("Choir rehearsal").ClickAsync();
        await ShootAsync("details-own");
        await page.Page.Locator("dialog[open] .actions button").Nth(1).ClickAsync();
        await Expect(page.Page.Locator("dialog[open] form")).ToBeVisibleAsync();
        await ShootAsync("form-series");
        await page.Page.Locator("dialog[open] .fields").EvaluateAsync("fields => fields.scrollTo(0, fields.scrollHeight)");
        await ShootAsync("form-series-end");
        await page.Page.Locator("dialog[open] [name=location]").FillAsync("Church");
        await page.Page.Locator("dialog[open] .buttons .primary").ClickAsync();
        await Expect(page.Page.Locator("dialog[open]")).ToHaveCountAsync(2);
        await ShootAsync("scope");
        await page.Page.Locator("dialog[open]").Last.Locator("button").First.ClickAsync();
        await Expect(page.Page.Locator("dialog[open]")).ToHaveCountAsync(0);
        await ShootAsync("saved");

        await page.Event("Choir rehearsal").ClickAsync();
        await page.Page.Locator("dialog[open] .actions button").Nth(2).ClickAsync();
        await ShootAsync("move");
        await page.Page.Locator("dialog[open] .end button").First.ClickAsync();

        await page.Event("Parents’ evening").ClickAsync();
        await page.Page.Locator("dialog[open] .actions button").Nth(1).ClickAsync();
        await page.Page.Locator("dialog[open] [name=summary]").FillAsync("Parents’ evening at the school");
        await household.ChangeEventAsync(id, new { summary = "Parents’ evening 7b", location = "Room 12, second floor, at the end of the corridor", start = "2026-11-21T19:00:00", zone = "Europe/Berlin" });
        await page.Page.Locator("dialog[open] .buttons .primary").ClickAsync();
        await Expect(page.Page.Locator("dialog[open] fieldset").First).ToBeVisibleAsync();
        await ShootAsync("clash");
        Assert.Empty(broken);

        async Task ShootAsync(string view)
        {
            await page.FitsAsync();
            broken.AddRange(await Axe.CheckAsync(page.Page, view));
            await page.Page.ScreenshotAsync(new() { Path = ScreenshotTests.PathOf($"edit-{view}-{screen}-{scheme}") });
        }
    }
}
