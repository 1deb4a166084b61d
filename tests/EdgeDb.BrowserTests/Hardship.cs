using System.Globalization;
using Microsoft.Playwright;

namespace EdgeDb.BrowserTests;

/// <summary>
/// What pages have to bear in a long run (<c>scripts/soak.sh</c>) and never in CI. By <c>EDGEDB_BROWSER_HARDSHIP</c>: <c>cpu</c>, a slow processor; <c>presses</c>, a page
/// that has work to do after each press, so that the next one comes before anything is drawn; or <c>answers:</c> and a seed, answers of the API and parts of the pages that come late and
/// out of their order, also after what the service has told of since.
/// </summary>
internal static class Hardship
{
    private const int CpuSlowdown = 4;
    private const int LongestMs = 400;

    private static readonly string? Wanted = Environment.GetEnvironmentVariable("EDGEDB_BROWSER_HARDSHIP");
    private static readonly Random? Random = Wanted?.Split(':') is ["answers", var seed] ? new(int.Parse(seed, CultureInfo.InvariantCulture)) : null;

    public static async Task PutOnAsync(IPage page)
    {
        if (Wanted == "cpu")
        {
            var devTools = await page.Context.NewCDPSessionAsync(page);
            await devTools.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = CpuSlowdown });
        }
        if (Wanted == "presses")
        {
            // Timed by the browser's own clock, whatever becomes of the page's.
            await page.AddInitScriptAsync(
                $$"""
                {
                  const [later, now] = [setTimeout.bind(window), performance.now.bind(performance)];
                  const work = () => {
                    for (const until = now() + Math.random() * {{LongestMs}}; now() < until; );
                  };
                  for (const press of ['keydown', 'keyup', 'pointerdown', 'pointerup'])
                    addEventListener(press, () => later(work), { capture: true });
                }
                """);
        }
        if (Random is not null)
        {
            await page.RouteAsync("**/api/**", AnswerLateAsync);
            await page.RouteAsync("**/assets/**", AnswerLateAsync);
        }
    }

    private static async Task AnswerLateAsync(IRoute route)
    {
        // The stream of changes never ends.
        if (route.Request.Url.EndsWith("/api/changes", StringComparison.Ordinal))
        {
            await route.ContinueAsync();
            return;
        }
        var (before, after) = Delays();
        try
        {
            await Task.Delay(before, TimeProvider.System);
            var answer = await route.FetchAsync(new() { MaxRedirects = 0 });
            await Task.Delay(after, TimeProvider.System);
            await route.FulfillAsync(new() { Response = answer });
        }
        catch (PlaywrightException)
        {
            // The service is away, or answers by a certificate that only the browser trusts.
            await route.ContinueAsync().ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private static (TimeSpan Before, TimeSpan After) Delays()
    {
        lock (Random!)
            return (Pause(Random.Next(4) == 0), Pause(Random.Next(2) == 0));

        static TimeSpan Pause(bool some) => TimeSpan.FromMilliseconds(some ? Random!.Next(LongestMs) : 0);
    }
}
