namespace EdgeDb.Core.Settings;

/// <summary>Yes or no.</summary>
internal sealed class BooleanType : SettingType<bool>
{
    public override string Placeholder => "BOOL";

    public override string Range => "true or false";

    public override SettingForm Form => SettingForm.Boolean;

    public override bool Read(IReadOnlyList<string> texts, SettingReading reading)
    {
        var text = texts[^1];
        if (text is not ("true" or "false"))
            reading.Problem($"{SettingReading.Quote(text)} is not true or false.");
        return text == "true";
    }

    public override string Write(bool value) => value ? "true" : "false";
}
