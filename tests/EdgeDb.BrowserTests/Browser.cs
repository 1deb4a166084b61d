using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(EdgeDb.BrowserTests.Browser))]
// A test starts a service and a browser context of its own; more of them at once than cores would only make waits longer.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]

namespace EdgeDb.BrowserTests;

/// <summary>One Chromium for all tests; every test has a context of its own in it, with its own storage and clock.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string DefaultPath = "/usr/bin/chromium";

    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    // Instead of 5 s: on a busy machine the service alone may need those for an answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private string? _missing;

    public async ValueTask InitializeAsync()
    {
        var path = Environment.GetEnvironmentVariable("EDGEDB_CHROMIUM") ?? DefaultPath;
        if (!File.Exists(path))
        {
            _missing = $"There is no Chromium at {path}; install it or set EDGEDB_CHROMIUM.";
            return;
        }
        Assertions.SetDefaultExpectTimeout((float)Patience.TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Headless = true, Args = Arguments });
    }

    /// <summary>A new context. Without a browser the test fails where it counts (CI) and is skipped elsewhere.</summary>
    public async Task<IBrowserContext> NewContextAsync(BrowserNewContextOptions options)
    {
        if (_missing is not null && Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(_missing);
        Assert.SkipWhen(_missing is not null, _missing ?? "");
        var context = await _browser!.NewContextAsync(options);
        context.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        return context;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
