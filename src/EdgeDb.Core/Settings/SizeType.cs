using System.Text.Json;

namespace EdgeDb.Core.Settings;

/// <summary>An amount of memory such as <c>512KB</c> or <c>16MB</c>, in bytes.</summary>
internal sealed class SizeType(long least, long most) : SettingType<long>
{
    public override string Placeholder => "SIZE";

    public override string Range => $"{Write(least)} to {Write(most)}";

    public override long Read(IReadOnlyList<string> texts, SettingReading reading)
    {
        var text = texts[^1];
        if (!Quantity.Size.TryRead(text, out var bytes))
            reading.Problem($"{SettingReading.Quote(text)} is not a size such as 512KB or 16MB.");
        else if (bytes < least || bytes > most)
            reading.Problem($"{SettingReading.Quote(text)} is not within {Range}.");
        return bytes;
    }

    public override string Write(long value) => Quantity.Size.Write(value);

    public override void WriteSchema(Utf8JsonWriter json) => json.WriteString("pattern", Quantity.Size.Pattern);
}
