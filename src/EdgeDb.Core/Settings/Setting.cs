using System.Text;
using System.Text.Json;

namespace EdgeDb.Core.Settings;

/// <summary>One setting: the only place for its name, default, range and words. Everything that reads, shows or describes settings works on these.</summary>
internal abstract class Setting
{
    private protected Setting(string path, string help)
    {
        (Path, Help) = (path, help);
        Option = Spell(path, '-', '-', char.ToLowerInvariant);
        EnvironmentName = EnvironmentLayer.Prefix + Spell(path.Replace(".", "..", StringComparison.Ordinal), '_', '_', char.ToUpperInvariant);
    }

    /// <summary>Its name: <c>cache.staleIfError</c>, in JSON an object in an object.</summary>
    public string Path { get; }

    /// <summary>The option without its dashes: <c>cache-stale-if-error</c>.</summary>
    public string Option { get; }

    /// <summary>The variable: <c>EDGEDB__CACHE__STALE_IF_ERROR</c>.</summary>
    public string EnvironmentName { get; }

    /// <summary>One sentence.</summary>
    public string Help { get; }

    /// <summary>When a changed value holds.</summary>
    public SettingChange Change { get; init; }

    /// <summary>Its value holds a password or is one: never shown, never logged, never kept in the database.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The default as it could be written; empty when there is none.</summary>
    public required string Default { get; init; }

    /// <summary>What is shown as the default where it is not the same everywhere; empty for <see cref="Default"/>.</summary>
    public string DefaultWords { get; init; } = "";

    /// <summary>Stands for the value in help texts.</summary>
    public abstract string Placeholder { get; }

    /// <summary>The range in words.</summary>
    public abstract string Range { get; }

    /// <summary>Unit of a bare number, or empty.</summary>
    public abstract string Unit { get; }

    /// <summary>How it is written in JSON.</summary>
    public abstract SettingForm Form { get; }

    /// <summary>Whether naming it on the command line is enough.</summary>
    public bool IsSwitch => Form == SettingForm.Boolean && Default == "false";

    /// <summary>Why it cannot be kept in the database; null when it can.</summary>
    public string? WhyNotInDatabase =>
        IsSecret ? $"{Path} holds a secret and is not kept in the database; give it as {EnvironmentName}."
        : Change == SettingChange.BeforeDatabase ? $"{Path} is needed before the database is open; give it as {EnvironmentName}, --{Option} or in the file."
        : null;

    /// <summary>Reads the value of a layer.</summary>
    /// <param name="input">What the layer says.</param>
    /// <param name="problems">Receives one sentence a problem.</param>
    /// <param name="isRefused">Whether there was one; what was understood all the same is returned for checks that look further.</param>
    public abstract SettingValue Read(SettingInput input, ICollection<string> problems, out bool isRefused);

    /// <summary>Writes the keywords of JSON Schema that bound the value, besides its type.</summary>
    public abstract void WriteSchema(Utf8JsonWriter json);

    /// <summary>The text of a value as the environment and the database have it, taken apart.</summary>
    public IReadOnlyList<string> Split(string text) => Form == SettingForm.List ? text.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [text];

    /// <summary>The value of <see cref="Default"/>. Throws when the table of settings contradicts itself.</summary>
    internal SettingValue ReadDefault()
    {
        var problems = new List<string>();
        var value = Read(new(SettingLayer.Default, Path, Split(Default)), problems, out var isRefused);
        return !isRefused ? value : throw new InvalidOperationException($"The default is refused: {string.Join(' ', problems)}");
    }

    private static string Spell(string path, char dot, char hump, Func<char, char> fold)
    {
        var text = new StringBuilder(path.Length + 8);
        foreach (var letter in path)
        {
            if (letter == '.')
                text.Append(dot);
            else if (char.IsUpper(letter))
                text.Append(hump).Append(fold(letter));
            else
                text.Append(fold(letter));
        }

        return text.ToString();
    }
}

/// <summary>A setting whose values are <typeparamref name="T"/>.</summary>
internal sealed class Setting<T>(string path, SettingType<T> type, string help) : Setting(path, help)
{
    public override string Placeholder => type.Placeholder;

    public override string Range => type.Range;

    public override string Unit => type.Unit;

    public override SettingForm Form => type.Form;

    public override SettingValue Read(SettingInput input, ICollection<string> problems, out bool isRefused)
    {
        var reading = new SettingReading(input.Spelled, problems);
        var value = type.Read(input.Texts, reading);
        isRefused = reading.IsRefused;
        return new SettingValue<T>(this, input, isRefused ? "" : type.Write(value), value);
    }

    public override void WriteSchema(Utf8JsonWriter json) => type.WriteSchema(json);
}
