using System.Text.Json;

namespace EdgeDb.Core.Settings;

/// <summary>What the values of a setting look like: reads and writes them, and says so in words and as JSON Schema.</summary>
internal abstract class SettingType<T>
{
    /// <summary>Stands for the value in help texts, such as <c>N</c>.</summary>
    public abstract string Placeholder { get; }

    /// <summary>The range in words.</summary>
    public abstract string Range { get; }

    /// <summary>Unit of a bare number, or empty.</summary>
    public virtual string Unit => "";

    /// <summary>How it is written in JSON.</summary>
    public virtual SettingForm Form => SettingForm.Text;

    /// <summary>Reads a value; the result means nothing when <paramref name="reading"/> was told a problem.</summary>
    public abstract T Read(IReadOnlyList<string> texts, SettingReading reading);

    /// <summary>The value as it could have been written.</summary>
    public abstract string Write(T value);

    /// <summary>Writes the keywords of JSON Schema that bound the value, besides its type.</summary>
    public virtual void WriteSchema(Utf8JsonWriter json)
    {
    }
}
