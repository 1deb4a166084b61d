using System.Text;
using System.Text.Json;
using EdgeDb.Core.Settings;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.Core.Tests.Settings;

public sealed class SettingFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("edgedb.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_form_of_value_is_read()
    {
        var (values, problems) = Read(
            """
            {
              "$schema": "edgedb.schema.json", // for the editor
              "port": 80, "host": ["a", "b"], "weekStart": "sunday",
              "cache": { "ttl": "10s" },
              "features": { "warming": { "enabled": false } }
            }
            """);

        Assert.Empty(problems);
        Assert.Equal(80, values.Get(SampleSettings.Port));
        Assert.Equal(["a", "b"], values.Get(SampleSettings.Hosts));
        Assert.Equal(DayOfWeek.Sunday, values.Get(SampleSettings.Start));
        Assert.Equal(TimeSpan.FromSeconds(10), values.Get(SampleSettings.Ttl));
        Assert.False(values.Get(SampleSettings.Enabled));
        Assert.Equal((SettingLayer.File, $"{Path}:4:14: cache.ttl"), (values[SampleSettings.Ttl].Input.Layer, values[SampleSettings.Ttl].Input.Spelled));
    }

    [Fact]
    public void Every_problem_is_told_at_once_with_its_place()
    {
        var (_, problems) = Read(
            """
            { "prot": 1,
              "ü": 0, "port": 70000,
              "cache": { "ttl": 5, "tttl": "1s" }, "cache.bytes": "1MB",
              "features": true, "host": ["a", 5], "weekStart": null,
              "port": 1 }
            """);

        Assert.Equal(
            [
                ":1:3: there is no setting prot. Did you mean port?",
                ":2:3: there is no setting ü.",
                ":3:14: cache.ttl: write a text in quotes: 1s to 1d.",
                ":3:24: there is no setting cache.tttl. Did you mean cache.ttl?",
                ":3:40: a group is an object of its own; write { \"cache\": { \"bytes\": … }.",
                ":4:3: features is a group of settings; write { … }.",
                ":4:21: host: write a list of texts, [\"…\"].",
                ":4:39: weekStart: write a text in quotes: monday, saturday or sunday.",
                ":5:3: port is given twice.",
                ":2:11: port: '70000' is not a whole number from 0 to 65535.",
            ],
            problems.Select(p => p[Path.Length..]));
    }

    [Theory]
    [InlineData("", ":1:1: no JSON: the file is empty; it must hold at least {}.")]
    [InlineData(" // a comment", ":1:14: no JSON: ")]
    [InlineData("{\n  \"port\": 80,\n}", ":3:1: no JSON: The JSON object contains a trailing comma at the end.")]
    [InlineData("{\n  \"port\" 80\n}", ":2:10: no JSON: ")]
    [InlineData("{\"weekStart\":\"ü\" x}", ":1:18: no JSON: ")]
    [InlineData("[1]", ":1:1: the file must hold a JSON object")]
    [InlineData("{} {}", ":1:4: no JSON: ")]
    [InlineData("{\"weekStart\":\"\\ud800\"}", ":1:14: this text holds half a character.")]
    [InlineData("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}", "no JSON: The maximum configured depth")]
    public void What_is_no_JSON_is_told_with_line_and_column(string text, string problem)
    {
        var problems = Read(text).Problems;
        Assert.Contains(problems, p => p.Contains(problem, StringComparison.Ordinal));
        Assert.DoesNotContain(problems, p => p.Contains("isFinalBlock", StringComparison.Ordinal) || p.Contains("reader", StringComparison.Ordinal));
    }

    [Fact]
    public void A_byte_order_mark_does_no_harm()
    {
        var (values, problems) = Read("\uFEFF{\"port\": 81}");

        Assert.Empty(problems);
        Assert.Equal(81, values.Get(SampleSettings.Port));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_told()
    {
        File.WriteAllBytes(Path, [(byte)'{', 0xff, 0xfe, (byte)'}']);

        Assert.Contains("not UTF-8", Assert.Single(Problems(Path, mustExist: true)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_told_and_one_that_is_only_looked_for_may_be_missing()
    {
        var missing = _folder.File("none.json");

        Assert.Empty(Problems(missing, mustExist: false));
        Assert.StartsWith($"{missing}: the file cannot be read: ", Assert.Single(Problems(missing, mustExist: true)), StringComparison.Ordinal);
        Assert.StartsWith($"{_folder.Path}: the file cannot be read: ", Assert.Single(Problems(_folder.Path, mustExist: false)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_end_is_not_read_to_its_end() =>
        Assert.Contains("larger than 256 KB", Assert.Single(Problems("/dev/zero", mustExist: true)), StringComparison.Ordinal);

    [Fact]
    public void The_schema_describes_what_the_file_may_hold()
    {
        using var output = new MemoryStream();
        SettingSchema.Write(SampleSettings.Catalog, output);
        var root = JsonDocument.Parse(output.ToArray()).RootElement;

        foreach (var setting in SampleSettings.Catalog.All)
        {
            var at = root;
            foreach (var part in setting.Path.Split('.'))
            {
                Assert.False(at.GetProperty("additionalProperties").GetBoolean());
                at = at.GetProperty("properties").GetProperty(part);
            }

            Assert.Contains(setting.Help, at.GetProperty("description").GetString(), StringComparison.Ordinal);
        }

        var port = root.GetProperty("properties").GetProperty("port");
        Assert.Equal((0, 65535, 8080), (port.GetProperty("minimum").GetInt32(), port.GetProperty("maximum").GetInt32(), port.GetProperty("default").GetInt32()));
    }

    private (SettingValues Values, List<string> Problems) Read(string text)
    {
        File.WriteAllText(Path, text, new UTF8Encoding(false));
        var problems = new List<string>();
        var values = SettingValues.Defaults(SampleSettings.Catalog).With(SettingFile.Read(SampleSettings.Catalog, Path, mustExist: true, problems), problems);
        return (values, problems);
    }

    private static List<string> Problems(string path, bool mustExist)
    {
        var problems = new List<string>();
        Assert.Empty(SettingFile.Read(SampleSettings.Catalog, path, mustExist, problems));
        return problems;
    }
}
