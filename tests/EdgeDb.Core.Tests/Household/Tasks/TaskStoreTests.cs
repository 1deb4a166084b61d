using System.Text;
using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EdgeDb.Core.Tests.Household.Tasks;

/// <summary>Lists of a family of two adults and a child.</summary>
public sealed class TaskStoreTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryDatabase _folder = new();
    private SqliteDatabase _database = null!;
    private HouseholdServices _household = null!;
    private string _ada = null!;
    private string _ben = null!;
    private string _mia = null!;
    private string _shopping = null!;
    private string _bens = null!;
    private string _gifts = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        _household = await _folder.HouseholdAsync(_database);
        await _household.Store.InitializeAsync("Europe/Berlin", None);
        _ada = (await _household.Store.AddMemberAsync("Ada", null, None)).Id;
        _ben = (await _household.Store.AddMemberAsync("Ben", null, None)).Id;
        _mia = (await _household.Store.AddMemberAsync("Mia", null, None)).Id;
        _shopping = await ListAsync("Shopping", "household");
        _bens = await ListAsync("Ben's", "household", _ben);
        _gifts = await ListAsync("Gifts", "adults", _ada, _ben);
    }

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task Tasks_stand_in_the_order_they_were_added_and_moved()
    {
        var ids = new Dictionary<string, string>();
        foreach (var name in new[] { "a", "b", "c", "d" })
            ids.Add(name, await AddAsync(_shopping, name));
        Assert.Equal("a b c d", await ShownAsync(_shopping));

        await MoveAsync("d", null);
        Assert.Equal("d a b c", await ShownAsync(_shopping));
        await MoveAsync("d", "b");
        Assert.Equal("a b d c", await ShownAsync(_shopping));
        await MoveAsync("a", "c");
        Assert.Equal("b d c a", await ShownAsync(_shopping));
        // Sent again, and behind itself: nothing changes.
        await MoveAsync("a", "c");
        await MoveAsync("b", "b");
        Assert.Equal("b d c a", await ShownAsync(_shopping));
        await Assert.ThrowsAsync<HouseholdException>(() => _household.Tasks.MoveAsync(ids["a"], "nowhere", Actor.Everything, None));

        Task MoveAsync(string what, string? after) => _household.Tasks.MoveAsync(ids[what], after is null ? null : ids[after], Actor.Everything, None);
    }

    [Fact]
    public async Task A_gap_that_a_hundred_moves_go_into_does_not_fill_up()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
            ids.Add(await AddAsync(_shopping, $"t{i}"));

        for (var i = 0; i < 100; i++)
        {
            await _household.Tasks.MoveAsync(ids[4], ids[0], Actor.Everything, None);
            await _household.Tasks.MoveAsync(ids[3], ids[0], Actor.Everything, None);
        }

        Assert.Equal("t0 t3 t4 t1 t2", await ShownAsync(_shopping));
    }

    [Fact]
    public async Task Tasks_that_came_with_one_and_the_same_place_can_be_moved_all_the_same()
    {
        await ImportAsync(_shopping, "a b c".Split(' ').Select(static n => $"UID:{n}\r\nSUMMARY:{n}\r\nX-APPLE-SORT-ORDER:7\r\n"));
        var tasks = await TasksAsync(_shopping);

        await _household.Tasks.MoveAsync(tasks[2].Id, tasks[0].Id, Actor.Everything, None);

        Assert.Equal("a c b", await ShownAsync(_shopping));
    }

    [Fact]
    public async Task A_task_that_is_added_again_under_its_UID_is_there_once()
    {
        var first = await _household.Tasks.AddAsync(_shopping, Draft("milk"), null, "key", Actor.Everything, None);
        Assert.Equal(first.Id, (await _household.Tasks.AddAsync(_shopping, Draft("milk"), null, "key", Actor.Everything, None)).Id);
        Assert.Equal("milk", await ShownAsync(_shopping));

        await _household.Tasks.DeleteAsync(first.Id, null, Actor.Everything, None);
        await AssertRefusedAsync(HouseholdError.Conflict, () => _household.Tasks.AddAsync(_shopping, Draft("milk"), null, "key", Actor.Everything, None));
    }

    [Fact]
    public async Task Ticking_one_due_time_twice_does_it_once_and_taking_it_back_twice_takes_one_back()
    {
        var cat = await AddAsync(_shopping, "cat", "2026-03-01", "FREQ=DAILY");

        await TickAsync(cat, "2026-03-01");
        var again = await TickAsync(cat, "2026-03-01");
        Assert.Equal("2026-03-02", Due(again));
        Assert.Single((await _household.Tasks.DoneAsync(cat, Sight.Everything, None)).Done);

        await TickAsync(cat, "2026-03-02");
        Assert.Equal("2026-03-02", Due(await _household.Tasks.UntickAsync(cat, "2026-03-02", Actor.Everything, None)));
        Assert.Equal("2026-03-02", Due(await _household.Tasks.UntickAsync(cat, "2026-03-02", Actor.Everything, None)));
        Assert.Equal("2026-03-01", Due(await _household.Tasks.UntickAsync(cat, "2026-03-01", Actor.Everything, None)));
        Assert.Equal("2026-03-01", Due(await _household.Tasks.UntickAsync(cat, "2026-03-01", Actor.Everything, None)));
    }

    [Fact]
    public async Task However_often_and_in_whatever_order_ticks_arrive_each_due_time_is_done_once() => await Task.Run(() => Prop.ForAll(
        Gen.Choose(0, 5).ListOf().ToArbitrary(),
        days =>
        {
            var task = AddAsync(_shopping, "cat", "2026-03-01", "FREQ=DAILY").GetAwaiter().GetResult();
            // What a chore that is ticked in time goes through; a tick of a day that is not its turn does nothing.
            var expected = 0;
            foreach (var day in days)
            {
                TickAsync(task, $"2026-03-0{day + 1}").GetAwaiter().GetResult();
                expected += day == expected ? 1 : 0;
                var done = _household.Tasks.DoneAsync(task, Sight.Everything, None).AsTask().GetAwaiter().GetResult();
                Assert.Equal($"2026-03-0{expected + 1}", Due(done.Task));
                Assert.Equal(Enumerable.Range(1, expected).Select(static d => $"2026-03-0{d}").Reverse(), done.Done.Select(static d => d.Due));
            }

            _household.Tasks.DeleteAsync(task, null, Actor.Everything, None).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40)), None);

    [Fact]
    public async Task Who_did_it_is_whoever_came_and_an_adult_can_say_it_was_somebody_else()
    {
        var task = await AddAsync(_shopping, "milk");

        var done = await _household.Tasks.TickAsync(task, null, null, Adult(_ben), None);
        Assert.Equal((_ben, true), (done.Latest!.MemberId, TaskView.Of(TaskSource.Read(done.Source).Master).IsDone));
        await _household.Tasks.UntickAsync(task, null, Adult(_ben), None);
        Assert.Equal(_mia, (await _household.Tasks.TickAsync(task, null, _mia, Adult(_ben), None)).Latest!.MemberId);

        await _household.Tasks.UntickAsync(task, null, Child(_mia), None);
        await AssertRefusedAsync(HouseholdError.Forbidden, () => _household.Tasks.TickAsync(task, null, _ben, Child(_mia), None));
    }

    [Fact]
    public async Task The_newest_fifty_times_are_kept()
    {
        var task = await AddAsync(_shopping, "cat", "2026-03-01", "FREQ=DAILY");
        for (var i = 0; i < 55; i++)
            await TickAsync(task, Due(await _household.Tasks.GetAsync(task, Sight.Everything, None)));

        var done = (await _household.Tasks.DoneAsync(task, Sight.Everything, None)).Done;

        Assert.Equal(50, done.Count);
        Assert.Equal(("2026-04-24", "2026-03-06"), (done[0].Due, done[^1].Due));
    }

    [Fact]
    public async Task What_was_planned_anew_since_it_was_done_cannot_be_taken_back_and_says_so()
    {
        var task = await AddAsync(_shopping, "cat", "2026-03-01", "FREQ=DAILY");
        await TickAsync(task, "2026-03-01");
        await ChangeAsync(task, Draft("cat", "2026-03-10", "FREQ=DAILY"));

        await AssertRefusedAsync(HouseholdError.Conflict, () => _household.Tasks.UntickAsync(task, "2026-03-01", Actor.Everything, None));

        // What was only renamed can.
        await TickAsync(task, "2026-03-10");
        await ChangeAsync(task, Draft("Feed the cat", "2026-03-11", "FREQ=DAILY"));
        Assert.Equal("2026-03-10", Due(await _household.Tasks.UntickAsync(task, "2026-03-10", Actor.Everything, None)));
    }

    [Fact]
    public async Task A_rule_that_keeps_to_the_day_follows_the_day()
    {
        var task = await AddAsync(_shopping, "bins", "2026-03-02", "FREQ=WEEKLY;BYDAY=MO");

        await ChangeAsync(task, Draft("bins", "2026-03-03", "FREQ=WEEKLY;BYDAY=MO"));

        Assert.Equal("FREQ=WEEKLY;BYDAY=TU", TaskView.Of(TaskSource.Read((await _household.Tasks.GetAsync(task, Sight.Everything, None)).Source).Master).Rule);
    }

    [Fact]
    public async Task What_is_deleted_comes_back_with_its_place_and_its_past()
    {
        await AddAsync(_shopping, "a");
        var cat = await AddAsync(_shopping, "cat", "2026-03-01", "FREQ=DAILY");
        await AddAsync(_shopping, "z");
        await TickAsync(cat, "2026-03-01");

        await _household.Tasks.DeleteAsync(cat, null, Actor.Everything, None);
        Assert.Equal("a z", await ShownAsync(_shopping));
        await AssertRefusedAsync(HouseholdError.NotFound, () => TickAsync(cat, "2026-03-02"));
        await _household.Tasks.RestoreAsync(cat, null, Actor.Everything, None);
        await _household.Tasks.RestoreAsync(cat, null, Actor.Everything, None);

        Assert.Equal("a cat z", await ShownAsync(_shopping));
        Assert.Equal("2026-03-01", Due(await _household.Tasks.UntickAsync(cat, "2026-03-01", Actor.Everything, None)));
    }

    [Fact]
    public async Task Clearing_takes_what_is_done_and_says_what_it_took()
    {
        var (milk, bread, cat) = (await AddAsync(_shopping, "milk"), await AddAsync(_shopping, "bread"), await AddAsync(_shopping, "cat", "2026-03-01", "FREQ=DAILY"));
        foreach (var (task, due) in new[] { (milk, null), (cat, "2026-03-01") })
            await TickAsync(task, due);

        Assert.Equal([milk], await _household.Tasks.ClearDoneAsync(_shopping, Actor.Everything, None));
        Assert.Equal("bread cat", await ShownAsync(_shopping));
        await _household.Tasks.RestoreAsync(milk, null, Actor.Everything, None);
        Assert.Equal("milk bread cat", await ShownAsync(_shopping));
        Assert.Equal([bread, cat], (await _household.Tasks.ListAsync(Sight.Everything, [_shopping], true, null, 10, None)).Select(static t => t.Id));
    }

    [Fact]
    public async Task Tasks_of_a_list_that_is_gone_are_restored_into_another_by_those_who_saw_it()
    {
        var task = await AddAsync(_gifts, "bicycle");
        await AssertRefusedAsync(HouseholdError.Conflict, () => _household.Store.DeleteCalendarAsync(_gifts, false, null, Actor.Everything, None));
        await _household.Store.DeleteCalendarAsync(_gifts, true, null, Actor.Everything, None);

        await AssertRefusedAsync(HouseholdError.NotFound, () => _household.Tasks.RestoreAsync(task, _shopping, Child(_mia), None));
        await AssertRefusedAsync(HouseholdError.Invalid, () => _household.Tasks.RestoreAsync(task, null, Adult(_ada), None));
        await _household.Tasks.RestoreAsync(task, _shopping, Adult(_ada), None);

        Assert.Equal("bicycle", await ShownAsync(_shopping));
    }

    [Fact]
    public async Task What_was_deleted_a_month_ago_is_forgotten()
    {
        var (old, fresh) = (await AddAsync(_shopping, "old"), await AddAsync(_shopping, "fresh"));
        await _household.Tasks.DeleteAsync(old, null, Actor.Everything, None);
        _folder.Time.SetUtcNow(_folder.Time.GetUtcNow().AddDays(29));
        await _household.Tasks.DeleteAsync(fresh, null, Actor.Everything, None);
        _folder.Time.SetUtcNow(_folder.Time.GetUtcNow().AddDays(2));

        await _household.Tasks.EmptyTrashAsync(None);

        await AssertRefusedAsync(HouseholdError.NotFound, () => _household.Tasks.RestoreAsync(old, null, Actor.Everything, None));
        await _household.Tasks.RestoreAsync(fresh, null, Actor.Everything, None);
    }

    [Fact]
    public async Task Everybody_sees_what_they_may_and_changes_what_is_theirs()
    {
        var milk = await AddAsync(_shopping, "milk");
        var tax = await AddAsync(_bens, "tax");
        var room = (await _household.Tasks.AddAsync(_bens, Draft("room"), _mia, null, Actor.Everything, None)).Id;
        var gift = await AddAsync(_gifts, "gift");
        await _household.Tasks.AddAsync(_bens, TaskDraft.Check("secret", null, null, false, null, null, 0, [], true), null, null, Actor.Everything, None);

        Assert.Equal("milk tax room secret gift", await SeenAsync(Adult(_ben)));
        Assert.Equal("milk tax room gift", await SeenAsync(Adult(_ada)));
        Assert.Equal("milk tax room", await SeenAsync(Child(_mia)));
        Assert.Equal("milk tax room", await SeenAsync(new(Sight.House, false)));
        Assert.Equal("", await SeenAsync(new(Sight.Guest, true)));

        // The list of nobody in particular is a child's too; of another's, what is for her can be done.
        var mia = Child(_mia);
        await _household.Tasks.ChangeAsync(milk, null, _ => Draft("oat milk"), null, null, mia, None);
        await _household.Tasks.TickAsync(room, null, null, mia, None);
        await AssertRefusedAsync(HouseholdError.Forbidden, () => _household.Tasks.TickAsync(tax, null, null, mia, None));
        await AssertRefusedAsync(HouseholdError.Forbidden, () => _household.Tasks.DeleteAsync(room, null, mia, None));
        await AssertRefusedAsync(HouseholdError.Forbidden, () => _household.Tasks.AddAsync(_bens, Draft("x"), null, null, mia, None));
        await AssertRefusedAsync(HouseholdError.NotFound, () => _household.Tasks.TickAsync(gift, null, null, mia, None));
        await AssertRefusedAsync(HouseholdError.Invalid, () => _household.Tasks.AddAsync(_gifts, Draft("x"), null, null, mia, None));

        async Task<string> SeenAsync(Actor actor) =>
            string.Join(' ', (await _household.Tasks.ListAsync(actor.Sight, [], false, null, 100, None)).Select(Summary));
    }

    [Fact]
    public async Task Calendars_of_events_take_no_tasks_and_lists_no_events()
    {
        var calendar = (await _household.Store.AddCalendarAsync("Events", null, null, null, Actor.Everything, None)).Id;

        await AssertRefusedAsync(HouseholdError.Invalid, () => _household.Tasks.AddAsync(calendar, Draft("x"), null, null, Actor.Everything, None));
        var source = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260305T100000Z\r\nEND:VEVENT\r\n"u8.ToArray();
        await _household.Window.MoveAsync(None);
        await AssertRefusedAsync(HouseholdError.Invalid, () => _household.Events.SaveAsync([new(null, _shopping, source, null)], Actor.Everything, None));
    }

    [Fact]
    public async Task A_list_holds_a_thousand_and_no_half_of_a_file_that_has_more()
    {
        await ImportAsync(_shopping, Enumerable.Range(0, 999).Select(static i => $"UID:{i}\r\nSUMMARY:{i}\r\n"));

        await AssertRefusedAsync(HouseholdError.LimitReached, () => ImportAsync(_shopping, ["UID:a\r\n", "UID:b\r\n"]));
        Assert.Equal(999, (await _household.Store.CalendarsAsync(Sight.Everything, None)).Single(c => c.Id == _shopping).EventCount);
        await AddAsync(_shopping, "the last");
        await AssertRefusedAsync(HouseholdError.LimitReached, () => AddAsync(_shopping, "one more"));
    }

    [Fact]
    public async Task An_old_file_does_not_open_again_what_was_done_since_and_a_newer_one_counts()
    {
        string[] before = ["UID:milk\r\nSUMMARY:Milk\r\nSEQUENCE:1\r\nLAST-MODIFIED:20260301T000000Z\r\n"];
        await ImportAsync(_shopping, before);
        var task = (await TasksAsync(_shopping)).Single();
        await TickAsync(task.Id, null);

        Assert.Equal(0, (await ImportAsync(_shopping, before)).Changed);
        Assert.NotNull((await TasksAsync(_shopping)).Single().CompletedAt);

        Assert.Equal(1, (await ImportAsync(_shopping, ["UID:milk\r\nSUMMARY:Oat milk\r\nSEQUENCE:9\r\nSTATUS:COMPLETED\r\nCOMPLETED:20260302T000000Z\r\n"])).Changed);
        Assert.Equal(("Oat milk", task.Id), (Summary((await TasksAsync(_shopping)).Single()), (await TasksAsync(_shopping)).Single().Id));
        // Completed elsewhere: there is no tick, and it can be opened.
        await _household.Tasks.UntickAsync(task.Id, null, Actor.Everything, None);
        Assert.Null((await TasksAsync(_shopping)).Single().CompletedAt);
    }

    [Fact]
    public async Task Place_and_member_go_out_with_the_text_and_come_back_and_are_not_kept_in_it()
    {
        var task = await _household.Tasks.AddAsync(_shopping, Draft("milk"), _ben, null, Actor.Everything, None);
        var published = await PublishedAsync(_shopping);
        Assert.Contains($"X-APPLE-SORT-ORDER:{task.Position}\r\n", published, StringComparison.Ordinal);
        Assert.Contains($"ATTENDEE;CN=Ben:urn:uuid:{_ben}\r\n", published.Replace("\r\n ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(_ben, Encoding.UTF8.GetString(task.Source), StringComparison.Ordinal);

        var other = await ListAsync("Other", "household");
        await _household.TaskImport.ImportAsync(other, new MemoryStream(Encoding.UTF8.GetBytes(published)), Actor.Everything, None);

        var back = (await TasksAsync(other)).Single();
        Assert.Equal((_ben, task.Position), (back.MemberId, back.Position));
        Assert.DoesNotContain(_ben, Encoding.UTF8.GetString(back.Source), StringComparison.Ordinal);
        await _household.Store.DeleteMemberAsync(_ben, null, None);
        Assert.Null((await TasksAsync(other)).Single().MemberId);
    }

    [Fact]
    public async Task The_file_passes_its_check_after_all_of_it()
    {
        var task = await AddAsync(_gifts, "bicycle", "2026-03-01", "FREQ=DAILY");
        await TickAsync(task, "2026-03-01");
        await _household.Store.DeleteCalendarAsync(_gifts, true, null, Actor.Everything, None);

        foreach (var query in OrphanQueries.All)
            Assert.Equal((query.Name, 0L), (query.Name, await _database.ReadAsync(query.Sql, static (session, sql) => session.Prepare($"SELECT count(*) FROM ({sql})").Scalar(), None)));
    }

    private static TaskDraft Draft(string summary, string? due = null, string? rule = null) => TaskDraft.Check(summary, null, due, due is not null, null, rule, 0, [], false);

    private static Actor Adult(string member) => new(Sight.Of(Role.Adult, member), OwnOnly: false);

    private static Actor Child(string member) => new(Sight.Of(Role.Child, member), OwnOnly: true);

    private static string Summary(StoredTask task) => TaskView.Of(TaskSource.Read(task.Source).Master).Todo.Summary!;

    private static string? Due(StoredTask task) => TaskView.Of(TaskSource.Read(task.Source).Master).DueText;

    private static async Task AssertRefusedAsync(HouseholdError error, Func<Task> act) => Assert.Equal(error, (await Assert.ThrowsAsync<HouseholdException>(act)).Error);

    private async Task<string> ListAsync(string name, string access, params string[] members) =>
        (await _household.Store.AddListAsync(name, null, members, access, Actor.Everything, None)).Id;

    private async Task<string> AddAsync(string list, string summary, string? due = null, string? rule = null) =>
        (await _household.Tasks.AddAsync(list, Draft(summary, due, rule), null, null, Actor.Everything, None)).Id;

    private Task<StoredTask> ChangeAsync(string task, TaskDraft draft) => _household.Tasks.ChangeAsync(task, null, _ => draft, null, null, Actor.Everything, None);

    private Task<StoredTask> TickAsync(string task, string? due) => _household.Tasks.TickAsync(task, due, null, Actor.Everything, None);

    private async Task<IReadOnlyList<StoredTask>> TasksAsync(string list) => await _household.Tasks.ListAsync(Sight.Everything, [list], false, null, 2_000, None);

    private async Task<string> ShownAsync(string list) => string.Join(' ', (await TasksAsync(list)).Select(Summary));

    private Task<CalendarImportResult> ImportAsync(string list, IEnumerable<string> tasks) => _household.TaskImport.ImportAsync(
        list,
        new MemoryStream(Encoding.UTF8.GetBytes($"BEGIN:VCALENDAR\r\n{string.Concat(tasks.Select(static t => $"BEGIN:VTODO\r\n{t}END:VTODO\r\n"))}END:VCALENDAR\r\n")),
        Actor.Everything,
        None);

    private async Task<string> PublishedAsync(string list)
    {
        var pipe = new System.IO.Pipelines.Pipe(new(pauseWriterThreshold: 0));
        await _household.Export.WriteAsync(list, "List", Sight.Everything, pipe.Writer, None);
        await pipe.Writer.CompleteAsync();
        return Encoding.UTF8.GetString((await pipe.Reader.ReadAtLeastAsync(int.MaxValue, None)).Buffer.FirstSpan);
    }
}
