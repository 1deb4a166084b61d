using System.Text.Json;
using Microsoft.Playwright;

namespace EdgeDb.BrowserTests;

/// <summary>What a browser has kept, as its developer tools would show it.</summary>
internal static class KeptData
{
    private const string Read =
        """
        async () => {
          // Opening what is not there yet would make it, without what the page wants in it.
          if (!(await indexedDB.databases()).some(({ name }) => name === 'edgedb')) return {};
          const database = await new Promise((resolve, reject) => Object.assign(indexedDB.open('edgedb'), { onsuccess: ({ target }) => resolve(target.result), onerror: reject }));
          try {
            const kept = database.transaction('kept').objectStore('kept');
            const all = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: reject }));
            const [keys, values] = await Promise.all([all(kept.getAllKeys()), all(kept.getAll())]);
            return Object.fromEntries(keys.map((key, index) => [key, values[index]]));
          } finally {
            database.close();
          }
        }
        """;

    /// <summary>All of it, as JSON.</summary>
    public static Task<string> KeptAsync(this IPage page) => page.EvaluateAsync<string>($"async () => JSON.stringify(await ({Read})())");

    /// <summary>Waits until the pages and this text are kept.</summary>
    public static Task IsKeptAsync(this IPage page, string text) =>
        page.HoldsAsync(
            $"async () => navigator.serviceWorker.controller?.state === 'activated' && JSON.stringify((await ({Read})()).weeks?.windows[0] ?? null).includes({JsonSerializer.Serialize(text)})");

    public static Task IsKeptAsync(this HouseholdPage page, string text) => page.Page.IsKeptAsync(text);

    /// <summary>Waits until the pages and an entry of a list are kept.</summary>
    public static Task KeepsEntryAsync(this HouseholdPage page, string title) =>
        page.Page.HoldsAsync(
            $"async () => navigator.serviceWorker.controller?.state === 'activated' && JSON.stringify((await ({Read})()).weeks?.more ?? null).includes({JsonSerializer.Serialize(title)})");

    /// <summary>Waits until so many edits are kept.</summary>
    public static Task KeepsEditsAsync(this HouseholdPage page, int count) => page.Page.HoldsAsync($"async () => ((await ({Read})()).edits?.length ?? 0) === {count}");

    /// <summary>Waits until so many changes of lists are kept.</summary>
    public static Task KeepsTicksAsync(this HouseholdPage page, int count) => page.Page.HoldsAsync($"async () => ((await ({Read})()).tasks?.length ?? 0) === {count}");

    /// <summary>Waits until so many reminders are kept as done, or as postponed.</summary>
    public static Task KeepsMarksAsync(this HouseholdPage page, int done, int postponed) =>
        page.Page.HoldsAsync(
            $"async () => {{ const {{ reminders }} = await ({Read})(); const marks = Object.values(reminders?.marks ?? {{}});"
            + $" return marks.filter(({{ done }}) => done).length === {done} && marks.filter(({{ again, done }}) => again && !done).length === {postponed}; }}");

    /// <summary>Waits until the reminder of an event or task is kept.</summary>
    public static Task KeepsReminderAsync(this HouseholdPage page, string title) =>
        page.Page.HoldsAsync($"async () => JSON.stringify((await ({Read})()).reminders?.known ?? null).includes({JsonSerializer.Serialize(title)})");

    /// <summary>Waits until the browser keeps what is whose.</summary>
    public static Task IsSomebodysAsync(this HouseholdPage page) => page.Page.HoldsAsync($"async () => Boolean((await ({Read})()).owner)");

    /// <summary>Waits until nothing is kept of anybody.</summary>
    public static Task KeepsNothingAsync(this HouseholdPage page) => page.Page.HoldsAsync($"async () => Object.keys(await ({Read})()).length === 0");

    /// <summary>Waits until an asynchronous function of the page, one that looks at lasting things, answers true.</summary>
    public static async Task HoldsAsync(this IPage page, string function) =>
        Assert.True(
            await page.EvaluateAsync<bool>(
                $$"""
                async () => {
                  // Three minutes; the faked clock runs on by itself.
                  for (let left = 1800; left > 0; left--) {
                    if (await ({{function}})()) return true;
                    await new Promise((resolve) => setTimeout(resolve, 100));
                  }
                  return false;
                }
                """),
            function);
}
