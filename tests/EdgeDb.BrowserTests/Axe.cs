using EdgeDb.Tests;
using Microsoft.Playwright;

namespace EdgeDb.BrowserTests;

/// <summary>axe-core (npm), all of its rules, on a page as it stands.</summary>
internal static class Axe
{
    private const string Run =
        """
        async () => {
          // Playwright's faked clock must not be what the audit waits for, and a page that is still appearing is half transparent.
          await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})));
          const { violations } = await axe.run(document, { resultTypes: ['violations'] });
          return violations.map(({ id, help, nodes }) => [
            `${id}: ${help} (${nodes.length})`,
            ...nodes.slice(0, 3).map(({ target, html, failureSummary }) => `    ${target.join(' ')}: ${html.slice(0, 200)}: ${failureSummary.replace(/\s+/g, ' ')}`),
          ].join('\n'));
        }
        """;

    private static readonly Lazy<string> Script = new(static () => File.ReadAllText(PathOf("src/EdgeDb.Web/node_modules/axe-core/axe.min.js")));

    /// <summary>Every rule that is broken, with some of the elements that break it.</summary>
    public static async Task<IEnumerable<string>> CheckAsync(IPage page, string what)
    {
        if (!await page.EvaluateAsync<bool>("typeof axe === 'object'"))
            await page.EvaluateAsync("source => { const script = new Function(source); script(); }", Script.Value);
        var violations = await page.EvaluateAsync<string[]>(Run);
        return violations.Select(violation => $"{what}: {violation}");
    }

    private static string PathOf(string path) => Repository.Path(path.Split('/'));
}
