using EdgeDb.Core.Settings;

namespace EdgeDb.Core.Tests.Settings;

/// <summary>A small table with one setting of each type.</summary>
internal static class SampleSettings
{
    public static readonly Setting<int> Port = new("port", new IntegerType(0, 65535), "A number.") { Default = "8080" };

    public static readonly Setting<TimeSpan> Ttl = new("cache.ttl", new DurationType(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)), "A time.")
        { Default = "5min", Change = SettingChange.AtOnce };

    public static readonly Setting<long> Bytes = new("cache.bytes", new SizeType(1024, 1 << 30), "A size.") { Default = "16MB", Change = SettingChange.AtOnce };

    public static readonly Setting<DayOfWeek> Start = new(
        "weekStart", new ChoiceType<DayOfWeek>("DAY", ("monday", DayOfWeek.Monday), ("saturday", DayOfWeek.Saturday), ("sunday", DayOfWeek.Sunday)), "A word.")
        { Default = "monday" };

    public static readonly Setting<bool> Enabled = new("features.warming.enabled", new BooleanType(), "A yes or no.") { Default = "true", Change = SettingChange.AtOnce };

    public static readonly Setting<IReadOnlyList<string>> Hosts = new("host", new ListType("NAME", "a short name", 3, CheckShort), "A list.") { Default = "" };

    public static readonly Setting<string> Password = new(
        "password", new TextType<string>("SECRET", "a text without blanks", ReadSecret, static text => text), "A secret.") { Default = "", IsSecret = true };

    public static readonly Setting<string> Folder = new("dataFolder", new TextType<string>("DIR", "a folder", static (text, _) => text, static text => text), "A text.")
        { Default = "./data", Change = SettingChange.BeforeDatabase };

    public static SettingCatalog Catalog { get; } = new([Port, Ttl, Bytes, Start, Enabled, Hosts, Password, Folder]);

    /// <summary>By setting: two values that differ from each other and from the default, and values that are wrong. As text.</summary>
    public static IReadOnlyList<(Setting Setting, string One, string Other, string[] Wrong)> Table { get; } =
    [
        (Port, "1", "2", ["", "x", "-1", "65536", "80.5", "1e3", "99999999999", "0x10"]),
        (Ttl, "10s", "2h", ["", "5", "5 min", "5m", "999ms", "25h", "-5s", "s", "99999999999s"]),
        (Bytes, "1KB", "3MB", ["", "5", "16mb", "16 MB", "1023B", "2GB", "-1KB"]),
        (Start, "sunday", "saturday", ["", "Monday", "mon", "monday "]),
        (Enabled, "false", "true", ["", "yes", "1", "True"]),
        (Hosts, "a b", "c", ["toolongname", "a b c d"]),
        (Password, "geheim1", "geheim2", ["geheim 3"]),
        (Folder, "/a", "/b", []),
    ];

    private static void CheckShort(string text, SettingReading reading)
    {
        if (text.Length > 5)
            reading.Problem($"'{text}' is longer than 5 letters.");
    }

    private static string ReadSecret(string text, SettingReading reading)
    {
        if (text.Contains(' ', StringComparison.Ordinal))
            reading.Problem("it holds a blank.");
        return text;
    }
}
