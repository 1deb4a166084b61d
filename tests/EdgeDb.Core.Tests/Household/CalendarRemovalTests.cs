using System.Globalization;
using System.Text;
using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using NodaTime;
using Xunit;

namespace EdgeDb.Core.Tests.Household;

public sealed class CalendarRemovalTests : IAsyncDisposable
{
    private const int Events = 250;

    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryDatabase _folder = new();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task Between_two_writes_the_calendar_is_gone_for_everybody_and_the_file_passes_its_check()
    {
        var (database, household, large, other) = await FilledAsync();

        // As after a kill: marked, and some of it deleted.
        await MarkAsync(database, large);
        Assert.True(await database.WriteAsync(0L, CalendarRemoval.RemoveSome, None));

        Assert.Equal(Events - 100 + 1, await CountAsync(database, "SELECT count(*) FROM event"));
        Assert.All(OrphanQueries.All, query => Assert.Equal(0, CountAsync(database, $"SELECT count(*) FROM ({query.Sql})").AsTask().GetAwaiter().GetResult()));
        Assert.Equal([other], (await household.Store.CalendarsAsync(Sight.Everything, None)).Select(static c => c.Id));
        Assert.Equal([other], (await household.Events.ListAsync(Sight.Everything, [], null, null, 500, None)).Select(static e => e.CalendarId));
        Assert.Equal(["Event 249"], await ShownAsync(household, other));
        Assert.Equal(HouseholdError.NotFound, (await Assert.ThrowsAsync<HouseholdException>(() => household.Import.ImportAsync(large, Text(1), Actor.Everything, None))).Error);
    }

    [Fact]
    public async Task Asked_again_after_a_kill_the_removal_goes_on_and_everything_is_in_the_trash()
    {
        var (database, household, large, other) = await FilledAsync();
        await MarkAsync(database, large);
        await database.WriteAsync(0L, CalendarRemoval.RemoveSome, None);

        await household.Store.DeleteCalendarAsync(large, withEvents: true, null, Actor.Everything, None);

        Assert.Equal((1, Events), (await CountAsync(database, "SELECT count(*) FROM event"), await CountAsync(database, "SELECT count(*) FROM event_trash")));
        Assert.Equal(1, await CountAsync(database, "SELECT count(*) FROM calendar"));
        Assert.Equal(["Event 249"], await ShownAsync(household, other));
        Assert.Equal(
            HouseholdError.NotFound,
            (await Assert.ThrowsAsync<HouseholdException>(() => household.Store.DeleteCalendarAsync(large, true, null, Actor.Everything, None))).Error);
    }

    [Fact]
    public async Task A_removal_shows_how_many_events_are_gone()
    {
        var (database, household, large, _) = await FilledAsync();
        await MarkAsync(database, large);
        var progress = new List<(int Done, int Total)>();

        await household.Store.FinishRemovalsAsync(None, (done, total) => progress.Add((done, total)));

        Assert.Equal([(100, Events), (200, Events), (Events, Events)], progress);
    }

    [Fact]
    public async Task A_feed_that_is_being_removed_is_not_read_again_and_can_be_added_anew()
    {
        var (database, household, _, _) = await FilledAsync();
        var address = FeedAddress.Parse("https://example.org/a.ics", "address", allowFile: false);
        var feed = await household.Feeds.AddAsync(address, null, null, null, null, Actor.Everything, None);
        await MarkAsync(database, feed.CalendarId);

        Assert.Empty(await household.Feeds.ListAsync(Sight.Everything, None));
        Assert.Equal(0, await CountAsync(database, $"SELECT count(*) FROM ({OrphanQueries.All.Single(static q => q.Name.StartsWith("mirror", StringComparison.Ordinal)).Sql})"));
        var again = await household.Feeds.AddAsync(address, null, null, null, null, Actor.Everything, None);
        await household.Feeds.DeleteAsync(feed.Id, null, Actor.Everything, None);
        Assert.Equal([again.Id], (await household.Feeds.ListAsync(Sight.Everything, None)).Select(static f => f.Id));
    }

    private async Task<(SqliteDatabase Database, HouseholdServices Household, string Large, string Other)> FilledAsync()
    {
        var database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        var household = await _folder.HouseholdAsync(database);
        await household.Window.MoveAsync(None);
        var large = (await household.Store.AddCalendarAsync("Large", null, null, null, Actor.Everything, None)).Id;
        var other = (await household.Store.AddCalendarAsync("Other", null, null, null, Actor.Everything, None)).Id;
        await household.Import.ImportAsync(large, Text(0), Actor.Everything, None);
        await household.Import.ImportAsync(other, Text(Events - 1), Actor.Everything, None);
        return (database, household, large, other);
    }

    // The copy in the other calendar has the key of a later row, so that it is the hidden one of the two.
    private static MemoryStream Text(int first)
    {
        var text = new StringBuilder("BEGIN:VCALENDAR\r\n");
        for (var i = first; i < Events; i++)
            text.Append(CultureInfo.InvariantCulture, $"BEGIN:VEVENT\r\nUID:{i}\r\nSUMMARY:Event {i}\r\nDTSTART:20260105T090000Z\r\nEND:VEVENT\r\n");
        return new(Encoding.UTF8.GetBytes(text.Append("END:VCALENDAR\r\n").ToString()));
    }

    private static Task<bool> MarkAsync(SqliteDatabase database, string id) =>
        database.WriteAsync(
            id,
            static (session, id) =>
            {
                CalendarRemoval.Mark(session, id, keepInTrash: true);
                return true;
            },
            None);

    private static ValueTask<long> CountAsync(SqliteDatabase database, string sql) =>
        database.ReadAsync(sql, static (session, sql) => session.Prepare(sql).Scalar(), None);

    private static async Task<List<string>> ShownAsync(HouseholdServices household, string calendar)
    {
        var from = Instant.FromUtc(2026, 1, 5, 0, 0);
        var page = await household.Occurrences.ReadAsync(new(from, from + Duration.FromDays(1), DateTimeZone.Utc, Sight.Everything, [], [], 500), None);
        Assert.All(page.Items, item => Assert.Equal([calendar], item.CalendarIds));
        return [.. page.Items.Select(static o => o.Summary)];
    }
}
