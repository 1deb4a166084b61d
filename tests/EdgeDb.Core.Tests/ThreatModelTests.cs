using System.Text.RegularExpressions;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.Core.Tests;

/// <summary>Holds the threat model of src/ARCHITECTURE.md to the tests that it names.</summary>
public sealed partial class ThreatModelTests
{
    [Fact]
    public void Every_line_names_a_control_and_tests_that_there_are()
    {
        var classes = Directory.EnumerateFiles(Repository.Path("tests"), "*.cs", SearchOption.AllDirectories).Select(static file => Path.GetFileNameWithoutExtension(file)).ToHashSet(StringComparer.Ordinal);
        var projects = Directory.EnumerateDirectories(Repository.Path("tests")).Select(static folder => Path.GetFileName(folder).Replace("EdgeDb.", "", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        var lines = File.ReadLines(Repository.Path("src", "ARCHITECTURE.md")).SkipWhile(static line => line != "## Threat model")
            .Skip(1).TakeWhile(static line => !line.StartsWith("## ", StringComparison.Ordinal)).Where(static line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).ToList();

        Assert.True(lines.Count > 10, "The table of the threat model was not found.");
        foreach (var cells in lines.Select(static line => line.Trim('|', ' ').Length == 0 ? [] : line[1..^1].Split('|')))
        {
            Assert.Equal(4, cells.Length);
            Assert.NotEqual("", cells[2].Trim());
            var named = Name().Matches(cells[3]).Select(static match => match.Groups[1].Value).ToList();
            Assert.NotEmpty(named);
            Assert.All(named, name => Assert.True(classes.Contains(name) || projects.Contains(name), $"{cells[1].Trim()}: there is no '{name}'."));
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
