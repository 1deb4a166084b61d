using System.Globalization;
using System.Text.Json;

namespace EdgeDb.Core.Settings;

/// <summary>The JSON Schema (2020-12) of the file of settings, for editors.</summary>
internal static class SettingSchema
{
    public static void Write(SettingCatalog catalog, Stream output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
        json.WriteString("title", "Settings of EdgeDb");
        WriteGroup(json, catalog.All, 0);
        json.WriteEndObject();
    }

    private static void WriteGroup(Utf8JsonWriter json, IEnumerable<Setting> settings, int from)
    {
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        json.WriteStartObject("properties");
        if (from == 0)
        {
            json.WriteStartObject("$schema");
            json.WriteString("type", "string");
            json.WriteEndObject();
        }

        foreach (var part in settings.GroupBy(s => s.Path[from..].Split('.')[0]))
        {
            json.WriteStartObject(part.Key);
            var end = from + part.Key.Length;
            if (part.First() is var setting && setting.Path.Length == end)
                WriteSetting(json, setting);
            else
                WriteGroup(json, part, end + 1);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteSetting(Utf8JsonWriter json, Setting setting)
    {
        json.WriteString("type", setting.Form switch
        {
            SettingForm.Number => "integer",
            SettingForm.Boolean => "boolean",
            SettingForm.List => "array",
            _ => "string",
        });
        json.WriteString("description", setting.Range.Length == 0 ? setting.Help : $"{setting.Help} Range: {setting.Range}.");
        setting.WriteSchema(json);
        if (setting.Default.Length == 0)
            return;
        switch (setting.Form)
        {
            case SettingForm.Number:
                json.WriteNumber("default", long.Parse(setting.Default, CultureInfo.InvariantCulture));
                break;
            case SettingForm.Boolean:
                json.WriteBoolean("default", setting.Default == "true");
                break;
            case SettingForm.Text:
                json.WriteString("default", setting.Default);
                break;
        }
    }
}
