using System.Text.RegularExpressions;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.Core.Tests;

/// <summary>Holds the dependency arrows of src/ARCHITECTURE.md: which folder of Core may name which other.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Calendars"] = [],
        ["Learning"] = [],
        ["Caching"] = [],
        ["Settings"] = [],
        ["Access"] = [],
        ["Audit"] = ["Access", "Security", "Storage"],
        ["Accounts"] = ["Access", "Security", "Storage"],
        ["Connections"] = ["Learning"],
        ["OpenId"] = ["Connections", "Security"],
        ["Pipeline"] = ["Caching", "Settings", "Connections", "Storage"],
        ["Storage"] = ["Connections"],
        ["Work"] = ["Storage"],
        ["Security"] = ["Storage"],
        ["Certificates"] = ["Security", "Storage"],
        ["Backups"] = ["Security", "Storage"],
        ["Household"] = ["Access", "Calendars", "Security", "Storage", "Connections"],
        ["Privacy"] = ["Access", "Accounts", "Audit", "Backups", "Caching", "Calendars", "Household", "Pipeline", "Security", "Storage"],
    };

    [Fact]
    public void Folders_of_core_name_only_the_folders_they_may_depend_on()
    {
        var violations = new List<string>();
        foreach (var file in Sources("EdgeDb.Core"))
        {
            var folder = Folder(file, "EdgeDb.Core");
            Assert.True(Allowed.ContainsKey(folder), $"'{folder}' is new: say in this test and in src/ARCHITECTURE.md what it may depend on.");
            foreach (Match match in CoreNamespace().Matches(File.ReadAllText(file)))
                if (match.Groups[1].Value is var named && named != folder && Allowed.ContainsKey(named) && !Allowed[folder].Contains(named))
                    violations.Add($"{Path.GetRelativePath(Repository.Root, file)} names {match.Value}");
        }
        Assert.Empty(violations);
    }

    [Fact]
    public void Namespaces_are_those_of_the_folders()
    {
        foreach (var file in Sources("EdgeDb.Core"))
            Assert.Matches($@"namespace EdgeDb\.Core\.{Folder(file, "EdgeDb.Core")};", File.ReadAllText(file));
    }

    [Fact]
    public void Core_knows_no_web_framework_and_not_the_service()
    {
        foreach (var file in Sources("EdgeDb.Core"))
            Assert.DoesNotMatch(@"Microsoft\.AspNetCore|EdgeDb\.(Api|Hosting|Commands|Options)\b", File.ReadAllText(file));
    }

    [Fact]
    public void The_engine_of_calendars_does_no_input_and_output_of_its_own()
    {
        foreach (var file in Sources("EdgeDb.Core").Where(static f => Folder(f, "EdgeDb.Core") == "Calendars" && !f.Contains("/Commands/", StringComparison.Ordinal)))
            Assert.DoesNotMatch(@"\bFile\.|\bHttpClient\b|System\.Net\b|SQLitePCL|Microsoft\.Data", File.ReadAllText(file));
    }

    [Fact]
    public void An_event_id_means_one_message()
    {
        var ids = Sources("EdgeDb.Core").Concat(Sources("EdgeDb")).SelectMany(static file => EventId().Matches(File.ReadAllText(file))).Select(static match => match.Value);
        Assert.DoesNotContain(ids.CountBy(static id => id), static id => id.Value > 1);
    }

    private static string Folder(string file, string project) =>
        Path.GetRelativePath(Repository.Path("src", project), file).Split(Path.DirectorySeparatorChar)[0];

    private static IEnumerable<string> Sources(string project) =>
        Directory.EnumerateFiles(Repository.Path("src", project), "*.cs", SearchOption.AllDirectories)
            // Sequences stand above all folders, in the namespace around them.
            .Where(static f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal) && Path.GetFileName(f) != "Sequences.cs");

    [GeneratedRegex(@"EventId = \d+")]
    private static partial Regex EventId();

    [GeneratedRegex(@"EdgeDb\.Core\.([A-Z]\w+)")]
    private static partial Regex CoreNamespace();
}
