using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace EdgeDb.BrowserTests;

/// <summary>
/// A network on which each answer of the service comes alone, in the order asked, after the page was drawn with what came before, and further scripts and styles only when no answer is
/// waited for: the worst that a slow one can do to a layout, and the same on every machine. The document and what it names are not held back, as nothing is drawn before those; nor is what
/// is asked for more often than a page does to begin with, as by one that looks every few seconds: on a slow machine that would have no end.
/// </summary>
internal sealed class LateAnswers
{
    // Four times is the most that a page asks for the same until it is there.
    private const int MostTimes = 10;

    private readonly IPage _page;
    private readonly ConcurrentQueue<IRoute> _answers = new();
    private readonly ConcurrentQueue<IRoute> _files = new();
    private readonly ConcurrentDictionary<IRequest, TaskCompletionSource> _ends = new();
    private readonly ConcurrentDictionary<string, int> _times = new();
    private readonly string _document;
    private volatile bool _ended;

    private LateAnswers(IPage page, string document)
    {
        _page = page;
        _document = document;
        page.RequestFinished += (_, request) => EndOf(request).TrySetResult();
        page.RequestFailed += (_, request) => EndOf(request).TrySetResult();
    }

    public static async Task<LateAnswers> OnAsync(IPage page, string document)
    {
        var late = new LateAnswers(page, document);
        await page.RouteAsync("**/*", late.HoldAsync);
        return late;
    }

    /// <summary>Lets all come, until nothing more is asked for.</summary>
    public async Task AllComeAsync()
    {
        for (var quiet = 0; quiet < 5; quiet++)
        {
            await DrawnAsync(_page);
            var next = Next();
            if (next.Count == 0)
                continue;
            quiet = -1;
            var ends = next.ConvertAll(route => EndOf(route.Request).Task);
            foreach (var route in next)
                await route.ContinueAsync();
            await Task.WhenAll(ends);
        }
    }

    /// <summary>From now on nothing is held back.</summary>
    public async Task EndAsync()
    {
        _ended = true;
        for (var next = Next(); next.Count > 0; next = Next())
        {
            foreach (var route in next)
                await route.ContinueAsync();
        }
    }

    /// <summary>Waits until the screen shows what has come: that is taken in by a task, and drawn in the frame thereafter; a second one, as the first may have been due already.</summary>
    public static async Task DrawnAsync(IPage page) => await page.EvaluateAsync("() => new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))))");

    private Task HoldAsync(IRoute route)
    {
        var path = new Uri(route.Request.Url).PathAndQuery;
        // The stream of changes never ends.
        if (_ended || route.Request.IsNavigationRequest || path == "/api/changes" || _document.Contains($"\"{path}\"", StringComparison.Ordinal))
            return route.ContinueAsync();
        if (_times.AddOrUpdate(path, 1, static (_, times) => times + 1) > MostTimes)
            return route.ContinueAsync();
        (path.StartsWith("/assets/", StringComparison.Ordinal) ? _files : _answers).Enqueue(route);
        // That may have ended since.
        return _ended ? EndAsync() : Task.CompletedTask;
    }

    private List<IRoute> Next()
    {
        if (_answers.TryDequeue(out var answer))
            return [answer];
        List<IRoute> files = [];
        while (_files.TryDequeue(out var file))
            files.Add(file);
        return files;
    }

    // It may end before its turn: the page gives up what nobody waits for any more.
    private TaskCompletionSource EndOf(IRequest request) => _ends.GetOrAdd(request, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
