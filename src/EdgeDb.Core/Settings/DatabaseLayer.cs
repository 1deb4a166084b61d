namespace EdgeDb.Core.Settings;

/// <summary>Settings that were made while the service ran and are kept in its database.</summary>
internal static class DatabaseLayer
{
    /// <summary>What the stored rows say. Another version may have written them, so a name that is not known is told and left alone.</summary>
    public static Dictionary<Setting, SettingInput> Read(
        SettingCatalog catalog, IEnumerable<KeyValuePair<string, string>> rows, ICollection<string> problems)
    {
        var inputs = new Dictionary<Setting, SettingInput>();
        foreach (var (path, text) in rows)
        {
            if (catalog.Find(path) is not { } setting)
                problems.Add($"{Spell(path)}: there is no such setting in this version.");
            else if (setting.WhyNotInDatabase is { } reason)
                problems.Add($"{Spell(path)}: {reason}");
            else
                inputs.Add(setting, Input(setting, text));
        }

        return inputs;
    }

    /// <summary>The input of a value that is kept, or is to be.</summary>
    public static SettingInput Input(Setting setting, string text) => new(SettingLayer.Database, Spell(setting.Path), setting.Split(text));

    private static string Spell(string path) => $"{path} in the database";
}
