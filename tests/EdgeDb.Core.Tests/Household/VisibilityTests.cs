using System.IO.Pipelines;
using System.Text;
using EdgeDb.Core.Access;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using NodaTime;
using Xunit;

namespace EdgeDb.Core.Tests.Household;

/// <summary>A family of two adults and a child, and what each of them and their guests get to see.</summary>
public sealed class VisibilityTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryDatabase _folder = new();
    private HouseholdServices _household = null!;
    private string _ada = null!;
    private string _ben = null!;
    private string _mia = null!;
    private string _family = null!;
    private string _adults = null!;
    private string _bens = null!;
    private string _mias = null!;

    public async ValueTask InitializeAsync()
    {
        _household = await _folder.HouseholdAsync(await _folder.OpenAsync([.. Migrations.Embedded()]));
        await _household.Window.MoveAsync(None);
        _ada = (await _household.Store.AddMemberAsync("Ada", null, None)).Id;
        _ben = (await _household.Store.AddMemberAsync("Ben", null, None)).Id;
        _mia = (await _household.Store.AddMemberAsync("Mia", null, None)).Id;
        _family = await CalendarAsync("Family", "household", _ada, _ben, _mia);
        _adults = await CalendarAsync("Adults", "adults", _ada, _ben);
        _bens = await CalendarAsync("Ben's", "private", _ben);
        _mias = await CalendarAsync("Mia's", "household", _mia);
        await AddAsync(_family, "swim", "Swim", "20260105T090000Z");
        await AddAsync(_adults, "gifts", "Gifts for Mia", "20260105T100000Z");
        await AddAsync(_bens, "doctor", "Doctor", "20260105T110000Z");
        await AddAsync(_mias, "diary", "Diary", "20260105T120000Z", isPrivate: true);
    }

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Theory]
    [InlineData("everything", "Swim", "Gifts for Mia", "Doctor", "Diary")]
    [InlineData("ada", "Swim", "Gifts for Mia", "busy", "busy")]
    [InlineData("ben", "Swim", "Gifts for Mia", "Doctor", "busy")]
    [InlineData("mia", "Swim", "Diary")]
    [InlineData("kiosk", "Swim")]
    [InlineData("guest", "busy")]
    public async Task Everybody_gets_what_they_may_see(string who, params string[] shown)
    {
        Assert.Equal(shown, await ShownAsync(SightOf(who)));
        Assert.Equal(shown.Where(static s => s != "busy"), (await _household.Events.ListAsync(SightOf(who), [], null, null, 100, None)).Select(Summary));
    }

    [Theory]
    [InlineData("ada", "Family:1 Adults:1 Mia's:0")]
    [InlineData("ben", "Family:1 Adults:1 Ben's:1 Mia's:0")]
    [InlineData("mia", "Family:1 Mia's:1")]
    [InlineData("kiosk", "Family:1 Mia's:0")]
    [InlineData("guest", "")]
    public async Task Calendars_and_their_counts_tell_of_nothing_hidden(string who, string calendars) =>
        Assert.Equal(
            calendars, string.Join(' ', (await _household.Store.CalendarsAsync(SightOf(who), None)).Select(static c => $"{c.Name}:{c.EventCount}")));

    [Fact]
    public async Task A_busy_time_tells_nothing_but_the_time()
    {
        var busy = (await ReadAsync(Sight.Of(Role.Adult, _ada))).Where(static o => o.IsBusy);

        Assert.All(busy, static o => Assert.Equal(
            ("", "", null, null, "", null, 0, 0), (o.EventId, o.Uid, o.Recurrence, o.Zone, o.Summary, o.Location, o.CalendarIds.Count, o.MemberIds.Count)));
        // Asked by calendar, it would tell whose it is.
        Assert.Empty(await ReadAsync(Sight.Of(Role.Adult, _ada), _bens));
    }

    [Fact]
    public async Task What_is_hidden_is_not_there_also_for_those_who_know_its_id()
    {
        var doctor = (await _household.Events.ListAsync(Sight.Everything, [_bens], null, null, 1, None)).Single().Id;
        var ada = new Actor(Sight.Of(Role.Owner, _ada), OwnOnly: false);

        foreach (var refused in new Func<Task>[]
        {
            async () => await _household.Events.GetAsync(doctor, ada.Sight, None),
            () => _household.Events.DeleteAsync(doctor, null, ada, null, None),
            () => _household.Store.ChangeCalendarAsync(_bens, "Mine", null, null, null, null, ada, None),
            () => _household.Store.DeleteCalendarAsync(_bens, true, null, ada, None),
            async () => await _household.Export.RequireNameAsync(_bens, ada.Sight, None),
        })
            Assert.Equal(HouseholdError.NotFound, (await Assert.ThrowsAsync<HouseholdException>(refused)).Error);

        await _household.Events.DeleteAsync(doctor, null, Actor.Everything, null, None);
        Assert.Equal(HouseholdError.NotFound, (await Assert.ThrowsAsync<HouseholdException>(() => _household.Events.RestoreAsync(doctor, _family, ada, None))).Error);
        await _household.Events.RestoreAsync(doctor, null, new(Sight.Of(Role.Adult, _ben), false), None);
    }

    [Theory]
    // Long over, far ahead, too many to be kept, and one private day of a series that is not; and what the window holds.
    [InlineData("DTSTART:20160104T120000Z", "RRULE:FREQ=WEEKLY;COUNT=3", "CLASS:PRIVATE")]
    [InlineData("DTSTART:20460101T120000Z", "RRULE:FREQ=WEEKLY", "CLASS:PRIVATE")]
    [InlineData("DTSTART:20260105T120000Z", "RRULE:FREQ=HOURLY", "CLASS:PRIVATE")]
    [InlineData("DTSTART:20160104T120000Z", "RRULE:FREQ=WEEKLY", "END:VEVENT", "BEGIN:VEVENT", "UID:crib", "RECURRENCE-ID:20160111T120000Z", "DTSTART:20160111T130000Z", "CLASS:CONFIDENTIAL")]
    [InlineData("DTSTART:20260105T120000Z", "CLASS:X-FAMILY-SECRET")]
    [InlineData("DTSTART:20160104T120000Z", "CLASS:PRIVATE")]
    public async Task A_private_event_is_private_whenever_it_takes_place(params string[] lines)
    {
        var written = await _household.Events.SaveAsync(
            [new(null, _mias, Encoding.UTF8.GetBytes($"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:crib\r\nDURATION:PT10M\r\nSUMMARY:Crib\r\n{string.Join("\r\n", lines)}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"), null)],
            Actor.Everything,
            None);
        var id = Assert.Single(written);
        var ada = new Actor(SightOf("ada"), OwnOnly: false);

        foreach (var refused in new Func<Task>[]
        {
            async () => await _household.Events.GetAsync(id, ada.Sight, None),
            () => _household.Events.DeleteAsync(id, null, ada, null, None),
        })
            Assert.Equal(HouseholdError.NotFound, (await Assert.ThrowsAsync<HouseholdException>(refused)).Error);
        foreach (var who in new[] { "ada", "ben", "kiosk", "guest" })
        {
            Assert.Empty(await _household.Events.ListAsync(SightOf(who), [_mias], null, null, 100, None));
            Assert.DoesNotContain("Crib", await TextAsync(_mias, SightOf(who)), StringComparison.Ordinal);
        }

        await Calendars_and_their_counts_tell_of_nothing_hidden("ada", "Family:1 Adults:1 Mia's:0");
        await Calendars_and_their_counts_tell_of_nothing_hidden("mia", "Family:1 Mia's:2");
        Assert.Contains("Crib", await TextAsync(_mias, SightOf("mia")), StringComparison.Ordinal);
        await _household.Events.DeleteAsync(id, null, new(SightOf("mia"), OwnOnly: true), null, None);
        Assert.Equal(HouseholdError.NotFound, (await Assert.ThrowsAsync<HouseholdException>(() => _household.Events.RestoreAsync(id, null, ada, None))).Error);
    }

    [Fact]
    public async Task A_file_of_before_that_was_known_of_every_event_learns_it_of_the_texts()
    {
        await using var folder = new TemporaryDatabase();
        string[] texts = ["CLASS:PRIVATE", "Class;X-A=1:confidential", "CLASS:PRI\r\n VATE", "CLASS:PUBLIC", "SUMMARY:CLASS:PRIVATE", "X-CLASS:PRIVATE", "CLASS:X-SECRET"];
        await using (var old = await folder.OpenAsync([.. Migrations.Embedded().Take(14)]))
        {
            await old.WriteAsync(
                texts,
                static (session, texts) =>
                {
                    session.Execute("INSERT INTO calendar (id, name, color, kind) VALUES ('c', 'C', '#fff', 'local')");
                    for (var i = 0; i < texts.Length; i++)
                    {
                        var text = $"BEGIN:VEVENT\r\nUID:{i}\r\n{texts[i]}\r\nEND:VEVENT\r\n";
                        session.Prepare(
                                """
                                INSERT INTO event (key, id, calendar_id, uid, primary_key, summary, sequence, stamp, kind, starts_at, recurring, source_hash)
                                VALUES (?1, ?1, 'c', ?1, ?1, '', 0, 0, 0, 0, 0, x'')
                                """)
                            .Bind(1, (long)i).Execute();
                        session.Prepare("INSERT INTO event_source (event_key, ics) VALUES (?1, ?2)").Bind(1, (long)i).Bind(2, text).Execute();
                        session.Prepare("INSERT INTO event_trash (id, calendar_id, uid, ics, deleted_at) VALUES (?1, 'c', ?1, ?2, 0)").Bind(1, (long)i).Bind(2, text).Execute();
                    }

                    return true;
                },
                None);
        }

        await using var database = await folder.OpenAsync([.. Migrations.Embedded()]);

        foreach (var column in new[] { "SELECT group_concat(private, '') FROM (SELECT private FROM event ORDER BY key)", "SELECT group_concat(private, '') FROM (SELECT private FROM event_trash ORDER BY id)" })
            Assert.Equal("1110001", await database.ReadAsync(column, static (session, sql) => session.Prepare(sql) is var row && row.Step() ? row.Text(0) : null, None));
    }

    [Fact]
    public async Task A_child_writes_into_calendars_of_its_own_only()
    {
        var mia = new Actor(Sight.Of(Role.Child, _mia), OwnOnly: true);
        var toys = await CalendarAsync("Toys", "household", _ben);

        await _household.Events.SaveAsync([new(null, _mias, Source("party", "Party", "20260106T090000Z", false), null)], mia, None);
        var refused = await Assert.ThrowsAsync<HouseholdException>(
            () => _household.Events.SaveAsync([new(null, toys, Source("x", "X", "20260106T090000Z", false), null)], mia, None));
        var unseen = await Assert.ThrowsAsync<HouseholdException>(
            () => _household.Events.SaveAsync([new(null, _adults, Source("y", "Y", "20260106T090000Z", false), null)], mia, None));

        Assert.Equal(HouseholdError.Forbidden, refused.Error);
        Assert.Equal(HouseholdError.Invalid, unseen.Error);
        Assert.Contains("no calendar", unseen.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_in_a_private_calendar_hides_no_other_and_is_shown_once_to_who_sees_both()
    {
        // The newest revision would speak for both: it says more than the family is to know.
        await AddAsync(_bens, "swim", "Swim, then the surprise", "20260105T090000Z", sequence: 5);

        Assert.Equal(["Swim"], (await ShownAsync(SightOf("mia"))).Take(1));
        Assert.Single(await ShownAsync(SightOf("ben")), static s => s.StartsWith("Swim", StringComparison.Ordinal));
        Assert.Equal(["Swim", "Gifts for Mia", "busy", "busy"], await ShownAsync(SightOf("ada")));
    }

    [Fact]
    public async Task A_calendar_that_becomes_private_takes_its_copies_along()
    {
        await AddAsync(_mias, "swim", "Swim with Mia", "20260105T090000Z", sequence: 5);
        Assert.Equal(["Swim with Mia"], await ShownAsync(SightOf("kiosk")));

        await _household.Store.ChangeCalendarAsync(_mias, null, null, null, "private", null, Actor.Everything, None);
        Assert.Equal(["Swim"], await ShownAsync(SightOf("kiosk")));

        await _household.Store.ChangeCalendarAsync(_mias, null, null, null, "household", null, Actor.Everything, None);
        Assert.Equal(["Swim with Mia"], await ShownAsync(SightOf("kiosk")));
    }

    [Fact]
    public async Task Nobody_makes_a_calendar_that_they_or_nobody_would_see()
    {
        var ada = new Actor(Sight.Of(Role.Owner, _ada), OwnOnly: false);

        await Assert.ThrowsAsync<HouseholdException>(() => _household.Store.AddCalendarAsync("X", null, [_ben], "private", ada, None));
        await Assert.ThrowsAsync<HouseholdException>(() => _household.Store.AddCalendarAsync("X", null, [], "private", Actor.Everything, None));
        await Assert.ThrowsAsync<HouseholdException>(() => _household.Store.DeleteMemberAsync(_ben, null, None));
        Assert.Equal(4, (await _household.Store.CalendarsAsync(Sight.Everything, None)).Count);
    }

    private Sight SightOf(string who) => who switch
    {
        "everything" => Sight.Everything,
        "ada" => Sight.Of(Role.Owner, _ada),
        "ben" => Sight.Of(Role.Adult, _ben),
        "mia" => Sight.Of(Role.Child, _mia),
        "kiosk" => Sight.House,
        _ => Sight.Guest,
    };

    private async Task<IEnumerable<string>> ShownAsync(Sight sight) => (await ReadAsync(sight)).Select(static o => o.IsBusy ? "busy" : o.Summary);

    private async Task<IReadOnlyList<OccurrenceView>> ReadAsync(Sight sight, params string[] calendars)
    {
        var from = Instant.FromUtc(2026, 1, 5, 0, 0);
        return (await _household.Occurrences.ReadAsync(new(from, from + Duration.FromDays(1), DateTimeZone.Utc, sight, calendars, [], 500), None)).Items;
    }

    /// <summary>The calendar as a file for somebody.</summary>
    private async Task<string> TextAsync(string calendar, Sight sight)
    {
        using var output = new MemoryStream();
        var writer = PipeWriter.Create(output);
        await _household.Export.WriteAsync(calendar, "C", sight, writer, None);
        await writer.CompleteAsync();
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private async Task<string> CalendarAsync(string name, string access, params string[] members) =>
        (await _household.Store.AddCalendarAsync(name, null, members, access, Actor.Everything, None)).Id;

    private Task<IReadOnlyList<string>> AddAsync(string calendar, string uid, string summary, string start, bool isPrivate = false, int sequence = 0) =>
        _household.Events.SaveAsync([new(null, calendar, Source(uid, summary, start, isPrivate, sequence), null)], Actor.Everything, None);

    private static string Summary(StoredEvent stored) =>
        Encoding.UTF8.GetString(stored.Source).Split("\r\n").Single(static line => line.StartsWith("SUMMARY:", StringComparison.Ordinal))[8..];

    private static byte[] Source(string uid, string summary, string start, bool isPrivate, int sequence = 0) => Encoding.UTF8.GetBytes(
        $"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nSEQUENCE:{sequence}\r\nDTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:{CalendarText.Escape(summary)}\r\n"
        + (isPrivate ? "CLASS:PRIVATE\r\n" : "") + "END:VEVENT\r\nEND:VCALENDAR\r\n");
}
