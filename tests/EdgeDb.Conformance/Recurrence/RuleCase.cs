using EdgeDb.Core.Calendars;
using Xunit;

namespace EdgeDb.Conformance.Recurrence;

/// <summary>One published case: a start, rules and the instances they must give; null when the data is not there.</summary>
public sealed record RuleCase(string Name, string Start, string Rule, string[] Expected, bool IsComplete = true)
{
    public override string ToString() => Name;

    /// <summary>Rows for a theory. Without the data it is one empty row, which skips (in CI: fails) when it is run.</summary>
    internal static TheoryData<RuleCase?> Rows(string dataset, Func<string, IEnumerable<RuleCase>> read)
    {
        var path = Path.Combine(Datasets.Root, dataset);
        var rows = new TheoryData<RuleCase?>();
        if (!Path.Exists(path))
        {
            rows.Add((RuleCase?)null);
            return rows;
        }

        foreach (var found in read(path))
            rows.Add(new TheoryDataRow<RuleCase?>(found));
        return rows;
    }

    /// <summary>Expands the rule and compares.</summary>
    internal void Check()
    {
        Assert.True(RecurrenceRule.TryParse(Rule, out var rule, out var reason), reason);
        Assert.True(CalendarDateTime.TryParse(Start, zoneId: null, out var start, out reason), reason);
        var found = new List<string>();
        foreach (var local in rule.Enumerate(start))
        {
            found.Add(new CalendarDateTime(local, start.Kind).ToString());
            if (found.Count > Expected.Length || (!IsComplete && found.Count == Expected.Length))
                break;
        }

        Assert.Equal(Expected, found);
    }
}
