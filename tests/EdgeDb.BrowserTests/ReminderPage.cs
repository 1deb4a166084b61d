using Microsoft.Playwright;

namespace EdgeDb.BrowserTests;

/// <summary>Reminders as a page shows them.</summary>
internal static class ReminderPage
{
    extension(HouseholdPage page)
    {
        /// <summary>All of them; none while nothing rings.</summary>
        public ILocator Reminders => page.Page.Reminders;

        /// <summary>The card of an event or task.</summary>
        public ILocator Reminder(string title) => page.Page.Reminder(title);

        /// <summary>Opens a path and waits until the page was told what will ring.</summary>
        public Task GoWithRemindersAsync(string path) => page.Page.ToldRemindersAsync(() => page.GoAsync(path));

        /// <summary>Loads the page anew and waits until it was told what will ring.</summary>
        public Task ReloadWithRemindersAsync() => page.Page.ToldRemindersAsync(() => page.Page.ReloadAsync());
    }

    extension(IPage page)
    {
        public ILocator Reminders => page.GetByRole(AriaRole.Region, new() { Name = "Reminders", Exact = true });

        public ILocator Reminder(string title) => page.Reminders.GetByRole(AriaRole.Article, new() { Name = title, Exact = true });

        /// <summary>Does what opens a page, and waits until that was told what will ring.</summary>
        public async Task ToldRemindersAsync(Func<Task> open)
        {
            var answer = await page.RunAndWaitForResponseAsync(open, static response => response.Url.Contains("/api/reminders?", StringComparison.Ordinal));
            await answer.FinishedAsync();
        }
    }
}
