using System.Net;
using System.Net.Http.Json;
using EdgeDb.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

public sealed class EmergencyTests(Browser browser)
{
    [Theory]
    [InlineData("en-GB", "The storage is full", "Everything can still be read")]
    [InlineData("de-DE", "Der Speicher ist voll", "Alles lässt sich weiter lesen")]
    public async Task Page_says_in_plain_words_that_the_disk_is_full_and_shows_what_there_is(string locale, string title, string text)
    {
        await using var disk = await SmallDisk.MountAsync();
        await using var service = await ServiceProcess.StartAsync(Path.Combine(disk.Path, "data"), "--zone", Household.Noon().Zone, "--sample");
        await using var page = await HouseholdPage.OpenAsync(browser, service.Address, "/", Screen.Phone, locale: locale, now: HouseholdPage.MachineTime);
        var notice = page.Page.GetByRole(AriaRole.Region, new() { Name = title });
        await Expect(page.Event("Dinner together")).ToBeVisibleAsync();
        await Expect(notice).ToBeHiddenAsync();

        disk.Fill();
        await FailToWriteAsync(service);
        // The page asks after the service every minute.
        await page.Page.Clock.FastForwardAsync("00:01:00");

        await Expect(notice).ToContainTextAsync(text);
        await Expect(page.Event("Dinner together")).ToBeVisibleAsync();
        await page.Page.ScreenshotAsync(new() { Path = ScreenshotTests.PathOf($"disk-full-{locale}") });
    }

    /// <summary>Writes until the disk is full.</summary>
    internal static async Task FailToWriteAsync(ServiceProcess service)
    {
        for (var i = 0; i < 5000; i++)
        {
            using var household = await service.Http.PutAsJsonAsync(new Uri("/api/household", UriKind.Relative), new { name = $"Family {i}" });
            if (household.StatusCode == HttpStatusCode.InsufficientStorage)
                return;
        }

        Assert.Fail("The disk did not get full.");
    }
}
