using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Holds the README's table of options to what the executable says of itself.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public async Task Every_setting_stands_in_the_readme_as_the_executable_tells_it()
    {
        using var folder = new TemporaryFolder();
        var (_, shown, _) = await ServiceProcess.RunAsync(["config", "show", "--json", "--data", folder.File("nobody")]);
        var readme = await File.ReadAllTextAsync(Repository.Path("README.md"), TestContext.Current.CancellationToken);

        var rows = JsonDocument.Parse(shown).RootElement.GetProperty("items").EnumerateArray()
            .Select(static s => $"| `{s.Text("option")}` | {$"{s.Text("default")} {s.Text("unit")}".Trim()} | {s.Text("range")} | {(s.Text("takesEffect") == "atOnce" ? "at once" : "restart")} | {s.Text("description")} |")
            .ToList();

        Assert.NotEmpty(rows);
        Assert.Equal(string.Join('\n', rows), string.Join('\n', ReadmeRow().Matches(readme).Select(static row => row.Value)));
    }

    [Fact]
    public async Task What_is_done_about_failures_stands_in_the_readme_as_the_service_tells_it()
    {
        using var folder = new TemporaryFolder();
        await using var service = await ServiceProcess.StartAsync(folder.Path);
        var readme = await File.ReadAllTextAsync(Repository.Path("README.md"), TestContext.Current.CancellationToken);

        var rows = (await new Api(service).GetAsync("/api/pipeline")).Json.GetProperty("policies").EnumerateArray()
            .Select(static p => $"| {Words(p.Text("operation"))} | {Words(p.Text("failure"))} | {string.Join(", ", p.Texts("steps").Select(Words))} | {p.Text("promise")} |")
            .ToList();

        Assert.NotEmpty(rows);
        Assert.Contains("| what | fails because | what helps | what somebody sees |\n|---|---|---|---|\n" + string.Join('\n', rows) + "\n\n", readme, StringComparison.Ordinal);

        static string Words(string name) => Capital().Replace(name, static letter => " " + letter.Value.ToLowerInvariant());
    }

    [Fact]
    public async Task Every_command_of_the_help_is_one_the_readme_names()
    {
        var (_, help, _) = await ServiceProcess.RunAsync(["help"]);
        var readme = await File.ReadAllTextAsync(Repository.Path("README.md"), TestContext.Current.CancellationToken);

        foreach (Match command in HelpCommand().Matches(help))
            Assert.Contains(command.Groups[1].Value, readme, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\| `--.*$", RegexOptions.Multiline)]
    private static partial Regex ReadmeRow();

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();

    [GeneratedRegex(@"^edgedb ([a-z]+)\b", RegexOptions.Multiline)]
    private static partial Regex HelpCommand();
}
