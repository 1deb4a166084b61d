using System.Globalization;
using System.Text.Json;

namespace EdgeDb.Core.Settings;

/// <summary>A whole number.</summary>
/// <param name="least">The least one.</param>
/// <param name="most">The greatest one.</param>
/// <param name="unit">Its unit; empty for none.</param>
/// <param name="remark">What else there is to say of the range.</param>
internal sealed class IntegerType(int least, int most, string unit = "", string remark = "") : SettingType<int>
{
    public override string Placeholder => unit.Length == 0 || unit == "%" ? "N" : unit.ToUpperInvariant();

    public override string Range => string.Create(CultureInfo.InvariantCulture, $"{least} to {most}{(remark.Length == 0 ? "" : "; " + remark)}");

    public override string Unit => unit;

    public override SettingForm Form => SettingForm.Number;

    public override int Read(IReadOnlyList<string> texts, SettingReading reading)
    {
        var text = texts[^1];
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            return value;
        reading.Problem($"{SettingReading.Quote(text)} is not a whole number from {least} to {most}.");
        return least;
    }

    public override string Write(int value) => value.ToString(CultureInfo.InvariantCulture);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteNumber("minimum", least);
        json.WriteNumber("maximum", most);
    }
}
