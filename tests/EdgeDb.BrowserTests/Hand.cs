using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace EdgeDb.BrowserTests;

/// <summary>By what somebody uses a page.</summary>
public enum Input
{
    Mouse,

    /// <summary>A finger.</summary>
    Touch,

    /// <summary>Keys alone: whatever is used is come to by Tab.</summary>
    Keyboard,
}

/// <summary>A hand that does everything on a page by one kind of input.</summary>
internal sealed class Hand(IPage page, Input input)
{
    // More than any page has controls.
    private const int MaxTabs = 300;
    private const int MaxChoices = 20;

    /// <summary>Presses a button, a link or what can be ticked.</summary>
    public async Task PressAsync(ILocator target)
    {
        switch (input)
        {
            case Input.Mouse:
                await target.ClickAsync();
                break;
            case Input.Touch:
                await target.TapAsync();
                break;
            default:
                await ReachAsync(target);
                if (await IsAsync(target, "[type=radio]"))
                    await ChooseAsync(target);
                else
                    await page.Keyboard.PressAsync(await IsAsync(target, "[type=checkbox]") ? "Space" : "Enter");
                break;
        }
    }

    /// <summary>Writes a text in place of what a field holds.</summary>
    public async Task WriteAsync(ILocator field, string text)
    {
        if (input == Input.Keyboard)
            await ReachAsync(field);
        else
            await PressAsync(field);
        await page.Keyboard.PressAsync("ControlOrMeta+a");
        await page.Keyboard.TypeAsync(text);
    }

    /// <summary>Sends the form that was written into last: by its button, or by Enter.</summary>
    public Task SendAsync(ILocator button) => input == Input.Keyboard ? page.Keyboard.PressAsync("Enter") : PressAsync(button);

    /// <summary>Picks one of the browser's own list. Where a hand opens that, it is drawn outside of the page.</summary>
    public async Task PickAsync(ILocator list, string option)
    {
        if (input != Input.Keyboard)
        {
            await list.ClickAsync(new() { Trial = true });
            await list.SelectOptionAsync(new SelectOptionValue { Label = option });
            return;
        }
        await Assertions.Expect(list.Locator("option").Filter(new() { HasTextRegex = new($"^{Regex.Escape(option)}$") })).ToHaveCountAsync(1);
        await ReachAsync(list);
        var by = await list.EvaluateAsync<int>("(list, text) => [...list.options].findIndex((option) => option.text === text) - list.selectedIndex", option);
        // Opened first: closed, each arrow would choose.
        await page.Keyboard.PressAsync("Space");
        for (var steps = 0; steps < Math.Abs(by); steps++)
            await page.Keyboard.PressAsync(by < 0 ? "ArrowUp" : "ArrowDown");
        await page.Keyboard.PressAsync("Enter");
    }

    /// <summary>
    /// Enters a day: by keys part after part, in the order of the language of the browser itself (<see cref="Browser"/>), else from the browser's own calendar, which is drawn outside of the
    /// page.
    /// </summary>
    public Task EnterAsync(ILocator field, DateOnly day) =>
        EnterAsync(field, day.ToString("MMddyyyy", CultureInfo.InvariantCulture), day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    /// <inheritdoc cref="EnterAsync(ILocator, DateOnly)"/>
    public Task EnterAsync(ILocator field, TimeOnly time) =>
        EnterAsync(field, time.ToString("hhmmtt", CultureInfo.InvariantCulture), time.ToString("HH:mm", CultureInfo.InvariantCulture));

    private async Task EnterAsync(ILocator field, string keys, string value)
    {
        if (input == Input.Keyboard)
        {
            await ReachAsync(field);
            await page.Keyboard.TypeAsync(keys);
        }
        else
        {
            await field.ClickAsync(new() { Trial = true });
            await field.FillAsync(value);
        }
        await Assertions.Expect(field).ToHaveValueAsync(value);
    }

    /// <summary>Of several Tab comes to the one that is chosen, and the arrows choose another.</summary>
    private async Task ChooseAsync(ILocator choice)
    {
        for (var steps = 0; !await IsFocusedAsync(choice); steps++)
        {
            Assert.True(steps < MaxChoices, $"The arrows do not lead to {choice}.");
            await page.Keyboard.PressAsync("ArrowDown");
        }
    }

    private async Task ReachAsync(ILocator target)
    {
        var goal = await IsAsync(target, "[type=radio]") ? target.Locator("xpath=ancestor::fieldset[1]").Locator("[type=radio]:checked") : target;
        for (var tabs = 0; !await IsFocusedAsync(goal); tabs++)
        {
            Assert.True(tabs < MaxTabs, $"Tab does not lead to {target}.");
            await page.Keyboard.PressAsync("Tab");
        }
    }

    private static Task<bool> IsFocusedAsync(ILocator part) => part.EvaluateAsync<bool>("part => part === document.activeElement");

    private static Task<bool> IsAsync(ILocator part, string selector) => part.EvaluateAsync<bool>("(part, selector) => part.matches(selector)", selector);
}
