using System.Globalization;
using System.Text.Json;

namespace EdgeDb.Core.Settings;

/// <summary>Several texts: an array in JSON, divided by spaces in the environment and in the database, repeated on the command line.</summary>
/// <param name="placeholder">Stands for one in help texts.</param>
/// <param name="range">What one may be, in words.</param>
/// <param name="most">Most of them.</param>
/// <param name="check">Tells what is wrong with one.</param>
internal sealed class ListType(string placeholder, string range, int most, Action<string, SettingReading> check) : SettingType<IReadOnlyList<string>>
{
    public override string Placeholder => placeholder;

    public override string Range => string.Create(CultureInfo.InvariantCulture, $"{range}; up to {most}");

    public override SettingForm Form => SettingForm.List;

    public override IReadOnlyList<string> Read(IReadOnlyList<string> texts, SettingReading reading)
    {
        if (texts.Count > most)
            reading.Problem($"at most {most} may be given; these are {texts.Count}.");
        else
            foreach (var text in texts)
                check(text, reading);
        return texts;
    }

    public override string Write(IReadOnlyList<string> value) => string.Join(' ', value);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteNumber("maxItems", most);
        json.WriteStartObject("items");
        json.WriteString("type", "string");
        json.WriteEndObject();
    }
}
