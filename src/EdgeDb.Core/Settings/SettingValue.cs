namespace EdgeDb.Core.Settings;

/// <summary>The value of a setting and where it comes from.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Input">What gave it.</param>
/// <param name="Text">The value as it could be written.</param>
internal abstract record SettingValue(Setting Setting, SettingInput Input, string Text)
{
    /// <summary>What may be shown of it: a secret is only said to be there.</summary>
    public string Shown => Input.Layer == SettingLayer.Default && Setting.DefaultWords.Length > 0 ? $"({Setting.DefaultWords})"
        : Setting.IsSecret && Input.Layer != SettingLayer.Default ? "(set)"
        : Text;

    /// <summary>As <see cref="Shown"/>: whatever writes a value into a message writes no secret.</summary>
    public sealed override string ToString() => $"{Setting.Path} = {Shown}";
}

/// <summary>The value of a setting, read.</summary>
internal sealed record SettingValue<T>(Setting Of, SettingInput From, string Written, T Value) : SettingValue(Of, From, Written);
