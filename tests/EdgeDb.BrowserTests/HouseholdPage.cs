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

    private readonly IBrowserContext _context;
    private readonly Uri _service;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<string> _requests = new();

    private HouseholdPage(IBrowserContext context, IPage page, Uri service)
    {
        _context = context;
        _service = service;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _complaints.Enqueue($"{message.Text} ({message.Location})");
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Request += (_, request) => _requests.Enqueue(request.Url);
    }

    public IPage Page { get; }

    /// <summary>Network errors are what a test that takes the service away is about; all else stays a failure.</summary>
    public bool ServiceMayBeAway { get; set; }

    /// <summary>Refusals (4xx) that a test provokes are reported by the browser like failed downloads.</summary>
    public bool ServiceMayRefuse { get; set; }

    /// <summary>Opens a path, if one is given, at <see cref="Now"/>. The zone of the browser is not to matter.</summary>
    public static async Task<HouseholdPage> OpenAsync(
        Browser browser, Uri service, string? path, Screen screen, string browserZone = "Europe/Berlin", string locale = "en-GB",
        ColorScheme scheme = ColorScheme.Light)
    {
        var context = await browser.NewContextAsync(
            new() { ViewportSize = screen.Viewport, TimezoneId = browserZone, Locale = locale, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        var page = await context.NewPageAsync();
        await page.Clock.InstallAsync(new() { TimeDate = Now });
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
        Page.Locator($".ec-day:not(.ec-other-month):has(time[datetime$='-{day:00}'])");

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.DoesNotContain(_complaints, text =>
            !(ServiceMayBeAway && text.Contains("net::ERR_", StringComparison.Ordinal))
            && !(ServiceMayRefuse && text.Contains("status of 4", StringComparison.Ordinal)));
        Assert.All(_requests, url => Assert.Equal(_service.Authority, new Uri(url).Authority));
    }
}
