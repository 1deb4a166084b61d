using System.Text.Json;

namespace EdgeDb.Core.Settings;

/// <summary>A time such as <c>250ms</c>, <c>5s</c>, <c>30min</c> or <c>1h</c>.</summary>
internal sealed class DurationType(TimeSpan least, TimeSpan most) : SettingType<TimeSpan>
{
    public override string Placeholder => "TIME";

    public override string Range => $"{Write(least)} to {Write(most)}";

    public override TimeSpan Read(IReadOnlyList<string> texts, SettingReading reading)
    {
        var text = texts[^1];
        if (!Quantity.Time.TryRead(text, out var ticks))
            reading.Problem($"{SettingReading.Quote(text)} is not a time such as 250ms, 5s, 30min or 1h.");
        else if (ticks < least.Ticks || ticks > most.Ticks)
            reading.Problem($"{SettingReading.Quote(text)} is not within {Range}.");
        return TimeSpan.FromTicks(ticks);
    }

    public override string Write(TimeSpan value) => Quantity.Time.Write(value.Ticks);

    public override void WriteSchema(Utf8JsonWriter json) => json.WriteString("pattern", Quantity.Time.Pattern);
}
