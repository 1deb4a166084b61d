using System.Collections;
using EdgeDb.Core.Settings;

namespace EdgeDb.Options;

/// <summary>Reads the layers that are known before the database is open: the file, the environment and the command line.</summary>
internal static class SettingSources
{
    /// <summary>The values of these layers. Every problem of each is told, also of values that another layer outranks; when there is one the values are for further checks only.</summary>
    /// <param name="options">Options of the command line by name.</param>
    /// <param name="environment">The process environment.</param>
    /// <param name="problems">Receives one sentence a problem.</param>
    public static SettingValues Read(IReadOnlyDictionary<string, List<string>> options, IDictionary environment, List<string> problems)
    {
        var variables = EnvironmentLayer.Read(SettingTable.Catalog, Texts(environment), problems);
        var commandLine = new Dictionary<Setting, SettingInput>();
        foreach (var setting in SettingTable.Catalog.All)
            if (options.TryGetValue(setting.Option, out var texts))
                commandLine.Add(setting, new(SettingLayer.CommandLine, "--" + setting.Option, texts));

        var defaults = SettingValues.Defaults(SettingTable.Catalog);
        return defaults.With(ReadFile(defaults, variables, commandLine, problems), problems, keepsRefused: true)
            .With(variables, problems, keepsRefused: true)
            .With(commandLine, problems, keepsRefused: true);
    }

    private static IReadOnlyDictionary<Setting, SettingInput> ReadFile(
        SettingValues defaults, Dictionary<Setting, SettingInput> variables, Dictionary<Setting, SettingInput> commandLine, List<string> problems)
    {
        var chosen = commandLine.GetValueOrDefault(SettingTable.Config) ?? variables.GetValueOrDefault(SettingTable.Config);
        var path = chosen?.Texts[^1] ?? defaults.Get(SettingTable.Config);
        if (path.Length == 0)
            return new Dictionary<Setting, SettingInput>();
        var file = SettingFile.Read(SettingTable.Catalog, path, mustExist: chosen is not null, problems);
        if (file.TryGetValue(SettingTable.Config, out var another))
            problems.Add($"{another.Spelled}: a file cannot name another one; leave it out.");
        return file;
    }

    private static IEnumerable<KeyValuePair<string, string>> Texts(IDictionary environment)
    {
        foreach (DictionaryEntry entry in environment)
            if (entry is { Key: string name, Value: string text })
                yield return new(name, text);
    }
}
