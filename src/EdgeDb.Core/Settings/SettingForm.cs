namespace EdgeDb.Core.Settings;

/// <summary>How a value is written in JSON.</summary>
internal enum SettingForm
{
    /// <summary>A string.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>An array of strings.</summary>
    List,
}
