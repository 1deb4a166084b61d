using System.Text.Json;
using Xunit;

namespace EdgeDb.Conformance.Recurrence;

/// <summary>The rules of ical.js's recurrence iterator tests.</summary>
public class IcalJsRecurrenceTests
{
    private const string Data = "ics-icaljs/recur_iterator_cases.json";

    // Both give DTSTART, 1 January, as an instance although BYSETPOS does not select it: ical.js does not test the first date it
    // tries against BYSETPOS. libical's table ("Starts after the third instance in January") and dateutil leave such a DTSTART out,
    // and so do ical.js's own cases with BYDAY=SU;BYSETPOS=1 and 3. What follows the first date must still be the same.
    private static readonly string[] FirstDateIgnoresSetPosition =
    [
        "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=SU,MO,TU,WE,TH,FR,SA;INTERVAL=1;COUNT=4",
        "FREQ=MONTHLY;BYSETPOS=2;BYDAY=SU,MO,TU,WE,TH,FR,SA;INTERVAL=1;COUNT=4",
    ];

    public static TheoryData<RuleCase?> Cases => RuleCase.Rows(Data, Read);

    [Theory, MemberData(nameof(Cases))]
    public void A_rule_of_ical_js_gives_its_instances(RuleCase? rule)
    {
        Datasets.Require(Data);
        rule!.Check();
    }

    private static IEnumerable<RuleCase> Read(string path)
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(path));
        var number = 0;
        foreach (var item in cases.RootElement.EnumerateArray())
        {
            var rule = item.GetProperty("rrule").GetString()!;
            var start = item.GetProperty("dtstart").GetString()!;
            var expected = item.GetProperty("expected").EnumerateArray().Select(value => Basic(value.GetString()!)).ToArray();
            if (FirstDateIgnoresSetPosition.Contains(rule))
                (expected, rule) = (expected[1..], rule.Replace("COUNT=4", "COUNT=3", StringComparison.Ordinal));
            var none = item.GetProperty("no_instance").GetBoolean();
            yield return new RuleCase(
                $"case {number++}: {rule} from {start}", start, rule,
                none ? [] : expected,
                IsComplete: none || item.GetProperty("finite").GetBoolean());
        }
    }

    private static string Basic(string iso) => iso.Replace("-", "", StringComparison.Ordinal).Replace(":", "", StringComparison.Ordinal);
}
