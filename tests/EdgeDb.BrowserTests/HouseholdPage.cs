using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace EdgeDb.BrowserTests;

/// <summary>
/// A page of the household in a browser that writes down what it complains of and whom it talks to. Disposing it is an
/// assertion: no errors, no violation of the content security policy, no request to anyone but the service.
/// </summary>
public sealed class HouseholdPage : IAsyncDisposable
{
    /// <summary>Saturday, 14:20 in Berlin.</summary>
    public static readonly DateTime Now = new(2026, 11, 21, 13, 20, 0, DateTimeKind.Utc);

    /// <summary>What the service takes for now, in UTC, for tests in which it and a page have to agree.</summary>
    public static DateTime MachineTime => TimeProvider.System.GetUtcNow().UtcDateTime;

    private readonly IBrowserContext _context;
    private readonly Uri _service;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<string> _story = new();
    private readonly CancellationTokenRegistration _stopped;

    private HouseholdPage(IBrowserContext context, IPage page, Uri service)
    {
        _context = context;
        _service = service;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning" && message.Text != "Service Worker registration blocked by Playwright")
                _complaints.Enqueue($"{message.Text} ({message.Location})");
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Request += (_, request) =>
        {
            _requests.Enqueue(request.Url);
            Note("asked", request);
        };
        page.RequestFinished += (_, request) => Note("answered", request);
        page.RequestFailed += (_, request) => Note(request.Failure ?? "failed", request);
        // A test that is stopped after its time disposes nothing.
        _stopped = TestContext.Current.CancellationToken.Register(Tell);
    }

    public IPage Page { get; }

    /// <summary>Network errors are what a test that takes the service away is about; all else stays a failure.</summary>
    public bool ServiceMayBeAway { get; set; }

    /// <summary>Refusals (4xx) that a test provokes are reported by the browser like failed downloads.</summary>
    public bool ServiceMayRefuse { get; set; }

    /// <summary>Who lets people of the household sign in, as host and port: besides the service the only one whom a page may ask.</summary>
    public string? Provider { get; set; }

    /// <summary>Opens a path, if one is given, at <see cref="Now"/> or another time. The zone of the browser is not to matter.</summary>
    public static async Task<HouseholdPage> OpenAsync(
        Browser browser, Uri service, string? path, Screen screen, string browserZone = "Europe/Berlin", string locale = "en-GB",
        ColorScheme scheme = ColorScheme.Light, string? userAgent = null, bool touch = false, DateTime? now = null)
    {
        var context = await browser.NewContextAsync(
            new()
            {
                ViewportSize = screen.Viewport, TimezoneId = browserZone, Locale = locale, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce, UserAgent = userAgent, HasTouch = touch,
                // A worker fetches all parts of every page that is opened; OfflineTests is about what it does.
                ServiceWorkers = ServiceWorkerPolicy.Block,
            });
        return await InAsync(context, service, path, now ?? Now);
    }

    /// <summary>Opens a path, if one is given, in a new tab of a browser that is closed with it.</summary>
    public static async Task<HouseholdPage> InAsync(IBrowserContext context, Uri service, string? path, DateTime now)
    {
        var page = await context.NewPageAsync();
        await Hardship.PutOnAsync(page);
        await page.Clock.InstallAsync(new() { TimeDate = now });
        var opened = new HouseholdPage(context, page, service);
        if (path is not null)
            await opened.GoAsync(path);
        return opened;
    }

    public async Task GoAsync(string path) => await Page.GotoAsync(new Uri(_service, path).ToString());

    /// <summary>Signs in on the page that is shown to nobody.</summary>
    public async Task SignInAsync(string name, string password)
    {
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await Page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
    }

    /// <summary>A link of the navigation.</summary>
    public ILocator Link(string name) => Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    public ILocator Heading => Page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    /// <summary>The cell of a day in the month grid.</summary>
    public ILocator Day(int day) =>
        Page.Locator($".cell:not(.other):has(time[datetime$='-{day:00}'])");

    /// <summary>Before the page is opened: it waits for every answer for as long as that takes, such as for one that a test holds back.</summary>
    public Task WaitForAllAnswersAsync() => Page.AddInitScriptAsync("AbortSignal.timeout = () => new AbortController().signal");

    /// <summary>Waits until nothing is wider than the screen, as something may be that has not found its place yet.</summary>
    public Task FitsAsync() => Page.HoldsAsync("() => document.documentElement.scrollWidth === document.documentElement.clientWidth");

    public async ValueTask DisposeAsync()
    {
        await _stopped.DisposeAsync();
        // Read where the test fails: what is on the page then does not say what it waits for.
        Tell();
        TestContext.Current.TestOutputHelper?.WriteLine(await LooksAsync());
        await _context.DisposeAsync();
        Assert.DoesNotContain(_complaints, text =>
            !(ServiceMayBeAway && (text.Contains("net::ERR_", StringComparison.Ordinal) || text.StartsWith("Error while trying to use the following icon", StringComparison.Ordinal)))
            && !(ServiceMayRefuse && text.Contains("status of 4", StringComparison.Ordinal)));
        Assert.All(_requests, url => Assert.True(new Uri(url).Authority is var asked && (asked == _service.Authority || asked == Provider), $"{asked} was asked"));
    }

    private void Tell()
    {
        foreach (var line in _story)
            TestContext.Current.TestOutputHelper?.WriteLine(line);
    }

    /// <summary>What the page shows, as who cannot see it is told, and where the keys go.</summary>
    private async Task<string> LooksAsync()
    {
        try
        {
            return await Page.Locator("body").AriaSnapshotAsync(new() { Timeout = 2_000 });
        }
        catch (Exception error) when (error is PlaywrightException or TimeoutException)
        {
            return $"Nothing can be read of the page: {error.Message}";
        }
    }

    private void Note(string what, IRequest request)
    {
        _story.Enqueue($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {what}: {request.Method} {new Uri(request.Url).PathAndQuery}");
        while (_story.Count > 20)
            _story.TryDequeue(out _);
    }
}
