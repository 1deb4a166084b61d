using EdgeDb.Core.Settings;

namespace EdgeDb.Api;

/// <summary>Settings as the API and <c>edgedb config show</c> tell them.</summary>
internal static class ConfigAnswers
{
    /// <param name="now">The value that holds now.</param>
    /// <param name="afterRestart">The one that will hold after a restart; null when it is the same.</param>
    public static SettingBody Of(SettingValue now, SettingValue? afterRestart)
    {
        var setting = now.Setting;
        return new(
            setting.Path,
            setting.EnvironmentName,
            "--" + setting.Option,
            setting.Form switch
            {
                SettingForm.Number => "integer",
                SettingForm.Boolean => "boolean",
                SettingForm.List => "list",
                _ => "text",
            },
            now.Shown,
            now.Input.Layer switch
            {
                SettingLayer.File => "file",
                SettingLayer.Environment => "environment",
                SettingLayer.CommandLine => "commandLine",
                SettingLayer.Database => "database",
                _ => "default",
            },
            now.Input.Layer == SettingLayer.Default ? "" : now.Input.Spelled,
            afterRestart?.Shown,
            setting.DefaultWords.Length > 0 ? $"({setting.DefaultWords})" : setting.Default,
            setting.Unit,
            setting.Range,
            setting.Help,
            setting.Change == SettingChange.AtOnce ? "atOnce" : "afterRestart",
            setting.WhyNotInDatabase is null,
            setting.IsSecret);
    }
}
