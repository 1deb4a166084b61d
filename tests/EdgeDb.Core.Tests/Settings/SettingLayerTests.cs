using EdgeDb.Core.Settings;
using Xunit;

namespace EdgeDb.Core.Tests.Settings;

public sealed class SettingLayerTests
{
    private static readonly SettingLayer[] Above = [SettingLayer.File, SettingLayer.Environment, SettingLayer.CommandLine, SettingLayer.Database];

    public static TheoryData<string> Paths => [.. SampleSettings.Table.Select(static row => row.Setting.Path)];

    public static TheoryData<string, string> WrongValues
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var row in SampleSettings.Table)
                foreach (var wrong in row.Wrong)
                    data.Add(row.Setting.Path, wrong);
            return data;
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void The_highest_layer_that_gives_a_value_wins(string path)
    {
        var (setting, one, other, _) = Row(path);
        // Every combination of layers: the winner says one thing, all others the other.
        for (var given = 0; given < 1 << Above.Length; given++)
        {
            var values = SettingValues.Defaults(SampleSettings.Catalog);
            var winner = SettingLayer.Default;
            for (var i = 0; i < Above.Length; i++)
                if ((given >> i & 1) != 0)
                    winner = Above[i];
            for (var i = 0; i < Above.Length; i++)
                if ((given >> i & 1) != 0)
                    values = values.With(Inputs(Above[i], setting, Above[i] == winner ? one : other), Refused);

            Assert.Equal(winner, values[setting].Input.Layer);
            Assert.Equal(winner == SettingLayer.Default ? setting.Default : one, values[setting].Text);
            Assert.Equal(given != 0, values.IsGiven(setting));
        }

        Assert.Empty(Refused);
    }

    [Theory, MemberData(nameof(WrongValues))]
    public void A_wrong_value_is_told_as_it_was_spelled_and_what_lies_below_stays(string path, string wrong)
    {
        var (setting, one, _, _) = Row(path);
        foreach (var layer in Above)
        {
            var problems = new List<string>();
            var below = SettingValues.Defaults(SampleSettings.Catalog).With(Inputs(SettingLayer.File, setting, one), problems);

            var values = below.With(Inputs(layer, setting, wrong), problems);

            Assert.Equal(one, values[setting].Text);
            Assert.StartsWith($"{layer} {setting.Path}: ", problems[0], StringComparison.Ordinal);
            Assert.DoesNotContain(problems, static p => p.Contains("geheim", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_value_that_another_layer_hides_must_be_right_too()
    {
        var problems = new List<string>();
        var values = SettingValues.Defaults(SampleSettings.Catalog)
            .With(Inputs(SettingLayer.File, SampleSettings.Port, "many"), problems)
            .With(Inputs(SettingLayer.CommandLine, SampleSettings.Port, "80"), problems);

        Assert.Equal(80, values.Get(SampleSettings.Port));
        Assert.Contains("'many'", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_are_never_shown()
    {
        var values = SettingValues.Defaults(SampleSettings.Catalog).With(Inputs(SettingLayer.Environment, SampleSettings.Password, "geheim"), Refused);

        Assert.Equal("(set)", values[SampleSettings.Password].Shown);
        Assert.Equal("geheim", values.Get(SampleSettings.Password));
        Assert.Equal("", SettingValues.Defaults(SampleSettings.Catalog)[SampleSettings.Password].Shown);
    }

    [Theory]
    [InlineData("port", "port", "EDGEDB__PORT")]
    [InlineData("cache.ttl", "cache-ttl", "EDGEDB__CACHE__TTL")]
    [InlineData("dataFolder", "data-folder", "EDGEDB__DATA_FOLDER")]
    [InlineData("features.warming.enabled", "features-warming-enabled", "EDGEDB__FEATURES__WARMING__ENABLED")]
    public void One_name_gives_all_spellings(string path, string option, string variable)
    {
        var setting = SampleSettings.Catalog.Find(path)!;

        Assert.Equal((option, variable), (setting.Option, setting.EnvironmentName));
    }

    [Theory]
    [InlineData("EDGEDB__DATA_FOLDER")]
    [InlineData("EDGEDB__DATAFOLDER")]
    [InlineData("EDGEDB__DataFolder")]
    [InlineData("EDGEDB__DATA__FOLDER")]
    public void Variables_are_understood_in_every_convention(string name)
    {
        var inputs = EnvironmentLayer.Read(SampleSettings.Catalog, [new(name, "/a"), new("PATH", "/bin")], Refused);

        Assert.Equal((SampleSettings.Folder, name), (Assert.Single(inputs).Key, inputs[SampleSettings.Folder].Spelled));
        Assert.Empty(Refused);
    }

    [Fact]
    public void Variables_that_mean_nothing_or_the_same_are_told()
    {
        var problems = new List<string>();
        EnvironmentLayer.Read(
            SampleSettings.Catalog, [new("EDGEDB__PROT", "1"), new("EDGEDB__CACHE__TTL", "1s"), new("EDGEDB__CACHE_TTL", "2s"), new("EDGEDB__", "x")], problems);

        Assert.Equal(
            [
                "EDGEDB__: there is no such setting.",
                "EDGEDB__CACHE__TTL: this is the same setting as EDGEDB__CACHE_TTL; leave one out.",
                "EDGEDB__PROT: there is no such setting. Did you mean EDGEDB__PORT?",
            ],
            problems.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("prot", "port")]
    [InlineData("cach.ttl", "cache.ttl")]
    [InlineData("ttl", "cache.ttl")]
    [InlineData("cache.tll", "cache.ttl")]
    [InlineData("WEEKSTART", "weekStart")]
    [InlineData("colour", null)]
    [InlineData("", null)]
    public void The_name_that_was_meant_is_proposed(string written, string? meant) =>
        Assert.Equal(meant is null ? null : $"Did you mean {meant}?", SampleSettings.Catalog.DidYouMean(written, static s => s.Path));

    [Theory]
    [InlineData("300s", "5min")]
    [InlineData("1500ms", "1500ms")]
    [InlineData("60min", "1h")]
    public void Times_are_shown_in_the_largest_unit_that_fits(string written, string shown)
    {
        Assert.True(Quantity.Time.TryRead(written, out var ticks));
        Assert.Equal(shown, Quantity.Time.Write(ticks));
    }

    [Fact]
    public void Two_settings_cannot_share_a_name()
    {
        var twin = new Setting<int>("weekstart", new IntegerType(0, 1), "") { Default = "0" };

        Assert.Throws<ArgumentException>(() => new SettingCatalog([SampleSettings.Start, twin]));
    }

    private List<string> Refused { get; } = [];

    private static (Setting Setting, string One, string Other, string[] Wrong) Row(string path) => SampleSettings.Table.Single(row => row.Setting.Path == path);

    private static Dictionary<Setting, SettingInput> Inputs(SettingLayer layer, Setting setting, string text) =>
        new() { [setting] = new(layer, $"{layer} {setting.Path}", setting.Split(text)) };
}
