using System.Text;
using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Household;

public sealed class FeedImportTests : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryDatabase _folder = new();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task While_one_feed_is_applied_another_waits_and_keeps_its_text_unread()
    {
        var database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        var household = await _folder.HouseholdAsync(database);
        await household.Window.MoveAsync(None);
        var (first, second) = (await AddAsync(household, "a"), await AddAsync(household, "b"));
        var waiting = Answer("b");
        Task? applied = null;

        await household.FeedImport.ApplyAsync(
            first,
            Answer("a"),
            _ =>
            {
                // The last step of the first: without the queue, the second would read its text before its first wait.
                applied = household.FeedImport.ApplyAsync(second, waiting, static _ => TimeSpan.FromHours(1), None);
                Assert.NotNull(waiting.Content);
                return TimeSpan.FromHours(1);
            },
            None);
        await applied!;

        Assert.Null(waiting.Content);
        Assert.Equal([1, 1], (await household.Feeds.ListAsync(Sight.Everything, None)).Select(static f => f.EventCount));
    }

    private static Task<Feed> AddAsync(HouseholdServices household, string name) =>
        household.Feeds.AddAsync(FeedAddress.Parse($"https://example.org/{name}.ics", "address", allowFile: false), null, null, null, null, Actor.Everything, None);

    private static FeedResponse Answer(string uid) =>
        new(
            Encoding.UTF8.GetBytes($"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:20260105T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"),
            new byte[32],
            null,
            null);
}
