using EdgeDb.Core.Settings;

namespace EdgeDb.Commands;

/// <summary>An option of a command.</summary>
/// <param name="Name">Kebab case, without the dashes.</param>
/// <param name="Placeholder">What follows it; empty for a switch.</param>
/// <param name="IsRepeatable">May be given several times.</param>
internal sealed record CommandOption(string Name, string Placeholder, bool IsRepeatable = false)
{
    public bool IsSwitch => Placeholder.Length == 0;

    /// <summary>The option that gives a setting.</summary>
    public static CommandOption Of(Setting setting) => new(setting.Option, setting.IsSwitch ? "" : setting.Placeholder, setting.Form == SettingForm.List);
}
