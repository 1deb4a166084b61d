using System.Text.Json;
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
