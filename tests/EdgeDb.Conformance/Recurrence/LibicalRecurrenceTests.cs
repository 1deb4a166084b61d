using Xunit;

namespace EdgeDb.Conformance.Recurrence;

/// <summary>libical's own recurrence table: every rule it has instances for.</summary>
public class LibicalRecurrenceTests
{
    private const string Table = "ics-libical/src/test/icalrecur_test.txt";

    public static TheoryData<RuleCase?> Cases => RuleCase.Rows(Table, Read);

    [Theory, MemberData(nameof(Cases))]
    public void A_rule_of_libicals_table_gives_its_instances(RuleCase? rule)
    {
        Datasets.Require(Table);
        rule!.Check();
    }

    [Fact]
    public void The_table_has_all_its_cases()
    {
        Datasets.Require(Table);
        Assert.Equal(146, Cases.Count);
    }

    private static IEnumerable<RuleCase> Read(string path)
    {
        string comment = "", rule = "", start = "";
        var line = 0;
        foreach (var text in File.ReadLines(path))
        {
            line++;
            if (text.StartsWith("# ", StringComparison.Ordinal))
                comment = text[2..];
            else if (text.StartsWith("RRULE:", StringComparison.Ordinal))
                rule = text[6..];
            else if (text.StartsWith("DTSTART:", StringComparison.Ordinal))
                start = text[8..];
            else if (text.StartsWith("INSTANCES:", StringComparison.Ordinal))
                yield return new RuleCase($"line {line}: {comment}: {rule} from {start}", start, rule, Instances(text[10..]));
        }
    }

    // The one rule libical gives no instances for: it cannot combine BYMONTH, BYMONTHDAY and BYWEEKNO. RFC 5545 can: they are the
    // 30ths of December that lie in week 1.
    private static string[] Instances(string text) => text.Contains("UNIMPLEMENTED", StringComparison.Ordinal)
        ? ["20241230", "20251230", "20301230", "20311230"] : text.Split(',');
}
