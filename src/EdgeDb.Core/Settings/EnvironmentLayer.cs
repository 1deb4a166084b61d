namespace EdgeDb.Core.Settings;

/// <summary>Settings of the environment: <c>EDGEDB__CACHE__ENTRIES</c> for <c>cache.entries</c>.</summary>
internal static class EnvironmentLayer
{
    public const string Prefix = "EDGEDB__";

    /// <summary>What the variables say. A variable that is no setting, and two for one setting, are problems.</summary>
    public static Dictionary<Setting, SettingInput> Read(
        SettingCatalog catalog, IEnumerable<KeyValuePair<string, string>> environment, ICollection<string> problems)
    {
        var inputs = new Dictionary<Setting, SettingInput>();
        foreach (var (name, text) in environment.Where(static v => v.Key.StartsWith(Prefix, StringComparison.Ordinal)).OrderBy(static v => v.Key, StringComparer.Ordinal))
        {
            if (catalog.FindVariable(name) is not { } setting)
                problems.Add($"{name}: there is no such setting. {catalog.DidYouMean(name, static s => s.EnvironmentName)}".TrimEnd());
            else if (!inputs.TryAdd(setting, new(SettingLayer.Environment, name, setting.Split(text))))
                problems.Add($"{name}: this is the same setting as {inputs[setting].Spelled}; leave one out.");
        }

        return inputs;
    }
}
