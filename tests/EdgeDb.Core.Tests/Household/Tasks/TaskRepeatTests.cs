using System.Text;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Household;
using NodaTime;
using NodaTime.Text;
using Xunit;

namespace EdgeDb.Core.Tests.Household.Tasks;

/// <summary>When a task is due after it was done, as a table; the household is in Berlin.</summary>
public sealed class TaskRepeatTests
{
    private static readonly DateTimeZone Berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];

    [Theory]
    // On the day, early, and late: what was missed is not piled up, and what is due today comes again tomorrow at the earliest.
    [InlineData("2026-03-02", "FREQ=DAILY", "2026-03-02T09:00", "2026-03-03")]
    [InlineData("2026-03-02", "FREQ=DAILY", "2026-03-01T09:00", "2026-03-03")]
    [InlineData("2026-03-02", "FREQ=DAILY", "2026-03-09T09:00", "2026-03-10")]
    [InlineData("2026-03-02", "FREQ=WEEKLY", "2026-03-08T23:59", "2026-03-09")]
    [InlineData("2026-03-02", "FREQ=WEEKLY", "2026-03-09T00:00", "2026-03-16")]
    // The first week of two, and the days of the rule, keep their places.
    [InlineData("2026-03-02", "FREQ=WEEKLY;INTERVAL=2", "2026-03-10T12:00", "2026-03-16")]
    [InlineData("2026-03-02", "FREQ=WEEKLY;INTERVAL=2", "2026-03-17T12:00", "2026-03-30")]
    [InlineData("2026-03-02", "FREQ=WEEKLY;BYDAY=MO,TH", "2026-03-02T12:00", "2026-03-05")]
    [InlineData("2026-03-05", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "2026-03-05T12:00", "2026-03-16")]
    // Ends of months: a rule skips those without its day, and does not wander to the 28th for good.
    [InlineData("2026-01-31", "FREQ=MONTHLY", "2026-01-31T12:00", "2026-03-31")]
    [InlineData("2026-01-31", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31T12:00", "2026-02-28")]
    [InlineData("2026-02-28", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-02-28T12:00", "2026-03-31")]
    [InlineData("2024-02-29", "FREQ=YEARLY", "2024-02-29T12:00", "2028-02-29")]
    // Times of day: the next is the first behind now, be it today.
    [InlineData("2026-03-02T08:00:00", "FREQ=DAILY;BYHOUR=8,18", "2026-03-02T09:00", "2026-03-02T18:00:00")]
    [InlineData("2026-03-01T18:00:00", "FREQ=DAILY;BYHOUR=8,18", "2026-03-02T07:00", "2026-03-02T08:00:00")]
    [InlineData("2026-03-02T20:00:00", "FREQ=DAILY", "2026-03-05T19:59", "2026-03-05T20:00:00")]
    [InlineData("2026-03-02T20:00:00", "FREQ=DAILY", "2026-03-05T20:00", "2026-03-06T20:00:00")]
    public void It_is_due_at_the_first_time_behind_the_done_one_and_now(string due, string rule, string now, string next)
    {
        foreach (var zone in due.Length == 10 ? [null] : new[] { null, "Europe/Berlin" })
            Assert.Equal(next, Next(due, rule, now, zone));
    }

    [Theory]
    // The clock goes forward at 02:00 on 29 March and back at 03:00 on 25 October.
    [InlineData("2026-03-28T02:30:00", "2026-03-28T03:00", "2026-03-29T02:30:00")]
    [InlineData("2026-03-29T02:30:00", "2026-03-29T12:00", "2026-03-30T02:30:00")]
    [InlineData("2026-03-28T08:00:00", "2026-03-28T09:00", "2026-03-29T08:00:00")]
    [InlineData("2026-10-24T02:30:00", "2026-10-24T09:00", "2026-10-25T02:30:00")]
    [InlineData("2026-10-25T02:30:00", "2026-10-25T09:00", "2026-10-26T02:30:00")]
    [InlineData("2026-10-24T08:00:00", "2026-10-25T07:59", "2026-10-25T08:00:00")]
    public void Clock_changes_move_nothing_on_the_wall_clock(string due, string now, string next) => Assert.Equal(next, Next(due, "FREQ=DAILY", now, "Europe/Berlin"));

    [Fact]
    public void In_a_doubled_hour_the_time_that_has_passed_is_not_due_again()
    {
        var task = Task("2026-10-24T02:30:00", "FREQ=DAILY", "Europe/Berlin");

        // 02:10 for the second time: 02:30 was 40 minutes ago.
        TaskEditor.Tick(task, new CalendarZones(), Berlin, Instant.FromUtc(2026, 10, 25, 1, 10));

        Assert.Equal("2026-10-26T02:30:00", TaskView.Of(task.Master).DueText);
    }

    [Theory]
    [InlineData("FREQ=DAILY;COUNT=5", "2026-03-02T12:00", "2026-03-03", "FREQ=DAILY;COUNT=4")]
    [InlineData("FREQ=DAILY;COUNT=5", "2026-03-04T12:00", "2026-03-05", "FREQ=DAILY;COUNT=2")]
    [InlineData("FREQ=DAILY;COUNT=5", "2026-03-05T12:00", "2026-03-06", "FREQ=DAILY;COUNT=1")]
    [InlineData("FREQ=DAILY;COUNT=5", "2026-03-06T12:00", null, null)]
    [InlineData("FREQ=DAILY;COUNT=1", "2026-03-02T12:00", null, null)]
    [InlineData("FREQ=DAILY;COUNT=12", "2026-03-04T12:00", "2026-03-05", "FREQ=DAILY;COUNT=9")]
    [InlineData("FREQ=WEEKLY;COUNT=3;BYDAY=MO,WE", "2026-03-02T12:00", "2026-03-04", "FREQ=WEEKLY;COUNT=2;BYDAY=MO,WE")]
    // The start is shown though the rule does not select it, and takes nothing from COUNT.
    [InlineData("FREQ=WEEKLY;COUNT=2;BYDAY=WE", "2026-03-02T12:00", "2026-03-04", "FREQ=WEEKLY;COUNT=2;BYDAY=WE")]
    [InlineData("FREQ=DAILY;UNTIL=20260303", "2026-03-02T12:00", "2026-03-03", "FREQ=DAILY;UNTIL=20260303")]
    [InlineData("FREQ=DAILY;UNTIL=20260303", "2026-03-03T12:00", null, null)]
    public void What_has_passed_goes_from_COUNT_and_behind_the_end_nothing_is_left(string rule, string now, string? next, string? left)
    {
        var task = Task("2026-03-02", rule, null);

        Tick(task, now);

        var view = TaskView.Of(task.Master);
        Assert.Equal((next is null, next ?? "2026-03-02", left ?? rule), (view.IsDone, view.DueText, view.Rule));
    }

    [Fact]
    public void A_rule_of_seconds_that_rested_for_years_is_not_walked_for_years()
    {
        var task = Task("2006-03-02T09:00:00", "FREQ=SECONDLY;COUNT=2000000000", "Europe/Berlin");

        Tick(task, "2026-03-02T09:00:00");

        var view = TaskView.Of(task.Master);
        // 7,305 days.
        Assert.Equal(("2026-03-02T09:00:01", $"FREQ=SECONDLY;COUNT={2_000_000_000L - (7_305L * 86_400) - 1}"), (view.DueText, view.Rule));
    }

    [Theory]
    [InlineData("EXDATE;VALUE=DATE:20260303", "2026-03-04")]
    [InlineData("EXDATE;VALUE=DATE:20260303,20260304,20260305", "2026-03-06")]
    [InlineData("RDATE;VALUE=DATE:20260302", "2026-03-03")]
    public void Times_that_are_left_out_are_left_out(string line, string next)
    {
        var task = Read($"DTSTART;VALUE=DATE:20260302\r\nDUE;VALUE=DATE:20260302\r\nRRULE:FREQ=DAILY\r\n{line}\r\n");

        Tick(task, "2026-03-02T12:00");

        Assert.Equal(next, TaskView.Of(task.Master).DueText);
    }

    [Fact]
    public void A_task_of_dates_without_a_rule_goes_through_them()
    {
        var task = Read("DUE:20260302T090000\r\nRDATE:20260310T090000,20260305T090000\r\n");

        Tick(task, "2026-03-02T12:00");
        Assert.Equal("2026-03-05T09:00:00", TaskView.Of(task.Master).DueText);
        Tick(task, "2026-03-06T12:00");
        Assert.Equal("2026-03-10T09:00:00", TaskView.Of(task.Master).DueText);
        Tick(task, "2026-03-11T12:00");
        Assert.True(TaskView.Of(task.Master).IsDone);
    }

    [Theory]
    // Two days to do it in; a start alone; a duration; Tasks.org writes no start.
    [InlineData("DTSTART;VALUE=DATE:20260302\r\nDUE;VALUE=DATE:20260304\r\n", "2026-03-04", "2026-03-11", "DTSTART;VALUE=DATE:20260309")]
    [InlineData("DTSTART;TZID=Europe/Berlin:20260302T090000\r\n", "2026-03-02T09:00:00", "2026-03-09T09:00:00", "DTSTART;TZID=Europe/Berlin:20260309T090000")]
    [InlineData("DTSTART:20260302T090000Z\r\nDURATION:PT2H\r\n", "2026-03-02T11:00:00", "2026-03-09T11:00:00", "DTSTART:20260309T090000Z")]
    [InlineData("DUE;VALUE=DATE:20260302\r\n", "2026-03-02", "2026-03-09", "DUE;VALUE=DATE:20260309")]
    [InlineData("DTSTART;VALUE=DATE:20260302\r\nDUE;VALUE=DATE:20260302\r\n", "2026-03-02", "2026-03-09", "DUE;VALUE=DATE:20260309")]
    public void Start_and_due_time_move_together_however_they_are_written(string times, string due, string next, string line)
    {
        var task = Read(times + "RRULE:FREQ=WEEKLY\r\nX-KEPT;P=1:yes\r\n");
        Assert.Equal(due, TaskView.Of(task.Master).DueText);

        Tick(task, "2026-03-02T12:00");

        Assert.Equal(next, TaskView.Of(task.Master).DueText);
        var text = Encoding.UTF8.GetString(task.ToUtf8()).Split("\r\n");
        Assert.Contains(line, text);
        Assert.Contains("X-KEPT;P=1:yes", text);
    }

    [Theory]
    [InlineData("STATUS:IN-PROCESS\r\nPERCENT-COMPLETE:40\r\n")]
    [InlineData("DTSTART;VALUE=DATE:20260302\r\nDUE;VALUE=DATE:20260304\r\nRRULE:FREQ=DAILY;COUNT=9\r\nSTATUS:IN-PROCESS\r\n")]
    [InlineData("DUE;TZID=Europe/Berlin:20260302T090000\r\nRRULE:FREQ=MONTHLY;COUNT=1\r\n")]
    [InlineData("DTSTART;TZID=Europe/Berlin;X-P=1:20260302T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;UNTIL=20260401T000000Z\r\n")]
    public void A_tick_that_is_taken_back_leaves_what_was_there(string lines)
    {
        var task = Read(lines);
        var before = Lines(task);

        var taken = TaskEditor.Tick(task, new CalendarZones(), Berlin, Instant.FromUtc(2026, 3, 2, 12, 0));
        Assert.NotEqual(before, Lines(task));
        TaskEditor.Untick(task, taken, Instant.FromUtc(2026, 3, 2, 13, 0));

        Assert.Equal(before, Lines(task));

        static IEnumerable<string> Lines(TaskSource task) => Encoding.UTF8.GetString(task.ToUtf8()).Split("\r\n")
            .Where(static l => !l.StartsWith("SEQUENCE", StringComparison.Ordinal) && !l.StartsWith("LAST-MODIFIED", StringComparison.Ordinal) && !l.StartsWith("DTSTAMP", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Times_that_another_program_has_marked_as_done_are_not_due_again()
    {
        // Thunderbird leaves the task at its start and adds a VTODO for each time that was done.
        var task = Read("DTSTART;VALUE=DATE:20260302\r\nRRULE:FREQ=DAILY;COUNT=5\r\n", "20260302", "20260303", "20260305");

        TaskEditor.SkipFinished(task, new CalendarZones(), Instant.FromUtc(2026, 3, 1, 0, 0));
        Assert.Equal(("2026-03-04", "FREQ=DAILY;COUNT=3"), (TaskView.Of(task.Master).DueText, TaskView.Of(task.Master).Rule));
        Tick(task, "2026-03-04T12:00");

        Assert.Equal(("2026-03-06", "FREQ=DAILY;COUNT=1"), (TaskView.Of(task.Master).DueText, TaskView.Of(task.Master).Rule));
    }

    [Fact]
    public void A_task_that_is_done_every_day_for_a_year_is_due_on_every_day_once()
    {
        var task = Task("2026-01-01T07:30:00", "FREQ=DAILY", "Europe/Berlin");
        var day = new LocalDate(2026, 1, 1);
        for (var i = 0; i < 365; i++, day = day.PlusDays(1))
        {
            Assert.Equal($"{LocalDatePattern.Iso.Format(day)}T07:30:00", TaskView.Of(task.Master).DueText);
            Tick(task, $"{LocalDatePattern.Iso.Format(day)}T08:00");
        }
    }

    private static string? Next(string due, string rule, string now, string? zone)
    {
        var task = Task(due, rule, zone);
        Tick(task, now);
        return TaskView.Of(task.Master).DueText;
    }

    private static void Tick(TaskSource task, string now) =>
        TaskEditor.Tick(
            task, new CalendarZones(), Berlin,
            LocalDateTimePattern.CreateWithInvariantCulture(now.Length > 16 ? "uuuu-MM-dd'T'HH:mm:ss" : "uuuu-MM-dd'T'HH:mm").Parse(now).Value.InZoneLeniently(Berlin).ToInstant());

    private static TaskSource Task(string due, string rule, string? zone) =>
        TaskEditor.Create("uid", TaskDraft.Check("Task", null, due, due.Length == 10, zone, rule, 0, [], false), Instant.FromUtc(2026, 1, 1, 0, 0));

    private static TaskSource Read(string lines, params string[] done)
    {
        var text = new StringBuilder($"BEGIN:VTODO\r\nUID:1\r\n{lines}END:VTODO\r\n");
        foreach (var day in done)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"BEGIN:VTODO\r\nUID:1\r\nRECURRENCE-ID;VALUE=DATE:{day}\r\nSTATUS:COMPLETED\r\nEND:VTODO\r\n");
        return TaskSource.Read(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
