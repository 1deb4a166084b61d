using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(EdgeDb.BrowserTests.Browser))]
// A test starts a service and a browser context of its own; more of them at once than cores would only make waits longer.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]

namespace EdgeDb.BrowserTests;

/// <summary>One Chromium for all tests; every test has a context of its own in it, with its own storage and clock.</summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>Chromium without windows: the one with windows draws them, and pages of its own in them, for nobody.</summary>
    internal static readonly string ExecutablePath = Environment.GetEnvironmentVariable("EDGEDB_CHROMIUM") ?? "/usr/bin/chromium-headless-shell";

    private static readonly string[] Arguments =
    [
        // Its own language, in which the parts of a day are typed; what a page is to be told is said by its context.
        "--lang=en-US",
        "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    // Instead of 5 s: on a busy machine the service alone may need those for an answer.
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private string? _missing;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(ExecutablePath))
        {
            _missing = $"There is no Chromium at {ExecutablePath}; install it or set EDGEDB_CHROMIUM.";
            return;
        }
        Assertions.SetDefaultExpectTimeout((float)Patience.TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = ExecutablePath, Headless = true, Args = Arguments });
    }

    /// <summary>A new context. Without a browser the test fails where it counts (CI) and is skipped elsewhere.</summary>
    public async Task<IBrowserContext> NewContextAsync(BrowserNewContextOptions options)
    {
        SkipWhenMissing();
        var context = await _browser!.NewContextAsync(options);
        context.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        return context;
    }

    /// <summary>A browser of its own that has a folder for what it keeps, and finds it there when it is opened again.</summary>
    public async Task<IBrowserContext> OpenProfileAsync(string folder, BrowserTypeLaunchPersistentContextOptions options)
    {
        SkipWhenMissing();
        options.ExecutablePath = ExecutablePath;
        options.Headless = true;
        options.Args = [.. Arguments, .. options.Args ?? []];
        var context = await _playwright!.Chromium.LaunchPersistentContextAsync(folder, options);
        context.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        return context;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync().AsTask().WaitAsync(Patience);
        // Waits for the end of the process that drives the browser.
        if (_playwright is not null)
            await Task.Run(_playwright.Dispose).WaitAsync(Patience);
    }

    private void SkipWhenMissing()
    {
        if (_missing is not null && Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(_missing);
        Assert.SkipWhen(_missing is not null, _missing ?? "");
    }
}
