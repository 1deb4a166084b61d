using System.Text.RegularExpressions;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Holds the README's table of options to what the executable says of itself.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public async Task Every_option_stands_in_the_readme_with_its_default()
    {
        var (_, help, _) = await ServiceProcess.RunAsync(["help"]);
        var readme = await File.ReadAllTextAsync(Path.Combine(Root(), "README.md"), TestContext.Current.CancellationToken);
        var rows = ReadmeRow().Matches(readme).ToDictionary(static m => m.Groups[1].Value, static m => m.Groups[2].Value);

        var options = HelpOption().Matches(help).ToList();
        Assert.NotEmpty(options);
        Assert.Equal(options.Select(static o => o.Groups[1].Value).Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        foreach (var option in options)
        {
            var standard = HelpDefault().Match(option.Groups[2].Value);
            if (standard.Success)
                Assert.Contains(standard.Groups[1].Value, rows[option.Groups[1].Value], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_command_of_the_help_is_one_the_readme_names()
    {
        var (_, help, _) = await ServiceProcess.RunAsync(["help"]);
        var readme = await File.ReadAllTextAsync(Path.Combine(Root(), "README.md"), TestContext.Current.CancellationToken);

        foreach (Match command in HelpCommand().Matches(help))
            Assert.Contains(command.Groups[1].Value, readme, StringComparison.Ordinal);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "EdgeDb.sln")))
            folder = folder.Parent;
        return folder.FullName;
    }

    [GeneratedRegex(@"^\| `--([a-z-]+)[^|]*\|([^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex ReadmeRow();

    [GeneratedRegex(@"^  --([a-z-]+)[^\n]*\[EDGEDB__[^\n]*\n +([^\n]*)", RegexOptions.Multiline)]
    private static partial Regex HelpOption();

    [GeneratedRegex(@"Default: (\S+?)[. ]")]
    private static partial Regex HelpDefault();

    [GeneratedRegex(@"^edgedb ([a-z]+)\b", RegexOptions.Multiline)]
    private static partial Regex HelpCommand();
}
