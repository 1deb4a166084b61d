using System.Text.Json;

namespace EdgeDb.Core.Settings;

/// <summary>One of a few words.</summary>
internal sealed class ChoiceType<T>(string placeholder, params (string Word, T Value)[] words) : SettingType<T>
{
    public override string Placeholder => placeholder;

    public override string Range => words is [.. var first, var last] ? $"{string.Join(", ", first.Select(static w => w.Word))} or {last.Word}" : "";

    public override T Read(IReadOnlyList<string> texts, SettingReading reading)
    {
        foreach (var (word, value) in words)
            if (word == texts[^1])
                return value;
        reading.Problem($"{SettingReading.Quote(texts[^1])} is not {Range}.");
        return words[0].Value;
    }

    public override string Write(T value) => words.First(w => EqualityComparer<T>.Default.Equals(w.Value, value)).Word;

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("enum");
        foreach (var (word, _) in words)
            json.WriteStringValue(word);
        json.WriteEndArray();
    }
}
