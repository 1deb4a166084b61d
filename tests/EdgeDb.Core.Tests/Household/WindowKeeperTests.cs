using System.Globalization;
using System.Text;
using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using NodaTime;
using Xunit;

namespace EdgeDb.Core.Tests.Household;

public sealed class WindowKeeperTests : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryDatabase _folder = new();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task While_the_window_moves_every_read_finds_what_its_snapshot_does_not_hold_expanded()
    {
        var database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        var household = await _folder.HouseholdAsync(database);
        await household.Window.MoveAsync(None);
        var window = household.Window.Target;
        var calendar = (await household.Store.AddCalendarAsync("Daily", null, null, null, Actor.Everything, None)).Id;
        await household.Import.ImportAsync(calendar, Daily(), Actor.Everything, None);
        var rows = await CountAsync(database);

        // As in the middle of a move, or after a kill in it: the second half is not expanded yet.
        var middle = window.From + ((window.To - window.From) / 2 / 86_400 * 86_400);
        await database.WriteAsync(
            middle,
            static (session, middle) =>
            {
                SettingRows.Write(session, "window.readable.to", middle.ToString(CultureInfo.InvariantCulture));
                return session.Prepare("DELETE FROM occurrence WHERE start >= ?1").Bind(1, middle).Execute();
            },
            None);
        Assert.Equal(30, await ShownAsync(household, middle - (30 * 86_400)));
        Assert.Equal(30, await ShownAsync(household, middle));
        Assert.Equal(new OccurrenceWindow(window.From, middle), (await household.Store.OverviewAsync(None)).Window);

        await household.Window.MoveAsync(None);

        Assert.Equal(rows, await CountAsync(database));
        Assert.Equal(window, (await household.Store.OverviewAsync(None)).Window);
    }

    private static MemoryStream Daily() =>
        new(Encoding.UTF8.GetBytes("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20000101T090000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"));

    private static ValueTask<long> CountAsync(SqliteDatabase database) =>
        database.ReadAsync(0, static (session, _) => session.Prepare("SELECT count(*) FROM occurrence").Scalar(), None);

    private static async Task<int> ShownAsync(HouseholdServices household, long from)
    {
        var start = Instant.FromUnixTimeSeconds(from);
        return (await household.Occurrences.ReadAsync(new(start, start + Duration.FromDays(30), DateTimeZone.Utc, Sight.Everything, [], [], 500), None)).Items.Count;
    }
}
