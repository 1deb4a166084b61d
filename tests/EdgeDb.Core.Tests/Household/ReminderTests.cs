using System.Text;
using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using NodaTime;
using NodaTime.Text;
using Xunit;

namespace EdgeDb.Core.Tests.Household;

/// <summary>What rings when, in a household in Berlin. Clocks go forward on 29 March 2026 and back on 25 October.</summary>
public sealed class ReminderTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeZone Berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];
    private static readonly LocalDateTimePattern Minute = LocalDateTimePattern.CreateWithInvariantCulture("MM-dd HH:mm");

    private readonly TemporaryDatabase _folder = new();
    private HouseholdServices _household = null!;
    private string _family = null!;

    public async ValueTask InitializeAsync()
    {
        _household = await _folder.HouseholdAsync(await _folder.OpenAsync([.. Migrations.Embedded()]));
        await _household.Window.MoveAsync(None);
        _family = await CalendarAsync("Family");
    }

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Theory]
    [InlineData("-PT10M", "01-05 08:50")]
    [InlineData("PT0S", "01-05 09:00")]
    [InlineData("PT15M", "01-05 09:15")]
    [InlineData("-P1D", "01-04 09:00")]
    [InlineData("-P1W", "12-29 09:00")]
    [InlineData("-P1DT30M", "01-04 08:30")]
    public async Task A_reminder_is_counted_from_the_start(string trigger, string at)
    {
        await AddAsync("DTSTART;TZID=Europe/Berlin:20260105T090000", "DURATION:PT1H", Alarm(trigger));

        Assert.Equal([at], await RingsAsync("2025-12-25", "2026-01-20"));
    }

    [Fact]
    public async Task One_that_says_so_is_counted_from_the_end()
    {
        await AddAsync("DTSTART;TZID=Europe/Berlin:20260105T090000", "DURATION:PT1H30M", Alarm("-PT5M", ";RELATED=END"));
        await AddAsync("DTSTART;VALUE=DATE:20260107", "DTEND;VALUE=DATE:20260109", Alarm("-PT3H", ";RELATED=END"));

        Assert.Equal(["01-05 10:25", "01-08 21:00"], await RingsAsync("2026-01-05", "2026-01-10"));
    }

    [Fact]
    public async Task One_at_a_fixed_time_rings_once_for_the_occurrence_that_it_was_set_for()
    {
        await AddAsync("DTSTART;TZID=Europe/Berlin:20260105T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", Alarm("20260112T070000Z", ";VALUE=DATE-TIME"));
        // A snooze comes after the start.
        await AddAsync("DTSTART;TZID=Europe/Berlin:20260106T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", Alarm("20260113T080500Z", ";VALUE=DATE-TIME"));

        var page = await ReadAsync("2026-01-01", "2026-01-31");

        Assert.Equal(["01-12 08:00", "01-13 09:05"], page.Items.Select(At));
        Assert.Equal(["20260112T080000Z", "20260113T080000Z"], page.Items.Select(static r => r.Occurrence!.Recurrence.ToString()!));
        Assert.Equal(["01-12 08:00", "01-13 09:05"], await RingsAsync("2026-01-12", "2026-01-14"));
    }

    [Theory]
    [InlineData("20260329", "20261025", "-PT15H", "03-28 09:00", "10-24 09:00")] // at nine the day before, as Google and Apple write it
    [InlineData("20260329", "20261025", "PT9H", "03-29 09:00", "10-25 09:00")] // at nine on the day, which is an hour shorter or longer
    [InlineData("20260330", "20261026", "-P1D", "03-29 00:00", "10-25 00:00")]
    public async Task Whole_days_ring_at_the_same_time_of_day_in_the_households_zone_all_year(string spring, string autumn, string trigger, params string[] at)
    {
        foreach (var day in new[] { spring, autumn })
            await AddAsync($"DTSTART;VALUE=DATE:{day}", Alarm(trigger));

        Assert.Equal(at[..1], await RingsAsync("2026-03-20", "2026-04-05"));
        Assert.Equal(at[1..], await RingsAsync("2026-10-15", "2026-10-30"));
    }

    [Theory]
    [InlineData(";TZID=Europe/Berlin:20260329T100000")]
    [InlineData(":20260329T100000")]
    [InlineData(":20260329T080000Z")]
    public async Task A_day_before_is_the_same_time_of_day_and_an_hour_before_is_an_hour(string start)
    {
        // Ten o'clock on the day on which two became three.
        await AddAsync("DTSTART" + start, Alarm("-P1D"), Alarm("-PT10H"), Alarm("-PT10M"));

        Assert.Equal(["03-28 10:00", "03-28 23:00", "03-29 09:50"], await RingsAsync("2026-03-27", "2026-03-31"));
    }

    [Fact]
    public async Task A_weekly_reminder_keeps_its_time_of_day_over_both_changes_of_the_clock()
    {
        await AddAsync("DTSTART;TZID=Europe/Berlin:20260107T190000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", Alarm("-PT30M"));

        foreach (var (from, to) in new[] { ("2026-03-16", "2026-04-15"), ("2026-10-15", "2026-11-14") })
        {
            var rings = await RingsAsync(from, to);
            Assert.InRange(rings.Count, 4, 5);
            Assert.All(rings, static at => Assert.EndsWith(" 18:30", at, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task What_was_moved_rings_for_its_new_time_only_and_what_was_cancelled_or_taken_out_not_at_all()
    {
        await AddAsync(
            "DTSTART;TZID=Europe/Berlin:20260105T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=6", "EXDATE;TZID=Europe/Berlin:20260108T090000", Alarm("-PT10M"), "END:VEVENT",
            "BEGIN:VEVENT", "UID:@", "RECURRENCE-ID;TZID=Europe/Berlin:20260106T090000", "DTSTART;TZID=Europe/Berlin:20260106T150000", "DURATION:PT1H", Alarm("-PT20M"), "END:VEVENT",
            "BEGIN:VEVENT", "UID:@", "RECURRENCE-ID;TZID=Europe/Berlin:20260107T090000", "DTSTART;TZID=Europe/Berlin:20260107T090000", "STATUS:CANCELLED", Alarm("-PT10M"), "END:VEVENT",
            // Whoever took its reminder away wants none.
            "BEGIN:VEVENT", "UID:@", "RECURRENCE-ID;TZID=Europe/Berlin:20260109T090000", "DTSTART;TZID=Europe/Berlin:20260109T090000", "DURATION:PT1H");

        Assert.Equal(["01-05 08:50", "01-06 14:40", "01-10 08:50"], await RingsAsync("2026-01-04", "2026-01-20"));
    }

    [Fact]
    public async Task What_is_deleted_rings_no_more_and_what_comes_back_does()
    {
        var id = await AddAsync("DTSTART;TZID=Europe/Berlin:20260105T090000", Alarm("-PT10M"));
        await _household.Events.DeleteAsync(id, null, Actor.Everything, null, None);
        Assert.Empty(await RingsAsync("2026-01-01", "2026-01-10"));

        await _household.Events.RestoreAsync(id, null, Actor.Everything, None);
        Assert.Equal(["01-05 08:50"], await RingsAsync("2026-01-01", "2026-01-10"));

        await _household.Store.DeleteCalendarAsync(_family, true, null, Actor.Everything, None);
        Assert.Empty(await RingsAsync("2026-01-01", "2026-01-10"));
    }

    [Theory]
    [InlineData("20260105T075000Z")] // the moment itself
    [InlineData("20260106T000000Z")]
    public async Task What_another_program_has_acknowledged_rings_no_more_and_what_comes_after_it_does(string acknowledged)
    {
        await AddAsync(
            "DTSTART;TZID=Europe/Berlin:20260105T090000", "RRULE:FREQ=DAILY;COUNT=2", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT10M", $"ACKNOWLEDGED:{acknowledged}", "END:VALARM");

        Assert.Equal(["01-06 08:50"], await RingsAsync("2026-01-01", "2026-01-10"));
    }

    [Fact]
    public async Task Alarms_that_are_none_for_a_screen_are_left_out()
    {
        await AddAsync(
            "DTSTART;TZID=Europe/Berlin:20260105T090000", Alarm("-PT1M", action: "EMAIL"), Alarm("-PT2M", action: "PROCEDURE"), Alarm("-PT3M", action: "X-SMOKE"),
            // Apple's way of saying that there is to be none, at the time of its own first calendar.
            Alarm("19760401T005545Z", ";VALUE=DATE-TIME", "NONE"), Alarm("-PT4M", action: "AUDIO"), "BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM", Alarm("-P2000D"));

        Assert.Equal(["01-05 08:55", "01-05 08:56"], await RingsAsync("2026-01-01", "2026-01-10"));
        Assert.Empty(await RingsAsync("1976-03-31", "1976-04-03"));
    }

    [Fact]
    public async Task Several_alarms_ring_each_and_the_same_one_many_times_once()
    {
        await AddAsync("DTSTART;TZID=Europe/Berlin:20260105T090000", Alarm("-PT1H"), Alarm("-PT10M"), Alarm("-PT10M"), Alarm("-PT600S"), Alarm("-PT10M", action: "AUDIO"));

        Assert.Equal(["01-05 08:00", "01-05 08:50"], await RingsAsync("2026-01-01", "2026-01-10"));
    }

    [Fact]
    public async Task One_that_repeats_rings_again_and_again()
    {
        await AddAsync(
            "DTSTART;TZID=Europe/Berlin:20260105T090000", "BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER:-PT15M", "REPEAT:2", "DURATION:PT5M", "END:VALARM");

        Assert.Equal(["01-05 08:45", "01-05 08:50", "01-05 08:55"], await RingsAsync("2026-01-01", "2026-01-10"));
        var late = await ReadAsync("2026-01-05T07:46:00Z", "2026-01-05T07:55:00Z");
        Assert.Equal(["01-05 08:50"], late.Items.Select(At));
    }

    [Fact]
    public async Task Copies_of_an_event_ring_together_once_at_the_time_that_is_shown()
    {
        // Each of two people imported the same invitation; the newer one was moved, and only the older one has a reminder of its own beside.
        var other = await CalendarAsync("Other");
        await SaveAsync(_family, "swim", "DTSTART;TZID=Europe/Berlin:20260105T090000", "DURATION:PT1H", Alarm("-PT10M"), Alarm("-PT30M"));
        await SaveAsync(other, "swim", "SEQUENCE:3", "DTSTART;TZID=Europe/Berlin:20260105T110000", "DURATION:PT1H", Alarm("-PT10M"));

        var page = await ReadAsync("2026-01-01", "2026-01-10");

        Assert.Equal(["01-05 10:30", "01-05 10:50"], page.Items.Select(At));
        Assert.All(page.Items, r => Assert.Equal(new[] { _family, other }.Order(StringComparer.Ordinal), r.Occurrence!.CalendarIds));
    }

    [Fact]
    public async Task Who_does_not_see_an_event_or_only_that_it_takes_time_is_not_reminded()
    {
        var (ada, mia) = ((await _household.Store.AddMemberAsync("Ada", null, None)).Id, (await _household.Store.AddMemberAsync("Mia", null, None)).Id);
        var adults = (await _household.Store.AddCalendarAsync("Adults", null, [ada], "adults", Actor.Everything, None)).Id;
        var mias = (await _household.Store.AddCalendarAsync("Mia's", null, [mia], "private", Actor.Everything, None)).Id;
        foreach (var (calendar, at, isPrivate) in new[] { (_family, "09", ""), (adults, "10", ""), (mias, "11", ""), (_family, "12", "CLASS:PRIVATE") })
            await SaveAsync(calendar, $"{calendar}{at}", $"DTSTART;TZID=Europe/Berlin:20260105T{at}0000", "DURATION:PT1H", isPrivate, Alarm("PT0S"));

        foreach (var (sight, rings) in new[]
        {
            (Sight.Everything, "09 10 11 12"), (Sight.Of(Role.Adult, ada), "09 10 12"), (Sight.Of(Role.Child, mia), "09 11"), (Sight.House, "09"), (Sight.Guest, ""),
        })
            Assert.Equal(rings, string.Join(' ', (await ReadAsync("2026-01-05", "2026-01-06", sight)).Items.Select(static r => At(r)[6..8])));
    }

    [Fact]
    public async Task A_copy_that_is_not_seen_does_not_silence_the_one_that_is()
    {
        var (ada, ben) = ((await _household.Store.AddMemberAsync("Ada", null, None)).Id, (await _household.Store.AddMemberAsync("Ben", null, None)).Id);
        foreach (var member in new[] { ada, ben })
            await SaveAsync(
                (await _household.Store.AddCalendarAsync(member, null, [member], "private", Actor.Everything, None)).Id, "date", "DTSTART;TZID=Europe/Berlin:20260105T090000", Alarm("PT0S"));

        foreach (var sight in new[] { Sight.Of(Role.Adult, ada), Sight.Of(Role.Adult, ben), Sight.Everything })
            Assert.Single((await ReadAsync("2026-01-05", "2026-01-06", sight)).Items);
    }

    [Fact]
    public async Task Tasks_ring_until_they_are_done_and_a_chore_again_for_its_next_time()
    {
        var list = (await _household.Store.AddListAsync("Chores", null, [], null, Actor.Everything, None)).Id;
        async Task<string> TaskAsync(string due, bool allDay, string? rule, params int[] minutes) =>
            (await _household.Tasks.AddAsync(
                list, TaskDraft.Check("Bins", null, due, allDay, allDay ? null : "Europe/Berlin", rule, 0, minutes, false, null), null, null, Actor.Everything, None)).Id;
        var once = await TaskAsync("2026-01-05T18:00", false, null, 30, 1440);
        var day = await TaskAsync("2026-01-07", true, null, 0);
        var chore = await TaskAsync("2026-01-08T07:00", false, "FREQ=WEEKLY", 0);
        Assert.Equal(["01-04 18:00", "01-05 17:30", "01-07 00:00", "01-08 07:00"], await RingsAsync("2026-01-01", "2026-01-31"));
        Assert.Equal(["01-06 00:00", "01-08 00:00"], (await ReadAsync("2026-01-05", "2026-01-08")).Items.Select(static r => Local(r.Until)));

        await _household.Tasks.TickAsync(once, "2026-01-05T18:00:00", null, Actor.Everything, None);
        await _household.Tasks.DeleteAsync(day, null, Actor.Everything, None);

        Assert.Equal(["01-08 07:00"], await RingsAsync("2026-01-01", "2026-01-31"));
        Assert.Equal(chore, (await ReadAsync("2026-01-01", "2026-01-31")).Items[0].Task!.Id);
    }

    [Fact]
    public async Task What_is_over_is_left_out_where_that_is_asked_for_and_nothing_is_over_within_the_hour()
    {
        await AddAsync("DTSTART;TZID=Europe/Berlin:20260105T090000", "DURATION:PT3H", Alarm("-PT10M"));
        await AddAsync("DTSTART;TZID=Europe/Berlin:20260105T090000", Alarm("-PT5M"));
        await AddAsync("DTSTART;VALUE=DATE:20260105", Alarm("-PT1H"));

        async Task<List<string>> LastingAsync(string text) =>
            [.. (await ReadAsync("2026-01-04", "2026-01-06", lasting: InstantPattern.General.Parse(text).Value)).Items.Select(static r => Local(r.Until))];
        Assert.Equal(["01-06 00:00", "01-05 12:00", "01-05 09:55"], await LastingAsync("2026-01-05T08:54:00Z"));
        Assert.Equal(["01-06 00:00", "01-05 12:00"], await LastingAsync("2026-01-05T08:55:00Z"));
        Assert.Equal(["01-06 00:00"], await LastingAsync("2026-01-05T11:00:00Z"));
    }

    [Fact]
    public async Task More_than_an_answer_holds_ends_it_earlier_and_the_next_goes_on_from_there()
    {
        await AddAsync("DTSTART;TZID=Europe/Berlin:20260105T000000", "DURATION:PT1M", "RRULE:FREQ=MINUTELY;INTERVAL=10", Alarm("PT0S"));
        var all = await RingsAsync("2026-01-05", "2026-01-06");
        Assert.Equal(144, all.Count);

        var found = new List<string>();
        for (var from = Midnight("2026-01-05"); from < Midnight("2026-01-06");)
        {
            var page = await ReadAsync(from, Midnight("2026-01-06"), limit: 10);
            Assert.InRange(page.Items.Count, 1, 10);
            found.AddRange(page.Items.Select(At));
            from = Instant.FromUnixTimeSeconds(page.To);
        }
        Assert.Equal(all, found);
    }

    [Fact]
    public async Task Events_from_before_there_were_reminders_ring_as_well()
    {
        await AddAsync("DTSTART;TZID=Europe/Berlin:20260105T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", Alarm("-PT10M"));
        await AddAsync("DTSTART;TZID=Europe/Berlin:20260105T090000", "DURATION:PT1H");
        var migration = Migrations.Embedded().Single(static m => m.Name == "reminder").Sql;
        var update = migration[migration.IndexOf("UPDATE event", StringComparison.Ordinal)..migration.IndexOf("CREATE INDEX", StringComparison.Ordinal)];
        await _household.Database.WriteAsync(
            update,
            static (session, update) =>
            {
                session.Execute("UPDATE event SET alarm_lead = NULL, alarm_lag = NULL");
                session.Execute(update);
                return session.Prepare("SELECT count(*) FROM event WHERE alarm_lead IS NOT NULL").Scalar();
            },
            None);

        Assert.Equal(["01-05 08:50", "01-12 08:50"], await RingsAsync("2026-01-01", "2026-01-15"));
    }

    private static string Alarm(string trigger, string parameters = "", string action = "DISPLAY") =>
        $"BEGIN:VALARM\r\nACTION:{action}\r\nTRIGGER{parameters}:{trigger}\r\nEND:VALARM";

    private static string At(Reminder reminder) => Local(reminder.At);

    private static string Local(long seconds) => Minute.Format(Instant.FromUnixTimeSeconds(seconds).InZone(Berlin).LocalDateTime);

    private static Instant Midnight(string date) => Berlin.AtStartOfDay(LocalDatePattern.Iso.Parse(date).Value).ToInstant();

    private async Task<List<string>> RingsAsync(string from, string to) => [.. (await ReadAsync(from, to)).Items.Select(At)];

    private Task<ReminderPage> ReadAsync(string from, string to, Sight? sight = null, Instant? lasting = null) =>
        ReadAsync(Parse(from), Parse(to), sight, lasting);

    private static Instant Parse(string text) => text.Length == 10 ? Midnight(text) : InstantPattern.General.Parse(text).Value;

    private async Task<ReminderPage> ReadAsync(Instant from, Instant to, Sight? sight = null, Instant? lasting = null, int limit = 500) =>
        await _household.Reminders.ReadAsync(new(from, to, lasting, Berlin, sight ?? Sight.Everything, limit), None);

    private async Task<string> CalendarAsync(string name) => (await _household.Store.AddCalendarAsync(name, null, [], null, Actor.Everything, None)).Id;

    private Task<string> AddAsync(params string[] lines) => SaveAsync(_family, Guid.NewGuid().ToString(), lines);

    private async Task<string> SaveAsync(string calendar, string uid, params string[] lines) =>
        (await _household.Events.SaveAsync(
            [
                new(
                    null, calendar,
                    Encoding.UTF8.GetBytes(
                        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:@\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Swim\r\n".Replace("@", uid, StringComparison.Ordinal)
                        + string.Join("\r\n", lines.Where(static l => l.Length > 0)).Replace("@", uid, StringComparison.Ordinal) + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"),
                    null),
            ],
            Actor.Everything, None))[0];
}
