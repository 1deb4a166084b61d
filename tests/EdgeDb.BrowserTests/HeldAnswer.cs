using Microsoft.Playwright;

namespace EdgeDb.BrowserTests;

/// <summary>The first answer to a GET of an address: the service makes it at once, and the page gets it when the test says so.</summary>
internal sealed class HeldAnswer
{
    private readonly IPage _page;
    private readonly TaskCompletionSource<IRequest> _made = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HeldAnswer(IPage page) => _page = page;

    /// <param name="page">Whose.</param>
    /// <param name="address">As a pattern of Playwright's.</param>
    public static async Task<HeldAnswer> OnAsync(IPage page, string address)
    {
        var held = new HeldAnswer(page);
        await page.RouteAsync(address, held.HoldAsync);
        return held;
    }

    /// <summary>Waits until the service has answered.</summary>
    public Task IsMadeAsync() => _made.Task.WaitAsync(Browser.Patience, TestContext.Current.CancellationToken);

    /// <summary>Lets it come, and waits until the page shows what it makes of it.</summary>
    public async Task ComesAsync()
    {
        var request = await _made.Task;
        await _page.RunAndWaitForRequestFinishedAsync(() => Task.FromResult(_released.TrySetResult()), new() { Predicate = finished => finished == request });
        await LateAnswers.DrawnAsync(_page);
    }

    private async Task HoldAsync(IRoute route)
    {
        if (route.Request.Method != "GET" || _made.Task.IsCompleted)
        {
            await route.ContinueAsync();
            return;
        }

        var answer = await route.FetchAsync();
        _made.SetResult(route.Request);
        await _released.Task;
        await route.FulfillAsync(new() { Response = answer });
    }
}
