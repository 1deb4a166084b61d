using EdgeDb.Core.Calendars;
using Xunit;

namespace EdgeDb.Conformance.Reading;

/// <summary>Every event of the public collections survives reading, typing, and a write-read round trip.</summary>
public sealed class SurvivalTests
{
    private static readonly string[] Collections = ["ics-allenporter", "ics-nodeical", "ics-icalendar-py", "ics-icaljs"];

    // A VEVENT within a component of another kind belongs to that.
    private static readonly string[] NestedElsewhere = ["ics-icalendar-py/src/icalendar/tests/calendars/issue_178_custom_component_contains_other.ics"];

    /// <summary>Files with events that have a DTSTART and yet cannot be placed on a calendar: how many, and why.</summary>
    private static readonly Dictionary<string, (int Lost, string Reason)> Unplaceable = new(StringComparer.Ordinal)
    {
        ["ics-nodeical/test/fixtures/large-file-with-late-error.ics"] = (6, "they are on 30 and 31 February and on 31 April, June, September and November"),
        ["ics-icalendar-py/src/icalendar/tests/calendars/broken_dtstart.ics"] = (1, "DTSTART:INVALID-DATE is its only time"),
        ["ics-icalendar-py/src/icalendar/tests/calendars/issue_1081_invalid_start_and_end.ics"] = (1, "neither DTSTART nor DTEND is a date"),
    };

    [Fact]
    public void Every_event_is_read()
    {
        var wrong = new List<string>();
        foreach (var (file, bytes) in Files())
        {
            var read = Read(bytes, new CalendarProblems()).Count(c => c.Name == "VEVENT");
            var expected = NaiveCount.Blocks(bytes, "VEVENT").Count - (NestedElsewhere.Contains(file) ? 1 : 0);
            if (read != expected)
                wrong.Add($"{file}: {expected} events, {read} read");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Every_event_with_a_start_gets_its_place_on_the_calendar()
    {
        var wrong = new List<string>();
        var placed = 0;
        foreach (var (file, bytes) in Files())
        {
            var problems = new CalendarProblems();
            var read = Read(bytes, problems).Count(c => c.Name == "VEVENT" && c.Property("DTSTART") is not null && CalendarEvent.From(c, problems) is not null);
            placed += read;
            // Examples of single properties have no DTSTART; nobody could place them.
            var expected = NaiveCount.Blocks(bytes, "VEVENT").Count(HasStart)
                - (NestedElsewhere.Contains(file) ? 1 : 0) - (Unplaceable.TryGetValue(file, out var known) ? known.Lost : 0);
            if (read != expected)
                wrong.Add($"{file}: {expected} with a start, {read} placed; {string.Join("; ", problems.Items.Take(3).Select(p => $"{p.Line} {p.Property} {p.Reason}"))}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(placed > 900, $"only {placed} events were found: is the data complete?");

        static bool HasStart(string block) => block.Contains("\nDTSTART:", StringComparison.OrdinalIgnoreCase) || block.Contains("\nDTSTART;", StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Every_component_survives_writing_and_reading_again()
    {
        var changed = new List<string>();
        foreach (var (file, bytes) in Files())
        {
            foreach (var component in Read(bytes, new CalendarProblems()))
            {
                var problems = new CalendarProblems();
                var again = Read(CalendarWriter.ToUtf8(component), problems).Single();
                if (!Same(component, again) || problems.Count > 0)
                    changed.Add($"{file} line {component.Line}: {string.Join("; ", problems.Items.Select(p => p.Reason))}");
            }
        }
        Assert.True(changed.Count == 0, string.Join('\n', changed));
    }

    internal static bool Same(CalendarComponent a, CalendarComponent b) =>
        a.Name == b.Name && a.Properties.SequenceEqual(b.Properties)
        && a.Components.Count == b.Components.Count && a.Components.Zip(b.Components).All(pair => Same(pair.First, pair.Second));

    internal static List<CalendarComponent> Read(byte[] bytes, CalendarProblems problems)
    {
        using var reader = new CalendarReader(new MemoryStream(bytes), problems);
        var components = new List<CalendarComponent>();
        while (reader.Read() is { } component)
            components.Add(component);
        return components;
    }

    private static IEnumerable<(string File, byte[] Bytes)> Files()
    {
        foreach (var collection in Collections)
            foreach (var path in Datasets.Files(collection, "*.ics"))
                yield return (Path.GetRelativePath(Datasets.Root, path), File.ReadAllBytes(path));
    }
}
