using System.Globalization;
using EdgeDb.Core.Calendars;
using Xunit;

namespace EdgeDb.Conformance.Reading;

/// <summary>The values allenporter/ical reads from its test calendars (its own snapshots) are those we read.</summary>
public sealed class AllenporterValueTests
{
    /// <summary>Values we read otherwise, each with its reason.</summary>
    private static readonly Dictionary<string, string> Exceptions = new(StringComparer.Ordinal)
    {
        ["rrule-exdate-mismatch dtend"] = "an all-day event that ends on the day it starts is one day, which is the default and needs no end",
        ["rrule-exdate-mismatch exdate"] = "an EXDATE with a time on an all-day event stays in the model; the expansion applies it",
        ["todo-invalid-dtstart-tzid dtstart"] = "the zone CST is unknown there and the start dropped; here the zone is resolved later",
    };

    [Fact]
    public void Values_of_events_and_to_dos_agree()
    {
        var snapshots = AmbrSnapshot.Read(Datasets.Require("ics-allenporter/tests/__snapshots__/test_calendar_stream.ambr"), "test_parse");
        var wrong = new List<string>();
        var compared = 0;
        foreach (var (name, snapshot) in snapshots)
        {
            var components = SurvivalTests.Read(File.ReadAllBytes(Datasets.Require($"ics-allenporter/tests/testdata/{name}.ics")), new CalendarProblems());
            var problems = new CalendarProblems();
            var events = components.Where(c => c.Name == "VEVENT").Select(c => Describe(CalendarEvent.From(c, problems)!));
            var todos = components.Where(c => c.Name == "VTODO").Select(c => Describe(CalendarTodo.From(c, problems)));
            foreach (var (kind, read) in new[] { ("events", events.ToList()), ("todos", todos.ToList()) })
            {
                var expected = Calendars(snapshot).SelectMany(calendar => Items(calendar, kind)).Select(item => (Dictionary<string, object>)item).ToList();
                if (expected.Count != read.Count)
                    wrong.Add($"{name}: {expected.Count} {kind}, {read.Count} read");
                foreach (var (item, values) in expected.Zip(read))
                    foreach (var (key, value) in values)
                    {
                        var wanted = item.TryGetValue(key, out var found) ? Normal(found) : "";
                        compared++;
                        if (wanted != value && !Exceptions.ContainsKey($"{name} {key}"))
                            wrong.Add($"{name} {key}: expected \"{wanted}\", read \"{value}\"");
                    }
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(compared > 300, $"only {compared} values were compared: is the data complete?");
    }

    private static Dictionary<string, string> Describe(CalendarEvent e) => new(StringComparer.Ordinal)
    {
        ["uid"] = e.Uid,
        ["summary"] = e.Summary?.TrimEnd('\n') ?? "",
        ["description"] = e.Description?.TrimEnd('\n') ?? "",
        ["location"] = e.Location ?? "",
        ["url"] = e.Url ?? "",
        ["dtstart"] = Text(e.Start),
        ["dtend"] = e.End is { } end ? Text(end) : "",
        ["exdate"] = string.Join(',', e.ExceptionDates.Select(Text)),
        ["categories"] = string.Join(',', e.Categories),
        ["recurrence_id"] = e.RecurrenceId?.ToString() ?? "",
    };

    private static Dictionary<string, string> Describe(CalendarTodo todo) => new(StringComparer.Ordinal)
    {
        ["uid"] = todo.Uid,
        ["summary"] = todo.Summary ?? "",
        ["description"] = todo.Description?.TrimEnd('\n') ?? "",
        ["dtstart"] = todo.Start is { } start ? Text(start) : "",
        ["due"] = todo.Due is { } due ? Text(due) : "",
        ["priority"] = todo.Priority == 0 ? "" : todo.Priority.ToString(CultureInfo.InvariantCulture),
    };

    private static IEnumerable<Dictionary<string, object>> Calendars(object snapshot) =>
        Items((Dictionary<string, object>)snapshot, "calendars").Cast<Dictionary<string, object>>();

    private static List<object> Items(Dictionary<string, object> calendar, string kind) =>
        calendar.TryGetValue(kind, out var items) ? (List<object>)items : [];

    private static string Normal(object value) => value switch
    {
        List<object> list => string.Join(',', list.Select(Normal)),
        // Zoned times are given with the offset of their zone; the clock time is what stands in the file.
        string { Length: 25 } time when time[10] == 'T' && time[19] is '+' or '-' => time[..19],
        string text => text.TrimEnd('\n'),
        _ => "",
    };

    private static string Text(CalendarDateTime time) =>
        time.IsDate
            ? time.Local.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture)
            : time.Local.ToString("uuuu-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + (time.Kind == CalendarTimeKind.Utc ? "Z" : "");
}
