using System.Text;
using System.Text.Json;
using EdgeDb.Core.Calendars;
using Xunit;

namespace EdgeDb.Conformance.Recurrence;

/// <summary>Cases recorded from dateutil's tests, where its expectations and RFC 5545 agree: those whose DTSTART matches the rule.</summary>
public class DateutilRecurrenceTests
{
    private const string Data = "recur-dateutil/cases.json";

    public static TheoryData<RuleCase?> Cases => RuleCase.Rows(Data, Read);

    [Theory, MemberData(nameof(Cases))]
    public void A_rule_of_dateutil_gives_its_instances(RuleCase? rule)
    {
        Datasets.Require(Data);
        rule!.Check();
    }

    [Fact]
    public void A_recurrence_set_of_dateutil_gives_its_instances()
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(Datasets.Require(Data)));
        var sets = 0;
        foreach (var item in cases.RootElement.EnumerateArray())
        {
            var lines = item.GetProperty("ical").GetString()!.Split('\n').Distinct().ToArray();
            if (!item.GetProperty("dtstart_matches_rule").GetBoolean() || lines.Length == 2)
                continue;
            sets++;
            var text = $"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:set\n{string.Join('\n', lines)}\nEND:VEVENT\nEND:VCALENDAR\n";
            var calendar = ExpandableCalendar.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), new CalendarProblems());
            var found = new List<Occurrence>();
            new OccurrenceExpander(calendar.Zones).Expand(calendar.Series[0], long.MinValue, long.MaxValue, 1000, found);
            Assert.Equal(
                $"{item.GetProperty("test")}: {string.Join(',', item.GetProperty("expected").EnumerateArray())}",
                $"{item.GetProperty("test")}: {string.Join(',', found.Select(one => new CalendarDateTime(one.Start, CalendarTimeKind.Floating)))}");
        }

        Assert.Equal(5, sets);
    }

    private static IEnumerable<RuleCase> Read(string path)
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var item in cases.RootElement.EnumerateArray())
        {
            if (!item.GetProperty("dtstart_matches_rule").GetBoolean())
                continue;
            var lines = item.GetProperty("ical").GetString()!.Split('\n');
            var rules = lines.Where(line => line.StartsWith("RRULE:", StringComparison.Ordinal)).ToArray();
            if (lines.Length != 2 || rules.Length != 1)
                continue;
            yield return new RuleCase(
                $"{item.GetProperty("test").GetString()}: {rules[0]}", lines[0]["DTSTART:".Length..], rules[0]["RRULE:".Length..],
                [.. item.GetProperty("expected").EnumerateArray().Select(value => value.GetString()!)]);
        }
    }
}
