using System.Text.Json;
using Microsoft.Playwright;

namespace EdgeDb.BrowserTests;

/// <summary>A finger on the screen, as the browser's own input knows it: Playwright's taps are never long.</summary>
internal sealed class Finger : IAsyncDisposable
{
    private readonly ICDPSession _session;
    private bool _down = true;

    private Finger(ICDPSession session) => _session = session;

    public static async Task<Finger> PutAsync(HouseholdPage page, float x, float y)
    {
        var finger = new Finger(await page.Page.Context.NewCDPSessionAsync(page.Page));
        await finger.SendAsync("touchStart", x, y);
        return finger;
    }

    public Task MoveAsync(float x, float y) => SendAsync("touchMove", x, y);

    public async Task LiftAsync()
    {
        _down = false;
        await _session.SendAsync("Input.dispatchTouchEvent", new() { ["type"] = "touchEnd", ["touchPoints"] = Array.Empty<object>() });
    }

    /// <summary>The system takes the touch for itself, as when a call comes in.</summary>
    public async Task TakeAwayAsync()
    {
        _down = false;
        await _session.SendAsync("Input.dispatchTouchEvent", new() { ["type"] = "touchCancel", ["touchPoints"] = Array.Empty<object>() });
    }

    public async ValueTask DisposeAsync()
    {
        if (_down)
            await LiftAsync();
        await _session.DetachAsync();
    }

    private Task<JsonElement?> SendAsync(string type, float x, float y) =>
        _session.SendAsync("Input.dispatchTouchEvent", new() { ["type"] = type, ["touchPoints"] = new[] { new { x, y } } });
}
