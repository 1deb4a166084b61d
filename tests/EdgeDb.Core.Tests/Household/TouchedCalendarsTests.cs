using System.Collections.Concurrent;
using System.Text;
using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Household;

/// <summary>Which calendars a write of events says it touched: all whose answers it changes, and no other.</summary>
public sealed class TouchedCalendarsTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryDatabase _folder = new();
    private readonly ConcurrentQueue<string> _touched = new();
    private HouseholdServices _household = null!;
    private string _first = null!;
    private string _second = null!;

    public async ValueTask InitializeAsync()
    {
        var database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        _household = await _folder.HouseholdAsync(database);
        await _household.Window.MoveAsync(None);
        _first = (await _household.Store.AddCalendarAsync("First", null, null, null, Actor.Everything, None)).Id;
        _second = (await _household.Store.AddCalendarAsync("Second", null, null, null, Actor.Everything, None)).Id;
        database.Committed += commit =>
        {
            foreach (var touched in commit.Topics.Where(static t => t.StartsWith(Topics.Occurrences, StringComparison.Ordinal)))
                _touched.Enqueue(touched);
        };
    }

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task A_write_touches_its_calendar_and_no_other()
    {
        var id = await AddAsync(_first, "a", "Swim");
        Assert.Equal([Row(_first)], Touched());

        await _household.Events.DeleteAsync(id, null, Actor.Everything, null, None);
        Assert.Equal([Row(_first)], Touched());
    }

    [Fact]
    public async Task A_change_of_one_copy_touches_every_calendar_that_holds_one()
    {
        await AddAsync(_first, "a", "Swim");
        _touched.Clear();

        await AddAsync(_second, "a", "Swim");
        Assert.Equal([Row(_first), Row(_second)], Touched());

        // The copy of the second calendar is not the shown one, and the answers of both change nevertheless: they name the calendars that hold it.
        var second = (await _household.Events.ListAsync(Sight.Everything, [_second], null, null, 10, None)).Single();
        await _household.Events.DeleteAsync(second.Id, null, Actor.Everything, null, None);
        Assert.Equal([Row(_first), Row(_second)], Touched());
    }

    [Fact]
    public async Task An_event_that_moves_touches_both_calendars()
    {
        var id = await AddAsync(_first, "a", "Swim");
        _touched.Clear();

        await _household.Events.SaveAsync([new(id, _second, Source("a", "Swim"), null)], Actor.Everything, None);
        Assert.Equal([Row(_first), Row(_second)], Touched());
    }

    private async Task<string> AddAsync(string calendarId, string uid, string summary) =>
        (await _household.Events.SaveAsync([new(null, calendarId, Source(uid, summary), null)], Actor.Everything, None))[0];

    private static byte[] Source(string uid, string summary) => Encoding.UTF8.GetBytes(
        $"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260105T090000Z\r\nSUMMARY:{summary}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");

    private string[] Touched()
    {
        string[] touched = [.. _touched.Order(StringComparer.Ordinal)];
        _touched.Clear();
        return touched;
    }

    private static string Row(string calendarId) => $"{Topics.Occurrences}/{calendarId}";
}
