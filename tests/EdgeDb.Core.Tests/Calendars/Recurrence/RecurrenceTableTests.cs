using System.Globalization;
using EdgeDb.Core.Calendars;
using Xunit;

namespace EdgeDb.Core.Tests.Calendars.Recurrence;

public class RecurrenceTableTests
{
    public static TheoryData<TableCase> Cases
    {
        get
        {
            var cases = new TheoryData<TableCase>();
            foreach (var block in (RecurrenceTable.Rfc5545 + "\n\n" + RecurrenceTable.Own).ReplaceLineEndings("\n").Split("\n\n"))
            {
                var lines = block.Split('\n', StringSplitOptions.RemoveEmptyEntries);
                var start = lines[2]["from ".Length..];
                var goesOn = lines[^1] == "...";
                var instances = lines[3..^(goesOn ? 1 : 0)].SelectMany(line => Instances(line, start[11..]));
                cases.Add(new TableCase(lines[0], lines[1], start, [.. instances], goesOn));
            }

            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_rule_gives_the_instances_of_the_table(TableCase row)
    {
        var (_, rule, start, expected, goesOn) = row;
        var found = new List<string>();
        foreach (var local in RecurrenceRule.Parse(rule).Enumerate(Time(start)))
        {
            if (goesOn && found.Count == expected.Length)
                break;
            found.Add(Text(local));
            if (found.Count > expected.Length)
                break;
        }

        Assert.Equal(expected, found);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Any_window_of_the_table_gives_its_part(TableCase row)
    {
        var (_, rule, start, expected, _) = row;
        var parsed = RecurrenceRule.Parse(rule);
        for (var first = 0; first < expected.Length; first++)
        {
            var from = Time(expected[first]).LocalSeconds;
            var to = Time(expected[^1]).LocalSeconds;
            var found = new List<string>();
            foreach (var local in parsed.Enumerate(Time(start), from, to))
                found.Add(Text(local));
            Assert.Equal(expected[first..], found);
        }
    }

    // "1997: Sep 2-4,9; Oct 1" at the time of the start, or "1997-09-02: 09:00, 09:20"
    private static IEnumerable<string> Instances(string line, string time)
    {
        var (head, tail) = (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        if (head.Contains('-', StringComparison.Ordinal))
        {
            foreach (var one in tail.Split(','))
                yield return $"{head} {one.Trim()}";
            yield break;
        }

        foreach (var month in tail.Split(';', StringSplitOptions.TrimEntries))
        {
            var number = DateTime.ParseExact(month[..3], "MMM", CultureInfo.InvariantCulture).Month;
            foreach (var days in month[3..].Split(','))
            {
                var range = days.Split('-');
                for (var day = Number(range[0]); day <= Number(range[^1]); day++)
                    yield return $"{head}-{number:00}-{day:00} {time}";
            }
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static CalendarDateTime Time(string text) =>
        CalendarDateTime.TryParse(text, zoneId: null, out var value, out var reason) ? value : throw new FormatException(reason);

    private static string Text(long local) => new CalendarDateTime(local, CalendarTimeKind.Floating).Local.ToString("uuuu-MM-dd HH:mm", CultureInfo.InvariantCulture);

    public sealed record TableCase(string Name, string Rule, string Start, string[] Expected, bool GoesOn)
    {
        public override string ToString() => $"{Name}: {Rule} from {Start}";
    }
}
