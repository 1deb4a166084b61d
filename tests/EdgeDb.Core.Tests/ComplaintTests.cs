using System.Text.RegularExpressions;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.Core.Tests;

/// <summary>Holds the table of complaints in src/ARCHITECTURE.md to the tests that it names.</summary>
public sealed partial class ComplaintTests
{
    [Fact]
    public void Every_complaint_has_a_test_that_there_is()
    {
        var tests = Directory.EnumerateFiles(Repository.Path("tests"), "*Tests.cs", SearchOption.AllDirectories)
            .SelectMany(static file => Method().Matches(File.ReadAllText(file))).Select(static match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var rows = File.ReadLines(Repository.Path("src", "ARCHITECTURE.md")).SkipWhile(static line => line != "## What families complain about elsewhere")
            .Skip(1).TakeWhile(static line => !line.StartsWith("## ", StringComparison.Ordinal)).Where(static line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).ToList();

        Assert.Equal(15, rows.Count);
        Assert.All(rows, row =>
        {
            var named = Name().Matches(row).Select(static match => match.Groups[1].Value).ToList();
            Assert.NotEmpty(named);
            Assert.All(named, name => Assert.Contains(name, tests));
        });
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"public (?:async Task|void) (\w+)\(")]
    private static partial Regex Method();
}
