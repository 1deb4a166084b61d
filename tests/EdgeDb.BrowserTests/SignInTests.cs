using System.Globalization;
using System.Text.RegularExpressions;
using EdgeDb.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EdgeDb.BrowserTests;

public sealed class SignInTests(Browser browser)
{
    private const string Password = "a sentence of my own";

    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Laptop.Name];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Wrong_password_is_said_at_its_field_and_the_right_one_leads_to_where_one_was(string screen)
    {
        await using var household = await StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/month/2026-12", Screen.Named(screen));
        page.ServiceMayRefuse = true;
        var password = page.Page.GetByLabel("Password", new() { Exact = true });
        await Expect(page.Page.GetByLabel("Name", new() { Exact = true })).ToBeFocusedAsync();

        // By the keyboard alone.
        await page.Page.Keyboard.TypeAsync("Ada");
        await page.Page.Keyboard.PressAsync("Tab");
        await page.Page.Keyboard.TypeAsync("wrong");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(password).ToHaveAccessibleDescriptionAsync("Name or password is wrong.");
        await Expect(password).ToBeFocusedAsync();
        await password.FillAsync(Password);
        await page.Page.Keyboard.PressAsync("Enter");

        await Expect(page.Heading).ToHaveTextAsync("December 2026");
        await Expect(page.Page.GetByText("Hello Ada.")).ToBeAttachedAsync();
        await Expect(page.Page.Locator("main")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Too_many_wrong_passwords_are_answered_with_how_long_to_wait()
    {
        await using var household = await StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone);
        page.ServiceMayRefuse = true;

        // From the fifth on there is a delay that doubles; sooner or later an attempt falls into it.
        var delayed = page.Page.GetByText(new Regex("^Too many wrong attempts\\. Try again in [0-9]+ \\w+\\.$"));
        for (var attempt = 0; attempt < 15 && !await delayed.IsVisibleAsync(); attempt++)
        {
            await page.Page.RunAndWaitForResponseAsync(() => page.SignInAsync("Ada", "wrong"), static response => response.Request.Method == "POST");
            await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true })).ToBeEnabledAsync();
        }

        await Expect(delayed).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Who_links_their_account_signs_in_with_the_provider_of_the_household_from_then_on()
    {
        await using var provider = new OpenIdProviderDouble();
        await using var household = await Household.StartAsync("--oidc", provider.Setting);
        await household.ClaimAsync("Ada", Password);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/account", Screen.Phone);
        page.ServiceMayRefuse = true;
        page.Provider = new Uri(provider.Issuer).Authority;
        var (yes, no) = (page.Page.GetByRole(AriaRole.Link, new() { Name = "It is me" }), page.Page.GetByRole(AriaRole.Link, new() { Name = "Not now" }));
        await page.SignInAsync("Ada", Password);
        await page.Page.GetByRole(AriaRole.Form, new() { Name = "Doorkeeper" }).GetByLabel("Your password now").FillAsync(Password);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Link with Doorkeeper" }).ClickAsync();
        await yes.ClickAsync();
        await Expect(page.Page.GetByText("You can sign in with Doorkeeper.")).ToBeVisibleAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();

        var signIn = page.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Doorkeeper" });
        await signIn.ClickAsync();
        await no.ClickAsync();
        await Expect(page.Page.GetByText("You were not signed in there.")).ToBeVisibleAsync();

        await page.GoAsync("/month/2026-12");
        await signIn.ClickAsync();
        await yes.ClickAsync();
        await Expect(page.Heading).ToHaveTextAsync("December 2026");
        await Expect(page.Page).ToHaveURLAsync(new Regex("/month/2026-12$"));
    }

    [Theory]
    [InlineData("en-GB", "^You may be here from [0-9:]+ to [0-9:]+\\.$")]
    [InlineData("fr-FR", "^Vous pouvez être ici de [0-9:]+ à [0-9:]+\\.$")]
    public async Task Child_is_told_their_time_in_their_language(string locale, string sentence)
    {
        await using var household = await StartAsync();
        var now = TimeZoneInfo.ConvertTime(TimeProvider.System.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        var hours = string.Create(CultureInfo.InvariantCulture, $"{now.AddHours(6):HH:mm}-{now.AddHours(8):HH:mm}");
        await household.AddAccountAsync("Kim", "child", Password, hours: hours);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Phone, locale: locale);
        page.ServiceMayRefuse = true;

        await page.Page.Locator("input[name=name]").FillAsync("Kim");
        await page.Page.Locator("input[name=password]").FillAsync(Password);
        await page.Page.Keyboard.PressAsync("Enter");

        await Expect(page.Page.GetByText(new Regex(sentence))).ToContainTextAsync(hours.Split('-')[0]);
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Nothing_of_a_person_is_left_when_they_have_signed_out(string screen)
    {
        await using var household = await StartAsync();
        await household.AddAccountAsync("Kim", "child", Password);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/", Screen.Named(screen));
        // The stream of changes ends with the session, and may try to come back before the page knows why.
        page.ServiceMayRefuse = true;
        await page.SignInAsync("Ada", Password);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Telescope" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Ada", Exact = true }).ClickAsync();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await Expect(page.Heading).ToHaveTextAsync("Sign in");
        var left = await page.Page.ContentAsync();
        Assert.All(["Telescope", "Presents", "Ada", "Lovelace"], text => Assert.DoesNotContain(text, left, StringComparison.Ordinal));
        await page.GoAsync("/");
        await page.SignInAsync("Kim", Password);

        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Dinner" })).ToBeVisibleAsync();
        await Expect(page.Page.GetByText("Telescope")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("/account", "**/api/accounts*")]
    [InlineData("/tokens", "**/api/tokens*")]
    public async Task An_answer_that_comes_when_its_reader_has_signed_out_is_for_nobody(string path, string asked)
    {
        await using var household = await StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Laptop);
        page.ServiceMayRefuse = true;
        await page.WaitForAllAnswersAsync();
        await page.GoAsync("/tokens");
        await page.SignInAsync("Ada", Password);
        await page.MakeTokenAsync("Display");
        // Made for them: afterwards the service would refuse it.
        var answer = await HeldAnswer.OnAsync(page.Page, asked);

        await page.GoAsync(path);
        await answer.IsMadeAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Ada", Exact = true }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await Expect(page.Heading).ToHaveTextAsync("Sign in");
        await answer.ComesAsync();

        await Expect(page.Heading).ToHaveTextAsync("Sign in");
        Assert.DoesNotContain("Ada", await page.Page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_signs_in_while_the_traces_of_who_left_are_still_removed_stays_signed_in()
    {
        await using var household = await StartAsync();
        await household.AddAccountAsync("Kim", "child", Password);
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, null, Screen.Laptop);
        page.ServiceMayRefuse = true;
        await page.WaitForAllAnswersAsync();
        await page.GoAsync("/account");
        await page.SignInAsync("Ada", Password);
        await page.IsSomebodysAsync();
        var (signsOut, comesEarly) = (0, false);
        var (held, released) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await page.Page.RouteAsync("**/api/session", async route =>
        {
            comesEarly |= route.Request.Method == "POST" && !released.Task.IsCompleted;
            // The first signs out, the second empties the browser's cache of answers.
            if (route.Request.Method == "DELETE" && Interlocked.Increment(ref signsOut) == 2)
            {
                held.SetResult();
                await released.Task;
            }
            await route.ContinueAsync();
        });

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await held.Task.WaitAsync(Browser.Patience);
        await page.SignInAsync("Kim", Password);
        await LateAnswers.DrawnAsync(page.Page);
        released.SetResult();

        await Expect(page.Heading).ToHaveTextAsync("Your account");
        Assert.False(comesEarly);
        await page.Page.ReloadAsync();
        await Expect(page.Page.GetByRole(AriaRole.Link, new() { Name = "Kim", Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Second_factor_is_set_up_shows_its_recovery_codes_once_and_is_asked_for()
    {
        await using var household = await StartAsync();
        await using var page = await HouseholdPage.OpenAsync(browser, household.Address, "/account", Screen.Phone);
        page.ServiceMayRefuse = true;
        await page.SignInAsync("Ada", Password);
        var section = page.Page.GetByRole(AriaRole.Region, new() { Name = "Second factor" });
        await section.GetByLabel("Your password now").FillAsync("wrong");
        await section.GetByRole(AriaRole.Button, new() { Name = "Set up a second factor" }).ClickAsync();
        await Expect(section.GetByLabel("Your password now")).ToHaveAccessibleDescriptionAsync("That is not your password.");
        await section.GetByLabel("Your password now").FillAsync(Password);
        await section.GetByRole(AriaRole.Button, new() { Name = "Set up a second factor" }).ClickAsync();

        var key = await section.GetByRole(AriaRole.Definition).TextContentAsync();
        await Expect(section.GetByRole(AriaRole.Link, new() { Name = "Open in the authenticator app" })).ToHaveAttributeAsync("href", new Regex("^otpauth://totp/"));
        await section.GetByLabel("Code", new() { Exact = true }).FillAsync(AuthenticatorApp.Code(key!));
        await section.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();
        var recovery = await section.GetByRole(AriaRole.Listitem).Locator("code").First.TextContentAsync();

        // They are copied, and what is printed are they alone.
        await page.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await section.GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();
        await Expect(section.GetByRole(AriaRole.Button, new() { Name = "Copied" })).ToBeVisibleAsync();
        Assert.Equal(await section.GetByRole(AriaRole.Listitem).AllTextContentsAsync(), (await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()")).Split('\n'));
        await page.Page.EvaluateAsync("window.print = () => {}");
        await section.GetByRole(AriaRole.Button, new() { Name = "Print" }).ClickAsync();
        await page.Page.EmulateMediaAsync(new() { Media = Media.Print });
        var sheet = page.Page.Locator(".codes");
        await Expect(sheet.GetByText(recovery!)).ToBeVisibleAsync();
        await Expect(sheet.GetByText(new Regex("^Lovelace · Ada · "))).ToBeVisibleAsync();
        await Expect(page.Heading).ToBeHiddenAsync();
        await Expect(page.Page.GetByRole(AriaRole.Navigation)).ToBeHiddenAsync();
        await page.Page.EvaluateAsync("dispatchEvent(new Event('afterprint'))");
        await page.Page.EmulateMediaAsync(new() { Media = Media.Screen });
        await Expect(page.Heading).ToBeVisibleAsync();
        await section.GetByRole(AriaRole.Button, new() { Name = "I have written them down" }).ClickAsync();
        await Expect(section.GetByText(recovery!)).ToHaveCountAsync(0);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();

        await page.SignInAsync("Ada", Password);
        var code = page.Page.GetByLabel("Code from your authenticator app");
        await Expect(code).ToBeFocusedAsync();
        await code.FillAsync("000000x");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(code).ToHaveAccessibleDescriptionAsync(new Regex("The code is wrong, or was used already\\.$"));
        await code.FillAsync(recovery!);
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Heading).ToHaveTextAsync("Your account");
        await Expect(section.GetByText("9 recovery codes are left.")).ToBeVisibleAsync();
    }

    /// <summary>A claimed household of Ada's, with something that is for adults only.</summary>
    private static async Task<Household> StartAsync()
    {
        var household = await Household.StartAsync();
        await household.RenameAsync("Lovelace");
        await household.AddEventAsync(await household.AddCalendarAsync("Family"), "Dinner", "2026-11-21T18:00:00", "2026-11-21T19:00:00");
        await household.AddEventAsync(await household.AddCalendarForAsync("adults", "Presents"), "Telescope", "2026-11-21T16:00:00", "2026-11-21T17:00:00");
        await household.ClaimAsync("Ada", Password);
        return household;
    }
}
