using System.Text;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Household;
using NodaTime;
using Xunit;

namespace EdgeDb.Conformance.Reading;

/// <summary>Every VTODO of the public files: stored and read again it says the same, and an edit that changes nothing, or a tick that is taken back, leaves all of its lines.</summary>
public sealed class TaskRoundTripTests
{
    private static readonly string[] Stamps = ["SEQUENCE", "LAST-MODIFIED", "DTSTAMP"];

    [Fact]
    public void Every_task_survives_storing_editing_and_ticking()
    {
        var (read, lost) = (0, new List<string>());
        foreach (var file in Datasets.Files("", "*.ics"))
            foreach (var component in Todos(file))
            {
                read++;
                var task = TaskSource.Of([component]);
                var before = Lines(task);
                if (!before.SequenceEqual(Lines(TaskSource.Read(task.ToUtf8()))))
                    lost.Add($"{file}: storing changes it");

                var shown = TaskView.Of(task.Master);
                TaskEditor.Change(task, Same(shown), Instant.FromUtc(2026, 3, 2, 12, 0));
                // RFC 5545 asks for a start where there is a rule, and an edit gives one.
                if (!before.SequenceEqual(Lines(task)) && !(shown.Rule is not null && shown.Todo.Start is null))
                    lost.Add($"{file}: an edit of nothing changes {string.Join(" | ", before.Except(Lines(task)).Concat(Lines(task).Except(before)))}");

                if (shown.IsDone)
                    continue;
                before = Lines(task);
                var taken = TaskEditor.Tick(task, new CalendarZones(), DateTimeZone.Utc, Instant.FromUtc(2026, 3, 2, 12, 0));
                TaskEditor.Untick(task, taken, Instant.FromUtc(2026, 3, 2, 12, 0));
                if (!before.Order(StringComparer.Ordinal).SequenceEqual(Lines(task).Order(StringComparer.Ordinal)))
                    lost.Add($"{file}: a tick that is taken back leaves {string.Join(" | ", Lines(task).Except(before))}");
            }

        Assert.Empty(lost);
        Assert.True(read >= 30, $"Only {read} tasks were found.");
    }

    private static TaskDraft Same(TaskView shown) => TaskDraft.Check(
        shown.Todo.Summary, shown.Todo.Description, shown.DueText, shown.Due is { IsDate: true }, shown.ZoneId, shown.Rule, shown.Todo.Priority,
        shown.Due is null ? [] : shown.RemindersMinutes, shown.Todo.Private, shown);

    private static List<CalendarComponent> Todos(string file)
    {
        var found = new List<CalendarComponent>();
        using var stream = File.OpenRead(file);
        using var reader = new CalendarReader(stream, new CalendarProblems(0));
        while (reader.Read() is { } component)
            if (component.Name == "VTODO")
                found.Add(component);
        return found;
    }

    private static List<string> Lines(TaskSource task) =>
        [.. Encoding.UTF8.GetString(task.ToUtf8()).Replace("\r\n ", "", StringComparison.Ordinal).Split("\r\n").Where(static line => !Stamps.Any(name => line.StartsWith(name, StringComparison.Ordinal)))];
}
